package io.autodiff.nd4j.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.op.Attributes;
import io.autodiff.op.InvalidOpException;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Kernels in Java have the elements of values, and give back what becomes values. */
class HostArrayTest {
    private static Op op(Function<OpCall<HostArray>, HostArray> kernel) {
        return Op.named("on_host")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(HostArray.class, kernel)
                .notDifferentiable();
    }

    private static HostArray twice(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        return x.spec().dtype().isFloating()
                ? HostArray.of(
                        call.outputSpec(),
                        Arrays.stream(x.doubles()).map(e -> 2 * e).toArray())
                : HostArray.of(
                        call.outputSpec(),
                        Arrays.stream(x.longs()).map(e -> 2 * e).toArray());
    }

    @Test
    void allDtypesAndShapesHaveTheirElements() {
        Op twice = op(HostArrayTest::twice);
        for (DType dtype : DType.values()) {
            if (dtype.isNumeric()) {
                Tensor x = Tensors.of(new double[] {1, -2, 0.5}).castTo(dtype);
                double half = dtype.isFloating() ? 1 : 0;
                assertArrayEquals(new double[] {2, -4, half}, twice.apply(x).toDoubleArray(), dtype.toString());
                assertEquals(6, twice.apply(Tensors.of(3).castTo(dtype)).item(), dtype.toString());
                assertEquals(
                        0, twice.apply(x.slice(new long[] {1}, Shape.of(0))).toDoubleArray().length);
            }
        }
        Tensor bools = Tensors.of(new boolean[] {true, false, true});
        assertArrayEquals(new double[] {1, 0, 1}, twice.apply(bools).toDoubleArray());
    }

    @Test
    void elementsAreRoundedToTheDtypeAndWrappedInIt() {
        Op third = op(c -> HostArray.of(c.outputSpec(), new double[] {1 / 3.0}));
        assertEquals((float) (1 / 3.0), third.apply(Tensors.of(new float[1])).toDoubleArray()[0]);
        assertEquals(1 / 3.0, third.apply(Tensors.of(new double[1])).toDoubleArray()[0]);
        // 1/3 in 11 significant bits is 1365 / 4096.
        assertEquals(
                1365 / 4096.0,
                third.apply(Tensors.of(new double[1]).castTo(DType.FLOAT16)).toDoubleArray()[0]);
        Op large = op(c -> HostArray.of(c.outputSpec(), new long[] {(1L << 32) + 5}));
        assertEquals(5, large.apply(Tensors.of(new int[1])).toDoubleArray()[0]);
    }

    @Test
    void arraysOfOthersAreReadInTheirOrder() {
        Tensor view = Nd4jTensors.wrap(
                Nd4j.arange(12).castTo(DataType.DOUBLE).reshape(3, 4).transpose());
        double[] expected = {0, 8, 16, 2, 10, 18, 4, 12, 20, 6, 14, 22};
        assertArrayEquals(expected, op(HostArrayTest::twice).apply(view).toDoubleArray());
    }

    @Test
    void anInputMayBeTheResult() {
        Tensor x = Tensors.of(new double[] {1, 2}).evaluate();
        assertArrayEquals(new double[] {1, 2}, op(c -> c.input("x")).apply(x).toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, x.toDoubleArray());
    }

    @Test
    void whatIsNotAsDeclaredIsRefused() {
        Tensor x = Tensors.of(new double[] {1, 2});
        Op wrongShape = op(c -> HostArray.zeros(new TensorSpec(DType.FLOAT64, Shape.of(3))));
        InvalidOpException refused =
                assertThrows(InvalidOpException.class, () -> wrongShape.apply(x).evaluate());
        assertTrue(refused.getMessage().contains("float64[3]"), refused.getMessage());
        assertTrue(refused.getMessage().contains("declares as float64[2]"), refused.getMessage());
        Op two = Op.named("twice_the_same")
                .inputs("x")
                .outputs("a", "b")
                .shapes(c -> List.of(c.input("x"), c.input("x")))
                .kernels(HostArray.class, c -> {
                    HostArray zeros = HostArray.zeros(c.input("x").spec());
                    return List.of(zeros, zeros);
                })
                .notDifferentiable();
        RuntimeException twice = assertThrows(
                RuntimeException.class,
                () -> Executor.execute(two, Attributes.NONE, List.of(x)).get(1).evaluate());
        assertTrue(twice.getMessage().contains("given back twice"), twice.getMessage());
    }

    @Test
    void whatBelongsToNoRunIsRefused() {
        HostArray[] kept = new HostArray[1];
        Op first = op(c -> kept[0] = HostArray.zeros(c.outputSpec()));
        Op second = op(c -> kept[0]);
        Tensor x = Tensors.of(new double[] {1, 2});
        first.apply(x).evaluate();
        RuntimeException refused =
                assertThrows(RuntimeException.class, () -> second.apply(x).evaluate());
        assertTrue(refused.getMessage().contains("was not lent to this run"), refused.getMessage());
        assertThrows(IllegalStateException.class, () -> HostArray.zeros(new TensorSpec(DType.INT32, Shape.of(2))));
    }

    @Test
    void nothingOutsideIsReadOrWritten() {
        Op outside = op(c -> {
            HostArray z = HostArray.zeros(c.outputSpec());
            HostArray x = c.input("x");
            long[] one = {1};
            for (long[] wrong : new long[][] {{1, 0, 2}, {0, 1, 2}, {-1, 0, 1}, {0, -1, 1}, {0, 0, 3}, {0, 0, 300}}) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> z.copy(wrong[0], one, x, wrong[1], one, new long[] {wrong[2]}),
                        Arrays.toString(wrong));
            }
            assertThrows(IndexOutOfBoundsException.class, () -> z.takeRuns(x, new long[] {0, 1}, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> z.putRuns(x, new long[] {2}, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> z.addRuns(x, new long[] {-1}, 1));
            return z;
        });
        outside.apply(Tensors.of(new double[] {1, 2})).evaluate();
    }

    @Test
    void oneElementFillsARunOfAnyLength() {
        for (DType dtype : List.of(DType.FLOAT16, DType.FLOAT32, DType.FLOAT64, DType.BOOL)) {
            for (int count : new int[] {1, 127, 128, 129, 2304, 5000}) {
                Op filled = Op.named("filled")
                        .inputs("x")
                        .shape(c -> new TensorSpec(dtype, Shape.of(count + 2)))
                        .kernel(HostArray.class, c -> {
                            HostArray z = HostArray.zeros(c.outputSpec());
                            long[] one = {1};
                            long[] none = {0};
                            z.copy(1, one, c.input("x"), 1, none, new long[] {count});
                            assertThrows(
                                    IndexOutOfBoundsException.class,
                                    () -> z.copy(1, one, c.input("x"), 0, none, new long[] {count + 2}));
                            z.copy(1, one, c.input("x"), 1, none, new long[] {count});
                            z.copy(count + 1L, one, c.input("x"), 0, none, one);
                            return z;
                        })
                        .notDifferentiable();
                double[] expected = new double[count + 2];
                Arrays.fill(expected, 1, count + 1, 1);
                Tensor x = Tensors.of(new double[] {0, 1}).castTo(dtype);
                assertArrayEquals(expected, filled.apply(x).toDoubleArray(), dtype + " " + count);
            }
        }
    }

    @Test
    void blocksAreCopiedByTheirStrides() {
        Random random = new Random(7);
        for (DType dtype : List.of(DType.FLOAT16, DType.FLOAT32, DType.FLOAT64, DType.BOOL)) {
            for (int trial = 0; trial < 50; trial++) {
                long[] sizes = random.longs(random.nextInt(4), 1, trial % 5 == 0 ? 40 : 5)
                        .toArray();
                copiesABlock(dtype, sizes, random);
            }
        }
    }

    /** From a larger array, of which every axis begins somewhere, is walked by some step, and may be turned round or repeated. */
    private static void copiesABlock(DType dtype, long[] sizes, Random random) {
        int rank = sizes.length;
        long[] whole = new long[rank];
        long[] begin = new long[rank];
        long[] step = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            step[axis] = random.nextInt(6) - 2L;
            long reach = (sizes[axis] - 1) * Math.abs(step[axis]);
            begin[axis] = random.nextInt(3) + (step[axis] < 0 ? reach : 0);
            whole[axis] = begin[axis] + (step[axis] < 0 ? 0 : reach) + 1 + random.nextInt(3);
        }
        int elements = (int) Shape.of(whole).elements();
        double[] numbers =
                IntStream.range(0, elements).mapToDouble(i -> random.nextInt(2)).toArray();
        Tensor x = Tensors.of(numbers).castTo(dtype).reshape(Shape.of(whole));
        Op block = Op.named("block")
                .inputs("x")
                .shape(c -> new TensorSpec(dtype, Shape.of(sizes)))
                .kernel(HostArray.class, c -> {
                    HostArray z = HostArray.allocate(c.outputSpec());
                    long[] strides = c.input("x").strides();
                    long first = 0;
                    for (int axis = 0; axis < rank; axis++) {
                        first += begin[axis] * strides[axis];
                        strides[axis] *= step[axis];
                    }
                    z.copy(0, z.strides(), c.input("x"), first, strides, z.sizes());
                    return z;
                })
                .notDifferentiable();
        double[] expected = new double[(int) Shape.of(sizes).elements()];
        for (int i = 0; i < expected.length; i++) {
            long rest = i;
            long at = 0;
            long stride = 1;
            for (int axis = rank - 1; axis >= 0; axis--) {
                at += (begin[axis] + rest % sizes[axis] * step[axis]) * stride;
                rest /= sizes[axis];
                stride *= whole[axis];
            }
            expected[i] = numbers[(int) at];
        }
        String what =
                dtype + " " + Arrays.toString(sizes) + " of " + Arrays.toString(whole) + " by " + Arrays.toString(step);
        assertArrayEquals(expected, block.apply(x).toDoubleArray(), what);
    }
}
