package io.autodiff;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.op.Attributes;
import java.util.List;

/**
 * The methods of {@link Operand} that arrange, cut, repeat and look up elements; {@code Operand} is the only type of this kind, and they
 * are apart from it for length alone.
 */
sealed interface StructureOperand permits Operand {
    // ---- the shape and the order of axes ----

    /**
     * {@return the same elements in another shape}
     *
     * @param sizes of its axes; one may be -1 and follows from the others
     */
    default Tensor reshape(long... sizes) {
        return Structure.reshape(self(), sizes);
    }

    /**
     * {@return the same elements in another shape}
     *
     * @param shape of as many elements
     */
    default Tensor reshape(Shape shape) {
        return execute("reshape", Attributes.of("shape", shape), self());
    }

    /**
     * {@return the tensor with a new axis of size 1}
     *
     * @param axis of the result, from -rank - 1 to rank
     */
    default Tensor expandDims(int axis) {
        return Structure.expandDims(self(), axis);
    }

    /**
     * {@return the tensor without some axes of size 1}
     *
     * @param axes of size 1, which may count from the end; none for all that have that size
     */
    default Tensor squeeze(int... axes) {
        return Structure.squeeze(self(), axes);
    }

    /** {@return the tensor with all its axes in reverse order} */
    default Tensor transpose() {
        return Structure.transpose(self());
    }

    /**
     * {@return the tensor with its axes in another order}
     *
     * @param axes for each axis of the result, which of this it is
     */
    default Tensor permute(int... axes) {
        return execute("permute", Attributes.of("axes", Composites.longs(axes)), self());
    }

    // ---- repetition and padding ----

    /**
     * {@return the tensor repeated to a shape, by NumPy's rule}
     *
     * @param shape that this one's broadcasts to
     */
    default Tensor broadcastTo(Shape shape) {
        return execute("broadcast_to", Attributes.of("shape", shape), self());
    }

    /**
     * {@return the tensor put after itself, so many times along each axis}
     *
     * @param times for each axis, 0 or more
     */
    default Tensor tile(long... times) {
        return Structure.tile(self(), times);
    }

    /**
     * {@return the tensor with each slice along an axis repeated}
     *
     * @param times 0 or more
     * @param axis which may count from the end
     */
    default Tensor repeat(long times, int axis) {
        return Structure.repeat(self(), times, axis);
    }

    /**
     * {@return the tensor with each slice along an axis repeated as often as its number says}
     *
     * @param times one for each slice, 0 or more; {@link Tensors#repeat} takes them from a tensor
     * @param axis which may count from the end
     */
    default Tensor repeat(long[] times, int axis) {
        return Structure.repeat(self(), times, axis);
    }

    /**
     * {@return the tensor with zeros around it; false for bool}
     *
     * @param paddings for each axis, how many go before and how many after; 0 or more
     */
    default Tensor pad(long[][] paddings) {
        return Padding.constant(self(), paddings, 0);
    }

    /**
     * {@return the tensor with a value around it}
     *
     * @param paddings for each axis, how many go before and how many after; 0 or more
     * @param value that the dtype can hold
     */
    default Tensor pad(long[][] paddings, Number value) {
        return Padding.constant(self(), paddings, value);
    }

    /**
     * {@return the tensor with zeros or with its mirror image around it}
     *
     * @param paddings for each axis, how many go before and how many after; 0 or more, and no more than there are to mirror
     * @param mode what goes around it
     */
    default Tensor pad(long[][] paddings, PadMode mode) {
        return Padding.pad(self(), paddings, mode);
    }

    // ---- parts ----

    /**
     * A block of the tensor.
     *
     * @param begin for each axis, the first index
     * @param shape the sizes of the block
     * @return the block
     */
    default Tensor slice(long[] begin, Shape shape) {
        return Structure.slice(self(), begin, shape);
    }

    /**
     * {@return the part that indices name, one for each axis; axes without an index are taken whole}
     *
     * @param indices such as {@code Index.at(0)} and {@code Index.range(1, 5, 2)}
     */
    default Tensor get(Index... indices) {
        return StridedSlice.get(self(), indices);
    }

    /**
     * {@return the tensor cut into parts of one size}
     *
     * @param parts how many, which divides the axis's size
     * @param axis which may count from the end
     */
    default List<Tensor> split(int parts, int axis) {
        return Structure.split(self(), parts, axis);
    }

    /**
     * {@return the tensor cut into parts of given sizes}
     *
     * @param sizes which add up to the axis's size
     * @param axis which may count from the end
     */
    default List<Tensor> split(long[] sizes, int axis) {
        return Structure.split(self(), sizes, axis);
    }

    /**
     * {@return the slices along an axis, without it; what {@link Tensors#stack} puts together}
     *
     * @param axis which may count from the end
     */
    default List<Tensor> unstack(int axis) {
        return Structure.unstack(self(), axis);
    }

    // ---- another order of elements ----

    /**
     * {@return the tensor with the elements along axes in reverse order}
     *
     * @param axes which may count from the end; none for all
     */
    default Tensor reverse(int... axes) {
        return Structure.reverse(self(), axes);
    }

    /**
     * {@return the tensor with its elements moved along an axis, those that fall off its end coming in at its beginning}
     *
     * @param shift by how many places; negative to move towards the beginning
     * @param axis which may count from the end
     */
    default Tensor roll(long shift, int axis) {
        return Structure.roll(self(), shift, axis);
    }

    // ---- look-up ----

    /**
     * {@return the slices along the first axis that indices name}
     *
     * @param indices int32 or int64 of any shape, from 0 to the axis's size - 1; others throw when computed
     */
    default Tensor gather(Operand indices) {
        return gather(indices, 0);
    }

    /**
     * The slices along an axis that indices name. An index may come more than once; the gradient then adds up.
     *
     * @param indices int32 or int64 of any shape, from 0 to the axis's size - 1; others throw when computed
     * @param axis which may count from the end
     * @return the slices, with the axes of the indices in place of the axis
     */
    default Tensor gather(Operand indices, int axis) {
        return Indexing.gather(self(), indices, axis);
    }

    /**
     * {@return for each index a vector of float32 that is 1 there and 0 elsewhere, along a new last axis}
     *
     * @param depth the vectors' length; for an index outside of it, all is 0
     */
    default Tensor oneHot(int depth) {
        return oneHot(depth, DType.FLOAT32);
    }

    /**
     * {@return for each index of this int32 or int64 tensor a vector that is 1 there and 0 elsewhere, along a new last axis}
     *
     * @param depth the vectors' length; for an index outside of it, all is 0
     * @param dtype of the result
     */
    default Tensor oneHot(int depth, DType dtype) {
        return Indexing.oneHot(self(), depth, dtype);
    }

    // ---- diagonals and triangles of the last two axes ----

    /** {@return for each vector along the last axis a matrix with it on its diagonal: [..., n] to [..., n, n]} */
    default Tensor diag() {
        return Structure.diag(self());
    }

    /** {@return the diagonals of the matrices in the last two axes: [..., m, n] to [..., min(m, n)]} */
    default Tensor diagPart() {
        return Structure.diagPart(self());
    }

    /** {@return the matrices in the last two axes with zeros below the diagonal} */
    default Tensor triu() {
        return triu(0);
    }

    /**
     * {@return the matrices in the last two axes with zeros below a diagonal}
     *
     * @param diagonal 0 for the main one, positive above it, negative below
     */
    default Tensor triu(int diagonal) {
        return Structure.triangle(self(), diagonal, true);
    }

    /** {@return the matrices in the last two axes with zeros above the diagonal} */
    default Tensor tril() {
        return tril(0);
    }

    /**
     * {@return the matrices in the last two axes with zeros above a diagonal}
     *
     * @param diagonal 0 for the main one, positive above it, negative below
     */
    default Tensor tril(int diagonal) {
        return Structure.triangle(self(), diagonal, false);
    }

    private Operand self() {
        return (Operand) this;
    }
}
