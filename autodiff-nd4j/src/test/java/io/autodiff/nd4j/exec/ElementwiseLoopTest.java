package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.op.Elementwise;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.op.Op;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

/** An op that has a scalar meaning needs no kernel. */
class ElementwiseLoopTest {
    private static final Op TWICE_PLUS =
            binary("twice_plus", e -> e.constant(2).mul(e.input("x")).add(e.input("y")));

    private static Op binary(String name, Function<Elementwise, ScalarExpression> meaning) {
        return Op.named(name)
                .inputs("x", "y")
                .shape(Shapes.broadcast("x", "y"))
                .broadcasting()
                .elementwise(meaning)
                .gradient("x", (c, dy) -> dy.mul(2))
                .gradient("y", (c, dy) -> dy);
    }

    @Test
    void allDtypesAreComputed() {
        for (DType dtype : DType.values()) {
            if (dtype.isNumeric()) {
                Tensor x = Tensors.of(new double[] {1, -2, 3}).castTo(dtype);
                Tensor result = TWICE_PLUS.apply(x, Tensors.of(new int[] {5}).castTo(dtype));
                assertEquals(new TensorSpec(dtype, Shape.of(3)), result.spec());
                assertArrayEquals(new double[] {7, 1, 11}, result.toDoubleArray(), dtype.toString());
                Tensor scalar = TWICE_PLUS.apply(
                        Tensors.of(3).castTo(dtype), Tensors.of(5).castTo(dtype));
                assertEquals(11, scalar.item(), dtype.toString());
            }
        }
    }

    @Test
    void inputsAreBroadcast() {
        double[] xs = new double[8];
        double[] expected = new double[24];
        for (int i = 0; i < xs.length; i++) {
            xs[i] = i;
        }
        double[] ys = {10, 20, 30};
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 2 * xs[i / 12 * 4 + i % 4] + ys[i / 4 % 3];
        }
        Tensor x = Tensors.of(xs).reshape(2, 1, 4);
        Tensor y = Tensors.of(ys).reshape(3, 1);
        assertArrayEquals(expected, TWICE_PLUS.apply(x, y).toDoubleArray());
        assertEquals(Shape.of(2, 3, 4), TWICE_PLUS.apply(x, y).shape());
        assertEquals(
                Shape.of(0, 4),
                TWICE_PLUS
                        .apply(
                                x.reshape(2, 4).slice(new long[2], Shape.of(0, 4)),
                                x.reshape(2, 4).slice(new long[2], Shape.of(1, 4)))
                        .shape());
    }

    @Test
    void viewsOfArraysAreReadAsTheyLie() {
        Tensor column = Nd4jTensors.wrap(Nd4j.create(new double[][] {{1, 2}, {3, 4}, {5, 6}})
                .getColumn(1));
        Tensor row = Nd4jTensors.wrap(Nd4j.create(new double[][] {{1, 2, 3}, {4, 5, 6}})
                .getRow(1));
        assertArrayEquals(
                new double[] {8, 13, 18}, TWICE_PLUS.apply(column, row).toDoubleArray());
    }

    @Test
    void integersWrap() {
        Tensor most = Tensors.of(new int[] {Integer.MAX_VALUE});
        assertArrayEquals(new int[] {-1}, TWICE_PLUS.apply(most, Tensors.of(1)).toIntArray());
        Tensor mostLong = Tensors.of(new long[] {Long.MAX_VALUE});
        assertArrayEquals(
                new long[] {-1}, TWICE_PLUS.apply(mostLong, Tensors.of(1L)).toLongArray());
    }

    /** Where a comparison chooses between constants, or is counted with, all three ways of running agree. */
    @Test
    void constantsAndBoolsTakeTheDtypeThatIsWanted() {
        Op step = binary("step_plus", e -> {
            ScalarExpression greater = e.apply(ScalarFunction.GT, "x", "y");
            return e.input("x")
                    .add(greater.apply(ScalarFunction.SELECT, e.constant(0.5), e.constant(-0.5)))
                    .add(greater);
        });
        assertRuns(step, 1, 2, 0.5);
        assertRuns(step, 3, 2, 4.5);
        Op choice = binary(
                "choice",
                e -> e.apply(ScalarFunction.GT, "x", "y")
                        .apply(ScalarFunction.SELECT, e.constant(0.25), e.constant(4)));
        assertRuns(choice, 1, 2, 4);
        assertRuns(choice, 3, 2, 0.25);
    }

    private static void assertRuns(Op op, double x, double y, double expected) {
        Tensor a = Tensors.of(x);
        Tensor b = Tensors.of(y);
        assertEquals(expected, op.apply(a, b).item());
        assertEquals(expected, op.apply(a.reshape(1), b).item());
        List<Tensor> compiled = Functions.compileMany(
                        in -> List.of(op.apply(in.get(0), in.get(1)).exp().log()))
                .apply(List.of(a, b));
        assertEquals(expected, compiled.get(0).item(), 1e-14);
    }

    @Test
    void anElementThatIsRefusedIsNamed() {
        Tensor x = Tensors.of(new int[][] {{4, 5}, {6, Integer.MIN_VALUE}});
        Exception zero = assertThrows(
                InvalidOperandException.class,
                () -> x.floorDiv(Tensors.of(new int[] {1, 0})).evaluate());
        assertTrue(
                String.valueOf(zero.getMessage()).contains("floor_div(x=int32[2, 2], y=int32[2])"), zero.getMessage());
        assertTrue(String.valueOf(zero.getMessage()).contains("at element 1"), zero.getMessage());
        Exception beyond =
                assertThrows(InvalidOperandException.class, () -> x.floorDiv(-1).evaluate());
        assertTrue(String.valueOf(beyond.getMessage()).contains("at element 3"), beyond.getMessage());
        Tensor same = x.slice(new long[] {0, 0}, Shape.of(1, 2)).floorDiv(-1);
        assertArrayEquals(new int[] {-4, -5}, same.toIntArray());
    }

    @Test
    void aShapeThatInputsDoNotBroadcastToIsRefused() {
        Op sum = Op.named("sum_as_elementwise")
                .inputs("x")
                .shape(c -> new TensorSpec(DType.FLOAT64, Shape.SCALAR))
                .elementwise(e -> e.input("x"))
                .notDifferentiable();
        Exception thrown = assertThrows(
                InvalidOperandException.class,
                () -> sum.apply(Tensors.of(new double[] {1, 2})).evaluate());
        assertTrue(String.valueOf(thrown.getMessage()).contains("[2]"), thrown.getMessage());
    }
}
