package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/** Writes cube roots, hypotenuses and remainders of float64. */
final class RootCode {
    private static final DType T = DType.FLOAT64;
    /** Beyond, a quotient has no digits after the point. */
    private static final double WHOLE = 0x1p52;

    private final VectorCode code;
    private final ExponentialCode exponential;
    private final LogarithmCode logarithm;

    RootCode(VectorCode code, ExponentialCode exponential, LogarithmCode logarithm) {
        this.code = code;
        this.exponential = exponential;
        this.logarithm = logarithm;
    }

    private String constant(double value) {
        return code.constant(T, value);
    }

    /** e^(log a / 3), and one step of Newton's method. */
    String cbrt(String x) {
        String a = code.call("fabs", T, x);
        String third = constant(1.0 / 3);
        String y = exponential.exp(T, code.mul(T, logarithm.log(T, a), third));
        String error = code.sub(T, code.div(T, a, code.mul(T, y, y)), y);
        String root = code.copySign(T, code.fma(T, error, third, y), x);
        String regular = code.op(
                "and",
                DType.BOOL,
                code.compare("ogt", T, a, constant(0)),
                code.compare("olt", T, a, constant(Double.POSITIVE_INFINITY)));
        return code.select(T, regular, root, x);
    }

    /** The larger one times sqrt(1 + r^2), r being the ratio. Infinite if one is, even beside NaN (C99). */
    String hypot(String x, String y) {
        String a = code.call("fabs", T, x);
        String b = code.call("fabs", T, y);
        String first = code.compare("ogt", T, a, b);
        String large = code.select(T, first, a, b);
        String ratio = code.div(T, code.select(T, first, b, a), large);
        String hypot = code.mul(T, large, code.call("sqrt", T, code.fma(T, ratio, ratio, constant(1))));
        hypot = code.select(T, code.compare("oeq", T, code.add(T, a, b), constant(0)), constant(0), hypot);
        String infinity = constant(Double.POSITIVE_INFINITY);
        String infinite =
                code.op("or", DType.BOOL, code.compare("oeq", T, a, infinity), code.compare("oeq", T, b, infinity));
        return code.select(T, infinite, infinity, hypot);
    }

    /** x - y floor(x / y): exactly, or by libm, a lane at a time, where the quotient has more digits than a float64. */
    String floorMod(String x, String y) {
        String type = code.type(T);
        String result = code.variable(type);
        String quotient = code.div(T, x, y);
        String whole = code.call("floor", T, quotient);
        code.set(result, type, ofDivisorsSign(code, x, y, code.fma(T, code.neg(T, whole), y, x)));
        String fits = code.op(
                "and",
                DType.BOOL,
                code.compare("olt", T, code.call("fabs", T, quotient), constant(WHOLE)),
                code.compare("olt", T, code.call("fabs", T, y), constant(Double.POSITIVE_INFINITY)));
        String slow = code.fresh("large");
        String after = code.fresh("after");
        code.branch(code.any(code.op("xor", DType.BOOL, fits, code.constant(DType.BOOL, 1.0))), slow, after);
        code.label(slow);
        code.set(
                result,
                type,
                code.emit("call " + type + " " + byLanes() + "(" + type + " " + x + ", " + type + " " + y + ")"));
        code.jump(after);
        code.label(after);
        return code.get(result, type);
    }

    /** A function of its own, so that the loop does not grow by what is hardly ever run. */
    private String byLanes() {
        String type = code.type(T);
        String name = "@floor_mod_by_lanes";
        VectorCode inside = new VectorCode(code.lanes());
        String rest = inside.emit("frem " + type + " %x, %y");
        String result = ofDivisorsSign(inside, "%x", "%y", rest);
        code.other(
                name,
                "define internal " + type + " " + name + "(" + type + " %x, " + type + " %y) noinline cold {\n"
                        + inside.body() + "  ret " + type + " " + result + "\n}");
        code.othersOf(inside);
        return name;
    }

    /** A rest, and the divisor once more if it has the other sign. A rest of 0 has the sign of x. */
    private static String ofDivisorsSign(VectorCode code, String x, String y, String rest) {
        String zero = code.constant(T, 0.0);
        String differ = code.op("xor", DType.BOOL, code.compare("olt", T, rest, zero), code.compare("olt", T, y, zero));
        String none = code.compare("oeq", T, rest, zero);
        String moved = code.select(T, differ, code.add(T, rest, y), rest);
        return code.select(T, none, code.copySign(T, zero, x), moved);
    }
}
