package io.autodiff.nd4j.exec;

/**
 * The inverse hyperbolic functions, which Java lacks, by the identities of Abramowitz and Stegun, 4.6.20 to 4.6.22, written with
 * log1p so that nothing cancels. Within 4 units in the last place.
 */
final class InverseHyperbolic {
    private static final double LOG_2 = 0.6931471805599453;
    /** From here on x^2 + 1 is x^2, and x^2 may be beyond the numbers. */
    private static final double HUGE = 0x1p28;

    private InverseHyperbolic() {}

    static double asinh(double x) {
        double m = Math.abs(x);
        double positive = m > HUGE ? Math.log(m) + LOG_2 : Math.log1p(m + m * m / (1 + Math.sqrt(1 + m * m)));
        return Math.copySign(positive, x);
    }

    static double acosh(double x) {
        if (x > HUGE) {
            return Math.log(x) + LOG_2;
        }
        double t = x - 1;
        return t < 0 ? Double.NaN : Math.log1p(t + Math.sqrt(t * (t + 2)));
    }

    static double atanh(double x) {
        double m = Math.abs(x);
        return Math.copySign(0.5 * Math.log1p(2 * m / (1 - m)), x);
    }
}
