package io.autodiff;

import static io.autodiff.spi.Executor.execute;

/** Comparisons and logic, element by element: methods of {@link Operand}, apart from it for length alone. */
sealed interface ComparisonOperand permits ElementwiseOperand {
    // ---- comparisons, to bool; they have no gradient ----

    /**
     * {@return whether this {@code >} y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor gt(Operand y) {
        return execute("gt", self(), y);
    }

    /**
     * {@return whether this {@code >} y}
     *
     * @param y a scalar
     */
    default Tensor gt(Number y) {
        return gt(scalar(y));
    }

    /**
     * {@return whether this {@code >=} y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor gte(Operand y) {
        return execute("gte", self(), y);
    }

    /**
     * {@return whether this {@code >=} y}
     *
     * @param y a scalar
     */
    default Tensor gte(Number y) {
        return gte(scalar(y));
    }

    /**
     * {@return whether this {@code <} y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor lt(Operand y) {
        return execute("lt", self(), y);
    }

    /**
     * {@return whether this {@code <} y}
     *
     * @param y a scalar
     */
    default Tensor lt(Number y) {
        return lt(scalar(y));
    }

    /**
     * {@return whether this {@code <=} y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor lte(Operand y) {
        return execute("lte", self(), y);
    }

    /**
     * {@return whether this {@code <=} y}
     *
     * @param y a scalar
     */
    default Tensor lte(Number y) {
        return lte(scalar(y));
    }

    /**
     * {@return whether elements are equal, exactly; NaN equals nothing}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor eq(Operand y) {
        return execute("eq", self(), y);
    }

    /**
     * {@return whether elements are equal, exactly; NaN equals nothing}
     *
     * @param y a scalar
     */
    default Tensor eq(Number y) {
        return eq(scalar(y));
    }

    /**
     * {@return whether elements differ; NaN differs from all}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor neq(Operand y) {
        return execute("neq", self(), y);
    }

    /**
     * {@return whether elements differ; NaN differs from all}
     *
     * @param y a scalar
     */
    default Tensor neq(Number y) {
        return neq(scalar(y));
    }

    // ---- what kind of number a floating element is ----

    /** {@return whether elements are NaN} */
    default Tensor isNaN() {
        return execute("is_nan", self());
    }

    /** {@return whether elements are infinite, of either sign} */
    default Tensor isInfinite() {
        return execute("is_infinite", self());
    }

    /** {@return whether elements are neither infinite nor NaN} */
    default Tensor isFinite() {
        return execute("is_finite", self());
    }

    // ---- logic, of bools only ----

    /**
     * {@return whether both hold}
     *
     * @param y a bool, any broadcastable shape
     */
    default Tensor and(Operand y) {
        return execute("logical_and", self(), y);
    }

    /**
     * {@return whether one holds, or both}
     *
     * @param y a bool, any broadcastable shape
     */
    default Tensor or(Operand y) {
        return execute("logical_or", self(), y);
    }

    /**
     * {@return whether exactly one holds}
     *
     * @param y a bool, any broadcastable shape
     */
    default Tensor xor(Operand y) {
        return execute("logical_xor", self(), y);
    }

    /** {@return whether this does not hold} */
    default Tensor not() {
        return execute("logical_not", self());
    }

    private Operand self() {
        return (Operand) this;
    }

    private Tensor scalar(Number y) {
        return Literals.scalar(y, self().dtype(), "the operand " + self().spec());
    }
}
