package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Samples of functions of one tensor; expected figures are Java's own functions, or known values. */
final class FunctionSamples {
    private static final double EULER = 0.5772156649015329;

    private static final double[] ANY = {1, -2, 3.5, 0.25, 4, -0.5};
    private static final double[] POSITIVE = {0.5, 1, 2.5, 0.125, 4, 3};
    private static final double[] INSIDE_ONE = {0.5, -0.75, 0.9, 0.125, -0.25, 0.0625};
    private static final double[] ABOVE_ONE = {1.5, 2, 3.75, 10, 1.125, 5};
    /** Not within reach of a whole number or a half. */
    private static final double[] BETWEEN_STEPS = {1.25, -2.75, 3.625, 0.25, -4.125, -0.375};

    private FunctionSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        exponentials(samples);
        trigonometry(samples);
        special(samples);
        return samples;
    }

    private static void exponentials(List<OpSample> samples) {
        function(samples, "expm1", ANY, Math::expm1);
        function(samples, "log1p", POSITIVE, Math::log1p);
        function(samples, "cbrt", ANY, Math::cbrt);
        function(samples, "softplus", ANY, x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
        values(samples, "expm1", new double[] {1e-15, -1e-15, 1e-300, 800, -800}, 1e-15, -1e-15, 1e-300, INF, -1);
        values(samples, "log1p", new double[] {1e-15, -1e-15, 1e-300, -1, -2}, 1e-15, -1e-15, 1e-300, -INF, NAN);
        values(samples, "softplus", new double[] {1000, -1000, 0, 1e300}, 1000, 0, Math.log(2), 1e300);
        function(samples, "floor", BETWEEN_STEPS, Math::floor);
        function(samples, "ceil", BETWEEN_STEPS, Math::ceil);
        function(samples, "round", BETWEEN_STEPS, Math::rint);
        values(samples, "round", new double[] {0.5, 1.5, 2.5, -0.5, -1.5, 0x1p52 + 1}, 0, 2, 2, -0.0, -2, 0x1p52 + 1);
        values(samples, "floor", new double[] {2, -2, -0.5, 0x1p53}, 2, -2, -1, 0x1p53);
        values(samples, "ceil", new double[] {2, -2, -0.5, 0x1p53}, 2, -2, -0.0, 0x1p53);
    }

    private static void trigonometry(List<OpSample> samples) {
        function(samples, "tan", ANY, Math::tan);
        function(samples, "asin", INSIDE_ONE, Math::asin);
        function(samples, "acos", INSIDE_ONE, Math::acos);
        function(samples, "atan", ANY, Math::atan);
        function(samples, "sinh", ANY, Math::sinh);
        function(samples, "cosh", ANY, Math::cosh);
        function(samples, "asinh", ANY, FunctionSamples::asinh);
        function(
                samples,
                "acosh",
                ABOVE_ONE,
                x -> x < 1 ? NAN : x > 1e150 ? Math.log(x) + Math.log(2) : Math.log(x + Math.sqrt(x * x - 1)));
        function(samples, "atanh", INSIDE_ONE, x -> x == 0 ? x : 0.5 * Math.log((1 + x) / (1 - x)));
    }

    private static double asinh(double x) {
        double m = Math.abs(x);
        return Math.copySign(
                m < 1e-9 ? m : m > 1e9 ? Math.log(m) + Math.log(2) : Math.log(m + Math.sqrt(m * m + 1)), x);
    }

    private static void special(List<OpSample> samples) {
        shapes(samples, "erf", ANY);
        values(
                samples,
                "erf",
                new double[] {0, 0.5, -1, 7, INF, -INF, NAN},
                0,
                0.5204998778130465,
                -0.8427007929497149,
                1,
                1,
                -1,
                NAN);
        shapes(samples, "erfc", ANY);
        values(
                samples,
                "erfc",
                new double[] {0, 0.5, -1, 30, INF, -INF, NAN},
                1,
                0.4795001221869535,
                1.842700792949715,
                0,
                0,
                2,
                NAN);
        shapes(samples, "lgamma", POSITIVE);
        shapes(samples, "lgamma", new double[] {-0.5, -1.75, -2.25, 1.5, 2.25, 20});
        double logRootOfPi = 0.5 * Math.log(Math.PI);
        values(
                samples,
                "lgamma",
                new double[] {0.5, -0.5, 1, 2, 11, 0, -1, -0.0, INF, -INF, NAN},
                logRootOfPi,
                logRootOfPi + Math.log(2),
                0,
                0,
                Math.log(3628800),
                INF,
                INF,
                INF,
                INF,
                INF,
                NAN);
        shapes(samples, "digamma", POSITIVE);
        shapes(samples, "digamma", new double[] {-0.5, -1.75, -2.25, 1.5, 2.25, 20});
        values(
                samples,
                "digamma",
                new double[] {1, 0.5, 2, 0, -0.0, -1, -2, INF, -INF, NAN},
                -EULER,
                -EULER - 2 * Math.log(2),
                1 - EULER,
                -INF,
                INF,
                NAN,
                NAN,
                INF,
                NAN,
                NAN);
    }

    /** All shapes, and what Java computes: inside the domain, and for every special value. */
    private static void function(List<OpSample> samples, String op, double[] points, DoubleUnaryOperator function) {
        for (Tensor x : tensors(points)) {
            samples.add(OpSample.of(op, x).expecting(ElementwiseSamples.map(x, function)));
        }
        samples.add(OpSample.of(op, Tensors.zeros(DType.FLOAT64, 0, 3)));
        Tensor special = Tensors.of(ElementwiseSamples.SPECIAL);
        samples.add(OpSample.of(op, special)
                .expecting(ElementwiseSamples.map(special, function))
                .valueOnly());
    }

    private static void shapes(List<OpSample> samples, String op, double[] points) {
        for (Tensor x : tensors(points)) {
            samples.add(OpSample.of(op, x));
        }
        samples.add(OpSample.of(op, Tensors.zeros(DType.FLOAT64, 2, 0)));
    }

    private static void values(List<OpSample> samples, String op, double[] points, double... expected) {
        samples.add(OpSample.of(op, Tensors.of(points)).expecting(expected).valueOnly());
    }

    /** Six points as a matrix and as a tensor with an axis of size 1, and single ones of rank 0 and 2. */
    private static List<Tensor> tensors(double[] points) {
        Tensor all = Tensors.of(points);
        return List.of(
                all.reshape(2, 3), all.reshape(3, 1, 2), Tensors.of(points[0]), Tensors.of(new double[][] {{points[1]}
                }));
    }
}
