package io.autodiff;

import static io.autodiff.spi.Executor.execute;

/** Arithmetic, and with its parents all elementwise methods of {@link Operand}, the only type of this kind; apart for length alone. */
sealed interface ElementwiseOperand extends FunctionOperand, ComparisonOperand permits Operand {
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
     * {@return this - y floor(this / y), of the sign of y; an integer y of 0 throws when computed}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor floorMod(Operand y) {
        return execute("floor_mod", self(), y);
    }

    /**
     * {@return this - y floor(this / y), of the sign of y; an integer y of 0 throws when computed}
     *
     * @param y a scalar
     */
    default Tensor floorMod(Number y) {
        return floorMod(scalar(y));
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

    /**
     * {@return the square of this - y}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor squaredDifference(Operand y) {
        return sub(y).square();
    }

    /**
     * {@return the square of this - y}
     *
     * @param y a scalar
     */
    default Tensor squaredDifference(Number y) {
        return squaredDifference(scalar(y));
    }

    /**
     * {@return the square root of this^2 + y^2, without overflow on the way; its gradient at the origin is 0; floating}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor hypot(Operand y) {
        return execute("hypot", self(), y);
    }

    /**
     * {@return the square root of this^2 + y^2, without overflow on the way; its gradient at the origin is 0; floating}
     *
     * @param y a scalar
     */
    default Tensor hypot(Number y) {
        return hypot(scalar(y));
    }

    /**
     * {@return the greater of this and y, NaN if one is; at a tie, all of the gradient goes to this}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor maximum(Operand y) {
        return execute("maximum", self(), y);
    }

    /**
     * {@return the greater of this and y, NaN if one is; at a tie, all of the gradient goes to this}
     *
     * @param y a scalar
     */
    default Tensor maximum(Number y) {
        return maximum(scalar(y));
    }

    /**
     * {@return the lesser of this and y, NaN if one is; at a tie, all of the gradient goes to this}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor minimum(Operand y) {
        return execute("minimum", self(), y);
    }

    /**
     * {@return the lesser of this and y, NaN if one is; at a tie, all of the gradient goes to this}
     *
     * @param y a scalar
     */
    default Tensor minimum(Number y) {
        return minimum(scalar(y));
    }

    /**
     * {@return this within bounds; its slope at a bound is 1, and beyond it 0}
     *
     * @param least of the same dtype, any broadcastable shape
     * @param greatest the same; it is what remains where it is below {@code least}
     */
    default Tensor clip(Operand least, Operand greatest) {
        return maximum(least).minimum(greatest);
    }

    /**
     * {@return this within bounds; its slope at a bound is 1, and beyond it 0}
     *
     * @param least a scalar
     * @param greatest a scalar; it is what remains if it is below {@code least}
     */
    default Tensor clip(Number least, Number greatest) {
        return clip(scalar(least), scalar(greatest));
    }

    private Operand self() {
        return (Operand) this;
    }

    private Tensor scalar(Number y) {
        return SharedScalars.beside(self(), y);
    }
}
