package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes the natural logarithm. With x = 2^e (1 + f), 1 + f being between the square roots of 1/2 and 2: log x = e ln 2 + log(1 +
 * f). Polynomials are fitted to those intervals (Chebyshev).
 */
final class LogarithmCode {
    /** log(1 + f) = f - f^2 / 2 + f^3 p(f). */
    private static final double[] P_32 = {
        0.3333333112188015,
        -0.2499999662693948,
        0.2000073050385224,
        -0.16667850972851767,
        0.1424855126436147,
        -0.12424037717650198,
        0.1168907113745787,
        -0.11494546612890219,
        0.06980701958664974
    };
    /** With s = f / (2 + f): log(1 + f) = 2 artanh s = 2s + s^3 p(s^2). */
    private static final double[] P_64 = {
        0.6666666666666666,
        0.4000000000000097,
        0.2857142857074805,
        0.22222222404222658,
        0.18181794312873434,
        0.15386311389438942,
        0.13266866717302975,
        0.13106424369024441
    };

    private final VectorCode code;

    LogarithmCode(VectorCode code) {
        this.code = code;
    }

    /**
     * x = 2^e (1 + f).
     *
     * @param f by which the one factor is more than 1
     * @param e the exponent, as a floating number
     */
    record Parts(String f, String e) {}

    /** The parts of a positive, finite number; of others, something. */
    Parts parts(DType t, String x) {
        boolean single = t == DType.FLOAT32;
        DType bits = VectorCode.bitsOf(t);
        // Denormals are made normal.
        String small = code.compare("olt", t, x, code.constant(t, single ? 0x1p-126 : 0x1p-1022));
        String normal = code.select(t, small, code.mul(t, x, code.constant(t, single ? 0x1p23 : 0x1p52)), x);
        String shift = code.select(t, small, code.constant(t, single ? -23.0 : -52.0), code.constant(t, 0.0));
        String pattern = code.convert("bitcast", t, normal, bits);
        // Taken from the square root of 1/2, the exponent changes at the square root of 2.
        long root =
                single ? Float.floatToRawIntBits((float) Math.sqrt(0.5)) : Double.doubleToRawLongBits(Math.sqrt(0.5));
        String mantissaBits = code.constant(bits, single ? 23 : 52);
        String exponent = code.op("ashr", bits, code.sub(bits, pattern, code.constant(bits, root)), mantissaBits);
        String mantissa =
                code.convert("bitcast", bits, code.sub(bits, pattern, code.op("shl", bits, exponent, mantissaBits)), t);
        String e = code.add(t, code.convert("sitofp", bits, exponent, t), shift);
        return new Parts(code.sub(t, mantissa, code.constant(t, 1.0)), e);
    }

    /** log x. */
    String log(DType t, String x) {
        return special(t, x, sum(t, parts(t, x), code.constant(t, 0.0)));
    }

    /** log(1 + x): of the sum u, and what the sum lost, divided by u. */
    String log1p(DType t, String x) {
        String zero = code.constant(t, 0.0);
        String one = code.constant(t, 1.0);
        String u = code.add(t, one, x);
        String lost = code.select(
                t,
                code.compare("oge", t, x, one),
                code.sub(t, one, code.sub(t, u, x)),
                code.sub(t, x, code.sub(t, u, one)));
        String regular = code.op(
                "and",
                DType.BOOL,
                code.compare("ogt", t, u, zero),
                code.compare("olt", t, u, code.constant(t, Double.POSITIVE_INFINITY)));
        String low = code.select(t, regular, code.div(t, lost, u), zero);
        String result = special(t, u, sum(t, parts(t, u), low));
        return code.select(t, code.compare("oeq", t, x, zero), x, result);
    }

    /** The logarithm, and a number that is small beside it. */
    private String sum(DType t, Parts parts, String low) {
        return t == DType.FLOAT32 ? sum32(parts, low) : sum64(parts, low);
    }

    private String sum32(Parts parts, String given) {
        DType t = DType.FLOAT32;
        String f = parts.f;
        String square = code.mul(t, f, f);
        String high = code.mul(t, square, code.polynomial(t, f, P_32));
        String rest = code.mul(t, f, high);
        rest = code.fma(t, parts.e, code.constant(t, 0x1.7f7d1cp-20), code.add(t, rest, given));
        rest = code.fma(t, square, code.constant(t, -0.5), rest);
        String log = code.add(t, f, rest);
        return code.fma(t, parts.e, code.constant(t, 0x1.62e4p-1), log);
    }

    private String sum64(Parts parts, String given) {
        DType t = DType.FLOAT64;
        String f = parts.f;
        String s = code.div(t, f, code.add(t, f, code.constant(t, 2.0)));
        String z = code.mul(t, s, s);
        String r = code.mul(t, z, code.polynomial(t, z, P_64));
        // 2s + s r = f - (h - s (h + r)), h = f^2 / 2: f is exact where 2s is rounded.
        String half = code.mul(t, code.mul(t, f, f), code.constant(t, 0.5));
        String low = code.fma(t, parts.e, code.constant(t, 0x1.a39ef35793c76p-33), given);
        String inner = code.fma(t, s, code.add(t, half, r), low);
        String log = code.sub(t, f, code.sub(t, half, inner));
        return code.fma(t, parts.e, code.constant(t, 0x1.62e42fee00000p-1), log);
    }

    /** What log is of 0, of infinity, and of what has no logarithm; NaN is none of these, and stays. */
    String special(DType t, String x, String result) {
        String zero = code.constant(t, 0.0);
        String infinity = code.constant(t, Double.POSITIVE_INFINITY);
        String r = code.select(t, code.compare("oeq", t, x, zero), code.constant(t, Double.NEGATIVE_INFINITY), result);
        r = code.select(t, code.compare("oeq", t, x, infinity), infinity, r);
        r = code.select(t, code.compare("olt", t, x, zero), code.constant(t, Double.NaN), r);
        return code.select(t, code.compare("uno", t, x, x), x, r);
    }
}
