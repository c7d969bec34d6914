package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Linalg;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What corrupts numbers or ends the process when ND4J is called by hand, and does neither here; what other tests have is not repeated. */
class NativeTrapsTest {
    private static final double[][] ROWS = {{1, 2, 3}, {4, 5, 6}};

    /** Forms of one matrix, 3 by 2, of which native ops have gone wrong. */
    private static Stream<INDArray> forms() {
        INDArray matrix = Nd4j.createFromArray(ROWS);
        INDArray large = Nd4j.zeros(DataType.DOUBLE, 5, 7);
        INDArray view = large.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 2, 6));
        view.assign(matrix.transpose());
        return Stream.of(matrix.transpose(), matrix.transpose().dup('f'), matrix.permute(1, 0), view);
    }

    @TestFactory
    Stream<DynamicTest> aWrappedArrayOfAnyStridesIsReadInItsOwnOrder() {
        return forms().map(array -> DynamicTest.dynamicTest(array.ordering() + " " + array.stride(0), () -> {
            Tensor x = Nd4jTensors.wrap(array);
            assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, x.toDoubleArray());
            assertArrayEquals(new double[] {5, 7, 9}, x.sum(1).toDoubleArray());
            assertArrayEquals(new double[] {3, 6, 2, 5, 1, 4}, x.reverse(0).toDoubleArray());
            assertArrayEquals(
                    new double[] {17, 22, 27, 22, 29, 36, 27, 36, 45},
                    x.mmul(x, false, true).toDoubleArray());
            assertArrayEquals(new double[] {2, 5}, x.gather(Tensors.of(1)).toDoubleArray());
        }));
    }

    @Test
    void aWrappedArrayOfZeroStridesIsOneOfItsShape() {
        INDArray row = Nd4j.createFromArray(1.0, 2.0, 3.0);
        INDArray repeated = Nd4j.create(row.data(), new long[] {2, 3}, new long[] {0, 1}, 0, 'c');
        Tensor x = Nd4jTensors.wrap(repeated);
        assertArrayEquals(new double[] {1, 2, 3, 1, 2, 3}, x.toDoubleArray());
        assertArrayEquals(new double[] {2, 4, 6}, x.sum(0).toDoubleArray());
        assertArrayEquals(new double[] {2, 4, 6, 2, 4, 6}, x.mul(2).toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3}, row.toDoubleVector());
    }

    @Test
    void whatIsDoneToAnArrayAfterwardsReachesNoTensor() {
        INDArray array = Nd4j.createFromArray(1.0, 2.0);
        Tensor copy = Nd4jTensors.copyOf(array);
        Tensor pending = copy.mul(3);
        array.muli(100);
        INDArray out = Nd4jTensors.toArray(copy);
        out.assign(-1);
        out.close();
        array.close();
        assertArrayEquals(new double[] {1, 2}, copy.toDoubleArray());
        assertArrayEquals(new double[] {3, 6}, pending.toDoubleArray());
    }

    /** Reading freed memory gives any numbers, or ends the process. */
    @Test
    void aWrappedViewWhoseParentIsClosedIsRefused() {
        INDArray parent = Nd4j.zeros(DataType.DOUBLE, 3, 3);
        Tensor row = Nd4jTensors.wrap(parent.getRow(1));
        Tensor column = Nd4jTensors.wrap(parent.getColumn(1));
        parent.close();
        for (Tensor x : new Tensor[] {row, column}) {
            RuntimeException e =
                    assertThrows(RuntimeException.class, () -> x.mul(2).evaluate());
            assertTrue(String.valueOf(e.getMessage()).contains("closed"), e::getMessage);
        }
    }

    @Test
    void anArrayOfTextOrOfUnsignedIntegersIsRefused() {
        for (INDArray array : new INDArray[] {Nd4j.create("a", "b"), Nd4j.create(DataType.UINT32, 2)}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Nd4jTensors.wrap(array));
            assertTrue(String.valueOf(e.getMessage()).contains(array.dataType().toString()), e::getMessage);
        }
    }

    @Test
    void anArrayOfAWorkspaceOutlivesIt() {
        WorkspaceConfiguration configuration = WorkspaceConfiguration.builder()
                .initialSize(1 << 20)
                .policyAllocation(AllocationPolicy.STRICT)
                .build();
        Tensor wrapped;
        Tensor result;
        for (int round = 0; ; round++) {
            try (MemoryWorkspace ignored =
                    Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "NATIVE_TRAPS")) {
                wrapped = Nd4jTensors.wrap(Nd4j.createFromArray(1.0, 2.0).addi(round));
                result = wrapped.mul(2).add(wrapped);
                if (round == 1) {
                    break;
                }
            }
        }
        try (MemoryWorkspace ignored =
                Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "NATIVE_TRAPS")) {
            Nd4j.createFromArray(-1.0, -1.0, -1.0, -1.0);
        }
        assertArrayEquals(new double[] {2, 3}, wrapped.toDoubleArray());
        assertArrayEquals(new double[] {6, 9}, result.toDoubleArray());
    }

    /** Its memory is that of whatever the workspace has made since. */
    @Test
    void anArrayOfAWorkspaceThatWasLeftIsRefused() {
        WorkspaceConfiguration configuration =
                WorkspaceConfiguration.builder().initialSize(1 << 20).build();
        INDArray array = null;
        for (int round = 0; round < 2; round++) {
            try (MemoryWorkspace ignored =
                    Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "NATIVE_TRAPS_LEFT")) {
                if (array == null) {
                    array = Nd4j.createFromArray(ROWS);
                    continue;
                }
                refused(array, "NATIVE_TRAPS_LEFT");
            }
            refused(array, "NATIVE_TRAPS_LEFT");
            refused(array.getRow(1), "NATIVE_TRAPS_LEFT");
        }
    }

    /** ND4J makes it, and reads what lies behind the buffer. */
    @Test
    void anArrayThatIsNotInItsBufferIsRefused() {
        refused(BadArguments.over(new long[] {1000}, new long[] {1}, 0), "buffer");
        refused(BadArguments.over(new long[] {3}, new long[] {2}, 0), "buffer");
        refused(BadArguments.over(new long[] {3}, new long[] {1}, 2), "buffer");
        refused(BadArguments.over(new long[] {2, 2}, new long[] {Long.MAX_VALUE, 1}, 0), "buffer");
        assertArrayEquals(
                new double[] {1, 3},
                Nd4jTensors.wrap(BadArguments.over(new long[] {2}, new long[] {2}, 0))
                        .toDoubleArray());
    }

    private static void refused(INDArray array, String word) {
        for (Function<INDArray, Operand> in : List.<Function<INDArray, Operand>>of(
                Nd4jTensors::copyOf, Nd4jTensors::wrap, Tensors::of, Variable::of)) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> in.apply(array));
            assertTrue(String.valueOf(e.getMessage()).contains(word), e::getMessage);
        }
    }

    /** By every way of execution: as scalars, as arrays, in a fused loop, and compiled. */
    @TestFactory
    Stream<DynamicTest> anIntegerIsNeverDividedByZero() {
        UnaryOperator<Tensor> floorDiv =
                y -> Tensors.fill(y.dtype(), y.shape(), 7).floorDiv(y);
        UnaryOperator<Tensor> floorMod =
                y -> Tensors.fill(y.dtype(), y.shape(), 7).floorMod(y).add(1).mul(2);
        return Stream.of(DType.INT32, DType.INT64)
                .flatMap(dtype -> Stream.of(new long[0], new long[] {3}, new long[] {100, 11})
                        .flatMap(sizes -> Stream.of(floorDiv, floorMod)
                                .map(code -> DynamicTest.dynamicTest(
                                        (code.equals(floorDiv) ? "floor_div " : "floor_mod ")
                                                + Tensors.zeros(dtype, sizes).spec(),
                                        () -> {
                                            String name = code.equals(floorDiv) ? "floor_div" : "floor_mod";
                                            Tensor zeros = Tensors.zeros(dtype, sizes);
                                            divides(
                                                    name,
                                                    () -> code.apply(zeros).evaluate());
                                            divides(
                                                    name,
                                                    () -> Functions.compile(in -> code.apply(in.asTensor()))
                                                            .apply(zeros)
                                                            .evaluate());
                                        }))));
    }

    private static void divides(String name, Runnable code) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, code::run);
        assertTrue(e.getMessage().contains(name) && e.getMessage().contains("'y' is 0"), e::getMessage);
    }

    @Test
    void theLeastIntegerByMinusOneIsRefusedOrRight() {
        Tensor least = Tensors.of(new long[] {Long.MIN_VALUE, Long.MIN_VALUE});
        assertArrayEquals(new long[] {0, 0}, least.floorMod(-1).toLongArray());
        assertThrows(IllegalArgumentException.class, () -> least.floorDiv(-1).evaluate());
        assertArrayEquals(
                new int[] {Integer.MIN_VALUE},
                Tensors.of(new int[] {Integer.MIN_VALUE}).neg().toIntArray());
        assertArrayEquals(
                new int[] {Integer.MIN_VALUE},
                Tensors.of(new int[] {Integer.MIN_VALUE}).abs().toIntArray());
    }

    /** INDArray's own assign writes as many elements as there are. */
    @Test
    void aVariableTakesOnlyItsOwnShapeAndDtype() {
        Variable v = Variable.of(new double[][] {{1, 2}, {3, 4}});
        assertThrows(IllegalArgumentException.class, () -> v.assign(Tensors.of(new double[] {9, 9})));
        assertThrows(IllegalArgumentException.class, () -> v.assign(Tensors.of(new float[][] {{1, 2}, {3, 4}})));
        assertArrayEquals(new double[] {1, 2, 3, 4}, v.asTensor().toDoubleArray());
    }

    @Test
    void theElementsOfTwoDtypesAreNeverMixed() {
        Tensor wide = Tensors.of(new double[] {1, 2});
        for (DType dtype : DType.values()) {
            if (dtype != DType.FLOAT64) {
                Tensor other = Tensors.ones(dtype, 2);
                RuntimeException e = assertThrows(IllegalArgumentException.class, () -> wide.add(other));
                assertTrue(String.valueOf(e.getMessage()).contains(dtype.toString()), e::getMessage);
            }
        }
    }

    /** More than this process may have, but no more than a machine might: an allocation that succeeds is the end later. */
    @Test
    void whatIsBeyondThisProcessIsRefusedBeforeItIsAllocated() {
        Tensor one = Tensors.of(1.0);
        for (long size : new long[] {1L << 33, 1L << 40}) {
            RuntimeException e = assertThrows(
                    RuntimeException.class,
                    () -> one.broadcastTo(Shape.of(size)).evaluate());
            assertTrue(String.valueOf(e.getMessage()).contains("broadcast_to"), e::getMessage);
            assertTrue(String.valueOf(e.getMessage()).contains("bytes"), e::getMessage);
        }
        Tensor column = Tensors.zeros(DType.FLOAT32, 1 << 20, 1);
        Tensor row = Tensors.zeros(DType.FLOAT32, 1, 1 << 20);
        RuntimeException outer =
                assertThrows(RuntimeException.class, () -> column.add(row).evaluate());
        assertTrue(String.valueOf(outer.getMessage()).contains("add"), outer::getMessage);
        RuntimeException product =
                assertThrows(RuntimeException.class, () -> column.mmul(row).evaluate());
        assertTrue(String.valueOf(product.getMessage()).contains("matmul"), product::getMessage);
    }

    @Test
    void emptyArraysAreComputedWithLikeOthers() {
        Tensor empty = Nd4jTensors.wrap(Nd4j.create(DataType.DOUBLE, 0, 3));
        assertEquals(0, empty.add(1).toDoubleArray().length);
        assertArrayEquals(new double[] {0, 0, 0}, empty.sum(0).toDoubleArray());
        assertArrayEquals(new double[9], empty.mmul(empty, true, false).toDoubleArray());
        assertEquals(1, Linalg.det(Tensors.zeros(DType.FLOAT64, 0, 0)).item());
        RuntimeException e = assertThrows(IllegalArgumentException.class, () -> empty.max(0));
        assertTrue(String.valueOf(e.getMessage()).contains("reduce_max"), e::getMessage);
    }

    /** Transforms.pow gives the shape of its first operand. */
    @Test
    void aPowerIsBroadcastBothWays() {
        Tensor column = Tensors.of(new double[][] {{1}, {2}, {3}});
        Tensor row = Tensors.of(new double[] {0, 1, 2, 0.5});
        for (boolean swapped : new boolean[] {false, true}) {
            Tensor x = swapped ? row.add(1) : column;
            Tensor y = swapped ? column : row;
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(List.of(x, y));
                Tensor power = x.pow(y);
                assertEquals(Shape.of(3, 4), power.shape());
                double[] expected = new double[12];
                double[] dx = new double[(int) x.shape().elements()];
                double[] dy = new double[(int) y.shape().elements()];
                for (int i = 0; i < 12; i++) {
                    int atX = swapped ? i % 4 : i / 4;
                    int atY = swapped ? i / 4 : i % 4;
                    double base = x.toDoubleArray()[atX];
                    double exponent = y.toDoubleArray()[atY];
                    expected[i] = Math.pow(base, exponent);
                    dx[atX] += exponent * Math.pow(base, exponent - 1);
                    dy[atY] += expected[i] * Math.log(base);
                }
                assertArrayEquals(expected, power.toDoubleArray(), 1e-14);
                List<Tensor> gradients = tape.gradientOrThrow(List.of(power), List.of(x, y));
                assertEquals(x.spec(), gradients.get(0).spec());
                assertEquals(y.spec(), gradients.get(1).spec());
                assertArrayEquals(dx, gradients.get(0).toDoubleArray(), 1e-13);
                assertArrayEquals(dy, gradients.get(1).toDoubleArray(), 1e-13);
            }
        }
    }

    /** ND4J's maximum ignores NaN, or keeps it by the order of its arguments. */
    @Test
    void whereverNaNIsItIsInTheResult() {
        for (int length : new int[] {1, 2, 7, 64, 1025}) {
            Tensor numbers = Tensors.range(0, length, 1, DType.FLOAT64).sub(3);
            for (int at : new int[] {0, length / 2, length - 1}) {
                double[] elements = numbers.toDoubleArray();
                elements[at] = Double.NaN;
                Tensor x = Tensors.of(elements);
                for (Tensor reduced : List.of(x.max(), x.min(), x.sum(), x.mean(), x.prod(), x.norm2())) {
                    assertTrue(Double.isNaN(reduced.item()), () -> "at " + at + " of " + length);
                }
                for (Tensor greater :
                        List.of(x.maximum(numbers), numbers.maximum(x), x.minimum(numbers), numbers.minimum(x))) {
                    double[] result = greater.toDoubleArray();
                    for (int i = 0; i < length; i++) {
                        assertEquals(i == at ? Double.NaN : i - 3, result[i]);
                    }
                }
            }
        }
    }

    /** The updaters of ND4J leave a gradient in order 'f' as it is, and Nd4j.math() writes over its argument. */
    @Test
    void anOptimizerTakesGradientsInAnyFormAndLeavesThem() {
        forms().forEach(array -> {
            Variable v = Variable.of(array);
            double[] before = array.dup('c').data().asDouble();
            new Sgd(0.5).applyGradients(List.of(GradientAndVariable.of(Nd4jTensors.wrap(array), v)));
            assertArrayEquals(new double[] {0.5, 2, 1, 2.5, 1.5, 3}, v.toDoubleArray());
            assertArrayEquals(before, array.dup('c').data().asDouble());
        });
    }

    /** Nd4j.rand has about 23 random bits of a double's 53. */
    @Test
    void everyBitOfARandomDoubleIsRandom() {
        int draws = 4096;
        double[] uniform = Random.seeded(21).uniform(DType.FLOAT64, draws).toDoubleArray();
        double[] normal = Random.seeded(22).normal(DType.FLOAT64, draws).toDoubleArray();
        for (int bit = 0; bit < 52; bit++) {
            int ones = 0;
            int normals = 0;
            for (int i = 0; i < draws; i++) {
                ones += (int) ((long) (uniform[i] * 0x1p53) >> bit) & 1;
                normals += (int) (Double.doubleToRawLongBits(normal[i]) >> bit) & 1;
            }
            // The standard deviation is 32; the upper bits of a normal number's fraction are not even.
            assertEquals(draws / 2.0, ones, 5 * 32, "bit " + bit + " of " + Random.class);
            assertEquals(draws / 2.0, normals, bit < 40 ? 5 * 32 : draws / 2.0 - 1, "bit " + bit);
        }
    }

    @AfterAll
    static void stillRight() {
        Tensor x = Tensors.of(ROWS);
        assertArrayEquals(new double[] {14, 32, 32, 77}, x.mmul(x, false, true).toDoubleArray());
    }
}
