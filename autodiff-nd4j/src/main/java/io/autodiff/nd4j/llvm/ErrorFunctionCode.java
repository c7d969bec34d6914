package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/**
 * Writes the error function of float64 and its complement. With a = |x| and q = (a - 4) / (a + 4), (1 + 2a) e^(a^2) erfc a is a smooth
 * function of q, for which there is one polynomial (Chebyshev) up to a = 28, where erfc is 0 (M. Shepherd and J. Laframboise,
 * Chebyshev approximation of (1 + 2x) exp(x^2) erfc x, 1981).
 */
final class ErrorFunctionCode {
    private static final DType T = DType.FLOAT64;
    private static final double NEAR = 0.75;
    private static final double END = 28;

    /** erf x = x p(x^2), for {@code |x| < 3/4}. */
    private static final double[] ERF = {
        1.1283791670955126,
        -0.37612638903183715,
        0.11283791670952596,
        -0.026866170644428485,
        0.005223977615420539,
        -0.0008548326188759752,
        0.00012055289567541706,
        -1.4924196305569617e-05,
        1.643068417974155e-06,
        -1.5940066854661717e-07,
        1.1472499701094691e-08
    };

    private static final double[] ERFC = {
        1.2329951186255526,
        -0.13962111684056297,
        0.015379652102619957,
        0.06809705425474379,
        -0.10103906603630544,
        0.09373283499660764,
        -0.06633036581261621,
        0.03716751556478551,
        -0.016197734046222295,
        0.005031969742475732,
        -0.0007577734290918752,
        -0.00019925547625368394,
        0.00015062260395566957,
        -2.44031263960247e-05,
        -1.12256873277015e-05,
        5.717454177646323e-06,
        3.026497532550916e-07,
        -8.341113439095522e-07,
        6.178725731614348e-08,
        1.1419479690112046e-07,
        -7.617021349096941e-09,
        -1.317671120032469e-08,
        -1.6642343729211997e-09
    };

    private final VectorCode code;
    private final ExponentialCode exponential;

    ErrorFunctionCode(VectorCode code, ExponentialCode exponential) {
        this.code = code;
        this.exponential = exponential;
    }

    private String constant(double value) {
        return code.constant(T, value);
    }

    String erf(String x) {
        String a = code.call("fabs", T, x);
        String near = code.mul(T, x, code.polynomial(T, code.mul(T, x, x), ERF));
        String far = code.copySign(T, code.sub(T, constant(1), erfcOfMagnitude(a)), x);
        return code.select(T, code.compare("olt", T, a, constant(NEAR)), near, far);
    }

    String erfc(String x) {
        String erfc = erfcOfMagnitude(code.call("fabs", T, x));
        return code.select(T, code.compare("olt", T, x, constant(0)), code.sub(T, constant(2), erfc), erfc);
    }

    private String erfcOfMagnitude(String given) {
        String a = code.select(T, code.compare("ogt", T, given, constant(END)), constant(END), given);
        String q = code.div(T, code.sub(T, a, constant(4)), code.add(T, a, constant(4)));
        String factor = code.div(T, code.polynomial(T, q, ERFC), code.fma(T, a, constant(2), constant(1)));
        // What the square lacks matters: the exponential multiplies its error by a^2.
        String square = code.mul(T, a, a);
        String lost = code.fma(T, a, a, code.neg(T, square));
        return code.mul(T, exponential.exp(T, code.neg(T, square), code.neg(T, lost)), factor);
    }
}
