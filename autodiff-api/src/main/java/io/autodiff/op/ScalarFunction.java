package io.autodiff.op;

/**
 * The functions of one element that ops are built of. Each has IEEE 754 semantics; on integers, those that are defined for them
 * wrap as Java's do.
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
    /** The square root; floating. */
    SQRT(1),
    /** e to the power of a; floating. */
    EXP(1),
    /** The natural logarithm; floating. */
    LOG(1),
    /** The sine; floating. */
    SIN(1),
    /** The cosine; floating. */
    COS(1),
    /** The hyperbolic tangent; floating. */
    TANH(1),
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
    /** b where a, a bool, holds; c elsewhere. */
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
