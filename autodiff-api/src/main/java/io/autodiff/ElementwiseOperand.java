package io.autodiff;

import static io.autodiff.spi.Executor.execute;

/** The elementwise methods of {@link Operand}, which is the only type of this kind; apart from it for length alone. */
sealed interface ElementwiseOperand permits Operand {
    // ---- arithmetic ----

    /**
     * {@return this + y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor add(Operand y) {
        return execute("add", self(), y);
    }

    /**
     * {@return this + y}
     *
     * @param y a scalar
     */
    default Tensor add(Number y) {
        return add(scalar(y));
    }

    /**
     * {@return this - y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor sub(Operand y) {
        return execute("sub", self(), y);
    }

    /**
     * {@return this - y}
     *
     * @param y a scalar
     */
    default Tensor sub(Number y) {
        return sub(scalar(y));
    }

    /**
     * {@return y - this}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor rsub(Operand y) {
        return y.sub(self());
    }

    /**
     * {@return y - this}
     *
     * @param y a scalar
     */
    default Tensor rsub(Number y) {
        return scalar(y).sub(self());
    }

    /**
     * {@return this * y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor mul(Operand y) {
        return execute("mul", self(), y);
    }

    /**
     * {@return this * y}
     *
     * @param y a scalar
     */
    default Tensor mul(Number y) {
        return mul(scalar(y));
    }

    /**
     * {@return this / y; for integers the true quotient, as float64}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor div(Operand y) {
        return Composites.div(self(), y);
    }

    /**
     * {@return this / y; for integers the true quotient, as float64}
     *
     * @param y a scalar
     */
    default Tensor div(Number y) {
        return div(scalar(y));
    }

    /**
     * {@return y / this; for integers the true quotient, as float64}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor rdiv(Operand y) {
        return y.div(self());
    }

    /**
     * {@return y / this; for integers the true quotient, as float64}
     *
     * @param y a scalar
     */
    default Tensor rdiv(Number y) {
        return scalar(y).div(self());
    }

    /**
     * {@return this / y rounded down, without gradient; an integer y of 0 throws when computed}
     *
     * @param y of the same dtype
     */
    default Tensor floorDiv(Operand y) {
        return execute("floor_div", self(), y);
    }

    /**
     * {@return this / y rounded down, without gradient; an integer y of 0 throws when computed}
     *
     * @param y a scalar
     */
    default Tensor floorDiv(Number y) {
        return floorDiv(scalar(y));
    }

    /**
     * {@return this / y, and 0 where y is 0; floating}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor divNoNan(Operand y) {
        return execute("div_no_nan", self(), y);
    }

    /**
     * {@return this * y, and 0 where y is 0 even if this is infinite or NaN; floating}
     *
     * @param y of the same dtype
     */
    default Tensor mulNoNan(Operand y) {
        return execute("mul_no_nan", self(), y);
    }

    /** {@return -this} */
    default Tensor neg() {
        return execute("neg", self());
    }

    /**
     * {@return this^y; floating}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor pow(Operand y) {
        return execute("pow", self(), y);
    }

    /**
     * {@return this^y; floating}
     *
     * @param y a scalar
     */
    default Tensor pow(Number y) {
        return pow(scalar(y));
    }

    /** {@return this * this} */
    default Tensor square() {
        return execute("square", self());
    }

    /** {@return the magnitude; its gradient at 0 is 0} */
    default Tensor abs() {
        return execute("abs", self());
    }

    /** {@return -1, 0 or 1, NaN for NaN; its gradient is 0} */
    default Tensor sign() {
        return execute("sign", self());
    }

    // ---- elementwise functions of floating tensors ----

    /** {@return e to the power of this} */
    default Tensor exp() {
        return execute("exp", self());
    }

    /** {@return the natural logarithm} */
    default Tensor log() {
        return execute("log", self());
    }

    /** {@return the square root} */
    default Tensor sqrt() {
        return execute("sqrt", self());
    }

    /** {@return the sine; radians} */
    default Tensor sin() {
        return execute("sin", self());
    }

    /** {@return the cosine; radians} */
    default Tensor cos() {
        return execute("cos", self());
    }

    /** {@return the hyperbolic tangent} */
    default Tensor tanh() {
        return execute("tanh", self());
    }

    /** {@return 1 / (1 + e^-x)} */
    default Tensor sigmoid() {
        return execute("sigmoid", self());
    }

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

    private Operand self() {
        return (Operand) this;
    }

    private Tensor scalar(Number y) {
        return SharedScalars.beside(self(), y);
    }
}
