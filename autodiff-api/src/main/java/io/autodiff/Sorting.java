package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;

/**
 * Orders along an axis. NaN counts as greater than every number, equal elements stay in their order, and -0 equals 0.
 *
 * <pre>{@code
 * Tensor x = Tensors.of(new double[] {3, 1, 2, 5});
 * Sorting.argSort(x, 0, false);                    // int64 [1, 2, 0, 3]
 * Sorting.TopK top = Sorting.topK(x, 2);
 * top.values();                                    // [5, 3]
 * top.indices();                                   // int64 [3, 0]
 * x.sort();                                        // [1, 2, 3, 5]
 * }</pre>
 *
 * <p>Gradients pass through values and not through positions.
 */
public final class Sorting {
    private Sorting() {}

    /**
     * The greatest elements of each row, and where they stood.
     *
     * @param values in descending order
     * @param indices int64, in the last axis of what was asked; no gradient passes through them
     */
    public record TopK(Tensor values, Tensor indices) {}

    /**
     * The positions that put the elements in order.
     *
     * @param x of any dtype
     * @param axis to sort along
     * @param descending whether the greatest comes first
     * @return int64 of x's shape; {@link Tensors#takeAlongAxis} of them gives the sorted elements
     * @throws IllegalArgumentException if there is no such axis
     */
    public static Tensor argSort(Operand x, int axis, boolean descending) {
        int resolved = x.shape().axis(axis);
        return argSort(x, resolved, descending, x.shape().size(resolved));
    }

    /**
     * The k greatest elements along the last axis, in descending order.
     *
     * @param x of rank 1 or more
     * @param k from 0 to the size of the last axis
     * @return the values and their positions, each of x's shape with k in place of the last size
     * @throws IllegalArgumentException if k is beyond that, or x has no axis
     */
    public static TopK topK(Operand x, int k) {
        int last = x.shape().axis(-1);
        Tensor of = x.asTensor();
        Tensor indices = argSort(of, last, true, k);
        return new TopK(Tensors.takeAlongAxis(of, indices, last), indices);
    }

    private static Tensor argSort(Operand x, int axis, boolean descending, long count) {
        return Executor.execute(
                "argsort", Attributes.ofPairs("axis", (long) axis, "count", count, "descending", descending), x);
    }
}
