package io.autodiff.nd4j.exec;

import io.autodiff.op.ScalarFunction;

/** What the scalar functions are on Java's doubles, for tests of other packages. */
public final class Scalars {
    private Scalars() {}

    /** A function of one or two numbers; of one, {@code b} is ignored. */
    public static double floating(ScalarFunction function, double a, double b) {
        return ScalarArithmetic.floating(function, a, b);
    }
}
