package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Attention against its formula, head by head; masks; and what is refused. */
class AttentionTest {
    private static final Random RANDOM = Random.seeded(17);
    private static final Tensor QUERY = random(2, 3, 4);
    private static final Tensor KEY = random(2, 5, 4);
    private static final Tensor VALUE = random(2, 5, 6);

    private static Tensor random(long... sizes) {
        return RANDOM.normal(DType.FLOAT64, sizes);
    }

    /** A matrix of a stack of them. */
    private static double[][] matrix(Tensor stack, int i) {
        int rows = (int) stack.shape().size(1);
        int width = (int) stack.shape().size(2);
        double[] all = stack.toDoubleArray();
        double[][] matrix = new double[rows][];
        for (int row = 0; row < rows; row++) {
            int from = (i * rows + row) * width;
            matrix[row] = Arrays.copyOfRange(all, from, from + width);
        }
        return matrix;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    @Test
    void scaledDotProductIsAMeanOfTheValues() {
        double[] expected = new double[2 * 3 * 6];
        for (int b = 0; b < 2; b++) {
            double[][] values = matrix(VALUE, b);
            for (int q = 0; q < 3; q++) {
                double[] weights = new double[5];
                for (int k = 0; k < 5; k++) {
                    weights[k] = Math.exp(dot(matrix(QUERY, b)[q], matrix(KEY, b)[k]) / 2);
                }
                double total = Arrays.stream(weights).sum();
                for (int k = 0; k < 5; k++) {
                    for (int e = 0; e < 6; e++) {
                        expected[(b * 3 + q) * 6 + e] += weights[k] / total * values[k][e];
                    }
                }
            }
        }
        assertArrayEquals(
                expected, Attention.scaledDotProduct(QUERY, KEY, VALUE, null).toDoubleArray(), 1e-14);
        GradientCheck.standard()
                .check(
                        in -> Attention.scaledDotProduct(in.get(0), in.get(1), in.get(2), null),
                        List.of(random(1, 2, 3), random(1, 3, 3), random(1, 3, 2)));
    }

    @Test
    void whatIsMaskedIsNotSeen() {
        Tensor mask = Tensors.of(new boolean[][] {
            {true, true, false, false, true}, {true, true, false, false, true}, {true, true, false, false, true}
        });
        int[] seen = {0, 1, 4};
        Tensor masked = Attention.scaledDotProduct(QUERY, KEY, VALUE, mask);
        Tensor fewer = Attention.scaledDotProduct(
                QUERY, KEY.gather(Tensors.of(seen), 1), VALUE.gather(Tensors.of(seen), 1), null);
        assertArrayEquals(fewer.toDoubleArray(), masked.toDoubleArray(), 1e-14);
        Tensor row = mask.slice(new long[2], Shape.of(1, 5));
        assertArrayEquals(
                masked.toDoubleArray(),
                Attention.scaledDotProduct(QUERY, KEY, VALUE, row).toDoubleArray());
        Tensor nothing = Tensors.zeros(DType.BOOL, 3, 5);
        assertArrayEquals(
                VALUE.mean(true, 1).broadcastTo(Shape.of(2, 3, 6)).toDoubleArray(),
                Attention.scaledDotProduct(QUERY, KEY, VALUE, nothing).toDoubleArray(),
                1e-14);
        GradientCheck.standard()
                .check(
                        in -> Attention.scaledDotProduct(in.get(0), in.get(1), in.get(2), mask),
                        List.of(QUERY, KEY, VALUE));
        for (DType narrow : List.of(DType.FLOAT32, DType.FLOAT16)) {
            Tensor y = Attention.scaledDotProduct(QUERY.castTo(narrow), KEY.castTo(narrow), VALUE.castTo(narrow), mask);
            assertEquals(narrow, y.dtype());
            assertArrayEquals(masked.toDoubleArray(), y.toDoubleArray(), narrow == DType.FLOAT32 ? 1e-5 : 2e-2);
        }
    }

    private static Attention.Weights weights(boolean biased) {
        return new Attention.Weights(
                random(4, 6),
                bias(biased, 6),
                random(4, 6),
                bias(biased, 6),
                random(6, 4),
                bias(biased, 4),
                random(4, 3),
                bias(biased, 3));
    }

    private static @Nullable Tensor bias(boolean biased, long width) {
        return biased ? random(width) : null;
    }

    @Test
    void headsLookApart() {
        for (boolean biased : new boolean[] {true, false}) {
            Attention.Weights w = weights(biased);
            Tensor all = Tensors.zeros(DType.FLOAT64, 2, 3, 3);
            for (int head = 0; head < 2; head++) {
                Tensor q = columns(QUERY.mmul(w.query()), w.queryBias(), head, 3);
                Tensor k = columns(KEY.mmul(w.key()), w.keyBias(), head, 3);
                Tensor v = columns(VALUE.mmul(w.value()), w.valueBias(), head, 2);
                Tensor rows = w.output().slice(new long[] {2L * head, 0}, Shape.of(2, 3));
                all = all.add(Attention.scaledDotProduct(q, k, v, null).mmul(rows));
            }
            Tensor expected = w.outputBias() == null ? all : all.add(w.outputBias());
            Tensor actual = Attention.multiHead(QUERY, KEY, VALUE, w, 2, null);
            assertEquals(Shape.of(2, 3, 3), actual.shape());
            assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-13);
        }
    }

    private static Tensor columns(Tensor x, @Nullable Operand bias, int head, long width) {
        Tensor biased = bias == null ? x : x.add(bias);
        Shape shape = Shape.of(x.shape().size(0), x.shape().size(1), width);
        return biased.slice(new long[] {0, 0, head * width}, shape);
    }

    @Test
    void gradientsOfAllWeights() {
        Attention.Weights w = weights(true);
        Tensor causal = Tensors.ones(DType.FLOAT64, 3, 3).tril().gt(0);
        GradientCheck.standard()
                .check(
                        in -> Attention.multiHead(
                                in.get(0),
                                in.get(0),
                                in.get(0),
                                new Attention.Weights(
                                        in.get(1), in.get(2), in.get(1), in.get(2), in.get(3), in.get(4), in.get(5),
                                        in.get(6)),
                                2,
                                causal),
                        List.of(
                                QUERY.slice(new long[3], Shape.of(1, 3, 4)),
                                w.query().asTensor(),
                                random(6),
                                random(4, 4),
                                random(4),
                                w.output().asTensor(),
                                random(3)));
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        refused(() -> Attention.scaledDotProduct(QUERY, random(5, 4), VALUE, null), "one rank", "float64[5, 4]");
        refused(() -> Attention.scaledDotProduct(QUERY, random(2, 5, 3), VALUE, null), "matmul", "float64[2, 5, 3]");
        refused(() -> Attention.multiHead(QUERY, KEY, VALUE, weights(true), 4, null), "4 heads", "width 6");
        refused(() -> Attention.multiHead(QUERY, KEY, VALUE, weights(true), 0, null), "0 heads");
        refused(() -> Attention.multiHead(VALUE, KEY, VALUE, weights(true), 2, null), "'query'", "float64[2, 5, 6]");
        refused(() -> Attention.scaledDotProduct(QUERY, KEY, VALUE, random(3, 5)), "where", "bool");
    }

    private static void refused(Supplier<Tensor> code, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, code::get);
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }
}
