package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes x to the power of y as exp(y log |x|), with C99's special cases. The logarithm of a float32 is a float64, that of a float64
 * a sum of two, since y multiplies its error.
 */
final class PowerCode {
    private static final int MOST_PLAIN_PRODUCTS = 5;
    private static final int MOST_PRODUCTS = 64;

    private static final double LN2_HIGH = 0x1.62e42fefa39efp-1;
    private static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

    /** With s = f / (2 + f): log(1 + f) = 2s + 2/3 s^3 + s^5 p(s^2). */
    private static final double[] P = {
        0.4,
        0.28571428571429447,
        0.222222222216059,
        0.18181818346644893,
        0.15384593768646934,
        0.13334869173305192,
        0.117045216594152,
        0.11740984809474063
    };

    private final VectorCode code;
    private final ExponentialCode exponential;
    private final LogarithmCode logarithm;

    PowerCode(VectorCode code, ExponentialCode exponential, LogarithmCode logarithm) {
        this.code = code;
        this.exponential = exponential;
        this.logarithm = logarithm;
    }

    String pow(DType t, String x, String y) {
        if (t == DType.FLOAT32) {
            String wide = pow64(
                    code.convert("fpext", t, x, DType.FLOAT64), code.convert("fpext", t, y, DType.FLOAT64), false);
            return code.convert("fptrunc", DType.FLOAT64, wide, t);
        }
        return pow64(x, y, true);
    }

    /**
     * A constant power: by products where they are right to 4 units in the last place. Each of them adds half a unit at least and one at
     * most, so that is up to the fifth power; for float32 up to the {@value #MOST_PRODUCTS}th, in float64.
     */
    String constantPower(DType t, String x, double exponent) {
        if (exponent == -1) {
            return code.div(t, code.constant(t, 1.0), x);
        }
        boolean whole = exponent == Math.rint(exponent) && exponent >= 0;
        if (whole && exponent <= MOST_PLAIN_PRODUCTS) {
            return products(t, x, (int) exponent);
        }
        if (whole && exponent <= MOST_PRODUCTS && t == DType.FLOAT32) {
            String power = products(DType.FLOAT64, code.convert("fpext", t, x, DType.FLOAT64), (int) exponent);
            return code.convert("fptrunc", DType.FLOAT64, power, t);
        }
        return pow(t, x, code.constant(t, exponent));
    }

    /** By squares, from the first digit of the exponent on. */
    private String products(DType t, String x, int exponent) {
        if (exponent == 0) {
            return code.constant(t, 1.0);
        }
        String power = x;
        for (int digit = Integer.highestOneBit(exponent) / 2; digit > 0; digit /= 2) {
            power = code.mul(t, power, power);
            if ((exponent & digit) != 0) {
                power = code.mul(t, power, x);
            }
        }
        return power;
    }

    private String pow64(String x, String y, boolean precise) {
        DType t = DType.FLOAT64;
        String magnitude = code.call("fabs", t, x);
        String power =
                precise ? precise(magnitude, y) : exponential.exp(t, code.mul(t, y, logarithm.log(t, magnitude)));
        return special(x, magnitude, y, power);
    }

    /** A number and what it lacks. */
    private record Pair(String high, String low) {}

    private Pair sumOfLargerFirst(String a, String b) {
        DType t = DType.FLOAT64;
        String sum = code.add(t, a, b);
        return new Pair(sum, code.sub(t, b, code.sub(t, sum, a)));
    }

    private Pair product(String a, String b) {
        DType t = DType.FLOAT64;
        String product = code.mul(t, a, b);
        return new Pair(product, code.fma(t, a, b, code.neg(t, product)));
    }

    private Pair product(Pair a, Pair b) {
        DType t = DType.FLOAT64;
        Pair product = product(a.high, b.high);
        String low = code.fma(t, a.high, b.low, code.fma(t, a.low, b.high, product.low));
        return sumOfLargerFirst(product.high, low);
    }

    private Pair sum(Pair a, Pair b) {
        DType t = DType.FLOAT64;
        Pair sum = sumOfLargerFirst(a.high, b.high);
        return sumOfLargerFirst(sum.high, code.add(t, sum.low, code.add(t, a.low, b.low)));
    }

    private String precise(String x, String y) {
        DType t = DType.FLOAT64;
        Pair log = log(x);
        String single = logarithm.special(t, x, log.high);
        String high = code.mul(t, y, single);
        String low = code.fma(t, y, log.low, code.fma(t, y, log.high, code.neg(t, high)));
        // Where the product is not finite, or 0, there is no low part.
        String size = code.call("fabs", t, high);
        String small = code.compare("olt", t, size, code.constant(t, 1000.0));
        String positive = code.compare("ogt", t, x, code.constant(t, 0.0));
        String finite = code.compare("olt", t, x, code.constant(t, Double.POSITIVE_INFINITY));
        String counts = code.op("and", DType.BOOL, small, code.op("and", DType.BOOL, positive, finite));
        return exponential.exp(t, high, code.select(t, counts, low, code.constant(t, 0.0)));
    }

    /** The logarithm of a positive, finite number to about 67 bits. */
    private Pair log(String x) {
        DType t = DType.FLOAT64;
        LogarithmCode.Parts parts = logarithm.parts(t, x);
        String f = parts.f();
        // s = f / d, d = 2 + f: what the divisor and the quotient lack is divided too.
        String two = code.constant(t, 2.0);
        Pair d = sumOfLargerFirst(two, f);
        String quotient = code.div(t, f, d.high);
        String missing = code.fma(t, code.neg(t, quotient), d.high, f);
        missing = code.fma(t, code.neg(t, quotient), d.low, missing);
        Pair s = new Pair(quotient, code.div(t, missing, d.high));
        Pair z = product(s, s);
        Pair cube = product(s, z);
        Pair third = product(cube, new Pair(code.constant(t, 2.0 / 3), code.constant(t, 0x1.5555555555555p-55)));
        String tail = code.mul(t, code.mul(t, cube.high, z.high), code.polynomial(t, z.high, P));
        Pair twice = new Pair(code.add(t, s.high, s.high), code.add(t, s.low, s.low));
        Pair log = sum(twice, sumOfLargerFirst(third.high, code.add(t, third.low, tail)));
        Pair ofExponent = product(parts.e(), code.constant(t, LN2_HIGH));
        String low = code.fma(t, parts.e(), code.constant(t, LN2_LOW), ofExponent.low);
        // With the exponent 0, the first addend is 0 and not the larger one; the sum is exact all the same.
        return sum(new Pair(ofExponent.high, low), log);
    }

    /** Signs, and the powers that are no exponentials; {@code power} is that of the magnitude. */
    private String special(String x, String magnitude, String y, String power) {
        DType t = DType.FLOAT64;
        String zero = code.constant(t, 0.0);
        String one = code.constant(t, 1.0);
        String infinity = code.constant(t, Double.POSITIVE_INFINITY);
        String sizeOfY = code.call("fabs", t, y);
        String finiteY = code.compare("olt", t, sizeOfY, infinity);
        // y is odd if y is an integer and y / 2 is none.
        String half = code.mul(t, y, code.constant(t, 0.5));
        String whole = code.compare("oeq", t, code.call("floor", t, y), y);
        String even = code.compare("oeq", t, code.call("floor", t, half), half);
        String odd =
                code.op("and", DType.BOOL, whole, code.op("xor", DType.BOOL, even, code.constant(DType.BOOL, 1.0)));
        odd = code.op("and", DType.BOOL, odd, finiteY);
        String signed = code.copySign(t, power, x);
        String result = code.select(t, odd, signed, power);
        // A negative number has no power that is no integer.
        String negative = code.op(
                "and", DType.BOOL, code.compare("olt", t, x, zero), code.compare("olt", t, magnitude, infinity));
        String broken = code.op("xor", DType.BOOL, whole, code.constant(DType.BOOL, 1.0));
        String none = code.op("and", DType.BOOL, negative, code.op("and", DType.BOOL, broken, finiteY));
        result = code.select(t, none, code.constant(t, Double.NaN), result);
        // -1 to an infinite power is 1, 1 to any is, and so is anything to 0.
        String unit = code.op(
                "and", DType.BOOL, code.compare("oeq", t, magnitude, one), code.compare("oeq", t, sizeOfY, infinity));
        unit = code.op("or", DType.BOOL, unit, code.compare("oeq", t, x, one));
        unit = code.op("or", DType.BOOL, unit, code.compare("oeq", t, y, zero));
        return code.select(t, unit, one, result);
    }
}
