package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Linalg;
import io.autodiff.MatrixNorm;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Linear algebra as composites: values against figures, gradients against differences, eager and compiled. */
class LinalgTest {
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    private static final Tensor SQUARE = Tensors.of(new double[][] {{4, 1}, {1, 3}});
    private static final Tensor VECTOR = Tensors.of(new double[] {1, -1, 2});
    private static final Tensor PAIR = Tensors.of(new double[] {1, 2});
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Tensor CUBE = Random.seeded(5).normal(DType.FLOAT64, 2, 3, 4);

    private static Tensor random(long... sizes) {
        return Random.seeded(Arrays.hashCode(sizes)).normal(DType.FLOAT64, sizes);
    }

    private record Smooth(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {}

    private static Smooth smooth(Function<List<Tensor>, Tensor> function, Tensor... inputs) {
        return new Smooth(function, List.of(inputs));
    }

    private static final Map<String, Smooth> SMOOTH = Map.ofEntries(
            Map.entry("matmul of vectors", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), VECTOR, VECTOR)),
            Map.entry("matmul of a row", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), PAIR, MATRIX)),
            Map.entry("matmul of a column", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), MATRIX, VECTOR)),
            Map.entry("matmul of a row and a stack", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), VECTOR, CUBE)),
            Map.entry("mmul of a stack and a matrix", smooth(in -> in.get(0).mmul(in.get(1)), CUBE, random(4, 2))),
            Map.entry(
                    "mmul of a stack and a transposed matrix",
                    smooth(in -> in.get(0).mmul(in.get(1), false, true), CUBE, random(2, 4))),
            Map.entry(
                    "mmul of a transposed stack and a matrix",
                    smooth(in -> in.get(0).mmul(in.get(1), true, false), CUBE, random(3, 2))),
            Map.entry("matvec", smooth(in -> Linalg.matvec(in.get(0), in.get(1)), CUBE, random(2, 4))),
            Map.entry("matvec, broadcast", smooth(in -> Linalg.matvec(in.get(0), in.get(1)), CUBE, random(4))),
            Map.entry("matvec, transposed", smooth(in -> Linalg.matvec(in.get(0), in.get(1), true), MATRIX, PAIR)),
            Map.entry("outer", smooth(in -> Linalg.outer(in.get(0), in.get(1)), random(2, 3), random(2, 1))),
            Map.entry("kron", smooth(in -> Linalg.kron(in.get(0), in.get(1)), MATRIX, SQUARE)),
            Map.entry("tensorDot over none", smooth(in -> Linalg.tensorDot(in.get(0), in.get(1), 0), PAIR, MATRIX)),
            Map.entry(
                    "tensorDot over two", smooth(in -> Linalg.tensorDot(in.get(0), in.get(1), 2), CUBE, random(3, 4))),
            Map.entry(
                    "tensorDot over pairs",
                    smooth(
                            in -> Linalg.tensorDot(in.get(0), in.get(1), new int[] {-1, 0}, new int[] {1, 2}),
                            CUBE,
                            random(3, 4, 2))),
            Map.entry(
                    "matrixPower 5",
                    smooth(in -> Linalg.matrixPower(in.get(0), 5).mul(0.01), SQUARE)),
            Map.entry("matrixPower -3", smooth(in -> Linalg.matrixPower(in.get(0), -3), SQUARE)),
            Map.entry("matrixPower 1", smooth(in -> Linalg.matrixPower(in.get(0), 1), SQUARE)),
            Map.entry("bandPart", smooth(in -> Linalg.bandPart(in.get(0), 0, 1), CUBE)),
            Map.entry("trace", smooth(in -> Linalg.trace(in.get(0)), CUBE)),
            Map.entry("norm", smooth(in -> Linalg.norm(in.get(0)), CUBE)),
            Map.entry("norm of order 1", smooth(in -> Linalg.norm(in.get(0), 1, 0), CUBE)),
            Map.entry("norm of order 2", smooth(in -> Linalg.norm(in.get(0), 2, true, -1), CUBE)),
            Map.entry("norm of order 3", smooth(in -> Linalg.norm(in.get(0), 3, 0, -1), CUBE)),
            Map.entry("norm of order 1.5", smooth(in -> Linalg.norm(in.get(0), 1.5), CUBE)),
            Map.entry("norm of order infinity", smooth(in -> Linalg.norm(in.get(0), INF, 1), CUBE)),
            Map.entry("Frobenius norm", smooth(in -> Linalg.norm(in.get(0), MatrixNorm.FROBENIUS), CUBE)),
            Map.entry("nuclear norm", smooth(in -> Linalg.norm(in.get(0), MatrixNorm.NUCLEAR), CUBE)),
            Map.entry("spectral norm", smooth(in -> Linalg.norm(in.get(0), MatrixNorm.SPECTRAL), CUBE)),
            Map.entry("1-norm", smooth(in -> Linalg.norm(in.get(0), MatrixNorm.ONE), CUBE)),
            Map.entry("infinity norm", smooth(in -> Linalg.norm(in.get(0), MatrixNorm.INFINITY), CUBE)),
            Map.entry("logDet", smooth(in -> Linalg.logDet(in.get(0)), SQUARE)),
            Map.entry("solve for a vector", smooth(in -> Linalg.solve(in.get(0), in.get(1)), SQUARE, PAIR)),
            Map.entry(
                    "triangularSolve", smooth(in -> Linalg.triangularSolve(in.get(0), in.get(1), true), SQUARE, PAIR)),
            Map.entry(
                    "lstsq of a tall matrix",
                    smooth(in -> Linalg.lstsq(in.get(0), in.get(1)), random(4, 2), random(4))),
            Map.entry(
                    "lstsq of a wide matrix",
                    smooth(in -> Linalg.lstsq(in.get(0), in.get(1)), random(2, 4), random(2, 3))),
            Map.entry(
                    "lstsq of stacks",
                    smooth(in -> Linalg.lstsq(in.get(0), in.get(1)), random(2, 1, 3, 2), random(2, 3, 1))));

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithDifferencesEagerAndCompiled() {
        return SMOOTH.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Smooth s = entry.getValue();
                    GradientCheck.standard().check(s.function(), s.inputs());
                    Tensor eager = s.function().apply(s.inputs());
                    Tensor compiled = Functions.compileMany(
                                    in -> List.of(s.function().apply(in)))
                            .apply(s.inputs())
                            .get(0);
                    assertEquals(eager.spec(), compiled.spec());
                    assertArrayEquals(eager.toDoubleArray(), compiled.toDoubleArray(), 1e-14);
                }));
    }

    /** The figures are those of NumPy. */
    @Test
    void normsAreThoseOfNumPy() {
        Map<MatrixNorm, Double> norms = Map.of(
                MatrixNorm.FROBENIUS, 9.539392014169456,
                MatrixNorm.NUCLEAR, 10.280901636369208,
                MatrixNorm.SPECTRAL, 9.508032000695724,
                MatrixNorm.ONE, 9.0,
                MatrixNorm.INFINITY, 15.0);
        assertEquals(Set.of(MatrixNorm.values()), norms.keySet());
        norms.forEach((norm, figure) ->
                assertEquals(figure, Linalg.norm(MATRIX, norm).item(), 1e-14 * figure, norm::toString));
        assertEquals(9.539392014169456, Linalg.norm(MATRIX).item(), 1e-14);
        assertEquals(7.611662611020244, Linalg.norm(MATRIX, 3).item(), 1e-14);
        assertArrayEquals(
                new double[] {4.003900540957704, 6.0},
                Linalg.norm(Tensors.of(new int[][] {{1, 4}, {6, 0}}), 4, -1).toDoubleArray(),
                1e-14);
        assertArrayEquals(
                new double[] {4, 5, 6}, Linalg.norm(MATRIX, INF, true, 0).toDoubleArray());
        assertEquals(Shape.of(1, 3), Linalg.norm(MATRIX, 2.5, true, 0).shape());
        for (MatrixNorm norm : MatrixNorm.values()) {
            assertEquals(
                    0, Linalg.norm(Tensors.zeros(DType.FLOAT64, 3, 0), norm).item(), norm::toString);
            assertEquals(
                    0, Linalg.norm(Tensors.zeros(DType.FLOAT64, 2, 2), norm).item(), norm::toString);
        }
        assertEquals(0, Linalg.norm(Tensors.zeros(DType.FLOAT64, 0), 3).item());
    }

    /** Where a power by itself would overflow or vanish, and where all is 0. */
    @Test
    void normsOfExtremes() {
        Tensor pair = Tensors.of(new double[] {3, -4});
        for (double scale : new double[] {1e-300, 1, 1e300}) {
            assertEquals(
                    4.497941445275415 * scale, Linalg.norm(pair.mul(scale), 3).item(), 1e-14 * scale);
        }
        assertEquals(INF, Linalg.norm(Tensors.of(new double[] {1, -INF}), 3).item());
        assertEquals(
                Double.NaN,
                Linalg.norm(Tensors.of(new double[] {1, Double.NaN}), 3).item());
        for (double order : new double[] {1, 1.5, 2, 3, INF}) {
            Tensor zeros = Tensors.zeros(DType.FLOAT64, 3);
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(zeros);
                Tensor norm = Linalg.norm(zeros, order);
                assertEquals(0, norm.item());
                assertArrayEquals(
                        new double[3], tape.gradientOrThrow(norm, zeros).toDoubleArray(), "order " + order);
            }
        }
    }

    /** A stack times a matrix is computed as one product; each matrix by itself gives the same. */
    @Test
    void aStackTimesAMatrixIsEachOfItsMatricesTimesIt() {
        Tensor y = random(2, 4);
        Tensor product = CUBE.mmul(y, false, true);
        assertEquals(Shape.of(2, 3, 2), product.shape());
        for (int i = 0; i < 2; i++) {
            Tensor x = CUBE.slice(new long[] {i, 0, 0}, Shape.of(1, 3, 4)).reshape(3, 4);
            assertArrayEquals(
                    x.mmul(y, false, true).toDoubleArray(),
                    product.slice(new long[] {i, 0, 0}, Shape.of(1, 3, 2)).toDoubleArray(),
                    1e-15);
        }
    }

    @Test
    void valuesAreThoseOfTheirDefinitions() {
        assertValue(Shape.SCALAR, Linalg.matmul(VECTOR, VECTOR), 6);
        assertValue(Shape.of(3), Linalg.matmul(PAIR, MATRIX), 9, 12, 15);
        assertValue(Shape.of(2), Linalg.matvec(MATRIX, VECTOR), 5, 11);
        assertValue(Shape.of(3), Linalg.matvec(MATRIX, PAIR, true), 9, 12, 15);
        assertValue(Shape.SCALAR, Linalg.dot(Tensors.of(new int[] {1, 2}), Tensors.of(new int[] {3, 4})), 11);
        assertValue(Shape.of(2, 3), Linalg.outer(PAIR, VECTOR), 1, -1, 2, 2, -2, 4);
        assertValue(
                Shape.of(1, 4),
                Linalg.kron(
                        PAIR.reshape(1, 2),
                        VECTOR.slice(new long[] {1}, Shape.of(2)).reshape(1, 2)),
                -1,
                2,
                -2,
                4);
        assertValue(Shape.of(2, 2), Linalg.matrixPower(SQUARE, 3), 75, 38, 38, 37);
        assertValue(Shape.of(2, 2), Linalg.matrixPower(SQUARE, 0), 1, 0, 0, 1);
        assertValue(Shape.of(2, 3), Linalg.bandPart(MATRIX, 0, 1), 1, 2, 0, 0, 5, 6);
        assertValue(Shape.of(2, 3), Linalg.bandPart(MATRIX, -1, 0), 1, 0, 0, 4, 5, 0);
        assertValue(Shape.SCALAR, Linalg.trace(MATRIX), 6);
        assertValue(Shape.SCALAR, Linalg.trace(Tensors.of(new long[][] {{1, 2}, {3, 4}})), 5);
        assertValue(Shape.SCALAR, Linalg.trace(Tensors.of(new double[][] {{1, Double.NaN}, {Double.NaN, 4}})), 5);
        assertValue(Shape.of(2), Linalg.solve(SQUARE, PAIR), 1 / 11.0, 7 / 11.0);
        // Points (0, 1), (1, 3), (2, 5) on a line; and the least of all x with x0 + x1 = 2.
        assertValue(
                Shape.of(2),
                Linalg.lstsq(Tensors.of(new double[][] {{1, 0}, {1, 1}, {1, 2}}), Tensors.of(new double[] {1, 3, 5})),
                1,
                2);
        assertValue(
                Shape.of(2, 1),
                Linalg.lstsq(Tensors.ones(DType.FLOAT64, 1, 2), Tensors.of(new double[][] {{2}})),
                1,
                1);
    }

    @Test
    void emptyMatricesHaveEmptySumsAndProducts() {
        Tensor empty = Tensors.zeros(DType.FLOAT64, 0, 0);
        assertValue(Shape.SCALAR, Linalg.det(empty), 1);
        assertValue(Shape.SCALAR, Linalg.logDet(empty), 0);
        assertValue(Shape.SCALAR, Linalg.trace(empty), 0);
        assertValue(Shape.of(0, 0), Linalg.inverse(empty));
        assertValue(Shape.of(0, 0), Linalg.matrixPower(empty, 0));
        assertValue(Shape.of(0, 0), Linalg.bandPart(empty, 0, 0));
        assertValue(
                Shape.of(0, 3), Linalg.qr(Tensors.zeros(DType.FLOAT64, 0, 3)).r());
        assertValue(
                Shape.of(3, 0), Linalg.svd(Tensors.zeros(DType.FLOAT64, 3, 0)).left());
        assertValue(Shape.of(0), Linalg.eigh(empty).values());
        assertValue(Shape.of(0, 2), Linalg.det(Tensors.zeros(DType.FLOAT64, 0, 2, 3, 3)));
        assertValue(
                Shape.of(2, 2),
                Linalg.tensorDot(Tensors.zeros(DType.FLOAT64, 2, 0), Tensors.zeros(DType.FLOAT64, 0, 2), 1),
                0,
                0,
                0,
                0);
        assertValue(
                Shape.of(2), Linalg.matvec(Tensors.zeros(DType.FLOAT64, 2, 0), Tensors.zeros(DType.FLOAT64, 0)), 0, 0);
        assertValue(Shape.SCALAR, Linalg.dot(Tensors.zeros(DType.FLOAT64, 0), Tensors.zeros(DType.FLOAT64, 0)), 0);
    }

    private static void assertValue(Shape shape, Tensor actual, double... elements) {
        assertEquals(shape, actual.shape());
        assertArrayEquals(elements, actual.toDoubleArray(), 1e-12);
    }
}
