package io.autodiff.nd4j.exec;

import org.apache.commons.numbers.gamma.LogGamma;

/**
 * The logarithm of the gamma function and its derivatives. For positive arguments the first two are within 4 units in the last
 * place, and polygamma of order n within n + 6. Below 0, where they are differences, the unit of the first two is that of 1, or of
 * the terms where those are greater; polygamma is within 2n + 8 units of the greater of its values, by magnitude, at the distances to
 * the poles on both sides.
 *
 * <p>Commons Numbers has a digamma too, to eight digits.
 */
final class Gammas {
    private static final double HIGHEST_ORDER = 100;

    /** The zero of digamma on the positive numbers, as the sum of two doubles. */
    private static final double ROOT = 1.4616321449683622;

    private static final double ROOT_REST = 9.549995429965697e-17;

    /** Chebyshev coefficients of digamma(x) / (x - root) on [1, 2], from its values to 60 digits. */
    private static final double[] AROUND_ROOT = {
        0.983570260441567,
        -0.2270640863346444,
        0.03336889902393011,
        -0.005320077271596548,
        0.0008788656937820505,
        -0.00014773492650606044,
        2.5060543468359146e-05,
        -4.2721034029993324e-06,
        7.302769272465923e-07,
        -1.2502886813559594e-07,
        2.1425009322359472e-08,
        -3.673295918565179e-09,
        6.299717236108931e-10,
        -1.080593028883266e-10,
        1.853735192053638e-11,
        -3.18023536582553e-12,
        5.456147570322795e-13,
        -9.360993131036438e-14,
        1.606064636295075e-14,
        -2.7555431377438815e-15,
        4.727736178601912e-16,
        -8.11148420346509e-17,
        1.391707769474154e-17
    };

    /** The Bernoulli numbers of even index, from the second on. */
    private static final double[] BERNOULLI = {
        1 / 6.0,
        -1 / 30.0,
        1 / 42.0,
        -1 / 30.0,
        5 / 66.0,
        -691 / 2730.0,
        7 / 6.0,
        -3617 / 510.0,
        43867 / 798.0,
        -174611 / 330.0
    };

    private Gammas() {}

    /** Infinite at the poles, as C has it. */
    static double lgamma(double x) {
        return x <= 0 && x == Math.rint(x) ? Double.POSITIVE_INFINITY : LogGamma.value(x);
    }

    /** At 0 an infinity of the opposite sign, as the limit is; NaN at the other poles. */
    static double digamma(double x) {
        if (x < 0) {
            double r = x - Math.rint(x);
            // Reflection, Abramowitz and Stegun 6.3.7; the distance from the nearest pole is exact.
            return r == 0 ? Double.NaN : digamma(1 - x) - Math.PI * cotangentOfPi(r);
        }
        if (x < 1) {
            return digamma(x + 1) - 1 / x;
        }
        if (x < 10) {
            double sum = 0;
            double at = x;
            int steps = (int) Math.ceil(x - 2);
            for (int i = 0; i < steps; i++) {
                at--;
                sum += 1 / at;
            }
            return sum + (at - ROOT - ROOT_REST) * chebyshev(2 * at - 3);
        }
        // Abramowitz and Stegun 6.3.18; NaN ends here too.
        double perSquare = 1 / (x * x);
        double series = 0;
        for (int j = 8; j >= 1; j--) {
            series = (series + BERNOULLI[j - 1] / (2 * j)) * perSquare;
        }
        return Math.log(x) - 0.5 / x - series;
    }

    /** For up to a half, near which it is the tangent of what is missing: that loses no digits. */
    private static double cotangentOfPi(double r) {
        double m = Math.abs(r);
        double positive = m < 0.25 ? 1 / Math.tan(Math.PI * m) : Math.tan(Math.PI * (0.5 - m));
        return Math.copySign(positive, r);
    }

    /** Clenshaw's recurrence. */
    private static double chebyshev(double t) {
        double next = 0;
        double afterNext = 0;
        for (int j = AROUND_ROOT.length - 1; j > 0; j--) {
            double here = 2 * t * next - afterNext + AROUND_ROOT[j];
            afterNext = next;
            next = here;
        }
        return t * next - afterNext + AROUND_ROOT[0];
    }

    /** The derivative of digamma of a whole order up to 100, with which nothing overflows on the way; NaN of any other. */
    static double polygamma(double order, double x) {
        if (!(order >= 0 && order <= HIGHEST_ORDER) || order != Math.rint(order) || Double.isNaN(x)) {
            return Double.NaN;
        }
        int n = (int) order;
        if (n == 0) {
            return digamma(x);
        }
        double sign = n % 2 == 0 ? -1 : 1;
        if (x >= 0) {
            return sign * magnitude(n, x);
        }
        if (x == Math.rint(x)) {
            // A pole, which is infinite from both sides if the order is odd; or minus infinity.
            return sign > 0 && x != Double.NEGATIVE_INFINITY ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        // The terms whose base is negative are, but for signs, those of ceil(x) - x that end before 1 - x.
        return sign * magnitude(n, x - Math.floor(x)) + magnitude(n, Math.ceil(x) - x) - magnitude(n, 1 - x);
    }

    /** n! times the zeta function of Hurwitz, the sum of (x + k)^-s over k from 0 on, for s = n + 1. */
    private static double magnitude(int n, double x) {
        if (x == Double.POSITIVE_INFINITY) {
            return 0;
        }
        double s = n + 1.0;
        // All in units of x^-s, the first term, since that may be beyond the numbers where the result is not.
        double rest = 0;
        double b = x + 1;
        double term = Math.pow(x / b, s);
        while (b < s + 10 && term > 0x1p-60 * rest) {
            rest += term;
            b++;
            term = Math.pow(x / b, s);
        }
        if (term > 0x1p-60 * rest) {
            rest += term * tail(s, b);
        }
        double result = (1 + rest) / x;
        for (int k = 1; k <= n; k++) {
            result *= k / x;
        }
        return result;
    }

    /** The formula of Euler and Maclaurin for the sum of (b / (b + k))^s over k from 0 on, with b at least 10. */
    private static double tail(double s, double b) {
        double tail = b / (s - 1) + 0.5;
        double factor = s / (2 * b);
        for (int j = 1; j <= BERNOULLI.length; j++) {
            tail += BERNOULLI[j - 1] * factor;
            factor *= (s + 2 * j - 1) / ((2 * j + 1) * b) * ((s + 2 * j) / ((2 * j + 2) * b));
        }
        return tail;
    }
}
