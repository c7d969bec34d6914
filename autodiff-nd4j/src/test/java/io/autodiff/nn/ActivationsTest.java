package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Activations, softmax, dropout and embedding: against their formulas, at kinks, and far out. */
class ActivationsTest {
    private static final double[] SMOOTH = {-7.5, -2.25, -0.4, 0.3, 1.7, 5.25, 8};
    private static final Tensor ROWS = Tensors.of(new double[][] {{1, 2, -0.5}, {0, 0.3, 0.7}});

    /**
     * An activation.
     *
     * @param formula of one element, in Java
     * @param kinks where slopes are asked for
     * @param slopes at the kinks
     * @param low what becomes of -1000
     * @param high what becomes of 1000
     */
    private record Activation(
            Function<Operand, Tensor> function,
            DoubleUnaryOperator formula,
            List<Double> kinks,
            List<Double> slopes,
            double low,
            double high) {}

    private static Activation activation(
            Function<Operand, Tensor> function,
            DoubleUnaryOperator formula,
            List<Double> kinks,
            List<Double> slopes,
            double low,
            double high) {
        return new Activation(function, formula, kinks, slopes, low, high);
    }

    private static double[] at(double... numbers) {
        return numbers;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double elu(double x, double alpha) {
        return x > 0 ? x : alpha * Math.expm1(x);
    }

    private static final Map<String, Activation> ACTIVATIONS = Map.ofEntries(
            Map.entry("relu", activation(Nn::relu, x -> Math.max(x, 0), List.of(0.0), List.of(0.0), 0, 1000)),
            Map.entry(
                    "relu6",
                    activation(
                            Nn::relu6, x -> Math.min(Math.max(x, 0), 6), List.of(0.0, 6.0), List.of(0.0, 0.0), 0, 6)),
            Map.entry(
                    "leakyRelu",
                    activation(
                            x -> Nn.leakyRelu(x, 0.25),
                            x -> x > 0 ? x : x / 4,
                            List.of(0.0),
                            List.of(0.25),
                            -250,
                            1000)),
            Map.entry("elu", activation(Nn::elu, x -> elu(x, 1), List.of(0.0), List.of(1.0), -1, 1000)),
            Map.entry(
                    "elu of 0.5",
                    activation(x -> Nn.elu(x, 0.5), x -> elu(x, 0.5), List.of(0.0), List.of(0.5), -0.5, 1000)),
            Map.entry(
                    "selu",
                    activation(
                            Nn::selu,
                            x -> 1.0507009873554805 * elu(x, 1.6732632423543772),
                            List.of(0.0),
                            List.of(1.7580993408473766),
                            -1.7580993408473766,
                            1050.7009873554805)),
            Map.entry(
                    "geluTanh",
                    activation(
                            Nn::geluTanh,
                            x -> x / 2 * (1 + Math.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))),
                            List.of(0.0),
                            List.of(0.5),
                            0,
                            1000)),
            Map.entry("swish", activation(Nn::swish, x -> x * sigmoid(x), List.of(0.0), List.of(0.5), 0, 1000)),
            Map.entry(
                    "mish",
                    activation(
                            Nn::mish,
                            x -> x * Math.tanh(Math.log1p(Math.exp(x))),
                            List.of(0.0),
                            List.of(0.6),
                            0,
                            1000)),
            Map.entry(
                    "softsign",
                    activation(
                            Nn::softsign,
                            x -> x / (1 + Math.abs(x)),
                            List.of(0.0),
                            List.of(1.0),
                            -1000 / 1001.0,
                            1000 / 1001.0)),
            Map.entry(
                    "logSigmoid",
                    activation(Nn::logSigmoid, x -> -Math.log1p(Math.exp(-x)), List.of(0.0), List.of(0.5), -1000, 0)),
            Map.entry(
                    "hardSigmoid",
                    activation(
                            Nn::hardSigmoid,
                            x -> Math.min(Math.max(x + 3, 0), 6) / 6,
                            List.of(-3.0, 3.0),
                            List.of(0.0, 0.0),
                            0,
                            1)),
            Map.entry(
                    "hardTanh",
                    activation(
                            Nn::hardTanh,
                            x -> Math.min(Math.max(x, -1), 1),
                            List.of(-1.0, 1.0),
                            List.of(1.0, 1.0),
                            -1,
                            1)));

    @TestFactory
    Stream<DynamicTest> activations() {
        return ACTIVATIONS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Activation a = entry.getValue();
                    Tensor x = Tensors.of(SMOOTH);
                    assertArrayEquals(
                            Arrays.stream(SMOOTH).map(a.formula).toArray(),
                            a.function.apply(x).toDoubleArray(),
                            1e-13);
                    GradientCheck.standard().check(in -> a.function.apply(in.get(0)), List.of(x));
                    assertArrayEquals(
                            at(a.low, a.high),
                            a.function.apply(Tensors.of(at(-1000, 1000))).toDoubleArray(),
                            1e-12);
                    assertArrayEquals(doubles(a.slopes), slopes(a.function, doubles(a.kinks)), 1e-15);
                    assertTrue(
                            Arrays.stream(slopes(a.function, -1000, 1000)).allMatch(Double::isFinite),
                            "slopes far out");
                    assertTrue(Double.isNaN(
                            a.function.apply(Tensors.of(Double.NaN)).item()));
                    Tensor narrow = a.function.apply(x.castTo(DType.FLOAT32));
                    assertEquals(DType.FLOAT32, narrow.dtype());
                    assertArrayEquals(a.function.apply(x).toDoubleArray(), narrow.toDoubleArray(), 2e-6);
                    assertEquals(
                            Shape.of(0, 2),
                            a.function.apply(Tensors.zeros(DType.FLOAT64, 0, 2)).shape());
                }));
    }

    private static double[] doubles(List<Double> numbers) {
        return numbers.stream().mapToDouble(n -> n).toArray();
    }

    private static double[] slopes(Function<? super Tensor, Tensor> function, double... points) {
        Tensor x = Tensors.of(points);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(function.apply(x), x).toDoubleArray();
        }
    }

    /** By the tables of the normal distribution function, to 17 digits. */
    @Test
    void geluKeepsItsDigitsFarBelowZero() {
        double[] x = {-10, -5, 0, 2};
        double[] expected = {-10 * 7.619853024160525e-24, -5 * 2.866515718791939e-7, 0, 2 * 0.9772498680518208};
        double[] actual = Nn.gelu(Tensors.of(x)).toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-13 * Math.abs(expected[i]), "element " + i);
        }
        GradientCheck.standard().check(in -> Nn.gelu(in.get(0)), List.of(Tensors.of(SMOOTH)));
        assertArrayEquals(at(0, 0.5, 1), slopes(Nn::gelu, -1000, 0, 1000));
    }

    @Test
    void softmaxSumsToOneAndIsTheSameForAShift() {
        for (int axis : new int[] {0, 1, -1, -2}) {
            Tensor y = ROWS.softmax(axis);
            double[] sums = y.sum(axis).toDoubleArray();
            assertArrayEquals(Tensors.ones(DType.FLOAT64, sums.length).toDoubleArray(), sums, 1e-15);
            assertArrayEquals(y.toDoubleArray(), ROWS.add(1000).softmax(axis).toDoubleArray(), 1e-12);
            assertArrayEquals(y.log().toDoubleArray(), ROWS.logSoftmax(axis).toDoubleArray(), 1e-14);
            GradientCheck.standard().withOrder(3).check(in -> in.get(0).softmax(axis), List.of(ROWS));
            GradientCheck.standard().withOrder(3).check(in -> in.get(0).logSoftmax(axis), List.of(ROWS));
        }
        assertArrayEquals(Nn.softmax(ROWS, 1).toDoubleArray(), ROWS.softmax().toDoubleArray());
        assertArrayEquals(
                Nn.logSoftmax(ROWS, 1).toDoubleArray(), ROWS.logSoftmax().toDoubleArray());
    }

    @Test
    void softmaxFarOut() {
        Tensor x = Tensors.of(at(1000, -1000, 0, 999));
        double e = Math.exp(-1);
        assertArrayEquals(at(1 / (1 + e), 0, 0, e / (1 + e)), x.softmax(0).toDoubleArray(), 1e-15);
        double log = -Math.log1p(e);
        assertArrayEquals(
                at(log, -2000 + log, -1000 + log, -1 + log), x.logSoftmax(0).toDoubleArray(), 1e-12);
        double[] slopes = slopes(z -> z.logSoftmax(0).slice(new long[] {1}, Shape.of(1)), 1000, -1000);
        assertArrayEquals(at(-1, 1), slopes, 1e-15);
        Tensor masked = Tensors.of(at(0, Double.NEGATIVE_INFINITY, 0));
        assertArrayEquals(at(0.5, 0, 0.5), masked.softmax().toDoubleArray());
        assertArrayEquals(
                at(-Math.log(2), Double.NEGATIVE_INFINITY, -Math.log(2)),
                masked.logSoftmax().toDoubleArray(),
                1e-15);
    }

    @Test
    void softmaxOfOddShapes() {
        assertArrayEquals(
                at(1, 1), Tensors.of(new double[][] {{3}, {4}}).softmax(1).toDoubleArray());
        for (long[] sizes : new long[][] {{0, 3}, {3, 0}, {0}}) {
            Tensor empty = Tensors.zeros(DType.FLOAT32, sizes);
            assertEquals(empty.spec(), empty.softmax(-1).spec());
            assertEquals(empty.spec(), empty.logSoftmax(0).spec());
        }
        assertThrows(IllegalArgumentException.class, () -> Tensors.of(1.0).softmax(0));
        assertThrows(IllegalArgumentException.class, () -> ROWS.softmax(2));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> Tensors.of(new int[] {1, 2}).softmax());
        assertTrue(e.getMessage().contains("int32[2]"), e.getMessage());
    }

    @Test
    void reluOfIntegers() {
        assertArrayEquals(
                new int[] {0, 0, 7}, Tensors.of(new int[] {-3, 0, 7}).relu().toIntArray());
    }

    @Test
    void dropoutKeepsTheExpectationAndIsSeeded() {
        Tensor x = Tensors.ones(DType.FLOAT64, 100, 100);
        double[] y = Nn.dropout(x, 0.25, true, Random.seeded(8)).toDoubleArray();
        long kept = Arrays.stream(y).filter(v -> v != 0).count();
        assertTrue(Arrays.stream(y).allMatch(v -> v == 0 || v == 1 / 0.75));
        assertEquals(7500.0, (double) kept, 5 * Math.sqrt(10_000 * 0.25 * 0.75));
        assertArrayEquals(y, Nn.dropout(x, 0.25, true, Random.seeded(8)).toDoubleArray());
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor z = Nn.dropout(x, 0.25, true, Random.seeded(8));
            assertArrayEquals(y, tape.gradientOrThrow(z, x).toDoubleArray());
        }
    }

    @Test
    void dropoutIsTheIdentityWhenItDoesNotTrain() {
        assertArrayEquals(
                ROWS.toDoubleArray(),
                Nn.dropout(ROWS, 0.5, false, Random.seeded(1)).toDoubleArray());
        assertArrayEquals(
                ROWS.toDoubleArray(),
                Nn.dropout(ROWS, 0, true, Random.seeded(1)).toDoubleArray());
        Tensor infinite = Tensors.fill(DType.FLOAT64, Shape.of(50), Double.POSITIVE_INFINITY);
        assertTrue(
                Arrays.stream(Nn.dropout(infinite, 0.5, true, Random.seeded(1)).toDoubleArray())
                        .noneMatch(Double::isNaN));
        for (double rate : at(-0.1, 1, Double.NaN)) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> Nn.dropout(ROWS, rate, true, Random.seeded(1)));
            assertTrue(e.getMessage().contains("" + rate), e.getMessage());
        }
    }

    @Test
    void embeddingLooksUpRowsAndAddsTheirGradients() {
        Tensor table = Tensors.of(new double[][] {{1, 2}, {3, 4}, {5, 6}});
        Tensor ids = Tensors.of(new int[][] {{2, 0}, {2, 2}});
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(table);
            Tensor y = Nn.embedding(table, ids);
            assertEquals(Shape.of(2, 2, 2), y.shape());
            assertArrayEquals(at(5, 6, 1, 2, 5, 6, 5, 6), y.toDoubleArray());
            assertArrayEquals(
                    at(1, 1, 0, 0, 3, 3), tape.gradientOrThrow(y, table).toDoubleArray());
        }
        for (int outside : new int[] {-1, 3}) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Nn.embedding(table, Tensors.of(new int[] {outside})).evaluate());
            assertTrue(e.getMessage().contains("" + outside), e.getMessage());
        }
    }
}
