package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Elementwise functions are within 4 units in the last place of {@link StrictMath}, over many magnitudes, in both dtypes. */
class AccuracyTest {
    private static final int ELEMENTS = 20_000;
    private static final double BOUND = 4;
    private static final long SEED = 1;

    private record Function(UnaryOperator<Tensor> tensor, DoubleUnaryOperator reference, boolean positive) {}

    private static final Map<String, Function> FUNCTIONS = Map.of(
            "exp", new Function(Tensor::exp, StrictMath::exp, false),
            "log", new Function(Tensor::log, StrictMath::log, true),
            "sqrt", new Function(Tensor::sqrt, StrictMath::sqrt, true),
            "sin", new Function(Tensor::sin, StrictMath::sin, false),
            "cos", new Function(Tensor::cos, StrictMath::cos, false),
            "tanh", new Function(Tensor::tanh, StrictMath::tanh, false),
            "sigmoid", new Function(Tensor::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), false),
            "pow", new Function(x -> x.pow(1.75), x -> StrictMath.pow(x, 1.75), true),
            "divide", new Function(x -> x.rdiv(3), x -> 3 / x, true));

    @TestFactory
    Stream<DynamicTest> functionsAreWithinFourUnitsInTheLastPlace() {
        return FUNCTIONS.entrySet().stream()
                .flatMap(entry -> Stream.of(DType.FLOAT64, DType.FLOAT32)
                        .map(dtype -> DynamicTest.dynamicTest(
                                entry.getKey() + " in " + dtype + ", seed " + SEED,
                                () -> check(entry.getValue(), dtype))));
    }

    private static void check(Function function, DType dtype) {
        boolean wide = dtype == DType.FLOAT64;
        double[] xs = Arrays.stream(points(function.positive()))
                .map(x -> wide ? x : (float) x)
                .toArray();
        double[] actual = function.tensor().apply(Tensors.of(xs, dtype)).toDoubleArray();
        for (int i = 0; i < xs.length; i++) {
            double expected = function.reference().applyAsDouble(xs[i]);
            double unit = wide ? Math.ulp(expected) : Math.ulp((float) expected);
            double error = Math.abs(actual[i] - expected) / unit;
            assertTrue(
                    error <= BOUND,
                    "at " + xs[i] + ": " + actual[i] + " for " + expected + ", off by " + error + " units");
        }
    }

    /** Magnitudes from 1e-12 to 15. */
    private static double[] points(boolean positive) {
        Random random = new Random(SEED);
        double[] points = new double[ELEMENTS];
        for (int i = 0; i < points.length; i++) {
            double x = random.nextGaussian() * 5 * Math.pow(10, -random.nextInt(12));
            points[i] = positive ? Math.abs(x) : x;
        }
        return points;
    }
}
