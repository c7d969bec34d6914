package io.autodiff.benchmarks;

/** The test that those who are measured do the same work. */
final class Peers {
    private static final double TOLERANCE = 1e-5;

    private Peers() {}

    /**
     * Throws unless two numbers agree.
     *
     * @param name of what is compared
     * @param actual what it gave
     * @param expected what plain Java gives
     */
    static void requireClose(String name, float actual, float expected) {
        double error = Math.abs(((double) actual - expected) / expected);
        // Not "error > tolerance": NaN must fail.
        if (!(error <= TOLERANCE)) {
            throw new IllegalStateException(name + " gives " + actual + ", and plain Java " + expected
                    + ": they do not compute the same, so their times cannot be compared");
        }
    }
}
