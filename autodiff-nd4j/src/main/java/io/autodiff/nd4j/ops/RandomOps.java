package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Random numbers by key and counter: the same inputs give the same numbers, so a value may be computed again. */
final class RandomOps {
    static final Op UNIFORM = random("random_uniform", RandomOps::uniform);
    static final Op NORMAL = random("random_normal", RandomOps::normal);

    static final List<Op> OPS = List.of(UNIFORM, NORMAL);

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
                .kernel(INDArray.class, c -> fill(c, distribution))
                .notDifferentiable();
    }

    private static TensorSpec spec(OpCall<TensorSpec> call) {
        TensorSpec wanted = new TensorSpec(DType.INT64, Shape.SCALAR);
        if (!call.input("key").equals(wanted) || !call.input("counter").equals(wanted)) {
            throw call.error("'key' and 'counter' are int64 scalars");
        }
        DType dtype = call.attributes().dtype("dtype");
        if (!dtype.isFloating()) {
            throw call.error("the dtype must be floating, it is " + dtype);
        }
        return new TensorSpec(dtype, call.attributes().shape("shape"));
    }

    private static INDArray fill(OpCall<INDArray> call, Distribution distribution) {
        long key = call.input("key").getLong();
        long counter = call.input("counter").getLong();
        int bits = significand(call.outputSpec().dtype());
        double[] elements = new double[Math.toIntExact(call.outputSpec().shape().elements())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = distribution.at(key, counter + i, bits);
        }
        return NdArrays.of(new TensorSpec(DType.FLOAT64, call.outputSpec().shape()), elements)
                .castTo(NdArrays.dataType(call.outputSpec().dtype()));
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
        return Math.scalb((double) (Philox.bits(key, position, 0) >>> (64 - bits)), -bits);
    }

    /** Box and Muller (1958): the radius by one uniform number, from above 0, the angle by another. */
    private static double normal(long key, long position, int bits) {
        double u = uniform(key, position, 53) + 0x1p-53;
        double v = (Philox.bits(key, position, 1) >>> 11) * 0x1p-53;
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * StrictMath.PI * v);
    }
}
