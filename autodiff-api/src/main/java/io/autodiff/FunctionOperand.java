package io.autodiff;

import static io.autodiff.spi.Executor.execute;

/** Functions of floating tensors, element by element: methods of {@link Operand}, apart from it for length alone. */
sealed interface FunctionOperand permits ElementwiseOperand {
    // ---- exponentials, logarithms, roots ----

    /** {@return e to the power of this} */
    default Tensor exp() {
        return execute("exp", self());
    }

    /** {@return e to the power of this, minus 1, to full accuracy near 0} */
    default Tensor expm1() {
        return execute("expm1", self());
    }

    /** {@return the natural logarithm} */
    default Tensor log() {
        return execute("log", self());
    }

    /** {@return the natural logarithm of 1 + this, to full accuracy near 0} */
    default Tensor log1p() {
        return execute("log1p", self());
    }

    /** {@return the square root; a gradient of 0 stays 0 at 0, where the slope is infinite} */
    default Tensor sqrt() {
        return execute("sqrt", self());
    }

    /** {@return 1 / the square root} */
    default Tensor rsqrt() {
        return self().sqrt().rdiv(1);
    }

    /** {@return the cube root, of negative numbers too} */
    default Tensor cbrt() {
        return execute("cbrt", self());
    }

    /** {@return 1 / this} */
    default Tensor reciprocal() {
        return self().rdiv(1);
    }

    // ---- rounding, without gradient ----

    /** {@return the greatest integers that are not above this, in its dtype; without gradient} */
    default Tensor floor() {
        return execute("floor", self());
    }

    /** {@return the least integers that are not below this, in its dtype; without gradient} */
    default Tensor ceil() {
        return execute("ceil", self());
    }

    /** {@return the nearest integers, of two the even ones, in its dtype; without gradient} */
    default Tensor round() {
        return execute("round", self());
    }

    // ---- trigonometric and hyperbolic functions ----

    /** {@return the sine; radians} */
    default Tensor sin() {
        return execute("sin", self());
    }

    /** {@return the cosine; radians} */
    default Tensor cos() {
        return execute("cos", self());
    }

    /** {@return the tangent; radians} */
    default Tensor tan() {
        return execute("tan", self());
    }

    /** {@return the arc sine, from -pi/2 to pi/2; NaN beyond -1 and 1} */
    default Tensor asin() {
        return execute("asin", self());
    }

    /** {@return the arc cosine, from 0 to pi; NaN beyond -1 and 1} */
    default Tensor acos() {
        return execute("acos", self());
    }

    /** {@return the arc tangent, from -pi/2 to pi/2} */
    default Tensor atan() {
        return execute("atan", self());
    }

    /**
     * {@return the angle, from -pi to pi, of the point whose second coordinate this is; its gradient at the origin is NaN}
     *
     * @param x the first coordinate, of the same dtype, any broadcastable shape
     */
    default Tensor atan2(Operand x) {
        return execute("atan2", self(), x);
    }

    /**
     * {@return the angle, from -pi to pi, of the point whose second coordinate this is; its gradient at the origin is NaN}
     *
     * @param x a scalar
     */
    default Tensor atan2(Number x) {
        return atan2(scalar(x));
    }

    /** {@return the hyperbolic sine} */
    default Tensor sinh() {
        return execute("sinh", self());
    }

    /** {@return the hyperbolic cosine} */
    default Tensor cosh() {
        return execute("cosh", self());
    }

    /** {@return the hyperbolic tangent} */
    default Tensor tanh() {
        return execute("tanh", self());
    }

    /** {@return the inverse hyperbolic sine} */
    default Tensor asinh() {
        return execute("asinh", self());
    }

    /** {@return the inverse hyperbolic cosine; NaN below 1} */
    default Tensor acosh() {
        return execute("acosh", self());
    }

    /** {@return the inverse hyperbolic tangent; NaN beyond -1 and 1} */
    default Tensor atanh() {
        return execute("atanh", self());
    }

    // ---- the logistic function and its relatives ----

    /** {@return 1 / (1 + e^-x)} */
    default Tensor sigmoid() {
        return execute("sigmoid", self());
    }

    /** {@return log(sigmoid(this)), without overflow and to full accuracy near 0} */
    default Tensor logSigmoid() {
        return self().neg().softplus().neg();
    }

    /** {@return log(1 + e^this), without overflow and to full accuracy near 0} */
    default Tensor softplus() {
        return execute("softplus", self());
    }

    // ---- special functions ----

    /** {@return the error function} */
    default Tensor erf() {
        return execute("erf", self());
    }

    /** {@return 1 - erf(this), to full accuracy where that is tiny} */
    default Tensor erfc() {
        return execute("erfc", self());
    }

    /** {@return the logarithm of the magnitude of the gamma function; infinite at its poles} */
    default Tensor lgamma() {
        return execute("lgamma", self());
    }

    /** {@return the derivative of lgamma; NaN at the poles below 0} */
    default Tensor digamma() {
        return execute("digamma", self());
    }

    /**
     * {@return a derivative of digamma, for arguments of both signs}; at the poles, the whole numbers up to 0, infinite for odd orders and
     * NaN below 0 for even ones. In float64, and for n as order, the error is at most n + 6 units in the last place above 0, and below it
     * 2n + 8 units of the greater value, by magnitude, at the distances to the poles on both sides; for n = 0 it is that of
     * {@link #digamma}.
     *
     * @param order how often digamma is derived, a whole number from 0 to 100, or the result is NaN; without gradient
     */
    default Tensor polygamma(Operand order) {
        return execute("polygamma", order, self());
    }

    /**
     * {@return a derivative of digamma, as {@link #polygamma(Operand)}}
     *
     * @param order how often digamma is derived, a whole number from 0 to 100
     */
    default Tensor polygamma(Number order) {
        return polygamma(scalar(order));
    }

    /**
     * {@return this * log(y), and 0 with a slope of 0 where this is 0}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor xlogy(Operand y) {
        return execute("xlogy", self(), y);
    }

    /**
     * {@return this * log(y), and 0 with a slope of 0 where this is 0}
     *
     * @param y a scalar
     */
    default Tensor xlogy(Number y) {
        return xlogy(scalar(y));
    }

    /**
     * {@return this * log1p(y), and 0 with a slope of 0 where this is 0}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor xlog1py(Operand y) {
        return execute("xlog1py", self(), y);
    }

    /**
     * {@return this * log1p(y), and 0 with a slope of 0 where this is 0}
     *
     * @param y a scalar
     */
    default Tensor xlog1py(Number y) {
        return xlog1py(scalar(y));
    }

    /**
     * {@return this / y, and 0 with a slope of 0 where this is 0}
     *
     * @param y of the same dtype, any broadcastable shape
     */
    default Tensor xdivy(Operand y) {
        return execute("xdivy", self(), y);
    }

    /**
     * {@return this / y, and 0 with a slope of 0 where this is 0}
     *
     * @param y a scalar
     */
    default Tensor xdivy(Number y) {
        return xdivy(scalar(y));
    }

    private Operand self() {
        return (Operand) this;
    }

    private Tensor scalar(Number y) {
        return Literals.scalar(y, self().dtype(), "the operand " + self().spec());
    }
}
