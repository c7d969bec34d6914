package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Sorting;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sorting, the greatest few, and elements by their positions. */
class SortingTest {
    private static final double NAN = Double.NaN;
    private static final Tensor X = Tensors.of(new double[][] {{3, 1, 2, 5}, {-1, 4, -2, 0.5}});

    @Test
    void sortsAlongEveryAxis() {
        assertArrayEquals(new double[] {1, 2, 3, 5, -2, -1, 0.5, 4}, X.sort().toDoubleArray());
        assertArrayEquals(
                new double[] {5, 3, 2, 1, 4, 0.5, -1, -2}, X.sort(-1, true).toDoubleArray());
        assertArrayEquals(
                new double[] {-1, 1, -2, 0.5, 3, 4, 2, 5}, X.sort(0, false).toDoubleArray());
        assertArrayEquals(
                new long[] {Long.MIN_VALUE, 3, Long.MAX_VALUE},
                Tensors.of(new long[] {3, Long.MAX_VALUE, Long.MIN_VALUE})
                        .sort()
                        .toLongArray());
    }

    @Test
    void nanIsTheGreatest() {
        Tensor x = Tensors.of(new double[] {NAN, 1, Double.POSITIVE_INFINITY});
        assertArrayEquals(
                new double[] {1, Double.POSITIVE_INFINITY, NAN}, x.sort().toDoubleArray());
        assertArrayEquals(
                new double[] {NAN, Double.POSITIVE_INFINITY, 1}, x.sort(0, true).toDoubleArray());
        assertArrayEquals(new double[] {NAN}, Sorting.topK(x, 1).values().toDoubleArray());
    }

    /** Every length has its own runs to merge; few elements are found one by one, more by a whole sort. */
    @Test
    void agreesWithJavaOnRandomNumbersWithTies() {
        Random random = new Random(4);
        for (int n : new int[] {1, 2, 3, 63, 64, 65, 100, 1000, 1023}) {
            double[] x = random.ints(n, -20, 20).asDoubleStream().toArray();
            double[] ascending = x.clone();
            Arrays.sort(ascending);
            assertArrayEquals(ascending, Tensors.of(x).sort().toDoubleArray());
            for (int k : new int[] {0, 1, n / 2, Math.min(n, 64), Math.min(n, 65), n}) {
                Sorting.TopK top = Sorting.topK(Tensors.of(x), k);
                long[] indices = top.indices().toLongArray();
                for (int i = 0; i < k; i++) {
                    assertEquals(ascending[n - 1 - i], top.values().toDoubleArray()[i]);
                    assertEquals(ascending[n - 1 - i], x[(int) indices[i]]);
                    boolean inOrder =
                            i == 0 || x[(int) indices[i - 1]] > x[(int) indices[i]] || indices[i - 1] < indices[i];
                    assertTrue(inOrder, "equal elements stay in their order");
                }
            }
        }
    }

    @Test
    void gradientsGoToWhereElementsCameFrom() {
        GradientCheck.standard().check(in -> in.get(0).sort(0, false).square().mul(in.get(0)), List.of(X));
        GradientCheck.standard().check(in -> in.get(0).sort(-1, true).sin(), List.of(X));
        GradientCheck.standard().check(in -> Sorting.topK(in.get(0), 3).values().exp(), List.of(X));
        GradientCheck.standard()
                .check(in -> in.get(0).cumProd(1).sort().mul(in.get(0).cumSum(0, true, true)), List.of(X.sub(1.3)));
    }

    @Test
    void noGradientPassesThroughPositions() {
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(X);
            assertNull(tape.gradient(Sorting.topK(X, 2).indices().castTo(DType.FLOAT64), X));
            assertNull(tape.gradient(Sorting.argSort(X, 0, false).castTo(DType.FLOAT64), X));
            assertNull(tape.gradient(X.argMax(1).castTo(DType.FLOAT64), X));
        }
    }

    @Test
    void wrongCountsAxesAndIndicesAreErrors() {
        for (int k : new int[] {-1, 5}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Sorting.topK(X, k));
            assertTrue(String.valueOf(e.getMessage()).contains("ask for 0 to 4"), e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> Tensors.of(1.0).sort());
        assertThrows(IllegalArgumentException.class, () -> Sorting.argSort(X, 2, false));
        for (long index : new long[] {-1, 4, Long.MAX_VALUE}) {
            Tensor indices = Tensors.fill(DType.INT64, Shape.of(2, 1), index);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Tensors.takeAlongAxis(X, indices, 1).toDoubleArray());
            assertTrue(String.valueOf(e.getMessage()).contains("index " + index), e.getMessage());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Tensors.addAlongAxis(Tensors.ones(DType.FLOAT32, 2, 1), indices, 1, 4)
                            .toDoubleArray());
        }
        Tensor column = Tensors.zeros(DType.INT32, 3, 1);
        assertThrows(IllegalArgumentException.class, () -> Tensors.takeAlongAxis(X, column, 1));
        assertThrows(IllegalArgumentException.class, () -> Tensors.takeAlongAxis(X, X, 1));
        assertThrows(IllegalArgumentException.class, () -> Tensors.addAlongAxis(X, column, 1, 4));
        assertThrows(
                IllegalArgumentException.class, () -> Tensors.addAlongAxis(X, Tensors.zeros(DType.INT32, 2, 4), 1, -1));
    }
}
