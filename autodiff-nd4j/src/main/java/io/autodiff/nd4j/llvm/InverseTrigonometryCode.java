package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes arc functions of float64. Polynomials are fitted (Chebyshev) to small arguments, to which the others are taken back: by atan a =
 * pi / 4 + atan((a - 1) / (a + 1)) = pi / 2 - atan(1 / a), and by asin a = pi / 2 - 2 asin(sqrt((1 - a) / 2)).
 */
final class InverseTrigonometryCode {
    private static final DType T = DType.FLOAT64;

    private static final double TAN_EIGHTH = 0.41421356237309503;
    private static final double TAN_THREE_EIGHTHS = 2.414213562373095;
    /** What pi as a float64 lacks. */
    private static final double PI_LOW = 1.2246467991473532e-16;

    /** atan r = r + r^3 p(r^2), for {@code |r| <= tan(pi / 8)}. */
    private static final double[] ATAN = {
        -0.3333333333333333,
        0.19999999999999798,
        -0.14285714285658357,
        0.11111111105012439,
        -0.09090908746395011,
        0.07692296169878635,
        -0.06666421206380074,
        0.05878886754359496,
        -0.05230143597424424,
        0.045501781384515216,
        -0.034534221885055595,
        0.016245542267001718
    };
    /** asin r = r + r^3 p(r^2), for {@code |r| <= 1/2}. */
    private static final double[] ASIN = {
        0.16666666666666669,
        0.07499999999998433,
        0.04464285714635543,
        0.030381944138531247,
        0.02237217294214989,
        0.017352392720869973,
        0.013971212973552933,
        0.011479177415184906,
        0.01032281435018578,
        0.005457506718640358,
        0.01740087944269402,
        -0.014851887071247204,
        0.028757851367421566
    };

    private final VectorCode code;

    InverseTrigonometryCode(VectorCode code) {
        this.code = code;
    }

    private String constant(double value) {
        return code.constant(T, value);
    }

    String atan(String x) {
        return code.copySign(T, atanOfMagnitude(code.call("fabs", T, x)), x);
    }

    /** The angle of the point (x, y). */
    String atan2(String y, String x) {
        String a = code.call("fabs", T, y);
        String b = code.call("fabs", T, x);
        String ratio = code.div(T, a, b);
        // Where the ratio is 0 / 0, C99 wants that of the axis; where it is of two infinities, of the diagonal.
        String zeros = code.compare("oeq", T, code.add(T, a, b), constant(0));
        ratio = code.select(T, zeros, constant(0), ratio);
        String infinity = constant(Double.POSITIVE_INFINITY);
        String infinities =
                code.op("and", DType.BOOL, code.compare("oeq", T, a, infinity), code.compare("oeq", T, b, infinity));
        ratio = code.select(T, infinities, constant(1), ratio);
        String angle = atanOfMagnitude(ratio);
        String behind = code.sub(T, constant(Math.PI), code.sub(T, angle, constant(PI_LOW)));
        DType bits = DType.INT64;
        String negative = code.compare("slt", bits, code.convert("bitcast", T, x, bits), code.constant(bits, 0));
        return code.copySign(T, code.select(T, negative, behind, angle), y);
    }

    private String atanOfMagnitude(String a) {
        String far = code.compare("ogt", T, a, constant(TAN_THREE_EIGHTHS));
        String middle = code.compare("ogt", T, a, constant(TAN_EIGHTH));
        String one = constant(1);
        String above = code.select(T, far, constant(-1), code.select(T, middle, code.sub(T, a, one), a));
        String below = code.select(T, far, a, code.select(T, middle, code.add(T, a, one), one));
        String r = code.div(T, above, below);
        String z = code.mul(T, r, r);
        String high =
                code.select(T, far, constant(Math.PI / 2), code.select(T, middle, constant(Math.PI / 4), constant(0)));
        String low =
                code.select(T, far, constant(PI_LOW / 2), code.select(T, middle, constant(PI_LOW / 4), constant(0)));
        String rest = code.fma(T, code.mul(T, r, z), code.polynomial(T, z, ATAN), low);
        return code.add(T, high, code.add(T, r, rest));
    }

    /**
     * What arc sine and arc cosine have in common.
     *
     * @param large whether {@code |x| > 1/2}
     * @param half asin of sqrt((1 - |x|) / 2) if so, else of |x|
     */
    private record Parts(String large, String half) {}

    private Parts parts(String x) {
        String a = code.call("fabs", T, x);
        String large = code.compare("ogt", T, a, constant(0.5));
        String complement = code.mul(T, code.sub(T, constant(1), a), constant(0.5));
        String z = code.select(T, large, complement, code.mul(T, a, a));
        String s = code.select(T, large, code.call("sqrt", T, complement), a);
        return new Parts(large, code.fma(T, code.mul(T, s, z), code.polynomial(T, z, ASIN), s));
    }

    private String quarterLess(String angle) {
        return code.sub(T, constant(Math.PI / 2), code.sub(T, angle, constant(PI_LOW / 2)));
    }

    String asin(String x) {
        Parts parts = parts(x);
        String twice = code.add(T, parts.half, parts.half);
        return code.copySign(T, code.select(T, parts.large, quarterLess(twice), parts.half), x);
    }

    String acos(String x) {
        Parts parts = parts(x);
        String twice = code.add(T, parts.half, parts.half);
        String behind = code.sub(T, constant(Math.PI), code.sub(T, twice, constant(PI_LOW)));
        String large = code.select(T, code.compare("olt", T, x, constant(0)), behind, twice);
        String small = quarterLess(code.copySign(T, parts.half, x));
        return code.select(T, parts.large, large, small);
    }
}
