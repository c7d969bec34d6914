package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;

/** Random numbers by key and counter: the same inputs give the same numbers, so a value may be computed again. */
final class RandomOps {
    static final Op UNIFORM = random("random_uniform", RandomOps::uniform);
    static final Op NORMAL = random("random_normal", RandomOps::normal);

    static final Op TRUNCATED_NORMAL = random("random_truncated_normal", RandomOps::truncatedNormal);

    static final Op CATEGORICAL = Op.named("random_categorical")
            .inputs("key", "counter", "logits")
            .attribute("count", Long.class)
            .shape(RandomOps::categoricalSpec)
            .kernel(HostArray.class, RandomOps::categorical)
            .notDifferentiable();

    static final List<Op> OPS = List.of(UNIFORM, NORMAL, TRUNCATED_NORMAL, CATEGORICAL);

    /** Of all attempts, the first falls into the interval in 95 % of all cases. */
    private static final double BOUND = 2;

    private RandomOps() {}

    /** The number that a key gives at a position, of so many random bits. */
    @FunctionalInterface
    private interface Distribution {
        double at(long key, long position, int bits);
    }

    private static Op random(String name, Distribution distribution) {
        return Op.named(name)
                .inputs("key", "counter")
                .attribute("dtype", DType.class)
                .attribute("shape", Shape.class)
                .shape(RandomOps::spec)
                .kernel(HostArray.class, c -> fill(c, distribution))
                .notDifferentiable();
    }

    private static void requireKeyAndCounter(OpCall<TensorSpec> call) {
        TensorSpec wanted = new TensorSpec(DType.INT64, Shape.SCALAR);
        if (!call.input("key").equals(wanted) || !call.input("counter").equals(wanted)) {
            throw call.error("'key' and 'counter' are int64 scalars");
        }
    }

    private static TensorSpec spec(OpCall<TensorSpec> call) {
        requireKeyAndCounter(call);
        DType dtype = call.attributes().dtype("dtype");
        if (!dtype.isFloating()) {
            throw call.error("the dtype must be floating, it is " + dtype);
        }
        return new TensorSpec(dtype, call.attributes().shape("shape"));
    }

    private static HostArray fill(OpCall<HostArray> call, Distribution distribution) {
        long key = call.input("key").longs()[0];
        long counter = call.input("counter").longs()[0];
        int bits = significand(call.outputSpec().dtype());
        double[] elements = new double[Math.toIntExact(call.outputSpec().shape().elements())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = distribution.at(key, counter + i, bits);
        }
        return HostArray.of(call.outputSpec(), elements);
    }

    /** As many bits as the dtype holds exactly: with more, rounding would carry a number just below 1 up to 1. */
    private static int significand(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> 11;
            case BFLOAT16 -> 8;
            case FLOAT32 -> 24;
            default -> 53;
        };
    }

    /** From 0 to below 1. */
    private static double uniform(long key, long position, int bits) {
        return Math.scalb((double) (Philox.bits(key, position, 0, 0) >>> (64 - bits)), -bits);
    }

    private static double normal(long key, long position, int bits) {
        return normalAttempt(key, position, 0);
    }

    private static double truncatedNormal(long key, long position, int bits) {
        double number;
        int attempt = 0;
        do {
            number = normalAttempt(key, position, attempt++);
        } while (Math.abs(number) > BOUND);
        return number;
    }

    /** Box and Muller (1958): the radius by one uniform number, from above 0, the angle by another. */
    private static double normalAttempt(long key, long position, int attempt) {
        double u = ((Philox.bits(key, position, attempt, 0) >>> 11) + 1) * 0x1p-53;
        double v = (Philox.bits(key, position, attempt, 1) >>> 11) * 0x1p-53;
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * StrictMath.PI * v);
    }

    private static TensorSpec categoricalSpec(OpCall<TensorSpec> call) {
        requireKeyAndCounter(call);
        TensorSpec logits = Shapes.require(call, "logits", DType::isFloating, "a floating dtype");
        long count = call.attributes().integer("count");
        if (logits.shape().rank() != 2 || logits.shape().size(1) == 0 || count < 0) {
            throw call.error("'logits' must be [batch, classes] with at least one class, and the count, " + count
                    + ", not negative; reshape a vector to one row");
        }
        return new TensorSpec(DType.INT64, Shape.of(logits.shape().size(0), count));
    }

    /** The class at which the running sum of the probabilities passes a uniform number. */
    private static HostArray categorical(OpCall<HostArray> call) {
        long key = call.input("key").longs()[0];
        long counter = call.input("counter").longs()[0];
        double[] logits = call.input("logits").doubles();
        int classes = (int) call.input("logits").spec().shape().size(1);
        int count = (int) call.outputSpec().shape().size(1);
        long[] drawn = new long[(int) call.outputSpec().shape().elements()];
        for (int row = 0; row < logits.length / classes; row++) {
            double[] sums = runningSums(call, logits, row, classes);
            for (int i = row * count; i < (row + 1) * count; i++) {
                double whole = sums[classes - 1];
                // Rounding may carry the product up to the whole, which no sum is above.
                double point = Math.min(uniform(key, counter + i, 53) * whole, Math.nextDown(whole));
                drawn[i] = firstAbove(sums, point);
            }
        }
        return HostArray.of(call.outputSpec(), drawn);
    }

    private static double[] runningSums(OpCall<?> call, double[] logits, int row, int classes) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < classes; i++) {
            greatest = Math.max(greatest, logits[row * classes + i]); // NaN if there is one
        }
        if (!Double.isFinite(greatest)) {
            throw call.error("row " + row + " of 'logits' is no distribution: its greatest logit is " + greatest
                    + ", and must be finite");
        }
        double[] sums = new double[classes];
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += StrictMath.exp(logits[row * classes + i] - greatest);
            sums[i] = sum;
        }
        return sums;
    }

    /** A class of probability 0 has the sum of the one before it, and is never the first. */
    private static int firstAbove(double[] sums, double point) {
        int low = 0;
        int high = sums.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sums[middle] > point) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
