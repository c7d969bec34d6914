package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Bad input is a Java exception that names the op, its shapes and dtypes; the process lives on, and computes right. */
class SafetyTest {
    private static final Tensor VECTOR = Tensors.of(new double[] {1, 2, 3});
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    private static final Tensor INTS = Tensors.of(new int[] {5, Integer.MIN_VALUE});

    private record Bad(Supplier<Tensor> code, List<String> words) {}

    private static Bad bad(Supplier<Tensor> code, String... words) {
        return new Bad(code, List.of(words));
    }

    private static final Map<String, Bad> BAD = Map.ofEntries(
            Map.entry(
                    "shapes that do not broadcast",
                    bad(
                            () -> VECTOR.add(Tensors.of(new double[] {1, 2})),
                            "add",
                            "float64[3]",
                            "float64[2]",
                            "broadcast")),
            Map.entry(
                    "float64 and float32",
                    bad(() -> VECTOR.mul(Tensors.of(2f)), "mul", "float64[3]", "float32[]", "castTo(DType.FLOAT64)")),
            Map.entry("int and float", bad(() -> INTS.add(Tensors.of(1.0)), "add", "int32[2]", "float64[]", "castTo")),
            Map.entry("a fraction for an int", bad(() -> INTS.add(2.5), "2.5", "int32", "castTo")),
            Map.entry("a long for an int", bad(() -> INTS.add(1L << 40), "1099511627776", "int32")),
            Map.entry("the sine of an int", bad(INTS::sin, "sin", "int32[2]", "floating", "castTo")),
            Map.entry("arithmetic on bool", bad(() -> VECTOR.gt(1).add(VECTOR.gt(2)), "add", "bool[3]", "numeric")),
            Map.entry("a zero divisor", bad(() -> INTS.floorDiv(0), "floor_div", "int32[2]", "'y' is 0", "element 0")),
            Map.entry(
                    "a zero divisor among others",
                    bad(() -> INTS.floorDiv(Tensors.of(new int[] {1, 0})), "floor_div", "'y' is 0", "element 1")),
            Map.entry("the least int by -1", bad(() -> INTS.floorDiv(-1), "floor_div", "beyond int32", "element 1")),
            Map.entry(
                    "the least long by -1",
                    bad(() -> Tensors.of(Long.MIN_VALUE).floorDiv(-1), "floor_div", "beyond int64")),
            Map.entry("an axis that is none", bad(() -> MATRIX.sum(2), "axis 2", "[2, 3]")),
            Map.entry("an axis below -rank", bad(() -> MATRIX.sum(-3), "axis -3", "[2, 3]")),
            Map.entry("an axis twice", bad(() -> MATRIX.sum(1, -1), "twice", "[2, 3]")),
            Map.entry("an axis of a scalar", bad(() -> Tensors.of(1.0).sum(0), "axis 0", "scalar")),
            Map.entry(
                    "inner sizes that differ",
                    bad(() -> MATRIX.mmul(MATRIX), "matmul", "float64[2, 3]", "3 and 2", "transpose")),
            Map.entry(
                    "the product of a vector",
                    bad(() -> MATRIX.mmul(VECTOR), "matmul", "float64[3]", "rank 2", "reshape")),
            Map.entry("the product of ints", bad(() -> INTS.mmul(INTS), "matmul", "int32[2]", "floating")),
            Map.entry("another number of elements", bad(() -> MATRIX.reshape(4, 2), "reshape", "[4, 2]", "8", "6")),
            Map.entry("a reshape to two -1", bad(() -> MATRIX.reshape(-1, -1), "reshape", "-1")),
            Map.entry("a reshape that does not divide", bad(() -> MATRIX.reshape(-1, 4), "reshape", "[-1, 4]", "6")),
            Map.entry("a reshape to a negative size", bad(() -> MATRIX.reshape(-2, -3), "reshape", "-2")),
            Map.entry("a shape that overflows", bad(() -> Tensors.zeros(DType.FLOAT32, 1L << 40, 1L << 40), "2^63")),
            Map.entry("axes that repeat", bad(() -> MATRIX.permute(0, 0), "permute", "[0, 0]")),
            Map.entry("axes that are too few", bad(() -> MATRIX.permute(0), "permute", "[0]")),
            Map.entry("axes that are too many", bad(() -> MATRIX.permute(0, 1, 2), "permute", "[0, 1, 2]")),
            Map.entry("a negative axis of permute", bad(() -> MATRIX.permute(-1, 0), "permute", "[-1, 0]")),
            Map.entry(
                    "a shape that is not broadcast to",
                    bad(() -> VECTOR.broadcastTo(Shape.of(2)), "broadcast_to", "[2]", "[3]")),
            Map.entry(
                    "a shape of lower rank",
                    bad(() -> MATRIX.broadcastTo(Shape.of(3)), "broadcast_to", "[2, 3]", "[3]")),
            Map.entry(
                    "a block outside",
                    bad(() -> VECTOR.slice(new long[] {2}, Shape.of(2)), "slice", "float64[3]", "begins at [2]")),
            Map.entry(
                    "a block at a huge index",
                    bad(() -> VECTOR.slice(new long[] {Long.MAX_VALUE}, Shape.of(2)), "slice", "float64[3]")),
            Map.entry(
                    "a block before the beginning",
                    bad(() -> VECTOR.slice(new long[] {-1}, Shape.of(2)), "slice", "[-1]")),
            Map.entry(
                    "a block of another rank",
                    bad(() -> VECTOR.slice(new long[] {0, 0}, Shape.of(1, 1)), "slice", "[0, 0]")),
            Map.entry("a stack of two shapes", bad(() -> Tensors.stack(0, VECTOR, MATRIX), "stack", "[3]", "[2, 3]")),
            Map.entry(
                    "a stack of two dtypes",
                    bad(() -> Tensors.stack(0, VECTOR, VECTOR.gt(0)), "stack", "float64", "bool")),
            Map.entry("a stack along no axis", bad(() -> Tensors.stack(2, VECTOR, VECTOR), "stack", "axis 2")),
            Map.entry("a stack of nothing", bad(() -> Tensors.stack(0), "stack", "at least one")),
            Map.entry(
                    "a choice by a float",
                    bad(() -> Tensors.where(VECTOR, VECTOR, VECTOR), "where", "'condition'", "bool")),
            Map.entry(
                    "a huge float as int", bad(() -> Tensors.of(1e10).castTo(DType.INT32), "cast", "1.0E10", "int32")),
            Map.entry("a huge float as long", bad(() -> Tensors.of(0x1p63).castTo(DType.INT64), "cast", "int64")),
            Map.entry("NaN as int", bad(() -> Tensors.of(Double.NaN).castTo(DType.INT32), "cast", "NaN", "int32")),
            Map.entry(
                    "infinity as long",
                    bad(() -> Tensors.of(Float.POSITIVE_INFINITY).castTo(DType.INT64), "cast", "Infinity")),
            Map.entry("a long as int", bad(() -> Tensors.of(1L << 40).castTo(DType.INT32), "cast", "beyond int32")),
            Map.entry("nested arrays of two lengths", bad(() -> Tensors.of(new double[][] {{1, 2}, {3}}), "lengths")),
            Map.entry(
                    "a tensor of a string",
                    bad(() -> Tensors.of("3"), "java.lang.String", "int, long, float, double or boolean")),
            Map.entry("a tensor of bytes", bad(() -> Tensors.of(new byte[] {1}), "byte[]")),
            Map.entry("a range by nothing", bad(() -> Tensors.range(0, 5, 0, DType.INT32), "range", "by 0")),
            Map.entry("a range to NaN", bad(() -> Tensors.range(0, Double.NaN, 1, DType.FLOAT64), "range", "NaN")),
            Map.entry("a range of negative length", bad(() -> Tensors.range(-1), "negative", "-1")),
            Map.entry(
                    "an INDArray of bytes",
                    bad(() -> Nd4jTensors.wrap(Nd4j.create(DataType.INT8, 2)), "BYTE", "castTo")),
            Map.entry("a closed array", bad(() -> Nd4jTensors.copyOf(closed()), "closed")),
            Map.entry("a view of a closed array", bad(() -> Nd4jTensors.wrap(viewOfClosed()), "closed")),
            Map.entry("a wrapped array that is closed", bad(SafetyTest::closedAfterwards, "closed")));

    private static INDArray closed() {
        INDArray array = Nd4j.createFromArray(1.0, 2.0);
        array.close();
        return array;
    }

    private static INDArray viewOfClosed() {
        INDArray parent = Nd4j.create(DataType.DOUBLE, 3, 3);
        INDArray row = parent.getRow(1);
        parent.close();
        return row;
    }

    private static Tensor closedAfterwards() {
        INDArray array = Nd4j.createFromArray(1.0, 2.0);
        Tensor wrapped = Nd4jTensors.wrap(array);
        array.close();
        return wrapped.mul(2);
    }

    @TestFactory
    Stream<DynamicTest> badInputIsAnExceptionThatTells() {
        return BAD.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    RuntimeException e = assertThrows(
                            RuntimeException.class,
                            () -> entry.getValue().code().get().evaluate());
                    for (String word : entry.getValue().words()) {
                        assertTrue(e.getMessage().contains(word), "'" + word + "' in: " + e.getMessage());
                    }
                }));
    }

    @Test
    void whatLooksAlikeAndIsRightWorks() {
        assertEquals(
                5,
                Tensors.of(Integer.MIN_VALUE).floorDiv(Integer.MIN_VALUE).add(4).item());
        assertEquals(-0x1p63, Tensors.of(-0x1p63).castTo(DType.INT64).item());
        assertArrayEquals(
                new long[] {0, 2},
                Tensors.zeros(DType.FLOAT32, 0, 2).castTo(DType.INT32).shape().toArray());
        assertEquals(0, Tensors.zeros(DType.FLOAT64, 0).sum().item());
        assertTrue(Double.isNaN(Tensors.zeros(DType.FLOAT64, 0).mean().item()));
        assertEquals(
                "Tensor([], shape=[0], dtype=float64)",
                Tensors.zeros(DType.FLOAT64, 0).toString());
    }

    @AfterAll
    static void stillRight() {
        assertArrayEquals(
                new double[] {14, 32, 32, 77}, MATRIX.mmul(MATRIX, false, true).toDoubleArray());
    }
}
