package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nn.Losses.Reduction;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Losses: against their formulas in Java, their gradients to second order, and far out. */
class LossesTest {
    private static final double[][] LOGITS = {{2, 1, 0.1}, {-1, 0.5, 3}};
    private static final double[][] SHARES = {{0.2, 0.5, 0.3}, {0.6, 0.1, 0.3}};
    private static final double[] LABELS = {1, -1, 1, -1};
    private static final double[] SAID = {0.5, 0.7, 3.5, -2.25};

    @FunctionalInterface
    private interface Loss {
        Tensor of(Operand labels, Operand predictions, Reduction reduction);
    }

    /** A loss with what each of its examples or elements should be. */
    private record Case(Loss loss, BinaryOperator<Tensor> mean, Object labels, Object said, List<Double> expected) {}

    private static Case elements(Loss loss, BinaryOperator<Tensor> mean, DoubleBinaryOperator formula) {
        double[] expected = new double[SAID.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = formula.applyAsDouble(LABELS[i], SAID[i]);
        }
        return new Case(loss, mean, LABELS, SAID, list(expected));
    }

    private static List<Double> list(double... numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    private static double huber(double error) {
        double e = Math.abs(error);
        return e <= 1 ? e * e / 2 : e - 0.5;
    }

    private static double logSoftmax(double[] row, int i) {
        return row[i] - Math.log(Arrays.stream(row).map(Math::exp).sum());
    }

    private static double[] perRow(int rows, IntToDoubleFunction loss) {
        double[] losses = new double[rows];
        for (int i = 0; i < rows; i++) {
            losses[i] = loss.applyAsDouble(i);
        }
        return losses;
    }

    private static double[] products(double[] x, double[] y) {
        double[] z = new double[x.length];
        for (int i = 0; i < z.length; i++) {
            z[i] = x[i] * y[i];
        }
        return z;
    }

    private static double dot(double[] x, double[] y) {
        return Arrays.stream(products(x, y)).sum();
    }

    private static final Map<String, Case> CASES = Map.of(
            "softmaxCrossEntropy",
            new Case(Losses::softmaxCrossEntropy, Losses::softmaxCrossEntropy, SHARES, LOGITS, list(perRow(2, i -> {
                double loss = 0;
                for (int j = 0; j < 3; j++) {
                    loss -= SHARES[i][j] * logSoftmax(LOGITS[i], j);
                }
                return loss;
            }))),
            "sigmoidCrossEntropy",
            new Case(
                    Losses::sigmoidCrossEntropy,
                    Losses::sigmoidCrossEntropy,
                    new double[] {0, 0.25, 1},
                    new double[] {0.5, -2, 3},
                    list(
                            Math.log1p(Math.exp(0.5)),
                            0.25 * Math.log1p(Math.exp(2)) + 0.75 * Math.log1p(Math.exp(-2)),
                            Math.log1p(Math.exp(-3)))),
            "klDivergence",
            new Case(
                    Losses::klDivergence,
                    Losses::klDivergence,
                    SHARES,
                    new double[][] {{0.3, 0.3, 0.4}, {0.5, 0.25, 0.25}},
                    list(
                            0.2 * Math.log(0.2 / 0.3) + 0.5 * Math.log(0.5 / 0.3) + 0.3 * Math.log(0.3 / 0.4),
                            0.6 * Math.log(0.6 / 0.5) + 0.1 * Math.log(0.1 / 0.25) + 0.3 * Math.log(0.3 / 0.25))),
            "mse",
            elements(Losses::mse, Losses::mse, (t, p) -> (p - t) * (p - t)),
            "mae",
            elements(Losses::mae, Losses::mae, (t, p) -> Math.abs(p - t)),
            "huber",
            elements((t, p, r) -> Losses.huber(t, p, 1, r), Losses::huber, (t, p) -> huber(p - t)),
            "huber with delta 2",
            elements(
                    (t, p, r) -> Losses.huber(t, p, 2, r),
                    (t, p) -> Losses.huber(t, p, 2, Reduction.MEAN),
                    (t, p) -> 4 * huber((p - t) / 2)),
            "logCosh",
            elements(Losses::logCosh, Losses::logCosh, (t, p) -> Math.log(Math.cosh(p - t))),
            "hinge",
            elements(Losses::hinge, Losses::hinge, (t, p) -> Math.max(1 - t * p, 0)),
            "cosineDistance",
            new Case(
                    Losses::cosineDistance,
                    Losses::cosineDistance,
                    LOGITS,
                    SHARES,
                    list(perRow(
                            2,
                            i -> 1
                                    - dot(LOGITS[i], SHARES[i])
                                            / Math.sqrt(dot(LOGITS[i], LOGITS[i]) * dot(SHARES[i], SHARES[i]))))));

    @TestFactory
    Stream<DynamicTest> losses() {
        return CASES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Case c = entry.getValue();
                    Tensor labels = Tensors.of(c.labels);
                    Tensor said = Tensors.of(c.said);
                    double[] expected = c.expected.stream().mapToDouble(e -> e).toArray();
                    double sum = Arrays.stream(expected).sum();
                    assertArrayEquals(
                            expected, c.loss.of(labels, said, Reduction.NONE).toDoubleArray(), 1e-14);
                    assertEquals(sum, c.loss.of(labels, said, Reduction.SUM).item(), 1e-14);
                    double mean = sum / expected.length;
                    assertEquals(mean, c.loss.of(labels, said, Reduction.MEAN).item(), 1e-14);
                    assertEquals(Shape.SCALAR, c.mean.apply(labels, said).shape());
                    assertEquals(mean, c.mean.apply(labels, said).item(), 1e-14);
                    GradientCheck.standard()
                            .check(in -> c.loss.of(in.get(0), in.get(1), Reduction.NONE), List.of(labels, said));
                    Tensor narrow = c.mean.apply(labels.castTo(DType.FLOAT32), said.castTo(DType.FLOAT32));
                    assertEquals(DType.FLOAT32, narrow.dtype());
                    assertEquals(mean, narrow.item(), 1e-6);
                }));
    }

    @Test
    void sparseLabelsAreThoseOfOneClass() {
        Tensor logits = Tensors.of(LOGITS);
        for (Tensor labels : List.of(Tensors.of(new int[] {1, 2}), Tensors.of(new long[] {1, 2}))) {
            assertArrayEquals(
                    perRow(2, i -> -logSoftmax(LOGITS[i], i + 1)),
                    Losses.sparseSoftmaxCrossEntropy(labels, logits, Reduction.NONE)
                            .toDoubleArray(),
                    1e-15);
            GradientCheck.standard()
                    .check(in -> Losses.sparseSoftmaxCrossEntropy(labels, in.get(0), Reduction.NONE), List.of(logits));
        }
        Tensor one = Losses.sparseSoftmaxCrossEntropy(
                Tensors.of(2), logits.slice(new long[] {1, 0}, Shape.of(1, 3)).reshape(3));
        assertEquals(-logSoftmax(LOGITS[1], 2), one.item(), 1e-15);
        Tensor cube = Losses.sparseSoftmaxCrossEntropy(
                Tensors.of(new int[][] {{0, 2}}), logits.reshape(1, 2, 3), Reduction.NONE);
        assertEquals(Shape.of(1, 2), cube.shape());
    }

    @Test
    void crossEntropiesFarOut() {
        Tensor logits = Tensors.of(new double[][] {{1000, -1000}, {-1000, 1000}});
        Tensor labels = Tensors.of(new double[][] {{1, 0}, {1, 0}});
        assertArrayEquals(
                new double[] {0, 2000},
                Losses.softmaxCrossEntropy(labels, logits, Reduction.NONE).toDoubleArray());
        assertArrayEquals(
                new double[] {0, 2000},
                Losses.sparseSoftmaxCrossEntropy(Tensors.of(new int[] {0, 0}), logits, Reduction.NONE)
                        .toDoubleArray());
        assertArrayEquals(
                new double[] {0, 0, 1000, 1000},
                Losses.sigmoidCrossEntropy(labels.reshape(4), logits.reshape(4), Reduction.NONE)
                        .toDoubleArray());
        assertEquals(
                Math.exp(-50),
                Losses.sigmoidCrossEntropy(Tensors.of(1.0), Tensors.of(50.0)).item(),
                1e-14 * Math.exp(-50));
        double inf = Double.POSITIVE_INFINITY;
        Tensor masked = Tensors.of(new double[] {0, -inf});
        assertEquals(
                0,
                Losses.softmaxCrossEntropy(Tensors.of(new double[] {1, 0}), masked)
                        .item());
        assertArrayEquals(new double[] {0, 0}, gradient(Losses::softmaxCrossEntropy, new double[] {1, 0}, 0, -inf));
        assertArrayEquals(
                new double[] {-1, 1}, gradient(Losses::softmaxCrossEntropy, new double[] {1, 0}, -1000, 1000));
        assertArrayEquals(
                new double[] {1, -1, -0.5},
                gradient(
                        (t, p) -> Losses.sigmoidCrossEntropy(t, p, Reduction.SUM),
                        new double[] {0, 1, 1},
                        1000,
                        -1000,
                        0));
        assertArrayEquals(
                new double[] {1000 - Math.log(2), 1000 - Math.log(2)},
                Losses.logCosh(Tensors.of(0.0), Tensors.of(new double[] {1000, -1000}), Reduction.NONE)
                        .toDoubleArray(),
                1e-12);
    }

    private static double[] gradient(BinaryOperator<Tensor> loss, double[] labels, double... said) {
        Tensor p = Tensors.of(said);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(p);
            Tensor gradient = tape.gradientOrThrow(loss.apply(Tensors.of(labels), p), p);
            // Of a slope of 0, the sign says nothing.
            return Arrays.stream(gradient.toDoubleArray()).map(g -> g + 0.0).toArray();
        }
    }

    @Test
    void slopesWhereLossesBend() {
        double[] zero = {0};
        assertArrayEquals(zero, gradient(Losses::mae, zero, 0));
        assertArrayEquals(zero, gradient(Losses::hinge, new double[] {1}, 1));
        assertArrayEquals(zero, gradient(Losses::huber, zero, 0));
        assertArrayEquals(new double[] {1}, gradient(Losses::huber, zero, 1));
        assertArrayEquals(new double[] {-1}, gradient(Losses::huber, zero, -1));
        // Inside, a square: its second derivative is 1, at 0 too.
        GradientCheck.standard().check(in -> Losses.huber(Tensors.of(zero), in.get(0)), List.of(Tensors.of(zero)));
        GradientCheck.standard().check(in -> Losses.logCosh(Tensors.of(zero), in.get(0)), List.of(Tensors.of(zero)));
    }

    @Test
    void divergenceOfZeros() {
        Tensor labels = Tensors.of(new double[] {0, 1});
        assertEquals(
                0, Losses.klDivergence(labels, Tensors.of(new double[] {0, 1})).item());
        assertEquals(
                Double.POSITIVE_INFINITY,
                Losses.klDivergence(labels, Tensors.of(new double[] {1, 0})).item());
        assertArrayEquals(new double[] {0, -2}, gradient(Losses::klDivergence, new double[] {0, 1}, 0, 0.5));
        assertEquals(
                1,
                Losses.cosineDistance(Tensors.of(new double[] {0, 0}), labels).item());
    }

    private static final Map<String, Map.Entry<Supplier<Tensor>, List<String>>> REFUSED = Map.of(
            "integer labels for softmaxCrossEntropy",
            Map.entry(
                    () -> Losses.softmaxCrossEntropy(Tensors.of(new int[] {0, 1}), Tensors.of(LOGITS)),
                    List.of("int32[2]", "float64[2, 3]", "sparseSoftmaxCrossEntropy")),
            "fractional labels for sparseSoftmaxCrossEntropy",
            Map.entry(
                    () -> Losses.sparseSoftmaxCrossEntropy(Tensors.of(new double[] {0, 1}), Tensors.of(LOGITS)),
                    List.of("float64[2]", "int32 or int64")),
            "too few labels",
            Map.entry(
                    () -> Losses.sparseSoftmaxCrossEntropy(Tensors.of(new int[] {0}), Tensors.of(LOGITS)),
                    List.of("int32[1]", "float64[2, 3]")),
            "a scalar as logits",
            Map.entry(() -> Losses.sparseSoftmaxCrossEntropy(Tensors.of(0), Tensors.of(1.0)), List.of("int32[]")),
            "a class that is none",
            Map.entry(
                    () -> Losses.sparseSoftmaxCrossEntropy(Tensors.of(new int[] {0, 3}), Tensors.of(LOGITS)),
                    List.of("3")),
            "a negative class",
            Map.entry(
                    () -> Losses.sparseSoftmaxCrossEntropy(Tensors.of(new int[] {-1, 0}), Tensors.of(LOGITS)),
                    List.of("-1")),
            "two dtypes",
            Map.entry(() -> Losses.mse(Tensors.of(1f), Tensors.of(1.0)), List.of("float32", "float64", "castTo")),
            "shapes that do not broadcast",
            Map.entry(() -> Losses.mae(Tensors.of(SAID), Tensors.of(LOGITS)), List.of("[4]", "[2, 3]")),
            "a delta of 0",
            Map.entry(
                    () -> Losses.huber(Tensors.of(1.0), Tensors.of(2.0), 0, Reduction.NONE),
                    List.of("delta", "greater than 0")));

    @TestFactory
    Stream<DynamicTest> whatDoesNotFitIsRefused() {
        return REFUSED.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    IllegalArgumentException e = assertThrows(
                            IllegalArgumentException.class,
                            () -> entry.getValue().getKey().get().evaluate());
                    for (String word : entry.getValue().getValue()) {
                        assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
                    }
                    if (entry.getKey().contains("class")) {
                        assertEquals(InvalidOperandException.class, e.getClass());
                    }
                }));
    }
}
