package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Elementwise functions keep their bounds against {@link PreciseMath}, as kernels, and so as scalars by {@link ScalarMeaningTest}. */
class PreciseAccuracyTest {
    private static final int ELEMENTS = 150;
    private static final double BOUND = 4;
    private static final long SEED = 2;

    private enum Domain {
        ALL,
        POSITIVE,
        WITHIN_ONE,
        ABOVE_ONE,
        ABOVE_MINUS_ONE,
        /** All magnitudes, and the interval in which lgamma and digamma have their zeros. */
        GAMMA;

        /** Brings a point of many magnitudes, from 1e-12 to 15, into the domain. */
        double bring(double x) {
            return switch (this) {
                case ALL -> x;
                case POSITIVE -> Math.abs(x);
                case WITHIN_ONE -> Math.signum(x) * Math.min(Math.abs(x) / 20, 0.999);
                case ABOVE_ONE -> 1 + Math.abs(x);
                case ABOVE_MINUS_ONE -> x < 0 ? Math.max(x / 20, -0.999) : x;
                case GAMMA -> x > 0 ? x : 1 - x / 10;
            };
        }
    }

    private record Function(
            String name,
            Domain domain,
            UnaryOperator<Tensor> tensor,
            UnaryOperator<BigDecimal> reference,
            double bound) {
        Function(String name, Domain domain, UnaryOperator<Tensor> tensor, UnaryOperator<BigDecimal> reference) {
            this(name, domain, tensor, reference, BOUND);
        }
    }

    private static final List<Function> FUNCTIONS = List.of(
            new Function("exp", Domain.ALL, Tensor::exp, PreciseMath::exp),
            new Function("expm1", Domain.ALL, Tensor::expm1, PreciseMath::expm1),
            new Function("log", Domain.POSITIVE, Tensor::log, PreciseMath::log),
            new Function("log1p", Domain.ABOVE_MINUS_ONE, Tensor::log1p, PreciseMath::log1p),
            new Function("cbrt", Domain.ALL, Tensor::cbrt, PreciseMath::cbrt),
            new Function("rsqrt", Domain.POSITIVE, Tensor::rsqrt, x -> inverse(x.sqrt(MathContext.DECIMAL128))),
            new Function("reciprocal", Domain.ALL, Tensor::reciprocal, PreciseAccuracyTest::inverse),
            new Function("hypot", Domain.ALL, x -> x.hypot(0.75), x -> PreciseMath.hypot(x, BigDecimal.valueOf(0.75))),
            new Function("sinh", Domain.ALL, Tensor::sinh, PreciseMath::sinh),
            new Function("cosh", Domain.ALL, Tensor::cosh, PreciseMath::cosh),
            new Function("tanh", Domain.ALL, Tensor::tanh, PreciseMath::tanh),
            new Function("asinh", Domain.ALL, Tensor::asinh, PreciseMath::asinh),
            new Function("acosh", Domain.ABOVE_ONE, Tensor::acosh, PreciseMath::acosh),
            new Function("atanh", Domain.WITHIN_ONE, Tensor::atanh, PreciseMath::atanh),
            new Function("softplus", Domain.ALL, Tensor::softplus, PreciseMath::softplus),
            new Function(
                    "logSigmoid",
                    Domain.ALL,
                    Tensor::logSigmoid,
                    x -> PreciseMath.softplus(x.negate()).negate()),
            new Function("erf", Domain.ALL, Tensor::erf, PreciseMath::erf),
            new Function("erfc", Domain.ALL, Tensor::erfc, PreciseMath::erfc),
            new Function("lgamma", Domain.GAMMA, Tensor::lgamma, PreciseMath::lgamma),
            new Function("digamma", Domain.GAMMA, Tensor::digamma, PreciseMath::digamma),
            polygamma(1),
            polygamma(2),
            polygamma(5),
            polygamma(20));

    /** The bound that is stated for it. */
    private static Function polygamma(int n) {
        return new Function(
                "polygamma of order " + n,
                Domain.GAMMA,
                x -> x.polygamma(n),
                x -> PreciseMath.polygamma(n, x),
                n + 6.0);
    }

    private static BigDecimal inverse(BigDecimal x) {
        return BigDecimal.ONE.divide(x, MathContext.DECIMAL128);
    }

    @TestFactory
    Stream<DynamicTest> functionsKeepTheirBounds() {
        return FUNCTIONS.stream()
                .flatMap(function -> Stream.of(DType.FLOAT64, DType.FLOAT32)
                        .map(dtype -> DynamicTest.dynamicTest(
                                function.name() + " in " + dtype + ", seed " + SEED,
                                () -> check(function, points(function.domain(), dtype), dtype))));
    }

    /** Around the zero of digamma, whose double is off by a hundred millionth of a unit, and the zeros of lgamma. */
    @Test
    void zerosOfTheGammasAreExact() {
        for (Function function : FUNCTIONS) {
            double[] near = {
                1.4616321449683622,
                Math.nextUp(1.4616321449683622),
                1.4616321449,
                1.4616322,
                1 + 1e-9,
                1 - 1e-9,
                2 + 1e-9
            };
            if (List.of("lgamma", "digamma").contains(function.name())) {
                check(function, near, DType.FLOAT64);
            }
        }
    }

    private static void check(Function function, double[] xs, DType dtype) {
        double[] actual = function.tensor().apply(Tensors.of(xs, dtype)).toDoubleArray();
        for (int i = 0; i < xs.length; i++) {
            BigDecimal expected = function.reference().apply(new BigDecimal(xs[i]));
            assertWithin(function.bound(), actual[i], expected, expected, dtype, function.name() + " at " + xs[i]);
        }
    }

    /** Below 0 both come of a difference; where its terms are beyond 1, they set the scale. */
    @Test
    void belowZeroTheTermsOfTheReflectionSetTheScale() {
        Random random = new Random(SEED);
        double[] xs = new double[ELEMENTS];
        for (int i = 0; i < xs.length; i++) {
            xs[i] = -15 * random.nextDouble();
        }
        double[] digamma = Tensors.of(xs).digamma().toDoubleArray();
        double[] lgamma = Tensors.of(xs).lgamma().toDoubleArray();
        for (int i = 0; i < xs.length; i++) {
            BigDecimal x = new BigDecimal(xs[i]);
            BigDecimal mirrored = BigDecimal.ONE.subtract(x);
            BigDecimal expected = PreciseMath.digamma(x);
            BigDecimal scale =
                    expected.abs().add(PreciseMath.digamma(mirrored).abs()).add(BigDecimal.ONE);
            assertWithin(BOUND, digamma[i], expected, scale, DType.FLOAT64, "digamma at " + xs[i]);
            expected = PreciseMath.lgamma(x);
            scale = expected.abs().add(PreciseMath.lgamma(mirrored).abs()).add(BigDecimal.ONE);
            assertWithin(BOUND, lgamma[i], expected, scale, DType.FLOAT64, "lgamma at " + xs[i]);
        }
    }

    /** Polygamma is a sum of three terms there, of which the greatest sets the scale. */
    @Test
    void belowZeroTheGreatestTermOfPolygammaSetsTheScale() {
        Random random = new Random(SEED);
        for (int n : new int[] {1, 2, 3, 6, 15, 40}) {
            for (int i = 0; i < ELEMENTS / 2; i++) {
                double x = -15 * random.nextDouble();
                double value = Tensors.of(x).polygamma(n).item();
                BigDecimal expected = PreciseMath.polygamma(n, new BigDecimal(x));
                BigDecimal fromFloor = new BigDecimal(x).subtract(new BigDecimal(Math.floor(x)));
                BigDecimal scale = Stream.of(fromFloor, BigDecimal.ONE.subtract(fromFloor))
                        .map(distance -> PreciseMath.polygamma(n, distance).abs())
                        .reduce(BigDecimal.ZERO, BigDecimal::max);
                assertWithin(
                        2.0 * n + 8, value, expected, scale, DType.FLOAT64, "polygamma of order " + n + " at " + x);
            }
        }
    }

    private static void assertWithin(
            double bound, double actual, BigDecimal expected, BigDecimal scale, DType dtype, String what) {
        double unit = dtype == DType.FLOAT64 ? Math.ulp(scale.doubleValue()) : Math.ulp(scale.floatValue());
        double nearest = dtype == DType.FLOAT64 ? expected.doubleValue() : expected.floatValue();
        double error = Double.isInfinite(nearest) || Double.isInfinite(actual)
                ? (nearest == actual ? 0 : Double.POSITIVE_INFINITY)
                : new BigDecimal(actual)
                        .subtract(expected)
                        .abs()
                        .divide(new BigDecimal(unit), MathContext.DECIMAL64)
                        .doubleValue();
        assertTrue(
                error <= bound,
                what + ": " + actual + " for " + expected.doubleValue() + ", off by " + error + " units");
    }

    private static double[] points(Domain domain, DType dtype) {
        Random random = new Random(SEED);
        double[] points = new double[ELEMENTS];
        for (int i = 0; i < points.length; i++) {
            points[i] = domain.bring(random.nextGaussian() * 5 * Math.pow(10, -random.nextInt(12)));
        }
        return dtype == DType.FLOAT64
                ? points
                : Arrays.stream(points).map(x -> (float) x).toArray();
    }
}
