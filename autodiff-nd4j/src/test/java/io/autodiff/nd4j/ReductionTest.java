package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Reductions as methods: those that are composites of ops, and what holds of all of them. */
class ReductionTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, -2, 3.5}, {0.25, 4, -0.5}});
    private static final Tensor CUBE =
            Tensors.of(new double[][][] {{{1, 2}, {3, 4}, {5, 6}}, {{-1.5, 0.5}, {0.25, 8}, {9, 7}}});

    /** A reduction to a floating tensor: by axes, and of the elements of one group in Java. */
    private record Reduction(Function<Tensor, Function<int[], Tensor>> method, Function<double[], Double> reference) {}

    private static final Map<String, Reduction> FLOATING = new LinkedHashMap<>();

    static {
        FLOATING.put("sum", new Reduction(x -> x::sum, g -> Arrays.stream(g).sum()));
        FLOATING.put("prod", new Reduction(x -> x::prod, g -> Arrays.stream(g).reduce(1, (a, b) -> a * b)));
        FLOATING.put("mean", new Reduction(x -> x::mean, ReductionTest::mean));
        FLOATING.put(
                "max", new Reduction(x -> x::max, g -> Arrays.stream(g).max().orElseThrow()));
        FLOATING.put(
                "min", new Reduction(x -> x::min, g -> Arrays.stream(g).min().orElseThrow()));
        FLOATING.put("var", new Reduction(x -> x::var, ReductionTest::variance));
        FLOATING.put("std", new Reduction(x -> x::std, g -> Math.sqrt(variance(g))));
        FLOATING.put(
                "norm1",
                new Reduction(
                        x -> x::norm1, g -> Arrays.stream(g).map(Math::abs).sum()));
        FLOATING.put(
                "norm2",
                new Reduction(
                        x -> x::norm2,
                        g -> Math.sqrt(Arrays.stream(g).map(e -> e * e).sum())));
        FLOATING.put(
                "normMax",
                new Reduction(
                        x -> x::normMax,
                        g -> Arrays.stream(g).map(Math::abs).max().orElseThrow()));
        FLOATING.put(
                "logSumExp",
                new Reduction(
                        x -> x::logSumExp,
                        g -> Math.log(Arrays.stream(g).map(Math::exp).sum())));
    }

    private static double mean(double[] group) {
        return Arrays.stream(group).average().orElseThrow();
    }

    private static double variance(double[] group) {
        double mean = mean(group);
        return Arrays.stream(group).map(e -> (e - mean) * (e - mean)).average().orElseThrow();
    }

    private static Stream<DynamicTest> eachFloating(Consumer<Reduction> check) {
        return FLOATING.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check.accept(entry.getValue())));
    }

    @TestFactory
    Stream<DynamicTest> valuesAreThoseOfTheDefinitions() {
        double[] all = MATRIX.toDoubleArray();
        double[][] rows = {{1, -2, 3.5}, {0.25, 4, -0.5}};
        return eachFloating(reduction -> {
            Function<int[], Tensor> method = reduction.method().apply(MATRIX);
            assertEquals(
                    reduction.reference().apply(all), method.apply(new int[0]).item(), 1e-12);
            assertArrayEquals(
                    Arrays.stream(rows)
                            .mapToDouble(reduction.reference()::apply)
                            .toArray(),
                    method.apply(new int[] {-1}).toDoubleArray(),
                    1e-12);
        });
    }

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithCentralDifferences() {
        Tensor single = Tensors.of(new double[][] {{0.5}, {-1.5}});
        return eachFloating(reduction -> {
            for (int[] axes : new int[][] {{}, {0}, {1}, {-1, 0}, {0, 1, 2}}) {
                GradientCheck.standard()
                        .check(in -> reduction.method().apply(in.get(0)).apply(axes), List.of(CUBE));
            }
            GradientCheck.standard()
                    .check(in -> reduction.method().apply(in.get(0)).apply(new int[] {1}), List.of(single));
            GradientCheck.standard()
                    .check(in -> reduction.method().apply(in.get(0)).apply(new int[0]), List.of(Tensors.of(1.5)));
        });
    }

    @TestFactory
    Stream<DynamicTest> narrowDTypesStayAndAreAsGoodAsTheirPrecision() {
        return eachFloating(reduction -> {
            for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32)) {
                Tensor x = MATRIX.castTo(dtype);
                Tensor y = reduction.method().apply(x).apply(new int[] {0});
                assertEquals(dtype, y.dtype());
                Tensor expected =
                        reduction.method().apply(x.castTo(DType.FLOAT64)).apply(new int[] {0});
                double tolerance = dtype == DType.FLOAT32 ? 1e-6 : dtype == DType.FLOAT16 ? 2e-3 : 2e-2;
                assertArrayEquals(expected.toDoubleArray(), y.toDoubleArray(), 5 * tolerance);
            }
        });
    }

    @Test
    void axesMayBeKept() {
        Map<String, Function<Tensor, Tensor>> kept = new LinkedHashMap<>();
        kept.put("sum", x -> x.sum(true, 1));
        kept.put("prod", x -> x.prod(true, 1));
        kept.put("mean", x -> x.mean(true, 1));
        kept.put("max", x -> x.max(true, 1));
        kept.put("min", x -> x.min(true, 1));
        kept.put("var", x -> x.var(true, 1));
        kept.put("std", x -> x.std(true, 1));
        kept.put("norm1", x -> x.norm1(true, 1));
        kept.put("norm2", x -> x.norm2(true, 1));
        kept.put("normMax", x -> x.normMax(true, 1));
        kept.put("logSumExp", x -> x.logSumExp(true, 1));
        kept.put("any", x -> x.any(true, 1));
        kept.put("all", x -> x.all(true, 1));
        kept.put("countNonZero", x -> x.countNonZero(true, 1));
        kept.put("argMax", x -> x.argMax(true, 1));
        kept.put("argMin", x -> x.argMin(true, 1));
        kept.forEach((name, method) ->
                assertEquals(Shape.of(2, 1, 2), method.apply(CUBE).shape(), name));
    }

    @Test
    void theGradientOfTheStandardDeviationOfEqualElementsIsZero() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (double element : new double[] {0, 2, 0.1, 1e-300, 1 / 3.0, 1e20}) {
                for (int n : new int[] {1, 3, 7, 1000, 12_345}) {
                    Tensor x = Tensors.fill(dtype, Shape.of(n), element);
                    try (GradientTape tape = GradientTape.open()) {
                        tape.watch(x);
                        Tensor std = x.std();
                        assertEquals(0, std.item(), n + " times " + element);
                        assertTrue(Arrays.stream(tape.gradientOrThrow(std, x).toDoubleArray())
                                .allMatch(g -> g == 0));
                    }
                }
            }
        }
    }

    @Test
    void theVarianceOfLargeNumbersKeepsItsDigits() {
        Tensor x = Tensors.of(new double[] {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
        assertEquals(22.5, x.var().item(), 1e-12);
        assertEquals(Math.sqrt(22.5), x.std().item(), 1e-12);
    }

    @Test
    void logSumExpNeitherOverflowsNorLosesInfinities() {
        Tensor x =
                Tensors.of(new double[][] {{1000, 1000}, {-1000, -1000}, {-INF, -INF}, {INF, 1}, {NAN, 1}, {-INF, 2}});
        assertArrayEquals(
                new double[] {1000 + Math.log(2), -1000 + Math.log(2), -INF, INF, NAN, 2},
                x.logSumExp(1).toDoubleArray());
        assertEquals(
                -INF, x.slice(new long[] {2, 0}, Shape.of(1, 2)).logSumExp().item());
        assertArrayEquals(
                new double[] {-INF, -INF},
                Tensors.zeros(DType.FLOAT32, 2, 0).logSumExp(1).toDoubleArray());
    }

    @Test
    void theGradientOfLogSumExpIsZeroWhereAllElementsAreMinusInfinity() {
        Tensor x = Tensors.of(new double[][] {{-INF, -INF}, {-INF, 2}, {1000, 1000}});
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            assertArrayEquals(
                    new double[] {0, 0, 0, 1, 0.5, 0.5},
                    tape.gradientOrThrow(x.logSumExp(1), x).toDoubleArray());
        }
    }

    @Test
    void equalElementsShareTheGradientOfTheGreatest() {
        Tensor x = Tensors.of(new double[][] {{1, 3, 3}, {NAN, 1, 2}, {5, 5, 5}});
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            assertArrayEquals(
                    new double[] {0, 1, 1, NAN, NAN, NAN, 2 / 3.0, 2 / 3.0, 2 / 3.0},
                    tape.gradientOrThrow(x.max(1).mul(2), x).toDoubleArray());
        }
    }

    @Test
    void wholeNumbersStayWhole() {
        for (DType dtype : List.of(DType.INT32, DType.INT64)) {
            Tensor x = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 0}}, dtype);
            for (UnaryOperator<Tensor> reduction : List.<UnaryOperator<Tensor>>of(
                    t -> t.sum(1), t -> t.prod(1), t -> t.max(1), t -> t.min(1), t -> t.norm1(1), t -> t.normMax(1))) {
                assertEquals(dtype, reduction.apply(x).dtype());
            }
            assertArrayEquals(new long[] {6, 9}, x.sum(1).toLongArray());
            assertArrayEquals(new long[] {6, 0}, x.prod(1).toLongArray());
            assertEquals(DType.FLOAT64, x.mean().dtype());
            assertArrayEquals(new double[] {2, 3}, x.mean(1).toDoubleArray());
            assertArrayEquals(new double[] {2 / 3.0, 14 / 3.0}, x.var(1).toDoubleArray(), 1e-12);
            assertEquals(
                    Math.log(3 * Math.E),
                    Tensors.of(new int[] {1, 1, 1}, dtype).logSumExp().item(),
                    1e-12);
        }
        long least = Long.MIN_VALUE;
        Tensor ends =
                Tensors.of(new long[][] {{least, least}, {least + 1, least}, {Long.MAX_VALUE - 1, Long.MAX_VALUE}});
        assertArrayEquals(
                new long[] {least, least + 1, Long.MAX_VALUE}, ends.max(1).toLongArray());
        assertArrayEquals(
                new long[] {least, least, Long.MAX_VALUE - 1}, ends.min(1).toLongArray());
        long odd = (1L << 53) + 1;
        assertEquals(odd + 1, Tensors.of(new long[] {odd, 1}).sum().toLongArray()[0]);
        assertEquals(3 * odd, Tensors.of(new long[] {odd, 3}).prod().toLongArray()[0]);
    }

    @Test
    void theMeanOfWholeOrNarrowNumbersIsRightWhereTheirSumIsNone() {
        assertEquals(
                Integer.MAX_VALUE,
                Tensors.fill(DType.INT32, Shape.of(5), Integer.MAX_VALUE).mean().item());
        assertEquals(
                100, Tensors.fill(DType.FLOAT16, Shape.of(5000), 100).mean().item());
        assertEquals(100, Tensors.fill(DType.FLOAT16, Shape.of(5000), 100).std().item() + 100);
    }

    @Test
    void truthAndCounts() {
        Tensor bits = Tensors.of(new boolean[][] {{true, false}, {true, true}, {false, false}});
        assertArrayEquals(new boolean[] {true, true, false}, bits.any(1).toBooleanArray());
        assertArrayEquals(new boolean[] {false, true, false}, bits.all(1).toBooleanArray());
        assertArrayEquals(new long[] {1, 2, 0}, bits.countNonZero(1).toLongArray());
        Tensor x = Tensors.of(new double[] {0, -0.0, NAN, 3});
        assertEquals(2, x.countNonZero().toLongArray()[0]);
        assertTrue(x.any().toBooleanArray()[0]);
        assertEquals(DType.INT64, x.countNonZero().dtype());
        Tensor empty = Tensors.zeros(DType.BOOL, 0, 2);
        assertArrayEquals(new boolean[] {false, false}, empty.any(0).toBooleanArray());
        assertArrayEquals(new boolean[] {true, true}, empty.all(0).toBooleanArray());
        assertArrayEquals(new long[] {0, 0}, empty.countNonZero(0).toLongArray());
        assertTrue(Tensors.of(true).all().toBooleanArray()[0]);
    }

    @Test
    void positionsOfTheGreatestAndTheLeast() {
        assertEquals(4, MATRIX.argMax().toLongArray()[0]);
        assertEquals(1, MATRIX.argMin().toLongArray()[0]);
        assertArrayEquals(new long[] {2, 1}, MATRIX.argMax(-1).toLongArray());
        assertEquals(0, Tensors.of(3f).argMax().toLongArray()[0]);
        assertEquals(Shape.SCALAR, MATRIX.argMax().shape());
    }

    @Test
    void emptyAxes() {
        Tensor empty = Tensors.zeros(DType.FLOAT32, 2, 0);
        assertArrayEquals(new double[] {0, 0}, empty.sum(1).toDoubleArray());
        assertArrayEquals(new double[] {1, 1}, empty.prod(1).toDoubleArray());
        assertArrayEquals(new double[] {NAN, NAN}, empty.mean(1).toDoubleArray());
        assertArrayEquals(new double[] {NAN, NAN}, empty.var(1).toDoubleArray());
        assertArrayEquals(new double[] {NAN, NAN}, empty.std(1).toDoubleArray());
        assertEquals(Shape.of(0), empty.max(0).shape());
        for (Function<Tensor, Tensor> reduction : List.<Function<Tensor, Tensor>>of(
                x -> x.max(1), x -> x.min(), x -> x.argMax(1), x -> x.argMin(), x -> x.normMax(1))) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> reduction.apply(empty));
            assertTrue(String.valueOf(e.getMessage()).contains("empty"), e.getMessage());
        }
    }

    @Test
    void wrongAxesAndDTypesAreErrors() {
        Map<Function<Tensor, Tensor>, String> wrong = new LinkedHashMap<>();
        wrong.put(x -> x.sum(2), "no axis 2 in shape [2, 3]");
        wrong.put(x -> x.max(0, -2), "twice");
        wrong.put(x -> x.argMax(-3), "no axis -3");
        wrong.put(x -> x.cumSum(5), "no axis 5");
        wrong.put(x -> x.gt(0).sum(), "numeric");
        wrong.put(x -> x.gt(0).max(), "numeric");
        wrong.put(x -> x.gt(0).reshape(6).slice(new long[1], Shape.of(1)).prod(), "numeric");
        wrong.put(x -> x.castTo(DType.INT32).norm2(), "floating");
        wrong.put(x -> x.gt(0).cumProd(0), "numeric");
        wrong.forEach((method, words) -> {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> method.apply(MATRIX));
            assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
        });
    }

    /** So that a scalar's sum, of which programs are full, costs nothing. */
    @Test
    void aReductionOfOneElementEachIsTheOperand() {
        Tensor scalar = Tensors.of(-1.5);
        assertSame(scalar, scalar.sum());
        assertSame(scalar, scalar.max());
        assertSame(scalar, scalar.mean());
        Tensor column = Tensors.of(new double[][] {{1}, {-2}});
        assertSame(column, column.prod(true, 1));
        assertArrayEquals(new double[] {1, -2}, column.min(1).toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, column.norm2(1).toDoubleArray());
        assertArrayEquals(new double[] {0, 0}, column.var(1).toDoubleArray());
        try (GradientTape tape = GradientTape.open()) {
            Tensor zero = Tensors.of(0.0);
            tape.watch(zero);
            assertEquals(0, tape.gradientOrThrow(zero.norm2(), zero).item());
        }
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(scalar);
            assertEquals(1, tape.gradientOrThrow(scalar.sum(), scalar).item());
        }
    }

    /** ND4J's own sum is off by a hundred units here, its norm by a thousand. */
    @Test
    void sumsOfAMillionFloatsKeepTheirDigits() {
        Random random = new Random(1);
        float[] x = new float[1 << 20];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat();
            sum += x[i];
            squares += (double) x[i] * x[i];
        }
        double unit = 0x1p-23;
        for (long[] sizes : new long[][] {{1 << 20}, {1, 1 << 20}, {1 << 20, 1}, {1 << 10, 1 << 10}}) {
            Tensor t = Tensors.of(x).reshape(sizes);
            assertEquals(sum, t.sum().item(), 8 * unit * sum, Arrays.toString(sizes));
            assertEquals(Math.sqrt(squares), t.norm2().item(), 8 * unit * Math.sqrt(squares));
        }
        Tensor columns = Tensors.stack(1, Tensors.of(x), Tensors.of(x), Tensors.of(x));
        assertArrayEquals(new double[] {sum, sum, sum}, columns.sum(0).toDoubleArray(), 8 * unit * sum);
        Tensor odd = Tensors.of(Arrays.copyOf(x, 1_000_003));
        double part = 0;
        for (int i = 0; i < 1_000_003; i++) {
            part += x[i];
        }
        assertEquals(part, odd.sum().item(), 8 * unit * part);
    }
}
