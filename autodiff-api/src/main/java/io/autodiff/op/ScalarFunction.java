package io.autodiff.op;

/**
 * The functions of one element that ops are built of. Each has IEEE 754 semantics; on integers, those that are defined for them
 * wrap as Java's do. Those that say so are floating only; those of bools take and give nothing else.
 *
 * <pre>{@code
 * Op.named("sin").elementwise(e -> e.sin("x"))
 * }</pre>
 */
public enum ScalarFunction {
    /** a + b. */
    ADD(2),
    /** a - b. */
    SUB(2),
    /** a * b. */
    MUL(2),
    /** a / b; floating. */
    DIV(2),
    /** a to the power of b; floating. By C99: 1 to any power is 1, and so is anything to the power of 0. */
    POW(2),
    /** -a. */
    NEG(1),
    /** The magnitude. */
    ABS(1),
    /** -1, 0 or 1; the argument itself for a zero or NaN. */
    SIGN(1),
    /** The greater of a and b; NaN if one of them is. */
    MAX(2),
    /** The lesser of a and b; NaN if one of them is. */
    MIN(2),
    /** The greatest integer that is not above a; an integer itself. */
    FLOOR(1),
    /** The least integer that is not below a; an integer itself. */
    CEIL(1),
    /** The nearest integer to a, the even one of two; an integer itself. */
    ROUND(1),
    /**
     * The floor of a / b. Of integers, a divisor of 0 and the least number by -1 are refused with {@link
     * InvalidOperandException}.
     */
    FLOOR_DIV(2),
    /** a - b floor(a / b), of the sign of b. Of integers, a divisor of 0 is refused with {@link InvalidOperandException}. */
    FLOOR_MOD(2),
    /** The square root; floating. */
    SQRT(1),
    /** The cube root; floating. */
    CBRT(1),
    /** The square root of a^2 + b^2, without overflow on the way; floating. */
    HYPOT(2),
    /** e to the power of a; floating. */
    EXP(1),
    /** e to the power of a, minus 1, to full accuracy near 0; floating. */
    EXPM1(1),
    /** The natural logarithm; floating. */
    LOG(1),
    /** The natural logarithm of 1 + a, to full accuracy near 0; floating. */
    LOG1P(1),
    /** The sine; floating. */
    SIN(1),
    /** The cosine; floating. */
    COS(1),
    /** The tangent; floating. */
    TAN(1),
    /** The arc sine; floating. */
    ASIN(1),
    /** The arc cosine; floating. */
    ACOS(1),
    /** The arc tangent; floating. */
    ATAN(1),
    /** The angle from the positive first axis to the point (b, a), from -pi to pi; floating. */
    ATAN2(2),
    /** The hyperbolic sine; floating. */
    SINH(1),
    /** The hyperbolic cosine; floating. */
    COSH(1),
    /** The hyperbolic tangent; floating. */
    TANH(1),
    /** The inverse hyperbolic sine; floating. */
    ASINH(1),
    /** The inverse hyperbolic cosine; floating. */
    ACOSH(1),
    /** The inverse hyperbolic tangent; floating. */
    ATANH(1),
    /** The error function; floating. */
    ERF(1),
    /** 1 - erf(a), to full accuracy where that is tiny; floating. */
    ERFC(1),
    /** The logarithm of the magnitude of the gamma function; floating. */
    LGAMMA(1),
    /** The derivative of {@link #LGAMMA}; floating. */
    DIGAMMA(1),
    /** The a-th derivative of {@link #DIGAMMA} at b; NaN unless a is an integer from 0 to 100; floating. */
    POLYGAMMA(2),
    /** Whether both bools hold. */
    AND(2),
    /** Whether one of two bools holds, or both. */
    OR(2),
    /** Whether exactly one of two bools holds. */
    XOR(2),
    /** Whether a bool does not hold. */
    NOT(1),
    /** {@code a > b}, to bool. */
    GT(2),
    /** {@code a >= b}, to bool. */
    GTE(2),
    /** {@code a < b}, to bool. */
    LT(2),
    /** {@code a <= b}, to bool. */
    LTE(2),
    /** {@code a == b}, to bool. */
    EQ(2),
    /** {@code a != b}, to bool. */
    NEQ(2),
    /** b where a, a bool, holds; c elsewhere. Both may be computed, and so refused, whichever is taken. */
    SELECT(3),
    /** a in the dtype of the op's output; towards zero to an integer, which must be able to hold it. */
    CAST(1);

    private final int arity;

    ScalarFunction(int arity) {
        this.arity = arity;
    }

    /** {@return how many arguments it takes} */
    public int arity() {
        return arity;
    }

    /** {@return whether the result is a bool, whatever the arguments are} */
    public boolean isComparison() {
        return switch (this) {
            case GT, GTE, LT, LTE, EQ, NEQ -> true;
            default -> false;
        };
    }
}
