package io.autodiff;

import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What lies between a method of {@link Operand} and its op, where that is more than a line. */
final class Composites {
    private Composites() {}

    /** Integers are divided as float64, as TensorFlow does. */
    static Tensor div(Operand x, Operand y) {
        return x.dtype().isInteger() && x.dtype() == y.dtype()
                ? Executor.execute("div", x.castTo(DType.FLOAT64), y.castTo(DType.FLOAT64))
                : Executor.execute("div", x, y);
    }

    /**
     * Sums what a broadcast repeated: over the axes that the shape lacks, and over those where it has size 1.
     *
     * @param x of a shape that {@code shape} broadcasts to
     */
    static Tensor sumTo(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int extra = x.shape().rank() - shape.rank();
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            if (axis < extra || (shape.size(axis - extra) == 1 && x.shape().size(axis) != 1)) {
                axes.add(axis);
            }
        }
        Tensor sum =
                axes.isEmpty() ? x : x.sum(axes.stream().mapToInt(axis -> axis).toArray());
        return sum.reshape(shape);
    }

    static List<Long> longs(int... values) {
        return Arrays.stream(values).asLongStream().boxed().toList();
    }

    static List<Long> longs(long... values) {
        return Arrays.stream(values).boxed().toList();
    }
}
