package io.autodiff.graphs;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.Nd4jTensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Inputs of all kinds of numbers, stored in all forms. */
final class Forms {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] SPECIAL = {0, -0.0, Double.NaN, INF, -INF, 1, -1, 2.5};
    /** Times something, so that they do not cancel; small enough for their sums, and below normal numbers. */
    private static final double[] EXTREME = {1e300, -1e300, 1e-300, 1e-310, -Double.MIN_VALUE, 3e-320};

    private static final double[] EXTREME_FLOAT32 = {1e30, -1e30, 1e-30, 1e-40, -1.4e-45, 3e-42};
    private static final long[] EXTREME_INTEGER = {
        0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE + 1L, Long.MAX_VALUE, Long.MIN_VALUE + 1, 1L << 53, 7
    };

    private final SplittableRandom random;

    Forms(long seed) {
        random = new SplittableRandom(seed);
    }

    /** A tensor; where it is to be special, about a third of its numbers are. */
    Tensor tensor(DType dtype, Shape shape, boolean special) {
        return stored(
                numbers(dtype, (int) shape.elements(), special).reshape(shape).evaluate());
    }

    private Tensor numbers(DType dtype, int count, boolean special) {
        if (dtype.isInteger()) {
            long[] numbers = random.longs(count, -9, 10).toArray();
            for (int i = 0; special && i < count; i++) {
                long extreme = EXTREME_INTEGER[random.nextInt(EXTREME_INTEGER.length)];
                numbers[i] = random.nextInt(3) > 0 ? numbers[i] : dtype == DType.INT32 ? (int) extreme : extreme;
            }
            return dtype == DType.INT64
                    ? Tensors.of(numbers)
                    : Tensors.of(Arrays.stream(numbers)
                            .mapToInt(number -> (int) number)
                            .toArray());
        }
        double[] numbers = random.doubles(count, -2, 2).toArray();
        double[] extreme = dtype == DType.FLOAT32 ? EXTREME_FLOAT32 : EXTREME;
        for (int i = 0; special && i < count; i++) {
            double other = random.nextBoolean()
                    ? SPECIAL[random.nextInt(SPECIAL.length)]
                    : extreme[random.nextInt(extreme.length)] * random.nextDouble(1, 2);
            numbers[i] = random.nextInt(3) > 0 ? numbers[i] : other;
        }
        return Tensors.of(numbers, dtype);
    }

    /** The same elements in another order of memory, with gaps, somewhere in other memory, or not computed yet. */
    private Tensor stored(Tensor x) {
        if (x.shape().elements() == 0 || x.shape().rank() == 0) {
            return random.nextBoolean() ? x : x.stopGradient();
        }
        INDArray array = Nd4jTensors.toArray(x);
        return switch (random.nextInt(6)) {
            case 0 -> x;
            case 1 -> x.stopGradient();
            case 2 -> Nd4jTensors.wrap(array.dup('f'));
            case 3 -> Nd4jTensors.wrap(inside(array, false));
            case 4 -> Nd4jTensors.wrap(inside(array, true));
            default -> Nd4jTensors.copyOf(inside(array, true).dup('f'));
        };
    }

    /** A block of a larger array, perhaps each second element of it, that is filled with something else. */
    private static INDArray inside(INDArray array, boolean gaps) {
        long[] larger = array.shape().clone(); // ND4J hands out the array's own
        INDArrayIndex[] block = new INDArrayIndex[larger.length];
        for (int axis = 0; axis < larger.length; axis++) {
            boolean wide = gaps && axis == larger.length - 1;
            block[axis] = wide
                    ? NDArrayIndex.interval(1, 2, 1 + 2 * larger[axis])
                    : NDArrayIndex.interval(1, 1 + larger[axis]);
            larger[axis] = 2 + (wide ? 2 : 1) * larger[axis];
        }
        INDArray parent = Nd4j.ones(array.dataType(), larger);
        parent.get(block).assign(array);
        INDArray view = parent.get(block);
        return view.shape().length == array.shape().length && Arrays.equals(view.shape(), array.shape())
                ? view
                : view.reshape(array.shape());
    }

    /** Numbers of rows and columns: around the sizes of vectors, one, none. */
    static final List<long[]> SIZES = List.of(
            new long[] {3, 17},
            new long[] {5, 33},
            new long[] {1, 8},
            new long[] {7, 5},
            new long[] {2, 1},
            new long[] {1, 1},
            new long[] {4, 64},
            new long[] {0, 9},
            new long[] {9, 3},
            new long[] {2, 0});
}
