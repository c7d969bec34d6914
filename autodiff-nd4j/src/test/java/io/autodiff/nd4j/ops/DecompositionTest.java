package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Linalg;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Decompositions as wholes: they give back their matrix, and the gradients of all outputs together are right to second order. */
class DecompositionTest {
    private static final Map<String, Tensor> MATRICES = matrices();

    private static Map<String, Tensor> matrices() {
        Random random = Random.seeded(7);
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        matrices.put("1 by 1", Tensors.of(new double[][] {{-2.5}}));
        matrices.put("3 by 3", random.normal(DType.FLOAT64, 3, 3));
        matrices.put("4 by 2", random.normal(DType.FLOAT64, 4, 2));
        matrices.put("2 by 4", random.normal(DType.FLOAT64, 2, 4));
        matrices.put("1 by 3", random.normal(DType.FLOAT64, 1, 3));
        matrices.put("3 by 1", random.normal(DType.FLOAT64, 3, 1));
        matrices.put("a stack", random.normal(DType.FLOAT64, 2, 1, 3, 2));
        matrices.put("a stack of squares", random.normal(DType.FLOAT64, 2, 3, 3));
        return matrices;
    }

    private static Map<String, Tensor> squares() {
        Map<String, Tensor> squares = new LinkedHashMap<>(MATRICES);
        squares.values().removeIf(x -> Matrices.rows(x.shape()) != Matrices.columns(x.shape()));
        return squares;
    }

    /** All outputs with fixed weights, so that each element of each counts. */
    private static Tensor weighted(List<Tensor> outputs) {
        Random random = Random.seeded(11);
        Tensor sum = Tensors.of(0.0);
        for (Tensor output : outputs) {
            sum = sum.add(output.mul(random.normal(DType.FLOAT64, output.shape().toArray()))
                    .sum());
        }
        return sum;
    }

    private static List<Tensor> qr(Tensor x) {
        Linalg.Qr qr = Linalg.qr(x);
        return List.of(qr.q(), qr.r());
    }

    private static List<Tensor> svd(Tensor x) {
        Linalg.Svd svd = Linalg.svd(x);
        return List.of(svd.values(), svd.left(), svd.right());
    }

    private static List<Tensor> fullQr(Tensor x) {
        Linalg.Qr qr = Linalg.qr(x, true);
        return List.of(qr.q(), qr.r());
    }

    private static List<Tensor> fullSvd(Tensor x) {
        Linalg.Svd svd = Linalg.svd(x, true);
        return List.of(svd.values(), svd.left(), svd.right());
    }

    private static List<Tensor> eigh(Tensor x) {
        Linalg.Eigh eigh = Linalg.eigh(x);
        return List.of(eigh.values(), eigh.vectors());
    }

    private static List<Tensor> slogdet(Tensor x) {
        Linalg.SignAndLog parts = Linalg.slogdet(x);
        return List.of(parts.sign(), parts.logMagnitude());
    }

    @TestFactory
    Stream<DynamicTest> gradientsOfAllOutputsAreRightToSecondOrder() {
        return Stream.of(
                        checks("qr", MATRICES, DecompositionTest::qr),
                        checks("svd", MATRICES, DecompositionTest::svd),
                        checks("full qr", MATRICES, DecompositionTest::fullQr),
                        checks("full svd", MATRICES, DecompositionTest::fullSvd),
                        checks("eigh", squares(), DecompositionTest::eigh),
                        checks("slogdet", squares(), DecompositionTest::slogdet))
                .flatMap(s -> s);
    }

    private static Stream<DynamicTest> checks(
            String name, Map<String, Tensor> matrices, Function<Tensor, List<Tensor>> decomposition) {
        return matrices.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(name + " of " + entry.getKey(), () -> {
                    GradientCheck.standard()
                            .check(in -> weighted(decomposition.apply(in.get(0))), List.of(entry.getValue()));
                    // Each output alone: the others' gradients are zeros then.
                    for (int i = 0; i < decomposition.apply(entry.getValue()).size(); i++) {
                        int output = i;
                        GradientCheck.standard()
                                .check(
                                        in -> weighted(List.of(
                                                decomposition.apply(in.get(0)).get(output))),
                                        List.of(entry.getValue()));
                    }
                }));
    }

    /** A tape inside a compiled function: rules that take several outputs are traced like any other. */
    @TestFactory
    Stream<DynamicTest> compiledGradientsAreThoseOfEagerCode() {
        Map<String, Function<Tensor, List<Tensor>>> decompositions = Map.of(
                "qr", DecompositionTest::qr,
                "svd", DecompositionTest::svd,
                "eigh", DecompositionTest::eigh,
                "slogdet", DecompositionTest::slogdet,
                "det", x -> List.of(Linalg.det(x)),
                "inverse", x -> List.of(Linalg.inverse(x)),
                "cholesky", x -> List.of(Linalg.cholesky(x.mmul(x, true, false))));
        return decompositions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Tensor x = squares().get("a stack of squares");
                    double[] eager = gradient(in -> weighted(entry.getValue().apply(in)), x, Tensors.of(1.0));
                    CompiledFunction compiled = Functions.compile(in -> {
                        Tensor at = in.asTensor();
                        try (GradientTape tape = GradientTape.open()) {
                            tape.watch(at);
                            return tape.gradientOrThrow(
                                    weighted(entry.getValue().apply(at)), at);
                        }
                    });
                    assertArrayEquals(eager, compiled.apply(x).toDoubleArray(), 1e-9);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aDecompositionGivesItsMatrixBack() {
        return MATRICES.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Tensor x = entry.getValue();
                    Linalg.Qr qr = Linalg.qr(x);
                    assertClose(x, qr.q().mmul(qr.r()));
                    assertOrthonormal(qr.q());
                    assertArrayEquals(
                            qr.r().toDoubleArray(),
                            Linalg.bandPart(qr.r(), 0, -1).toDoubleArray());
                    assertTrue(qr.r().diagPart().lt(0).castTo(DType.INT32).sum().item() == 0, "signs");
                    Linalg.Svd svd = Linalg.svd(x);
                    Tensor values =
                            svd.values().reshape(inserted(svd.values().shape().toArray()));
                    assertClose(x, svd.left().mul(values).mmul(svd.right(), false, true));
                    assertOrthonormal(svd.left());
                    assertOrthonormal(svd.right());
                    assertFullFactors(x);
                    Tensor square = x.mmul(x, true, false);
                    Linalg.Eigh eigh = Linalg.eigh(square);
                    assertClose(
                            square.mmul(eigh.vectors()),
                            eigh.vectors().mmul(eigh.values().diag()));
                    assertOrthonormal(eigh.vectors());
                    Tensor l = Linalg.cholesky(square.add(Linalg.matrixPower(square, 0)));
                    assertClose(square.add(Linalg.matrixPower(square, 0)), l.mmul(l, false, true));
                }));
    }

    /** Square factors that begin with those that are not full. */
    private static void assertFullFactors(Tensor x) {
        int rank = x.shape().rank();
        long m = x.shape().size(rank - 2);
        long n = x.shape().size(rank - 1);
        Linalg.Qr qr = Linalg.qr(x, true);
        assertEquals(m, qr.q().shape().size(rank - 1));
        assertEquals(x.shape(), qr.r().shape());
        assertClose(x, qr.q().mmul(qr.r()));
        assertOrthonormal(qr.q());
        Linalg.Svd reduced = Linalg.svd(x);
        Linalg.Svd svd = Linalg.svd(x, true);
        assertEquals(m, svd.left().shape().size(rank - 1));
        assertEquals(n, svd.right().shape().size(rank - 1));
        assertOrthonormal(svd.left());
        assertOrthonormal(svd.right());
        assertClose(
                reduced.left(), svd.left().slice(new long[rank], reduced.left().shape()));
        assertClose(
                reduced.right(),
                svd.right().slice(new long[rank], reduced.right().shape()));
    }

    /** Columns that are unit vectors, zeros, or all alike: what completes them is orthonormal all the same. */
    @Test
    void fullFactorsOfSpecialMatrices() {
        for (double[][] x : new double[][][] {
            {{0, 0}, {1, 0}, {0, 1}},
            {{0, 0}, {0, 0}, {0, 0}},
            {{1, 1}, {1, 1}, {1, 1}},
            {{0}, {0}, {-1e-200}},
            {{1e-9, 0}, {0, 1e-9}, {1, 1}},
            {{1, 1}, {1, 1}}
        }) {
            assertFullFactors(Tensors.of(x));
            assertFullFactors(Tensors.of(x).transpose());
        }
        assertFullFactors(Tensors.zeros(DType.FLOAT64, 2, 0));
    }

    private static long[] inserted(long[] shape) {
        long[] longer = new long[shape.length + 1];
        System.arraycopy(shape, 0, longer, 0, shape.length - 1);
        longer[shape.length - 1] = 1;
        longer[shape.length] = shape[shape.length - 1];
        return longer;
    }

    private static void assertOrthonormal(Tensor columns) {
        Tensor products = columns.mmul(columns, true, false);
        assertClose(Linalg.matrixPower(products, 0), products);
    }

    private static void assertClose(Tensor expected, Tensor actual) {
        assertEquals(expected.spec(), actual.spec());
        assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-12);
    }

    @Test
    void aLargeDecompositionIsAccurate() {
        Tensor x = Random.seeded(3).normal(DType.FLOAT64, 60, 40);
        Linalg.Svd svd = Linalg.svd(x);
        assertClose(x, svd.left().mul(svd.values()).mmul(svd.right(), false, true));
        double[] values = svd.values().toDoubleArray();
        for (int i = 1; i < values.length; i++) {
            assertTrue(values[i - 1] >= values[i] && values[i] > 0, "descending");
        }
        Linalg.Eigh eigh = Linalg.eigh(x.mmul(x, true, false));
        double[] squares = eigh.values().toDoubleArray();
        for (int i = 0; i < squares.length; i++) {
            assertEquals(Math.pow(values[values.length - 1 - i], 2), squares[i], 1e-10);
        }
    }

    @Test
    void equalValuesDoNotSpoilGradientsThroughTheValues() {
        Tensor one = Tensors.of(1.0);
        Tensor x = Tensors.of(new double[][] {{2, 0, 0}, {0, 2, 0}, {0, 0, 1}});
        assertArrayEquals(
                new double[] {4, 0, 0, 0, 4, 0, 0, 0, 2},
                gradient(in -> Linalg.eigh(in).values().square().sum(), x, one),
                1e-12);
        Tensor y = Tensors.of(new double[][] {{2, 0}, {0, 2}, {0, 0}});
        assertArrayEquals(
                new double[] {4, 0, 0, 4, 0, 0},
                gradient(in -> Linalg.svd(in).values().square().sum(), y, one),
                1e-12);
    }

    /** The square of a matrix by its eigenvalues has a gradient, but not by this way, which must not give a wrong one. */
    @Test
    void equalValuesMakeGradientsThroughTheVectorsNan() {
        Tensor x = Tensors.of(new double[][] {{2, 0, 0}, {0, 2, 0}, {0, 0, 1}});
        Tensor weights = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
        double[] byEigh = gradient(
                in -> {
                    Linalg.Eigh e = Linalg.eigh(in);
                    return e.vectors().mul(e.values().square()).mmul(e.vectors(), false, true);
                },
                x,
                weights);
        double[] bySvd = gradient(
                in -> {
                    Linalg.Svd e = Linalg.svd(in);
                    return e.left().mul(e.values().square()).mmul(e.left(), false, true);
                },
                x,
                weights);
        assertTrue(Double.isNaN(byEigh[1]) && Double.isNaN(bySvd[1]), "NaN");
    }

    private static double[] gradient(UnaryOperator<Tensor> function, Tensor x, Tensor weights) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(function.apply(x).mul(weights).sum(), x).toDoubleArray();
        }
    }

    /** det is a polynomial, and known in closed form: its third derivative too. */
    @Test
    void theThirdDerivativeOfDetIsThatOfThePolynomial() {
        List<Tensor> at = List.of(Tensors.of(new double[][] {{2, -1, 0.5}, {0.25, 3, 1}, {-0.75, 0.5, 1.5}}));
        GradientCheck.standard().withOrder(3).check(in -> Linalg.det(in.get(0)), at);
        // A singular matrix has derivatives of first and second order, and a third that needs an inverse.
        List<Tensor> singular = List.of(Tensors.of(new double[][] {{0, 0}, {0, 0}}));
        GradientCheck.standard().check(in -> Linalg.det(in.get(0)), singular);
    }

    @Test
    void logDetIsNanWhereTheDeterminantIsNegative() {
        Tensor x = Tensors.of(new double[][][] {{{1, 2}, {3, 4}}, {{2, 0}, {0, 3}}, {{0, 0}, {0, 0}}});
        assertArrayEquals(
                new double[] {Double.NaN, Math.log(6), Double.NEGATIVE_INFINITY},
                Linalg.logDet(x).toDoubleArray(),
                1e-15);
        assertEquals(
                400 * Math.log(1e-3),
                Linalg.logDet(Tensors.fill(DType.FLOAT64, Shape.of(400), 1e-3).diag())
                        .item(),
                1e-9);
    }

    @Test
    void narrowDtypesAreComputedInFloat64AndRounded() {
        Tensor x = Tensors.of(new float[][] {{1, 2}, {3, 4}});
        assertArrayEquals(new float[] {-2, 1, 1.5f, -0.5f}, Linalg.inverse(x).toFloatArray());
        assertEquals(DType.FLOAT16, Linalg.svd(x.castTo(DType.FLOAT16)).right().dtype());
        List<DType> dtypes = new ArrayList<>();
        qr(x).forEach(t -> dtypes.add(t.dtype()));
        assertEquals(List.of(DType.FLOAT32, DType.FLOAT32), dtypes);
    }

    @Test
    void theGradientOfASingularSlogdetSaysSo() {
        Tensor x = Tensors.ones(DType.FLOAT64, 2, 2);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = Linalg.slogdet(x).logMagnitude();
            Tensor[] gradient = new Tensor[1];
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> {
                gradient[0] = tape.gradientOrThrow(y, x);
                gradient[0].evaluate();
            });
            assertTrue(String.valueOf(e.getMessage()).contains("singular"), e.getMessage());
        }
    }
}
