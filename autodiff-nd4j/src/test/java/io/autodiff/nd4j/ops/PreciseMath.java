package io.autodiff.nd4j.ops;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Functions to fifty digits or more, by series that need nothing but arithmetic: what those of doubles are measured against. */
final class PreciseMath {
    private static final MathContext DIGITS = new MathContext(70);
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    /** Beyond this the asymptotic series of the gamma function reach all digits. */
    private static final int SHIFT = 60;

    private static final int BERNOULLI_NUMBERS = 40;
    private static final BigDecimal[] BERNOULLI = bernoulli();

    private PreciseMath() {}

    static BigDecimal exp(BigDecimal x) {
        // e^x = (e^(x / 2^k))^(2^k); each square loses a bit.
        int k = 8 + Math.max(0, Math.getExponent(x.doubleValue()));
        BigDecimal r = x.divide(TWO.pow(k), DIGITS);
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int i = 1; i < 60; i++) {
            term = term.multiply(r).divide(BigDecimal.valueOf(i), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        for (int i = 0; i < k; i++) {
            sum = sum.multiply(sum, DIGITS);
        }
        return sum;
    }

    static BigDecimal expm1(BigDecimal x) {
        return exp(x).subtract(BigDecimal.ONE, DIGITS);
    }

    /** Halley's iteration, which triples the digits each time. */
    static BigDecimal log(BigDecimal x) {
        BigDecimal y = new BigDecimal(Math.log(x.doubleValue()));
        for (int i = 0; i < 3; i++) {
            BigDecimal e = exp(y);
            y = y.add(TWO.multiply(x.subtract(e)).divide(x.add(e), DIGITS), DIGITS);
        }
        return y;
    }

    static BigDecimal log1p(BigDecimal x) {
        return log(x.add(BigDecimal.ONE));
    }

    static BigDecimal cbrt(BigDecimal x) {
        BigDecimal root = exp(log(x.abs()).divide(BigDecimal.valueOf(3), DIGITS));
        return x.signum() < 0 ? root.negate() : root;
    }

    static BigDecimal hypot(BigDecimal x, BigDecimal y) {
        return x.multiply(x).add(y.multiply(y)).sqrt(DIGITS);
    }

    static BigDecimal sinh(BigDecimal x) {
        return exp(x).subtract(exp(x.negate())).divide(TWO, DIGITS);
    }

    static BigDecimal cosh(BigDecimal x) {
        return exp(x).add(exp(x.negate())).divide(TWO, DIGITS);
    }

    static BigDecimal tanh(BigDecimal x) {
        return sinh(x).divide(cosh(x), DIGITS);
    }

    static BigDecimal asinh(BigDecimal x) {
        BigDecimal m = x.abs();
        BigDecimal positive = log(m.add(hypot(m, BigDecimal.ONE)));
        return x.signum() < 0 ? positive.negate() : positive;
    }

    static BigDecimal acosh(BigDecimal x) {
        return log(x.add(x.multiply(x).subtract(BigDecimal.ONE).sqrt(DIGITS)));
    }

    static BigDecimal atanh(BigDecimal x) {
        return log(BigDecimal.ONE.add(x).divide(BigDecimal.ONE.subtract(x), DIGITS))
                .divide(TWO, DIGITS);
    }

    static BigDecimal softplus(BigDecimal x) {
        return log1p(exp(x));
    }

    static BigDecimal erf(BigDecimal x) {
        return BigDecimal.ONE.subtract(erfc(x));
    }

    /** One minus the Maclaurin series of erf, whose terms grow to e^(x^2) before they fall. */
    static BigDecimal erfc(BigDecimal x) {
        BigDecimal square = x.multiply(x);
        MathContext digits = new MathContext(DIGITS.getPrecision() + square.intValue());
        BigDecimal power = x;
        BigDecimal sum = x;
        for (int n = 1; power.signum() != 0 && power.precision() - power.scale() > -digits.getPrecision(); n++) {
            power = power.multiply(square).negate().divide(BigDecimal.valueOf(n), digits);
            sum = sum.add(power.divide(BigDecimal.valueOf(2L * n + 1), digits), digits);
        }
        return BigDecimal.ONE.subtract(TWO.multiply(sum).divide(pi(digits).sqrt(digits), digits), digits);
    }

    /** Machin's formula. */
    private static BigDecimal pi(MathContext digits) {
        return BigDecimal.valueOf(16)
                .multiply(arctanOfInverse(5, digits))
                .subtract(BigDecimal.valueOf(4).multiply(arctanOfInverse(239, digits)));
    }

    private static BigDecimal arctanOfInverse(int x, MathContext digits) {
        BigDecimal power = BigDecimal.ONE.divide(BigDecimal.valueOf(x), digits);
        BigDecimal sum = power;
        for (int n = 3; n < 2 * digits.getPrecision(); n += 2) {
            power = power.divide(BigDecimal.valueOf(-(long) x * x), digits);
            sum = sum.add(power.divide(BigDecimal.valueOf(n), digits));
        }
        return sum;
    }

    /** Stirling's series at x + 60, and the recurrence down from there; also for negative x. */
    static BigDecimal lgamma(BigDecimal x) {
        BigDecimal z = x.add(BigDecimal.valueOf(SHIFT));
        BigDecimal product = BigDecimal.ONE;
        for (int k = 0; k < SHIFT; k++) {
            product = product.multiply(x.add(BigDecimal.valueOf(k)), DIGITS);
        }
        BigDecimal half = new BigDecimal("0.5");
        BigDecimal sum = z.subtract(half)
                .multiply(log(z))
                .subtract(z)
                .add(half.multiply(log(TWO.multiply(pi(DIGITS)))))
                .subtract(log(product.abs()));
        for (int k = 1; k <= BERNOULLI_NUMBERS; k++) {
            BigDecimal divisor = BigDecimal.valueOf(2L * k * (2L * k - 1)).multiply(z.pow(2 * k - 1, DIGITS));
            sum = sum.add(BERNOULLI[k].divide(divisor, DIGITS), DIGITS);
        }
        return sum;
    }

    /** The derivative of {@link #lgamma}, term by term. */
    static BigDecimal digamma(BigDecimal x) {
        BigDecimal z = x.add(BigDecimal.valueOf(SHIFT));
        BigDecimal sum = log(z).subtract(BigDecimal.ONE.divide(TWO.multiply(z), DIGITS));
        for (int k = 1; k <= BERNOULLI_NUMBERS; k++) {
            sum = sum.subtract(
                    BERNOULLI[k].divide(BigDecimal.valueOf(2L * k).multiply(z.pow(2 * k, DIGITS)), DIGITS), DIGITS);
        }
        for (int k = 0; k < SHIFT; k++) {
            sum = sum.subtract(BigDecimal.ONE.divide(x.add(BigDecimal.valueOf(k)), DIGITS), DIGITS);
        }
        return sum;
    }

    /** The n-th derivative of {@link #digamma}, n at least 1, term by term. */
    static BigDecimal polygamma(int n, BigDecimal x) {
        BigDecimal z = x.add(BigDecimal.valueOf(SHIFT));
        BigDecimal sum = BigDecimal.ONE
                .divide(BigDecimal.valueOf(n).multiply(z.pow(n)), DIGITS)
                .add(BigDecimal.ONE.divide(TWO.multiply(z.pow(n + 1)), DIGITS));
        BigDecimal factor = BigDecimal.ONE.divide(z.pow(n), DIGITS);
        for (int k = 1; k <= BERNOULLI_NUMBERS; k++) {
            // (n + 2k - 1)! / (n! (2k)! z^(n + 2k)), from the one before.
            long above = k == 1 ? n + 1L : (n + 2L * k - 1) * (n + 2L * k - 2);
            long below = (2L * k) * (2L * k - 1);
            factor = factor.multiply(BigDecimal.valueOf(above))
                    .divide(BigDecimal.valueOf(below).multiply(z.multiply(z)), DIGITS);
            sum = sum.add(BERNOULLI[k].multiply(factor), DIGITS);
        }
        for (int k = 0; k < SHIFT; k++) {
            sum = sum.add(BigDecimal.ONE.divide(x.add(BigDecimal.valueOf(k)).pow(n + 1), DIGITS), DIGITS);
        }
        for (int k = 2; k <= n; k++) {
            sum = sum.multiply(BigDecimal.valueOf(k), DIGITS);
        }
        return n % 2 == 0 ? sum.negate() : sum;
    }

    /** Bernoulli numbers of twice the index, of the tangent numbers, which are integers; Knuth and Buckholtz, 1967. */
    private static BigDecimal[] bernoulli() {
        BigInteger[] tangents = new BigInteger[BERNOULLI_NUMBERS + 1];
        tangents[1] = BigInteger.ONE;
        for (int k = 2; k < tangents.length; k++) {
            tangents[k] = tangents[k - 1].multiply(BigInteger.valueOf(k - 1));
        }
        for (int k = 2; k < tangents.length; k++) {
            for (int j = k; j < tangents.length; j++) {
                tangents[j] = tangents[j - 1]
                        .multiply(BigInteger.valueOf(j - k))
                        .add(tangents[j].multiply(BigInteger.valueOf(j - k + 2)));
            }
        }
        BigDecimal[] numbers = new BigDecimal[BERNOULLI_NUMBERS + 1];
        for (int k = 1; k < numbers.length; k++) {
            BigInteger power = BigInteger.ONE.shiftLeft(2 * k);
            BigDecimal magnitude = new BigDecimal(tangents[k].multiply(BigInteger.valueOf(2L * k)))
                    .divide(new BigDecimal(power.multiply(power.subtract(BigInteger.ONE))), DIGITS);
            numbers[k] = k % 2 == 0 ? magnitude.negate() : magnitude;
        }
        return numbers;
    }
}
