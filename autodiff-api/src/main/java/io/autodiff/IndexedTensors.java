package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;

/**
 * The methods of {@link Tensors} that read and write by index, mask or segment; {@code Tensors} is the only class of this kind, and they
 * are apart from it for length alone.
 */
abstract sealed class IndexedTensors permits Tensors {
    IndexedTensors() {}

    /**
     * The slices of x at positions.
     *
     * @param x of any dtype, and of rank k at least
     * @param indices int32 or int64 of shape [..., k]: each row is a position in the first k axes of x; one that is outside throws when
     *     computed
     * @return the slices, of the shape of the indices without their last axis, followed by the other axes of x
     */
    public static Tensor gatherNd(Operand x, Operand indices) {
        return Executor.execute("gather_nd", x, indices);
    }

    /**
     * Zeros, to which updates are added at positions: what comes more than once adds up.
     *
     * @param indices int32 or int64 of shape [..., k]: each row is a position in the first k axes of the result; one that is outside
     *     throws when computed
     * @param updates numeric, of the shape of the indices without their last axis, followed by the other axes of the result
     * @param shape of the result
     * @return the sums, of the dtype of the updates
     */
    public static Tensor scatterNd(Operand indices, Operand updates, Shape shape) {
        return Executor.execute("scatter_nd", Attributes.of("shape", shape), indices, updates);
    }

    /**
     * A tensor to which updates are added at positions: what comes more than once adds up.
     *
     * @param x numeric
     * @param indices as for {@link #scatterNd}, positions in x
     * @param updates of the dtype of x, and the shape that {@link #scatterNd} says
     * @return the sums, like x
     */
    public static Tensor tensorScatterAdd(Operand x, Operand indices, Operand updates) {
        return x.add(scatterNd(indices, updates, x.shape()));
    }

    /**
     * A tensor in which updates take the place of what was at positions. Of several for one position the last one stays, and it alone has
     * a gradient.
     *
     * @param x of any dtype
     * @param indices as for {@link #scatterNd}, positions in x
     * @param updates of the dtype of x, and the shape that {@link #scatterNd} says
     * @return the tensor, like x
     */
    public static Tensor tensorScatterUpdate(Operand x, Operand indices, Operand updates) {
        return Executor.execute("tensor_scatter_update", x, indices, updates);
    }

    /**
     * The slices along the first axes of x where a mask is true; see {@link #booleanMask(Operand, Operand, int)}.
     *
     * @param x of any dtype
     * @param mask bool, of the sizes of the first axes of x
     * @return the slices, one after the other along the first axis
     */
    public static Tensor booleanMask(Operand x, Operand mask) {
        return booleanMask(x, mask, 0);
    }

    /**
     * The slices of x where a mask is true. How many these are depends on the mask's values, so that it is computed in the call, and a
     * compiled function cannot use this: {@link Tensors#where} keeps the shape.
     *
     * @param x of any dtype
     * @param mask bool, of the sizes that x has from the axis on
     * @param axis which may count from the end
     * @return the slices, one after the other along this axis, which replaces those of the mask
     * @throws IllegalStateException inside a compiled function
     */
    public static Tensor booleanMask(Operand x, Operand mask, int axis) {
        return Indexing.booleanMask(x, mask, axis);
    }

    /**
     * For each index a vector that has one value there and another elsewhere, along a new axis.
     *
     * @param indices int32 or int64
     * @param depth the vectors' length; for an index outside of it, all is {@code off}
     * @param axis of the result, from -rank - 1 to rank, rank being that of the indices
     * @param on a scalar of any dtype, which is the result's; it has a gradient
     * @param off another one of its dtype
     * @return the vectors
     */
    public static Tensor oneHot(Operand indices, int depth, int axis, Operand on, Operand off) {
        return Indexing.oneHot(indices, depth, axis, on, off);
    }

    /**
     * The slices of x along an axis, each as often as a number says. How many these are depends on the numbers' values, so that they are
     * read in the call, and a compiled function cannot use this: {@link Operand#repeat(long[], int)} is told them.
     *
     * @param x of any dtype
     * @param times int32 or int64 vector, a number of 0 or more for each slice
     * @param axis which may count from the end
     * @return the slices, one after the other along this axis
     * @throws IllegalStateException inside a compiled function
     */
    public static Tensor repeat(Operand x, Operand times, int axis) {
        return Indexing.repeat(x, times, axis);
    }

    /**
     * Sums of consecutive slices along the first axis. The number of sums depends on the segments' values, so that these are computed in
     * the call, and a compiled function cannot use this: {@link #unsortedSegmentSum} is told their number.
     *
     * @param x numeric
     * @param segments int32 or int64 vector, as long as the first axis of x: for each slice which sum it belongs to, 0 or more and never
     *     less than the one before
     * @return the sums along the first axis, 0 for a number that does not come
     * @throws IllegalStateException inside a compiled function
     */
    public static Tensor segmentSum(Operand x, Operand segments) {
        return unsortedSegmentSum(x, segments, Indexing.segments("segmentSum", x, segments));
    }

    /**
     * Means of consecutive slices along the first axis; what is said of {@link #segmentSum} holds here too.
     *
     * @param x numeric
     * @param segments as for {@link #segmentSum}
     * @return the means along the first axis, 0 for a number that does not come; of integers as float64
     * @throws IllegalStateException inside a compiled function
     */
    public static Tensor segmentMean(Operand x, Operand segments) {
        return unsortedSegmentMean(x, segments, Indexing.segments("segmentMean", x, segments));
    }

    /**
     * Sums of slices that have the same number.
     *
     * @param x numeric
     * @param segments int32 or int64, of the sizes of the first axes of x: for each slice which sum it belongs to, from 0 to count - 1;
     *     others throw when computed
     * @param count how many sums there are
     * @return the sums along the first axis, which replaces those of the segments; 0 for a number that does not come
     */
    public static Tensor unsortedSegmentSum(Operand x, Operand segments, long count) {
        return Indexing.unsortedSegmentSum(x, segments, count);
    }

    /**
     * Means of slices that have the same number.
     *
     * @param x numeric
     * @param segments as for {@link #unsortedSegmentSum}
     * @param count how many means there are
     * @return the means along the first axis, which replaces those of the segments; 0 for a number that does not come; of integers as
     *     float64
     */
    public static Tensor unsortedSegmentMean(Operand x, Operand segments, long count) {
        return Indexing.unsortedSegmentMean(x, segments, count);
    }
}
