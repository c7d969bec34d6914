package io.autodiff;

/**
 * The methods of {@link Operand}, which is the only type of this kind, that go along axes: reductions, cumulative ops, sorting; apart
 * from it for length alone.
 *
 * <p>Axes may count from the end. A reduction of no axes is one of all axes. The greatest or least of no elements is an error.
 */
sealed interface ReductionOperand permits Operand {
    /**
     * {@return the sum over axes, without them; of an empty axis 0}
     *
     * @param axes to sum over
     */
    default Tensor sum(int... axes) {
        return sum(false, axes);
    }

    /**
     * {@return the sum over axes; of an empty axis 0}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to sum over
     */
    default Tensor sum(boolean keepDims, int... axes) {
        return Reductions.reduce("reduce_sum", self(), keepDims, axes);
    }

    /**
     * {@return the product over axes, without them; of an empty axis 1}
     *
     * @param axes to multiply over
     */
    default Tensor prod(int... axes) {
        return prod(false, axes);
    }

    /**
     * {@return the product over axes; of an empty axis 1}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to multiply over
     */
    default Tensor prod(boolean keepDims, int... axes) {
        return Reductions.reduce("reduce_prod", self(), keepDims, axes);
    }

    /**
     * {@return the mean over axes, without them; of integers as float64; of an empty axis NaN}
     *
     * @param axes to average over
     */
    default Tensor mean(int... axes) {
        return mean(false, axes);
    }

    /**
     * {@return the mean over axes; of integers as float64; of an empty axis NaN}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to average over
     */
    default Tensor mean(boolean keepDims, int... axes) {
        return Reductions.mean(self(), keepDims, axes);
    }

    /**
     * {@return the greatest element over axes, without them; NaN if there is a NaN; its gradient is split evenly among equals}
     *
     * @param axes to look through
     */
    default Tensor max(int... axes) {
        return max(false, axes);
    }

    /**
     * {@return the greatest element over axes; NaN if there is a NaN; its gradient is split evenly among equals}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to look through
     */
    default Tensor max(boolean keepDims, int... axes) {
        return Reductions.reduce("reduce_max", self(), keepDims, axes);
    }

    /**
     * {@return the least element over axes, without them; NaN if there is a NaN; its gradient is split evenly among equals}
     *
     * @param axes to look through
     */
    default Tensor min(int... axes) {
        return min(false, axes);
    }

    /**
     * {@return the least element over axes; NaN if there is a NaN; its gradient is split evenly among equals}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to look through
     */
    default Tensor min(boolean keepDims, int... axes) {
        return Reductions.reduce("reduce_min", self(), keepDims, axes);
    }

    /**
     * {@return the population variance over axes, without them; that of n elements is divided by n; of integers as float64}
     *
     * @param axes to take it over
     */
    default Tensor var(int... axes) {
        return var(false, axes);
    }

    /**
     * {@return the population variance over axes; that of n elements is divided by n; of integers as float64}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to take it over
     */
    default Tensor var(boolean keepDims, int... axes) {
        return Reductions.var(self(), keepDims, axes);
    }

    /**
     * {@return the population standard deviation over axes, without them; of integers as float64; its gradient at equal elements is 0}
     *
     * @param axes to take it over
     */
    default Tensor std(int... axes) {
        return std(false, axes);
    }

    /**
     * {@return the population standard deviation over axes; of integers as float64; its gradient at equal elements is 0}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to take it over
     */
    default Tensor std(boolean keepDims, int... axes) {
        return Reductions.std(self(), keepDims, axes);
    }

    /**
     * {@return the sum of magnitudes over axes, without them}
     *
     * @param axes to take it over
     */
    default Tensor norm1(int... axes) {
        return norm1(false, axes);
    }

    /**
     * {@return the sum of magnitudes over axes}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to take it over
     */
    default Tensor norm1(boolean keepDims, int... axes) {
        return self().abs().sum(keepDims, axes);
    }

    /**
     * {@return the Euclidean norm over axes, without them; its gradient at 0 is 0}
     *
     * @param axes to take it over
     */
    default Tensor norm2(int... axes) {
        return norm2(false, axes);
    }

    /**
     * {@return the Euclidean norm over axes; its gradient at 0 is 0}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to take it over
     */
    default Tensor norm2(boolean keepDims, int... axes) {
        return Reductions.norm2(self(), keepDims, axes);
    }

    /**
     * {@return the greatest magnitude over axes, without them; NaN if there is a NaN}
     *
     * @param axes to take it over
     */
    default Tensor normMax(int... axes) {
        return normMax(false, axes);
    }

    /**
     * {@return the greatest magnitude over axes; NaN if there is a NaN}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to take it over
     */
    default Tensor normMax(boolean keepDims, int... axes) {
        return self().abs().max(keepDims, axes);
    }

    /**
     * {@return the logarithm of the sum of e^x over axes, without them; without overflow; -infinity where all elements are, with gradient 0}
     *
     * @param axes to take it over
     */
    default Tensor logSumExp(int... axes) {
        return logSumExp(false, axes);
    }

    /**
     * {@return the logarithm of the sum of e^x over axes; without overflow; -infinity where all elements are, with gradient 0}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to take it over
     */
    default Tensor logSumExp(boolean keepDims, int... axes) {
        return Reductions.logSumExp(self(), keepDims, axes);
    }

    /**
     * {@return whether an element over axes is true or not 0, without them; bool; of an empty axis false}
     *
     * @param axes to look through
     */
    default Tensor any(int... axes) {
        return any(false, axes);
    }

    /**
     * {@return whether an element over axes is true or not 0; bool; of an empty axis false}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to look through
     */
    default Tensor any(boolean keepDims, int... axes) {
        return self().countNonZero(keepDims, axes).gt(0);
    }

    /**
     * {@return whether all elements over axes are true or not 0, without them; bool; of an empty axis true}
     *
     * @param axes to look through
     */
    default Tensor all(int... axes) {
        return all(false, axes);
    }

    /**
     * {@return whether all elements over axes are true or not 0; bool; of an empty axis true}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to look through
     */
    default Tensor all(boolean keepDims, int... axes) {
        return self().eq(0).countNonZero(keepDims, axes).eq(0);
    }

    /**
     * {@return how many elements over axes are true or not 0, without them; int64; NaN is not 0}
     *
     * @param axes to count over
     */
    default Tensor countNonZero(int... axes) {
        return countNonZero(false, axes);
    }

    /**
     * {@return how many elements over axes are true or not 0; int64; NaN is not 0}
     *
     * @param keepDims whether the axes stay, with size 1
     * @param axes to count over
     */
    default Tensor countNonZero(boolean keepDims, int... axes) {
        return Reductions.countNonZero(self(), keepDims, axes);
    }

    // ---- along one axis; positions are int64 and have no gradient ----

    /** {@return the position of the greatest element, in row-major order; the first of equals, or the first NaN} */
    default Tensor argMax() {
        return self().reshape(-1).argMax(0);
    }

    /**
     * {@return the positions of the greatest elements along an axis, without it; the first of equals, or the first NaN}
     *
     * @param axis to look along
     */
    default Tensor argMax(int axis) {
        return argMax(false, axis);
    }

    /**
     * {@return the positions of the greatest elements along an axis; the first of equals, or the first NaN}
     *
     * @param keepDims whether the axis stays, with size 1
     * @param axis to look along
     */
    default Tensor argMax(boolean keepDims, int axis) {
        return Reductions.position("argmax", self(), keepDims, axis);
    }

    /** {@return the position of the least element, in row-major order; the first of equals, or the first NaN} */
    default Tensor argMin() {
        return self().reshape(-1).argMin(0);
    }

    /**
     * {@return the positions of the least elements along an axis, without it; the first of equals, or the first NaN}
     *
     * @param axis to look along
     */
    default Tensor argMin(int axis) {
        return argMin(false, axis);
    }

    /**
     * {@return the positions of the least elements along an axis; the first of equals, or the first NaN}
     *
     * @param keepDims whether the axis stays, with size 1
     * @param axis to look along
     */
    default Tensor argMin(boolean keepDims, int axis) {
        return Reductions.position("argmin", self(), keepDims, axis);
    }

    /**
     * {@return at each element, the sum of those up to it along an axis}
     *
     * @param axis to sum along
     */
    default Tensor cumSum(int axis) {
        return cumSum(axis, false, false);
    }

    /**
     * {@return at each element, the sum of those up to it along an axis}
     *
     * @param axis to sum along
     * @param exclusive whether the element itself is left out
     * @param reverse whether it goes from the last element to the first
     */
    default Tensor cumSum(int axis, boolean exclusive, boolean reverse) {
        return Reductions.cumulative("cumsum", self(), axis, exclusive, reverse);
    }

    /**
     * {@return at each element, the product of those up to it along an axis; its gradient is right at zeros too}
     *
     * @param axis to multiply along
     */
    default Tensor cumProd(int axis) {
        return cumProd(axis, false, false);
    }

    /**
     * {@return at each element, the product of those up to it along an axis; its gradient is right at zeros too}
     *
     * @param axis to multiply along
     * @param exclusive whether the element itself is left out
     * @param reverse whether it goes from the last element to the first
     */
    default Tensor cumProd(int axis, boolean exclusive, boolean reverse) {
        return Reductions.cumulative("cumprod", self(), axis, exclusive, reverse);
    }

    /** {@return the elements in ascending order along the last axis; NaN comes last} */
    default Tensor sort() {
        return sort(-1, false);
    }

    /**
     * {@return the elements in order along an axis; NaN counts as greater than every number}
     *
     * @param axis to sort along
     * @param descending whether the greatest comes first
     */
    default Tensor sort(int axis, boolean descending) {
        return Tensors.takeAlongAxis(self(), Sorting.argSort(self(), axis, descending), axis);
    }

    private Operand self() {
        return (Operand) this;
    }
}
