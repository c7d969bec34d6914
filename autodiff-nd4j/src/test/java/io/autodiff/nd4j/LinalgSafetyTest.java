package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Linalg;
import io.autodiff.MatrixNorm;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.InvalidOperandException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Bad matrices are a Java exception that names the op, shapes and dtypes: at the call, or when computed where values are bad. */
class LinalgSafetyTest {
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    private static final Tensor SQUARE = Tensors.of(new double[][] {{4, 1}, {1, 3}});
    private static final Tensor VECTOR = Tensors.of(new double[] {1, -1, 2});
    private static final Tensor PAIR = Tensors.of(new double[] {1, 2});
    private static final Tensor CUBE = Random.seeded(5).normal(DType.FLOAT64, 2, 3, 4);

    private static Tensor random(long... sizes) {
        return Random.seeded(Arrays.hashCode(sizes)).normal(DType.FLOAT64, sizes);
    }

    private record Bad(Supplier<Tensor> code, List<String> words) {}

    private static Bad bad(Supplier<Tensor> code, String... words) {
        return new Bad(code, List.of(words));
    }

    private static final Tensor INTS = Tensors.of(new int[][] {{1, 2}, {3, 4}});
    private static final Tensor NAN = Tensors.of(new double[][] {{1, Double.NaN}, {0, 1}});
    private static final Tensor INFINITE = Tensors.of(new double[][] {{1, 0}, {0, Double.POSITIVE_INFINITY}});
    private static final Tensor ONES = Tensors.ones(DType.FLOAT64, 2, 2);

    /** Found when the call is made. */
    private static final Map<String, Bad> BAD_SHAPES = Map.ofEntries(
            Map.entry("inner sizes", bad(() -> CUBE.mmul(MATRIX), "matmul", "[2, 3, 4]", "[2, 3]", "4 and 2")),
            Map.entry("inner sizes of stacks", bad(() -> CUBE.mmul(CUBE), "matmul", "[2, 3, 4]", "4 and 3")),
            Map.entry("batch axes", bad(() -> CUBE.mmul(random(3, 4, 2)), "matmul", "batch axes [2] and [3]")),
            Map.entry("a vector", bad(() -> MATRIX.mmul(VECTOR), "matmul", "[3]", "Linalg.matvec")),
            Map.entry("a scalar", bad(() -> Linalg.matmul(Tensors.of(1.0), MATRIX), "matmul", "[]", "rank 2")),
            Map.entry("ints", bad(() -> INTS.mmul(INTS), "matmul", "int32", "castTo")),
            Map.entry("dtypes", bad(() -> SQUARE.mmul(SQUARE.castTo(DType.FLOAT32)), "matmul", "float32", "castTo")),
            Map.entry(
                    "dtypes of a stack", bad(() -> CUBE.mmul(random(4, 2).castTo(DType.FLOAT32)), "matmul", "castTo")),
            Map.entry("matvec of a scalar", bad(() -> Linalg.matvec(MATRIX, Tensors.of(1.0)), "matvec", "rank 1")),
            Map.entry("dot of two lengths", bad(() -> Linalg.dot(PAIR, VECTOR), "dot", "[2]", "[3]")),
            Map.entry("outer of a scalar", bad(() -> Linalg.outer(PAIR, Tensors.of(1.0)), "outer", "rank 1")),
            Map.entry("kron of two ranks", bad(() -> Linalg.kron(PAIR, SQUARE), "kron", "[2]", "[2, 2]")),
            Map.entry("tensorDot over too many", bad(() -> Linalg.tensorDot(PAIR, SQUARE, 2), "tensorDot", "2 axes")),
            Map.entry("tensorDot over -1", bad(() -> Linalg.tensorDot(PAIR, SQUARE, -1), "tensorDot", "-1 axes")),
            Map.entry(
                    "tensorDot of two sizes", bad(() -> Linalg.tensorDot(PAIR, VECTOR, 1), "tensorDot", "[2]", "[3]")),
            Map.entry(
                    "tensorDot of an axis twice",
                    bad(
                            () -> Linalg.tensorDot(SQUARE, SQUARE, new int[] {0, -2}, new int[] {0, 1}),
                            "tensorDot",
                            "twice")),
            Map.entry(
                    "tensorDot of no axis",
                    bad(() -> Linalg.tensorDot(SQUARE, SQUARE, new int[] {2}, new int[] {0}), "no axis 2")),
            Map.entry(
                    "tensorDot of one axis and two",
                    bad(
                            () -> Linalg.tensorDot(SQUARE, SQUARE, new int[] {0}, new int[] {0, 1}),
                            "tensorDot",
                            "[0, 1]")),
            Map.entry("a power of no square", bad(() -> Linalg.matrixPower(MATRIX, 2), "matrixPower", "[2, 3]")),
            Map.entry(
                    "a matrix norm of a vector", bad(() -> Linalg.norm(VECTOR, MatrixNorm.ONE), "norm", "[3]", "ONE")),
            Map.entry("a norm of order 0.5", bad(() -> Linalg.norm(VECTOR, 0.5), "norm", "from 1 to infinity", "0.5")),
            Map.entry("a norm of no order", bad(() -> Linalg.norm(VECTOR, Double.NaN), "norm", "NaN")),
            Map.entry("a norm over no axis", bad(() -> Linalg.norm(VECTOR, 3, 1), "axis 1", "[3]")),
            Map.entry("the trace of a vector", bad(() -> Linalg.trace(VECTOR), "diagPart", "[3]", "matrices")),
            Map.entry("the band of a vector", bad(() -> Linalg.bandPart(VECTOR, 0, 0), "bandPart", "[3]")),
            Map.entry("det of no square", bad(() -> Linalg.det(MATRIX), "matrix_determinant", "[2, 3]", "square")),
            Map.entry("det of ints", bad(() -> Linalg.det(INTS), "matrix_determinant", "int32", "castTo")),
            Map.entry("slogdet of a vector", bad(() -> Linalg.logDet(VECTOR), "slogdet", "rank 2")),
            Map.entry("inverse of no square", bad(() -> Linalg.inverse(CUBE), "matrix_inverse", "3 by 4")),
            Map.entry("cholesky of no square", bad(() -> Linalg.cholesky(MATRIX), "cholesky", "square")),
            Map.entry("expm of no square", bad(() -> Linalg.expm(MATRIX), "matrix_exponential", "square")),
            Map.entry("eigh of no square", bad(() -> Linalg.eigh(MATRIX).values(), "eigh", "square")),
            Map.entry("qr of a vector", bad(() -> Linalg.qr(VECTOR).q(), "qr", "rank 2")),
            Map.entry("svd of ints", bad(() -> Linalg.svd(INTS).left(), "svd", "int32", "castTo")),
            Map.entry(
                    "solve with too few", bad(() -> Linalg.solve(SQUARE, VECTOR), "matrix_solve", "2 equations", "3")),
            Map.entry("solve of two dtypes", bad(() -> Linalg.solve(SQUARE, INTS), "matrix_solve", "castTo")),
            Map.entry(
                    "solve of two batches",
                    bad(
                            () -> Linalg.solve(random(2, 3, 3), random(4, 3, 1)),
                            "matrix_solve",
                            "batch axes [2] and [4]")),
            Map.entry("solve of a scalar", bad(() -> Linalg.solve(SQUARE, Tensors.of(1.0)), "matrix_solve", "rank 2")),
            Map.entry(
                    "triangularSolve of no square",
                    bad(() -> Linalg.triangularSolve(MATRIX, PAIR, true), "triangular_solve", "square")),
            Map.entry("lstsq with too few", bad(() -> Linalg.lstsq(MATRIX.transpose(), PAIR), "matmul", "3 and 2")),
            Map.entry("einsum of too few", bad(() -> Linalg.einsum("ij,jk->ik", SQUARE), "ij,jk->ik", "2 inputs")),
            Map.entry(
                    "einsum of two sizes",
                    bad(() -> Linalg.einsum("ij,jk->ik", MATRIX, MATRIX), "ij,jk->ik", "'j'", "3 and 2", "[2, 3]")),
            Map.entry("einsum of a rank", bad(() -> Linalg.einsum("ijk", MATRIX), "'ijk'", "3 axes", "...")),
            Map.entry("einsum of a small rank", bad(() -> Linalg.einsum("i", MATRIX), "'i'", "1 axes", "...")),
            Map.entry("einsum of digits", bad(() -> Linalg.einsum("i1", MATRIX), "'i1'", "letters")),
            Map.entry("einsum of two arrows", bad(() -> Linalg.einsum("ij->i->j", MATRIX), "one arrow")),
            Map.entry("einsum to no label", bad(() -> Linalg.einsum("ij->k", MATRIX), "'k'", "no input")),
            Map.entry("einsum to one twice", bad(() -> Linalg.einsum("ij->ii", MATRIX), "'i' twice")),
            Map.entry("einsum to two outputs", bad(() -> Linalg.einsum("ij->i,j", MATRIX), "'i,j'")),
            Map.entry("einsum, diagonal of no square", bad(() -> Linalg.einsum("ii", MATRIX), "'i'", "2 and 3")),
            Map.entry("einsum, lost ellipsis", bad(() -> Linalg.einsum("...i->i", MATRIX), "output needs '...'")),
            Map.entry(
                    "einsum, ellipses that do not broadcast",
                    bad(() -> Linalg.einsum("...i,...i", MATRIX, random(3, 3)), "do not broadcast", "2 and 3")),
            Map.entry("einsum of two dtypes", bad(() -> Linalg.einsum("ij,ij", SQUARE, INTS), "int32", "castTo")),
            Map.entry("einsum of bool", bad(() -> Linalg.einsum("ij", SQUARE.gt(0)), "bool", "castTo")));

    /** Found when the value is computed. */
    private static final Map<String, Bad> BAD_VALUES = Map.ofEntries(
            Map.entry("inverse", bad(() -> Linalg.inverse(ONES), "matrix_inverse", "singular", "[2, 2]")),
            Map.entry("solve", bad(() -> Linalg.solve(ONES, PAIR), "matrix_solve", "singular")),
            Map.entry(
                    "inverse of the second of a stack",
                    bad(() -> Linalg.inverse(Tensors.stack(0, SQUARE, ONES)), "matrix_inverse", "matrix number 1")),
            Map.entry("power", bad(() -> Linalg.matrixPower(ONES, -1), "matrix_inverse", "singular")),
            Map.entry(
                    "triangularSolve",
                    bad(
                            () -> Linalg.triangularSolve(Tensors.of(new double[][] {{1, 5}, {5, 0}}), PAIR, true),
                            "triangular_solve",
                            "row 1")),
            Map.entry("cholesky", bad(() -> Linalg.cholesky(SQUARE.neg()), "cholesky", "not positive definite")),
            Map.entry("cholesky of ones", bad(() -> Linalg.cholesky(ONES), "cholesky", "not positive definite")),
            Map.entry("inverse of NaN", bad(() -> Linalg.inverse(NAN), "matrix_inverse", "NaN", "finite")),
            Map.entry("solve for NaN", bad(() -> Linalg.solve(SQUARE, NAN), "matrix_solve", "input number 1", "NaN")),
            Map.entry("det of NaN", bad(() -> Linalg.det(NAN), "matrix_determinant", "NaN")),
            Map.entry("logDet of infinity", bad(() -> Linalg.logDet(INFINITE), "slogdet", "Infinity")),
            Map.entry("cholesky of NaN", bad(() -> Linalg.cholesky(NAN), "cholesky", "NaN")),
            Map.entry("qr of infinity", bad(() -> Linalg.qr(INFINITE).q(), "qr", "Infinity")),
            Map.entry("svd of NaN", bad(() -> Linalg.svd(NAN).values(), "svd", "NaN")),
            Map.entry("svd of infinity", bad(() -> Linalg.svd(INFINITE).values(), "svd", "Infinity")),
            Map.entry("expm of NaN", bad(() -> Linalg.expm(NAN), "matrix_exponential", "NaN")),
            Map.entry("eigh of NaN", bad(() -> Linalg.eigh(NAN).vectors(), "eigh", "NaN")),
            Map.entry("triangularSolve of NaN", bad(() -> Linalg.triangularSolve(NAN, PAIR, true), "NaN")));

    @TestFactory
    Stream<DynamicTest> badShapesAndDtypesAreFoundAtTheCall() {
        return BAD_SHAPES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Bad bad = entry.getValue();
                    tells(
                            bad,
                            assertThrows(
                                    IllegalArgumentException.class,
                                    () -> bad.code().get()));
                }));
    }

    @TestFactory
    Stream<DynamicTest> badValuesAreFoundWhenComputed() {
        return BAD_VALUES.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Bad bad = entry.getValue();
                    tells(
                            bad,
                            assertThrows(
                                    InvalidOperandException.class,
                                    () -> bad.code().get().evaluate()));
                }));
    }

    private static void tells(Bad bad, Exception e) {
        for (String word : bad.words()) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), "'" + word + "' in: " + e.getMessage());
        }
    }
}
