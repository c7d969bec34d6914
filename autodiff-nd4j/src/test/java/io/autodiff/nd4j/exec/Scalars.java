package io.autodiff.nd4j.exec;

import io.autodiff.op.ScalarFunction;

/** What the scalar functions are on Java's doubles and longs, for tests of other packages. */
public final class Scalars {
    private Scalars() {}

    /** A function of one or two numbers; of one, {@code b} is ignored. */
    public static double floating(ScalarFunction function, double a, double b) {
        return ScalarArithmetic.floating(function, a, b);
    }

    /** A function of one or two integers that refuses none; of one, {@code b} is ignored. */
    public static long integer(ScalarFunction function, long a, long b) {
        return ScalarArithmetic.integer(function, a, b, null, 0);
    }
}
