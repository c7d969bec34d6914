package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Linalg;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Linear algebra as composites: values against sums written out, gradients against differences, bad input against messages. */
class LinalgTest {
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    private static final Tensor SQUARE = Tensors.of(new double[][] {{4, 1}, {1, 3}});
    private static final Tensor VECTOR = Tensors.of(new double[] {1, -1, 2});
    private static final Tensor PAIR = Tensors.of(new double[] {1, 2});
    private static final Tensor CUBE = Random.seeded(5).normal(DType.FLOAT64, 2, 3, 4);

    private static Tensor random(long... sizes) {
        return Random.seeded(Arrays.hashCode(sizes)).normal(DType.FLOAT64, sizes);
    }

    // ---- einsum, against loops over all labels ----

    private record Equation(String text, List<long[]> shapes) {}

    private static Equation equation(String text, long[]... shapes) {
        return new Equation(text, List.of(shapes));
    }

    private static long[] of(long... sizes) {
        return sizes;
    }

    private static final List<Equation> EQUATIONS = List.of(
            equation("ij,jk->ik", of(2, 3), of(3, 4)),
            equation("ij,jk", of(2, 3), of(3, 4)),
            equation("ji,jk->ki", of(3, 2), of(3, 4)),
            equation("bij,bjk->bik", of(2, 3, 4), of(2, 4, 2)),
            equation("bhqd,bhkd->bhqk", of(2, 2, 3, 4), of(2, 2, 2, 4)),
            equation("i,i->", of(3), of(3)),
            equation("i,i", of(3), of(3)),
            equation("i,j->ij", of(2), of(3)),
            equation("i,j->ji", of(2), of(3)),
            equation("ij,j->i", of(2, 3), of(3)),
            equation("ij,ij->ij", of(2, 3), of(2, 3)),
            equation("ij,ij->i", of(2, 3), of(2, 3)),
            equation("bij,bij->b", of(2, 2, 3), of(2, 2, 3)),
            equation("ij->ji", of(2, 3)),
            equation("ba", of(2, 3)),
            equation("ij->", of(2, 3)),
            equation("ij->j", of(2, 3)),
            equation("ii->i", of(3, 3)),
            equation("ii->", of(3, 3)),
            equation("ii", of(3, 3)),
            equation("iji->j", of(2, 3, 2)),
            equation("iij,jk->ik", of(2, 2, 3), of(3, 2)),
            equation("iii->i", of(2, 2, 2)),
            equation("ijij->ij", of(2, 3, 2, 3)),
            equation("ii,ii->i", of(3, 3), of(3, 3)),
            equation("i,ij,j->", of(2), of(2, 3), of(3)),
            equation("ij,jk,kl->il", of(2, 3), of(3, 4), of(4, 2)),
            equation("ij,kj,lj->ikl", of(2, 3), of(4, 3), of(2, 3)),
            equation("i,j,k->kij", of(2), of(3), of(4)),
            equation("ij,k->i", of(2, 3), of(4)),
            equation(",i->i", of(), of(3)),
            equation(",", of(), of()),
            equation("->", of()),
            equation(" i j , j -> i ", of(2, 3), of(3)),
            equation("Ab,bC->AC", of(2, 3), of(3, 2)),
            equation("ij,jk->ik", of(1, 3), of(3, 1)),
            equation("ij,jk->ik", of(2, 0), of(0, 3)),
            equation("ij,jk->ik", of(0, 2), of(2, 3)),
            equation("i,i->i", of(0), of(0)),
            equation("ii->i", of(0, 0)),
            equation("ii->", of(1, 1)));

    @TestFactory
    Stream<DynamicTest> einsumIsTheSumOverAllLabels() {
        return EQUATIONS.stream()
                .map(e -> DynamicTest.dynamicTest(e.text(), () -> {
                    List<Tensor> operands =
                            e.shapes().stream().map(LinalgTest::random).toList();
                    Tensor actual = Linalg.einsum(e.text(), operands.toArray(Operand[]::new));
                    assertArrayEquals(written(e.text(), operands), actual.toDoubleArray(), 1e-12);
                    GradientCheck.standard().check(in -> Linalg.einsum(e.text(), in.toArray(Operand[]::new)), operands);
                    List<Tensor> ints = operands.stream()
                            .map(x -> x.mul(10).castTo(DType.INT64))
                            .toList();
                    Tensor whole = Linalg.einsum(e.text(), ints.toArray(Operand[]::new));
                    assertEquals(DType.INT64, whole.dtype());
                    assertArrayEquals(written(e.text(), ints), whole.toDoubleArray());
                }));
    }

    /** The definition: for each assignment of numbers to labels, the product of the elements, added to the result's. */
    private static double[] written(String equation, List<Tensor> operands) {
        String[] sides = equation.replace(" ", "").split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        String labels = sides[0].replace(",", "")
                .chars()
                .distinct()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        String output = sides.length == 2
                ? sides[1]
                : labels.chars()
                        .sorted()
                        .filter(c -> sides[0].indexOf(c) == sides[0].lastIndexOf(c))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
        long[] sizes = new long[labels.length()];
        for (int i = 0; i < inputs.length; i++) {
            for (int axis = 0; axis < inputs[i].length(); axis++) {
                sizes[labels.indexOf(inputs[i].charAt(axis))] =
                        operands.get(i).shape().size(axis);
            }
        }
        List<double[]> elements = operands.stream().map(Tensor::toDoubleArray).toList();
        double[] result = new double[(int) elements(output, labels, sizes)];
        for (long number = 0; number < Shape.of(sizes).elements(); number++) {
            long[] index = new long[sizes.length];
            long rest = number;
            for (int i = 0; i < sizes.length; i++) {
                index[i] = rest % sizes[i];
                rest /= sizes[i];
            }
            double product = 1;
            for (int i = 0; i < inputs.length; i++) {
                product *= elements.get(i)[position(inputs[i], labels, sizes, index)];
            }
            result[position(output, labels, sizes, index)] += product;
        }
        return result;
    }

    private static long elements(String some, String labels, long[] sizes) {
        return some.chars().mapToLong(c -> sizes[labels.indexOf(c)]).reduce(1, (a, b) -> a * b);
    }

    private static int position(String some, String labels, long[] sizes, long[] index) {
        int position = 0;
        for (int axis = 0; axis < some.length(); axis++) {
            int label = labels.indexOf(some.charAt(axis));
            position = (int) (position * sizes[label] + index[label]);
        }
        return position;
    }

    @TestFactory
    Stream<DynamicTest> anEllipsisIsBroadcast() {
        return Stream.of(
                        new String[] {"...ij,...jk->...ik", "[2, 1, 2, 3]", "[4, 3, 2]", "[2, 4, 2, 2]"},
                        new String[] {"...ij,jk->...ik", "[2, 2, 3]", "[3, 2]", "[2, 2, 2]"},
                        new String[] {"i...,i...", "[3, 2]", "[3, 2]", "[2]"},
                        new String[] {"...i,...i", "[2, 3]", "[3]", "[2]"},
                        new String[] {"...,...", "[2, 3]", "[3]", "[2, 3]"},
                        new String[] {"...,->...", "[2, 3]", "[]", "[2, 3]"},
                        new String[] {"i...j,...->ji...", "[2, 3, 4]", "[1]", "[4, 2, 3]"},
                        new String[] {"...ii->...i", "[2, 3, 3]", null, "[2, 3]"},
                        new String[] {"...->...", "[2, 3]", null, "[2, 3]"},
                        new String[] {"...j,jk->k...", "[0, 3]", "[3, 2]", "[2, 0]"})
                .map(row -> DynamicTest.dynamicTest(row[0] + " of " + row[1] + " and " + row[2], () -> {
                    List<Tensor> operands = new ArrayList<>();
                    for (int i = 1; i <= 2 && row[i] != null; i++) {
                        operands.add(random(shape(row[i])));
                    }
                    Function<List<Tensor>, Tensor> f = in -> Linalg.einsum(row[0], in.toArray(Operand[]::new));
                    assertEquals(row[3], f.apply(operands).shape().toString());
                    GradientCheck.standard().check(f, operands);
                }));
    }

    private static long[] shape(String text) {
        return Arrays.stream(text.replaceAll("[\\[\\] ]", "").split(","))
                .filter(size -> !size.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }

    @Test
    void anEllipsisMultipliesLikeMatmul() {
        Tensor x = random(2, 1, 2, 3);
        Tensor y = random(4, 3, 2);
        assertArrayEquals(
                x.mmul(y).toDoubleArray(),
                Linalg.einsum("...ij,...jk->...ik", x, y).toDoubleArray(),
                1e-14);
        assertArrayEquals(
                x.mmul(y).toDoubleArray(),
                Linalg.einsum("xyij,yjk->xyik", x.broadcastTo(Shape.of(2, 4, 2, 3)), y)
                        .toDoubleArray(),
                1e-14);
    }

    // ---- the others ----

    private record Smooth(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {}

    private static Smooth smooth(Function<List<Tensor>, Tensor> function, Tensor... inputs) {
        return new Smooth(function, List.of(inputs));
    }

    private static final Map<String, Smooth> SMOOTH = Map.ofEntries(
            Map.entry("matmul of vectors", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), VECTOR, VECTOR)),
            Map.entry("matmul of a row", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), PAIR, MATRIX)),
            Map.entry("matmul of a column", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), MATRIX, VECTOR)),
            Map.entry("matmul of a row and a stack", smooth(in -> Linalg.matmul(in.get(0), in.get(1)), VECTOR, CUBE)),
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
            Map.entry("diagonal of a wide matrix", smooth(in -> Linalg.diagonal(in.get(0)), CUBE)),
            Map.entry("diagonal of a tall matrix", smooth(in -> Linalg.diagonal(in.get(0)), MATRIX.transpose())),
            Map.entry("diagonalMatrix", smooth(in -> Linalg.diagonalMatrix(in.get(0)), MATRIX)),
            Map.entry("trace", smooth(in -> Linalg.trace(in.get(0)), CUBE)),
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
        assertValue(Shape.of(2), Linalg.diagonal(MATRIX), 1, 5);
        assertValue(Shape.of(2), Linalg.diagonal(MATRIX.transpose()), 1, 5);
        assertValue(Shape.of(2, 2), Linalg.diagonalMatrix(PAIR), 1, 0, 0, 2);
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

    // ---- bad input ----

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
            Map.entry("the trace of a vector", bad(() -> Linalg.trace(VECTOR), "diagonal", "[3]", "rank 2")),
            Map.entry("the band of a vector", bad(() -> Linalg.bandPart(VECTOR, 0, 0), "bandPart", "[3]")),
            Map.entry("the matrix of a scalar", bad(() -> Linalg.diagonalMatrix(Tensors.of(1.0)), "diagonalMatrix")),
            Map.entry("det of no square", bad(() -> Linalg.det(MATRIX), "matrix_determinant", "[2, 3]", "square")),
            Map.entry("det of ints", bad(() -> Linalg.det(INTS), "matrix_determinant", "int32", "castTo")),
            Map.entry("slogdet of a vector", bad(() -> Linalg.logDet(VECTOR), "slogdet", "rank 2")),
            Map.entry("inverse of no square", bad(() -> Linalg.inverse(CUBE), "matrix_inverse", "3 by 4")),
            Map.entry("cholesky of no square", bad(() -> Linalg.cholesky(MATRIX), "cholesky", "square")),
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
