package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes e to the power of x and what follows from it. With n the integer next to x / ln 2 and r = x - n ln 2, so that {@code |r| <=
 * ln 2 / 2}: exp x = 2^n exp r, and exp r - 1 is r + r^2 q(r), q being a polynomial that is least wrong on that interval
 * (Chebyshev). The factor 2^n is multiplied in two steps, since 2^n alone may be beyond the dtype where the result is not.
 */
final class ExponentialCode {
    /** Where the result is 0, or infinite, in any case. NaN passes both comparisons. */
    private record Limits(double low, double high) {}

    private static final Limits LIMITS_32 = new Limits(-104, 89);
    private static final Limits LIMITS_64 = new Limits(-746, 710);
    /** Where tanh is 1, as an argument of exp 2x. */
    private static final Limits TANH_LIMITS = new Limits(0, 44);

    private static final double[] Q_32 = {
        0.5, 0.16666575853290097, 0.04166655319758474, 0.00836336768222696, 0.0013926419216849447
    };
    private static final double[] Q_64 = {
        0.5,
        0.1666666666666667,
        0.04166666666666667,
        0.008333333333325952,
        0.0013888888888883618,
        0.0001984126987546003,
        2.4801587326004348e-05,
        2.755725459172683e-06,
        2.7557273065768527e-07,
        2.5105552434116286e-08,
        2.091492650037574e-09
    };

    /** erf x = x p(x^2), for {@code |x| < 1}. */
    private static final double[] ERF_NEAR = {
        1.1283791656735351,
        -0.37612625224753854,
        0.11283575795849737,
        -0.026853317129644838,
        0.0051871959389758115,
        -0.0007998608582262481,
        7.810312249790718e-05
    };
    /** log(1 - erf x), from 1 to 4, where erf x is 1 in float32. */
    private static final double[] ERF_FAR = {
        -0.0007763439264075033,
        -1.1258337361228492,
        -0.6392596995085946,
        -0.10316658418078165,
        0.02254404184858639,
        -0.0034143340222239664,
        0.00031413181220867655,
        -1.3093924526113074e-05
    };

    private static final double LOG2_E = 0x1.71547652b82fep+0;

    private final VectorCode code;

    ExponentialCode(VectorCode code) {
        this.code = code;
    }

    /**
     * exp x = (1 + minusOne) * 2^exponent.
     *
     * @param minusOne exp r - 1
     * @param exponent n, as an integer of the same number of bits
     */
    private record Parts(String minusOne, String exponent) {}

    /** e^x. */
    String exp(DType t, String x) {
        return exp(t, x, code.constant(t, 0.0));
    }

    /** e^(x + low), where low is below a unit in the last place of x: what is left of x that has more digits than the dtype. */
    String exp(DType t, String x, String low) {
        Parts parts = parts(t, x, low, t == DType.FLOAT32 ? LIMITS_32 : LIMITS_64);
        DType bits = VectorCode.bitsOf(t);
        String half = code.op("ashr", bits, parts.exponent, code.constant(bits, 1));
        String rest = code.sub(bits, parts.exponent, half);
        String first = code.mul(t, code.add(t, code.constant(t, 1.0), parts.minusOne), powerOfTwo(t, half));
        return code.mul(t, first, powerOfTwo(t, rest));
    }

    /** e^x - 1. */
    String expm1(DType t, String x) {
        Parts parts = parts(t, x, code.constant(t, 0.0), t == DType.FLOAT32 ? LIMITS_32 : LIMITS_64);
        DType bits = VectorCode.bitsOf(t);
        String half = code.op("ashr", bits, parts.exponent, code.constant(bits, 1));
        String rest = code.sub(bits, parts.exponent, half);
        // 2^half (r' + 1 - 2^-n) 2^rest, r' being exp r - 1.
        String first = powerOfTwo(t, half);
        String one = powerOfTwo(t, code.sub(bits, code.constant(bits, 0), rest));
        String minusOne = code.fma(t, first, parts.minusOne, code.sub(t, first, one));
        String result = code.mul(t, minusOne, powerOfTwo(t, rest));
        return code.select(t, code.compare("oeq", t, x, code.constant(t, 0.0)), x, result);
    }

    /** (e^2x - 1) / (e^2x + 1), of the magnitude; the sign comes back at the end, and with it -0. */
    String tanh(DType t, String x) {
        String magnitude = code.call("fabs", t, x);
        Parts parts = parts(t, code.add(t, magnitude, magnitude), code.constant(t, 0.0), TANH_LIMITS);
        String scale = powerOfTwo(t, parts.exponent);
        String scaleMinusOne = code.sub(t, scale, code.constant(t, 1.0));
        String minusOne = code.fma(t, scale, parts.minusOne, scaleMinusOne);
        String result = code.div(t, minusOne, code.add(t, minusOne, code.constant(t, 2.0)));
        return code.copySign(t, result, x);
    }

    /** The error function in float32. */
    String erf32(String x) {
        DType t = DType.FLOAT32;
        String magnitude = code.call("fabs", t, x);
        String near = code.mul(t, x, code.polynomial(t, code.mul(t, x, x), ERF_NEAR));
        String limited = clamp(t, magnitude, new Limits(0, 4.05));
        String rest = exp(t, code.polynomial(t, limited, ERF_FAR));
        String far = code.copySign(t, code.sub(t, code.constant(t, 1.0), rest), x);
        return code.select(t, code.compare("olt", t, magnitude, code.constant(t, 1.0)), near, far);
    }

    private Parts parts(DType t, String given, String low, Limits limits) {
        String x = clamp(t, given, limits);
        // Added to a number of which the last bit is 1, a fraction is rounded away; what stays in the low bits is n.
        String magic = code.constant(t, t == DType.FLOAT32 ? 0x1.8p23 : 0x1.8p52);
        String shifted = code.fma(t, x, code.constant(t, LOG2_E), magic);
        String n = code.sub(t, shifted, magic);
        String r = code.fma(t, n, code.constant(t, t == DType.FLOAT32 ? -0x1.62e43p-1 : -0x1.62e42fefa39efp-1), x);
        r = code.fma(t, n, code.constant(t, t == DType.FLOAT32 ? 0x1.05c61p-29 : -0x1.abc9e3b39803fp-56), r);
        if (!low.equals(code.constant(t, 0.0))) {
            r = code.add(t, r, low);
        }
        String q = code.polynomial(t, r, t == DType.FLOAT32 ? Q_32 : Q_64);
        DType bits = VectorCode.bitsOf(t);
        String exponent =
                code.sub(bits, code.convert("bitcast", t, shifted, bits), code.convert("bitcast", t, magic, bits));
        return new Parts(code.fma(t, code.mul(t, r, r), q, r), exponent);
    }

    private String clamp(DType t, String x, Limits limits) {
        String low = code.constant(t, limits.low);
        String high = code.constant(t, limits.high);
        String raised = code.select(t, code.compare("olt", t, x, low), low, x);
        return code.select(t, code.compare("ogt", t, raised, high), high, raised);
    }

    /** 2^n as its bits, for n of a normal number. */
    private String powerOfTwo(DType t, String n) {
        DType bits = VectorCode.bitsOf(t);
        String biased = code.add(bits, n, code.constant(bits, t == DType.FLOAT32 ? 127 : 1023));
        String shifted = code.op("shl", bits, biased, code.constant(bits, t == DType.FLOAT32 ? 23 : 52));
        return code.convert("bitcast", bits, shifted, t);
    }
}
