package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Variables, dtypes, scalars, broadcasting and printing, beyond the cases of the file. */
class FoundationMoreValuesTest {
    // ---- variables ----

    @Test
    void anAssignmentLeavesRecordedValuesAndTheirGradients() {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.mul(x);
            x.assign(5.0);
            Tensor z = x.mul(x);
            x.assignAdd(100);
            assertEquals(9, y.item());
            assertEquals(25, z.item());
            assertEquals(105, x.item());
            // Both reads belong to x: 2 * 3 + 2 * 5.
            assertEquals(16, tape.gradientOrThrow(y.add(z), x).item());
        }
    }

    @Test
    void readsOfOneVariableAddUp() {
        Variable x = Variable.of(new double[] {1, 2});
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.asTensor().mul(x).add(x.mul(3)).sub(x);
            assertArrayEquals(new double[] {4, 6}, tape.gradientOrThrow(y, x).toDoubleArray());
        }
    }

    @Test
    void anAssignedTensorHasNoGradientThroughTheVariable() {
        Variable x = Variable.of(0.0);
        Variable other = Variable.of(7.0);
        Tensor t = Tensors.of(2.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(t);
            x.assign(t);
            Tensor y = x.mul(x).mul(t);
            assertEquals(8, y.item());
            assertEquals(8, tape.gradientOrThrow(y, x).item());
            assertEquals(4, tape.gradientOrThrow(y, t).item());
            x.assign(t.mul(3).add(other));
            Tensor z = x.square();
            assertEquals(26, tape.gradientOrThrow(z, x).item());
            assertEquals(List.of(), connected(tape.gradient(z, List.of(t, other))));
            other.assign(x);
            assertNull(tape.gradient(other.mul(2), x));
        }
    }

    @Test
    void aVariableMadeOfATensorHasNoGradientPathToIt() {
        Tensor t = Tensors.of(2.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(t);
            Variable v = Variable.of(t.mul(3));
            Variable w = Variable.of(v);
            Tensor y = v.mul(w);
            assertEquals(36, y.item());
            assertNull(tape.gradient(y, t));
            assertEquals(List.of(6.0, 6.0), connected(tape.gradient(y, List.of(v, w))));
            // A tensor of a variable is a read, though.
            assertEquals(12, tape.gradientOrThrow(Tensors.of(v).square(), v).item());
            v.assignSub(v);
            assertEquals(0, v.assign(v).item());
            assertEquals(6, w.item());
        }
    }

    @Test
    void tensorsAreToldApartAsObjects() {
        Tensor x = Tensors.of(1.0);
        assertNotEquals(x, Tensors.of(1.0));
        assertNotEquals(x.mul(2), x.mul(2));
        Variable v = Variable.of(1.0);
        assertNotSame(v.asTensor(), v.asTensor());
        assertTrue(x.eq(Tensors.of(1.0)).toBooleanArray()[0]);
    }

    @Test
    void integerVariablesCountAndHaveNoGradient() {
        Variable n = Variable.of(3);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor y = n.mul(n);
            Tensor z = n.castTo(DType.FLOAT64).square();
            assertEquals(9, y.item());
            assertNull(tape.gradient(y, n));
            assertNull(tape.gradient(z, n));
            Tensor zero = tape.gradient(List.of(y), List.of(n), null, UnconnectedGradients.ZERO)
                    .get(0);
            assertEquals(DType.INT32, zero.dtype());
            assertEquals(0, zero.item());
        }
        assertThrows(IllegalArgumentException.class, () -> n.assignAdd(0.5));
        assertEquals(3, n.item());
        assertArrayEquals(new int[] {10}, n.assignAdd(7).toIntArray());
    }

    @Test
    void aVariableThatIsNotTrainableIsWatchedOnDemandOnly() {
        Variable frozen = Variable.builder(2.0).name("frozen").trainable(false).build();
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = frozen.mul(x);
            assertEquals(List.of(x), tape.watchedVariables());
            assertEquals(List.of(2.0), connected(tape.gradient(y, List.of(frozen, x))));
        }
        try (GradientTape tape =
                GradientTape.builder().watchAccessedVariables(false).open()) {
            tape.watch(List.of(frozen));
            Tensor y = frozen.mul(x);
            assertEquals(List.of(frozen), tape.watchedVariables());
            assertEquals(List.of(3.0), connected(tape.gradient(y, List.of(frozen, x))));
        }
    }

    @Test
    void aFailedAssignmentChangesNothing() {
        Variable x = Variable.of(new float[] {1, 2});
        List<Executable> bad = List.of(
                () -> x.assign(new float[] {1, 2, 3}),
                () -> x.assign(3f),
                () -> x.assign(Tensors.of(new double[] {1, 2})),
                () -> x.assignAdd(new float[][] {{1, 2}}),
                () -> x.assignSub(Tensors.of(new int[] {1, 2})),
                () -> x.assign("text"));
        for (Executable action : bad) {
            assertThrows(IllegalArgumentException.class, action);
        }
        assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
    }

    // ---- scalars and dtypes ----

    @ParameterizedTest
    @EnumSource(names = "BOOL", mode = EnumSource.Mode.EXCLUDE)
    void aScalarOfAnyJavaTypeTakesTheTensorsDType(DType dtype) {
        Tensor x = Tensors.of(new double[] {2, 4}, dtype);
        List<Number> twos = List.of(2, 2L, 2f, 2.0);
        for (Number two : twos) {
            assertFigures(x.add(two), dtype, 4, 6);
            assertFigures(x.sub(two), dtype, 0, 2);
            assertFigures(x.rsub(two), dtype, 0, -2);
            assertFigures(x.mul(two), dtype, 4, 8);
            DType quotient = dtype.isInteger() ? DType.FLOAT64 : dtype;
            assertFigures(x.div(two), quotient, 1, 2);
            assertFigures(x.rdiv(two), quotient, 1, 0.5);
            assertFigures(x.gt(two), DType.BOOL, 0, 1);
            assertFigures(Variable.builder(two).dtype(dtype).build().mul(x), dtype, 4, 8);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT32", "INT64"})
    void aFractionDoesNotFitAnIntegerTensor(DType dtype) {
        Tensor x = Tensors.of(new int[] {2, 4}, dtype);
        List<Executable> bad = List.of(
                () -> x.add(0.5),
                () -> x.mul(0.5f),
                () -> x.rsub(1.5),
                () -> x.gt(0.5),
                () -> x.mul(1e30),
                () -> x.add(Double.NaN),
                () -> Tensors.of(2.5, dtype));
        for (Executable action : bad) {
            assertMentions(assertThrows(IllegalArgumentException.class, action), dtype.toString());
        }
        assertThrows(IllegalArgumentException.class, () -> Tensors.of(1).add(1L << 40));
        assertFigures(Tensors.of(1L).add(1L << 40), DType.INT64, (1L << 40) + 1);
    }

    static Stream<Arguments> pairsOfDTypes() {
        return Stream.of(DType.values())
                .filter(DType::isNumeric)
                .flatMap(a -> Stream.of(DType.values())
                        .filter(b -> b.isNumeric() && a != b)
                        .map(b -> Arguments.of(a, b)));
    }

    @ParameterizedTest
    @MethodSource("pairsOfDTypes")
    void twoDTypesDoNotMix(DType a, DType b) {
        Tensor x = Tensors.of(new double[] {2, 4}, a);
        Variable y = Variable.builder(1).dtype(b).build();
        List<Executable> bad = List.of(
                () -> x.add(y), () -> y.sub(x), () -> x.mul(y), () -> x.div(y), () -> x.gt(y), () -> x.floorDiv(y));
        for (Executable action : bad) {
            IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, action);
            assertMentions(thrown, a.toString(), b.toString(), "castTo");
        }
        assertFigures(x.add(y.castTo(a)), a, 3, 5);
    }

    @Test
    void integersDivideToFloat64() {
        assertFigures(Tensors.of(7).div(2), DType.FLOAT64, 3.5);
        assertFigures(Tensors.of(7L).div(Tensors.of(new long[] {2, -2})), DType.FLOAT64, 3.5, -3.5);
        assertFigures(Tensors.of(4).rdiv(1), DType.FLOAT64, 0.25);
        assertFigures(Tensors.of(1).div(0), DType.FLOAT64, Double.POSITIVE_INFINITY);
        assertFigures(Tensors.of(new int[] {1, 2}).mean(), DType.FLOAT64, 1.5);
        assertFigures(Tensors.of(7f).div(2), DType.FLOAT32, 3.5);
    }

    @Test
    void floorDivRoundsDownAndRefusesAnIntegerZero() {
        int[] figures = {7, -7, 6, -6};
        assertFigures(Tensors.of(figures).floorDiv(2), DType.INT32, 3, -4, 3, -3);
        assertFigures(Tensors.of(figures).floorDiv(-2), DType.INT32, -4, 3, -3, 3);
        assertFigures(Tensors.of(-7.0).floorDiv(2), DType.FLOAT64, -4);
        assertFigures(Tensors.of(1.0).floorDiv(0), DType.FLOAT64, Double.POSITIVE_INFINITY);
        for (DType dtype : List.of(DType.INT32, DType.INT64)) {
            Tensor x = Tensors.of(figures, dtype);
            assertMentions(
                    assertThrows(RuntimeException.class, () -> x.floorDiv(0).toLongArray()), "floor_div");
            Tensor someZero = Tensors.of(new int[] {1, 0, 2, 3}, dtype);
            assertThrows(
                    RuntimeException.class, () -> x.floorDiv(someZero).add(1).toLongArray());
            assertFigures(x.floorDiv(1), dtype, 7, -7, 6, -6);
        }
    }

    @Test
    void aFloatThatNoIntegerHoldsIsNotCast() {
        assertFigures(Tensors.of(new double[] {1.9, -1.9, 0.5}).castTo(DType.INT32), DType.INT32, 1, -1, 0);
        for (double bad : new double[] {1e10, -1e10, Double.NaN, Double.NEGATIVE_INFINITY}) {
            assertThrows(
                    RuntimeException.class,
                    () -> Tensors.of(bad).castTo(DType.INT32).toIntArray());
        }
        assertFigures(Tensors.of(1e10).castTo(DType.INT64), DType.INT64, 1e10);
        assertFigures(Tensors.of(new double[] {0, -0.1}).castTo(DType.BOOL), DType.BOOL, 0, 1);
    }

    @Test
    void gradientsPassACastBetweenFloats() {
        Variable x = Variable.of(new float[] {1, 2});
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.castTo(DType.FLOAT64).square();
            assertEquals(DType.FLOAT64, y.dtype());
            assertFigures(tape.gradientOrThrow(y, x), DType.FLOAT32, 2, 4);
        }
    }

    // ---- shapes ----

    @Test
    void gradientsOfABroadcastAreSummedToEachShape() {
        Variable a = Variable.of(new double[][] {{1}, {2}});
        Variable b = Variable.of(new double[] {3, 4, 5});
        Variable k = Variable.of(10.0);
        Tensor upstream = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        try (GradientTape tape = GradientTape.open()) {
            Tensor z = a.mul(b).add(k);
            assertFigures(z, DType.FLOAT64, 13, 14, 15, 16, 18, 20);
            List<Tensor> g = tape.gradient(List.of(z), List.of(a, b, k), List.of(upstream), UnconnectedGradients.NONE);
            assertFigures(g.get(0), DType.FLOAT64, 26, 62);
            assertFigures(g.get(1), DType.FLOAT64, 9, 12, 15);
            assertFigures(g.get(2), DType.FLOAT64, 21);
            assertEquals(
                    List.of("[2, 1]", "[3]", "[]"),
                    g.stream().map(t -> t.shape().toString()).toList());
        }
        assertMentions(
                assertThrows(IllegalArgumentException.class, () -> b.add(Tensors.of(new double[] {1, 2}))),
                "[3]",
                "[2]");
    }

    @Test
    void emptyTensorsGoThrough() {
        Variable x = Variable.of(Tensors.zeros(DType.FLOAT64, 0, 3));
        assertEquals("[3, 0]", x.transpose().shape().toString());
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.mul(2).exp().sum();
            assertFigures(y, DType.FLOAT64, 0);
            Tensor g = tape.gradientOrThrow(y, x);
            assertEquals(x.spec(), g.spec());
            assertEquals(0, g.toDoubleArray().length);
        }
        assertFigures(x.sum(0), DType.FLOAT64, 0, 0, 0);
        assertTrue(Double.isNaN(x.mean().item()));
    }

    @Test
    void itemNeedsOneElement() {
        assertEquals(5, Tensors.of(new double[][] {{5}}).item());
        assertEquals(5, Variable.of(5).item());
        assertMentions(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Tensors.of(new float[] {1, 2}).item()),
                "float32[2]");
        assertThrows(
                IllegalArgumentException.class,
                () -> Tensors.zeros(DType.FLOAT64, 0).item());
        assertThrows(
                IllegalArgumentException.class,
                () -> Variable.of(new int[] {1, 2}).item());
        assertThrows(IllegalArgumentException.class, () -> Tensors.of(1.5).toIntArray());
    }

    @Test
    void raggedArraysAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Tensors.of(new double[][] {{1, 2}, {3}}));
        assertThrows(IllegalArgumentException.class, () -> Tensors.of("text"));
        assertMentions(assertThrows(IllegalArgumentException.class, () -> Variable.of(new String[0])), "String");
    }

    // ---- printing ----

    @Test
    void printingShowsValueShapeAndDType() {
        assertEquals("Tensor([1.0, 2.0], shape=[2], dtype=float64)", "" + Tensors.of(new double[] {1, 2}));
        assertEquals("Tensor(3, shape=[], dtype=int32)", "" + Tensors.of(3));
        assertEquals("Tensor(2.5, shape=[], dtype=float32)", "" + Tensors.of(2.5f));
        assertEquals(
                "Tensor([[true, false]], shape=[1, 2], dtype=bool)", "" + Tensors.of(new boolean[][] {{true, false}}));
        assertEquals("Tensor([], shape=[0], dtype=float64)", "" + Tensors.zeros(DType.FLOAT64, 0));
        assertEquals("Tensor([0, 1, 2, ..., 7, 8, 9], shape=[10], dtype=int32)", "" + Tensors.range(10));
        assertEquals(
                "Tensor([[1.0, 3.0], [2.0, 4.0]], shape=[2, 2], dtype=float64)",
                "" + Tensors.of(new double[][] {{1, 2}, {3, 4}}).transpose());
        Variable x = Variable.builder(3f).name("x").build();
        assertEquals("Variable(3.0, name=x, shape=[], dtype=float32)", "" + x);
        assertEquals("Variable(4.0, name=x, shape=[], dtype=float32)", "" + x.assignAdd(1));
    }

    @Test
    void printingIsNotARead() {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            assertTrue(x.toString().contains("3.0"));
            assertEquals(3, x.item());
            assertEquals(List.of(), tape.watchedVariables());
        }
    }

    private static List<Double> connected(List<Tensor> gradients) {
        return gradients.stream().filter(g -> g != null).map(Tensor::item).toList();
    }

    private static void assertFigures(Operand actual, DType dtype, double... expected) {
        assertEquals(dtype, actual.dtype());
        assertArrayEquals(expected, actual.toDoubleArray(), 1e-12);
    }

    private static void assertMentions(Exception thrown, String... words) {
        for (String word : words) {
            assertTrue(
                    String.valueOf(thrown.getMessage()).contains(word), () -> "must mention " + word + ": " + thrown);
        }
    }
}
