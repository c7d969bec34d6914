package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes sine and cosine. x is taken back to {@code |r| <= pi / 4} by multiples of pi / 2, in float64 with pi to 160 bits (Cody and
 * Waite); beyond 2^45, where that would not do, by the functions of libm, a lane at a time. Polynomials are fitted to that interval
 * (Chebyshev).
 */
final class TrigonometryCode {
    private static final double LIMIT = 0x1p45;
    private static final double TWO_BY_PI = 0x1.45f306dc9c883p-1;
    /** pi / 2 as a sum. */
    private static final double[] HALF_PI = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110};

    /** sin r = r + r^3 p(r^2). */
    private static final double[] SIN_32 = {
        -0.16666666666666666, 0.008333333333333331, -0.00019841269841264423, 2.755731921884501e-06
    };
    /** cos r = 1 - r^2 / 2 + r^4 p(r^2). */
    private static final double[] COS_32 = {0.04166666450159036, -0.0013888272730454862, 2.4541476931007875e-05};

    private static final double[] SIN_64 = {
        -0.16666666666666666,
        0.008333333333333331,
        -0.00019841269841264423,
        2.755731921884501e-06,
        -2.505210606298387e-08,
        1.6058505099628788e-10,
        -7.585153629861176e-13
    };
    private static final double[] COS_64 = {
        0.041666666666666664,
        -0.0013888888888888887,
        2.480158730158429e-05,
        -2.7557319221128084e-07,
        2.087675569686161e-09,
        -1.1470446143245026e-11,
        4.7450137424173926e-14
    };

    private final VectorCode code;

    TrigonometryCode(VectorCode code) {
        this.code = code;
    }

    String sin(DType t, String x) {
        return near(t, x, "sin", 0);
    }

    /** A sine of one quarter of a turn more. */
    String cos(DType t, String x) {
        return near(t, x, "cos", 1);
    }

    /** By vectors, or by libm if a lane is too large. */
    private String near(DType t, String x, String function, int quarters) {
        String type = code.type(t);
        String result = code.variable(type);
        code.set(result, type, t == DType.FLOAT64 ? wave(x, quarters) : narrow(wave32(widen(x), quarters)));
        String large = code.any(code.compare("oge", t, code.call("fabs", t, x), code.constant(t, LIMIT)));
        String slow = code.fresh("large");
        String after = code.fresh("after");
        code.branch(large, slow, after);
        code.label(slow);
        code.set(result, type, code.emit("call " + type + " " + byLanes(t, function) + "(" + type + " " + x + ")"));
        code.jump(after);
        code.label(after);
        return code.get(result, type);
    }

    /** A function of its own, so that the loop does not grow by what is hardly ever run. */
    private String byLanes(DType t, String function) {
        String type = code.type(t);
        String intrinsic = "@llvm." + function + ".v" + code.lanes() + "f" + 8 * t.bytes();
        code.other(intrinsic, "declare " + type + " " + intrinsic + "(" + type + ")");
        String name = "@" + function + "_by_lanes_f" + 8 * t.bytes();
        code.other(
                name,
                "define internal " + type + " " + name + "(" + type + " %x) noinline cold {\n  %y = call " + type + " "
                        + intrinsic + "(" + type + " %x)\n  ret " + type + " %y\n}");
        return name;
    }

    private String widen(String x) {
        return code.convert("fpext", DType.FLOAT32, x, DType.FLOAT64);
    }

    private String narrow(String x) {
        return code.convert("fptrunc", DType.FLOAT64, x, DType.FLOAT32);
    }

    private String multiple(String x) {
        return code.fma(
                DType.FLOAT64, x, code.constant(DType.FLOAT64, TWO_BY_PI), code.constant(DType.FLOAT64, 0x1.8p52));
    }

    /** For float32: r to the digits of a float64 is more than enough. */
    private String wave32(String x, int quarters) {
        DType t = DType.FLOAT64;
        String shifted = multiple(x);
        String n = code.sub(t, shifted, code.constant(t, 0x1.8p52));
        String r = code.fma(t, n, code.constant(t, -HALF_PI[0]), x);
        r = code.fma(t, n, code.constant(t, -HALF_PI[1]), r);
        String z = code.mul(t, r, r);
        String sin = code.fma(t, code.mul(t, r, z), code.polynomial(t, z, SIN_32), r);
        sin = zeroOfItsSign(x, sin);
        String cos = code.fma(t, z, code.constant(t, -0.5), code.constant(t, 1.0));
        cos = code.fma(t, code.mul(t, z, z), code.polynomial(t, z, COS_32), cos);
        return ofQuarter(shifted, quarters, sin, cos);
    }

    /** For float64: r is a sum of two. */
    private String wave(String x, int quarters) {
        DType t = DType.FLOAT64;
        String shifted = multiple(x);
        String n = code.sub(t, shifted, code.constant(t, 0x1.8p52));
        String first = code.fma(t, n, code.constant(t, -HALF_PI[0]), x);
        String r = code.fma(t, n, code.constant(t, -HALF_PI[1]), first);
        String low = code.fma(t, n, code.constant(t, -HALF_PI[1]), code.sub(t, first, r));
        low = code.fma(t, n, code.constant(t, -HALF_PI[2]), low);
        String z = code.mul(t, r, r);
        String half = code.mul(t, z, code.constant(t, 0.5));
        String one = code.constant(t, 1.0);
        // sin(r + low) = sin r + low cos r, and cos r is 1 - r^2 / 2 to what low has of digits.
        String sinLow = code.mul(t, low, code.sub(t, one, half));
        String sin = code.add(t, r, code.fma(t, code.mul(t, r, z), code.polynomial(t, z, SIN_64), sinLow));
        String rest = code.sub(t, one, half);
        String lost = code.sub(t, code.sub(t, one, rest), half);
        String cosLow = code.fma(t, code.neg(t, r), low, lost);
        String cos = code.add(t, rest, code.fma(t, code.mul(t, z, z), code.polynomial(t, z, COS_64), cosLow));
        sin = zeroOfItsSign(x, sin);
        return ofQuarter(shifted, quarters, sin, cos);
    }

    /** The sine of -0 is -0, to which no 0 may be added on the way. */
    private String zeroOfItsSign(String x, String sin) {
        DType t = DType.FLOAT64;
        return code.select(t, code.compare("oeq", t, x, code.constant(t, 0.0)), x, sin);
    }

    /** By the two last bits of n: which of the two functions, and whether its sign is turned. */
    private String ofQuarter(String shifted, int quarters, String sin, String cos) {
        DType t = DType.FLOAT64;
        DType bits = DType.INT64;
        String n = code.add(bits, code.convert("bitcast", t, shifted, bits), code.constant(bits, quarters));
        String odd = code.compare("ne", bits, code.op("and", bits, n, code.constant(bits, 1)), code.constant(bits, 0));
        String wave = code.convert("bitcast", t, code.select(t, odd, cos, sin), bits);
        String sign = code.op("shl", bits, code.op("and", bits, n, code.constant(bits, 2)), code.constant(bits, 62));
        return code.convert("bitcast", bits, code.op("xor", bits, wave, sign), t);
    }
}
