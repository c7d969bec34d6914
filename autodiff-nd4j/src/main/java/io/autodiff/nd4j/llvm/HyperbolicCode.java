package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes hyperbolic functions of float64 and their inverses by exponential and logarithm, in the forms that lose no digits near 0 (W.
 * Kahan, Branch cuts for complex elementary functions, 1987), and without overflow before that of the result.
 */
final class HyperbolicCode {
    private static final DType T = DType.FLOAT64;
    /** Beyond, e^-x is nothing beside e^x. */
    private static final double LARGE = 22;
    /** Beyond, 1 is nothing beside x^2. */
    private static final double HUGE = 0x1p28;

    private final VectorCode code;
    private final ExponentialCode exponential;
    private final LogarithmCode logarithm;

    HyperbolicCode(VectorCode code, ExponentialCode exponential, LogarithmCode logarithm) {
        this.code = code;
        this.exponential = exponential;
        this.logarithm = logarithm;
    }

    private String constant(double value) {
        return code.constant(T, value);
    }

    /** e^a / 2, which may be finite where e^a is not: a - 1 is exact. */
    private String halfOfPower(String a) {
        return code.mul(T, exponential.exp(T, code.sub(T, a, constant(1))), constant(Math.E / 2));
    }

    private String isLarge(String a, double bound) {
        return code.compare("ogt", T, a, constant(bound));
    }

    String sinh(String x) {
        String a = code.call("fabs", T, x);
        String t = exponential.expm1(T, a);
        String sum = code.add(T, t, code.div(T, t, code.add(T, t, constant(1))));
        String sinh = code.select(T, isLarge(a, LARGE), halfOfPower(a), code.mul(T, sum, constant(0.5)));
        return code.copySign(T, sinh, x);
    }

    String cosh(String x) {
        String a = code.call("fabs", T, x);
        String e = exponential.exp(T, a);
        String sum = code.add(T, e, code.div(T, constant(1), e));
        return code.select(T, isLarge(a, LARGE), halfOfPower(a), code.mul(T, sum, constant(0.5)));
    }

    String asinh(String x) {
        String a = code.call("fabs", T, x);
        String square = code.mul(T, a, a);
        String root = code.call("sqrt", T, code.add(T, square, constant(1)));
        String above = code.add(T, a, code.div(T, square, code.add(T, root, constant(1))));
        String asinh = code.select(T, isLarge(a, HUGE), ofTwice(a), logarithm.log1p(T, above));
        return code.copySign(T, asinh, x);
    }

    String acosh(String x) {
        String t = code.sub(T, x, constant(1));
        String root = code.call("sqrt", T, code.mul(T, t, code.add(T, t, constant(2))));
        String near = logarithm.log1p(T, code.add(T, t, root));
        String acosh = code.select(T, isLarge(x, HUGE), ofTwice(x), near);
        return code.select(T, code.compare("olt", T, x, constant(1)), constant(Double.NaN), acosh);
    }

    /** log 2a. */
    private String ofTwice(String a) {
        return code.add(T, logarithm.log(T, a), constant(Math.log(2)));
    }

    String atanh(String x) {
        String a = code.call("fabs", T, x);
        String ratio = code.div(T, code.add(T, a, a), code.sub(T, constant(1), a));
        return code.copySign(T, code.mul(T, logarithm.log1p(T, ratio), constant(0.5)), x);
    }
}
