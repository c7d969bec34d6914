package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nd4j.Nd4jTensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** INDArrays into the library and out of it: who owns what, and that order and strides do not matter. */
class FoundationMoreArraysTest {
    /** The ways in. */
    private static final List<Function<INDArray, Operand>> WAYS_IN =
            List.of(Nd4jTensors::copyOf, Nd4jTensors::wrap, Tensors::of, Variable::of);

    private static INDArray twoByThree(char order) {
        return Nd4j.createFromArray(new double[][] {{1, 2, 3}, {4, 5, 6}}).dup(order);
    }

    @Test
    void copyOfCopies() {
        for (Function<INDArray, Operand> copy : List.<Function<INDArray, Operand>>of(
                Nd4jTensors::copyOf,
                Tensors::of,
                Variable::of,
                array -> Variable.of(new double[2][3]).assign(array))) {
            INDArray array = twoByThree('c');
            Operand x = copy.apply(array);
            Tensor pending = x.mul(2);
            array.muli(100);
            assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, x.toDoubleArray());
            assertArrayEquals(new double[] {2, 4, 6, 8, 10, 12}, pending.toDoubleArray());
        }
    }

    @Test
    void wrapAndBorrowDoNotCopy() {
        INDArray array = twoByThree('c');
        Tensor x = Nd4jTensors.wrap(array);
        long address = array.data().address();
        long seen = Nd4jTensors.borrow(x, borrowed -> borrowed.data().address());
        assertEquals(address, seen);
        assertArrayEquals(new double[] {2, 4, 6, 8, 10, 12}, x.mul(2).toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, array.dup('c').data().asDouble(), "the array as it was");
    }

    @Test
    void toArrayGivesTheCallersOwn() {
        for (Operand x : List.of(
                Tensors.of(new double[] {1, 2}),
                Variable.of(new double[] {1, 2}),
                Nd4jTensors.wrap(Nd4j.createFromArray(1.0, 2.0)),
                Tensors.of(new double[] {0, 1}).add(1))) {
            INDArray one = Nd4jTensors.toArray(x);
            INDArray two = Nd4jTensors.toArray(x);
            one.muli(100);
            assertArrayEquals(new double[] {1, 2}, two.toDoubleVector());
            assertArrayEquals(new double[] {1, 2}, x.toDoubleArray());
            one.close();
            assertArrayEquals(new double[] {3, 4}, x.add(2).toDoubleArray());
        }
    }

    @Test
    void orderAndStridesDoNotMatter() {
        INDArray wide = Nd4j.arange(24).castTo(DataType.DOUBLE).reshape(4, 6);
        List<INDArray> arrays = List.of(
                twoByThree('c'),
                twoByThree('f'),
                twoByThree('c').transpose().dup('c').transpose(),
                Nd4j.createFromArray(1.0, 2, 3, 4, 5, 6).reshape('c', 2, 3),
                Nd4j.createFromArray(1.0, 4, 2, 5, 3, 6).reshape('f', 2, 3));
        for (INDArray array : arrays) {
            for (Function<INDArray, Operand> in : WAYS_IN) {
                checkTwoByThree(in.apply(array));
            }
        }
        // Every other row and column of a larger array, offset by one.
        INDArray view = wide.get(NDArrayIndex.interval(1, 2, 4), NDArrayIndex.interval(1, 2, 6));
        for (Function<INDArray, Operand> in : WAYS_IN) {
            Operand x = in.apply(view);
            assertEquals("[2, 3]", x.shape().toString());
            assertArrayEquals(new double[] {7, 9, 11, 19, 21, 23}, x.toDoubleArray());
            assertArrayEquals(new double[] {8, 10, 12, 20, 22, 24}, x.add(1).toDoubleArray());
            assertArrayEquals(new double[] {26, 30, 34}, x.sum(0).toDoubleArray());
        }
        for (Function<INDArray, Operand> in : WAYS_IN) {
            assertArrayEquals(
                    new double[] {12, 13, 14, 15, 16, 17},
                    in.apply(wide.getRow(2)).toDoubleArray());
            assertArrayEquals(
                    new double[] {2, 8, 14, 20}, in.apply(wide.getColumn(2)).toDoubleArray());
        }
    }

    private static void checkTwoByThree(Operand x) {
        assertEquals("[2, 3]", x.shape().toString());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, x.toDoubleArray());
        assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, x.transpose().toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, x.reshape(3, 2).toDoubleArray());
        assertArrayEquals(
                new double[] {11, 22, 33, 14, 25, 36},
                x.add(Tensors.of(new double[] {10, 20, 30})).toDoubleArray());
        INDArray out = Nd4jTensors.toArray(x);
        assertArrayEquals(new long[] {2, 3}, out.shape());
        assertEquals(6, out.getDouble(1, 2));
        assertEquals(4, out.getDouble(1, 0));
        double borrowed = Nd4jTensors.borrow(x, array -> array.getDouble(0, 2));
        assertEquals(3, borrowed);
        assertEquals(
                "Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], shape=[2, 3], dtype=float64)",
                x.asTensor().toString());
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = x.mmul(x, false, true).mul(Tensors.of(new double[][] {{1, 2}, {3, 4}}));
            // d sum(W * x x') / dx = (W + W') x, W + W' = [[2, 5], [5, 8]].
            assertArrayEquals(
                    new double[] {22, 29, 36, 37, 50, 63},
                    tape.gradientOrThrow(y, x).toDoubleArray(),
                    1e-12);
        }
    }

    @Test
    void closedArraysAreRefused() {
        for (Function<INDArray, Operand> in : WAYS_IN) {
            INDArray array = twoByThree('c');
            array.close();
            assertThrows(IllegalArgumentException.class, () -> in.apply(array));
        }
        INDArray array = twoByThree('c');
        array.close();
        assertThrows(
                IllegalArgumentException.class,
                () -> Variable.of(new double[2][3]).assign(array));
    }

    @Test
    void dtypesAreTheArrays() {
        for (Function<INDArray, Operand> in : WAYS_IN) {
            assertEquals(DType.FLOAT64, in.apply(Nd4j.createFromArray(1.0)).dtype());
            assertEquals(DType.FLOAT32, in.apply(Nd4j.createFromArray(1f)).dtype());
            assertEquals(DType.INT32, in.apply(Nd4j.createFromArray(1)).dtype());
            assertEquals(DType.INT64, in.apply(Nd4j.createFromArray(1L)).dtype());
            assertEquals(DType.BOOL, in.apply(Nd4j.createFromArray(true)).dtype());
            assertEquals(
                    DType.FLOAT16,
                    in.apply(Nd4j.createFromArray(1f).castTo(DataType.FLOAT16)).dtype());
            assertEquals(
                    DType.BFLOAT16,
                    in.apply(Nd4j.createFromArray(1f).castTo(DataType.BFLOAT16)).dtype());
            assertThrows(IllegalArgumentException.class, () -> in.apply(Nd4j.createFromArray((byte) 1)));
            assertThrows(IllegalArgumentException.class, () -> in.apply(Nd4j.create("text")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyDTypeComesBackAsItWas(DType dtype) {
        Tensor x = Tensors.of(new int[][] {{0, 1}, {1, 0}, {1, 1}}, dtype);
        INDArray array = Nd4jTensors.toArray(x);
        assertArrayEquals(new long[] {3, 2}, array.shape());
        Tensor back = Nd4jTensors.wrap(array);
        assertEquals(x.spec(), back.spec());
        assertArrayEquals(new double[] {0, 1, 1, 0, 1, 1}, back.toDoubleArray());
        if (!dtype.isFloating()) {
            assertArrayEquals(new long[] {0, 1, 1, 0, 1, 1}, back.toLongArray());
        }
    }

    @Test
    void largeIntegersAreExact() {
        long large = (1L << 53) + 1;
        Tensor x = Tensors.of(new long[] {large, Long.MIN_VALUE});
        assertArrayEquals(new long[] {large, Long.MIN_VALUE}, x.toLongArray());
        assertArrayEquals(new long[] {large + 1, Long.MIN_VALUE + 1}, x.add(1).toLongArray());
        assertEquals(large, Nd4jTensors.toArray(Tensors.of(large)).getLong(0));
        assertThrows(ArithmeticException.class, x::toIntArray);
    }

    @Test
    void scalarsAndVectorsOfOneElementStayApart() {
        for (Function<INDArray, Operand> in : WAYS_IN) {
            Operand scalar = in.apply(Nd4j.scalar(3.0));
            Operand vector = in.apply(Nd4j.createFromArray(3.0));
            assertEquals("[]", scalar.shape().toString());
            assertEquals("[1]", vector.shape().toString());
            assertEquals(0, Nd4jTensors.toArray(scalar).rank());
            assertEquals(1, Nd4jTensors.toArray(vector).rank());
            assertEquals("[1]", scalar.add(vector).shape().toString());
            assertEquals(12, scalar.add(vector).mul(2).item());
        }
    }

    @Test
    void borrowReadsWithoutChanging() {
        Variable x = Variable.of(new double[] {1, 2, 3});
        double sum = Nd4jTensors.borrow(x, array -> array.sumNumber().doubleValue());
        assertEquals(6, sum);
        String shape = Nd4jTensors.borrow(x.mul(2).reshape(3, 1), array -> Arrays.toString(array.shape()));
        assertEquals("[3, 1]", shape);
        assertThrows(
                ArithmeticException.class,
                () -> Nd4jTensors.borrow(x, array -> {
                    throw new ArithmeticException("inside");
                }));
        assertArrayEquals(new double[] {1, 2, 3}, x.toDoubleArray());
    }

    @Test
    void resultsAreNotViewsOfWhatTheyWereMadeOf() {
        Variable x = Variable.of(new double[][] {{1, 2}, {3, 4}});
        Tensor row = x.slice(new long[] {1, 0}, Shape.of(1, 2));
        Tensor column = x.transpose();
        Tensor flat = x.reshape(4);
        x.assignAdd(new double[][] {{10, 10}, {10, 10}});
        Nd4jTensors.toArray(flat).muli(-1);
        Nd4jTensors.toArray(column).muli(-1);
        assertArrayEquals(new double[] {3, 4}, row.toDoubleArray());
        assertArrayEquals(new double[] {1, 3, 2, 4}, column.toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3, 4}, flat.toDoubleArray());
        INDArray own = Nd4jTensors.toArray(column);
        assertFalse(own.isView() && own.length() != own.data().length(), "the caller's array is whole");
        assertTrue(own.closeable(), "the caller can free it");
    }
}
