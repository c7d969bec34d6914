package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import io.autodiff.spi.Executor;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What an op says of one element is what its kernel computes: each sample, element by element, as scalars and as an array. */
class ScalarMeaningTest {
    /** 4 units in the last place of a double, by which functions of Java and of ND4J's library may differ. */
    private static final double TOLERANCE = 4 * 0x1p-52;

    @Test
    void opsThatGoElementByElementSayTheirMeaning() {
        Set<String> without = new BuiltInOps()
                .ops().stream()
                        .filter(op -> op.elementwise() == null)
                        .map(Op::name)
                        .collect(Collectors.toSet());
        assertEquals(
                Set.of(
                        "reduce_sum",
                        "norm2",
                        "reduce_prod",
                        "reduce_max",
                        "reduce_min",
                        "argmax",
                        "argmin",
                        "cumsum",
                        "cumprod",
                        "linear_recurrence",
                        "argsort",
                        "take_along_axis",
                        "add_along_axis",
                        "random_truncated_normal",
                        "random_categorical",
                        "matmul",
                        "reshape",
                        "permute",
                        "broadcast_to",
                        "slice",
                        "pad_to",
                        "stack",
                        "random_uniform",
                        "random_normal",
                        "slogdet",
                        "scatter_nd",
                        "unsorted_segment_sum",
                        "gather_nd",
                        "matrix_determinant",
                        "matrix_exponential",
                        "conv",
                        "qr",
                        "max_pool_gradient",
                        "eigh",
                        "concat",
                        "gather",
                        "avg_pool_gradient",
                        "matrix_solve",
                        "cholesky",
                        "tensor_scatter_update",
                        "conv_data_gradient",
                        "conv_weight_gradient",
                        "max_pool",
                        "avg_pool",
                        "matrix_cofactors_derivative",
                        "matrix_inverse",
                        "svd",
                        "triangular_solve",
                        "max_pool_select",
                        "complement_units",
                        "reverse",
                        "matrix_cofactors"),
                without);
    }

    @TestFactory
    Stream<DynamicTest> scalarsAndArraysAgree() {
        return Stream.of(ElementwiseSamples.all(), FunctionSamples.all(), BinarySamples.all(), StructureSamples.all())
                .flatMap(List::stream)
                .filter(sample -> OpRegistry.shared().op(sample.op()).elementwise() != null)
                // A cast is of the dtype that its sample has: narrowing 2^31 - 0.5 first makes it 2^31.
                .flatMap(ScalarMeaningTest::inFloat32Too)
                .map(sample -> DynamicTest.dynamicTest(sample.toString(), () -> check(sample)));
    }

    private static Stream<OpSample> inFloat32Too(OpSample sample) {
        if (sample.op().equals("cast")) {
            return Stream.of(sample);
        }
        List<Tensor> narrow = new ArrayList<>();
        for (Tensor input : sample.inputs()) {
            narrow.add(input.dtype() == DType.FLOAT64 ? input.castTo(DType.FLOAT32) : input);
        }
        return Stream.of(sample, sample.at(narrow));
    }

    private static void check(OpSample sample) {
        Op op = OpRegistry.shared().op(sample.op());
        // One more axis, so that scalars, too, go through the kernel.
        List<Tensor> arrays = sample.inputs().stream()
                .map(input -> input.reshape(longer(input.shape())))
                .toList();
        Tensor whole = Executor.execute(op, sample.attributes(), arrays).get(0);
        List<double[]> elements = new ArrayList<>();
        for (Tensor array : arrays) {
            elements.add(array.broadcastTo(whole.shape()).toDoubleArray());
        }
        double[] expected = whole.toDoubleArray();
        for (int i = 0; i < expected.length; i++) {
            List<Operand> scalars = new ArrayList<>();
            for (int k = 0; k < arrays.size(); k++) {
                scalars.add(element(arrays.get(k), whole.shape(), elements.get(k), i));
            }
            double actual =
                    Executor.execute(op, sample.attributes(), scalars).get(0).item();
            double tolerance = whole.dtype() == DType.FLOAT32 ? 4 * 0x1p-23 : TOLERANCE;
            boolean same = Double.compare(expected[i] + 0.0, actual + 0.0) == 0
                    || Math.abs(actual - expected[i]) <= tolerance * Math.abs(expected[i]);
            assertTrue(
                    same,
                    sample + ", element " + i + " of " + scalars + ": kernel " + expected[i] + ", scalar " + actual);
        }
    }

    /** An element with all its bits: a long is not what a double makes of it. */
    private static Tensor element(Tensor array, Shape shape, double[] elements, int index) {
        if (array.dtype().isFloating()) {
            return Tensors.of(elements[index], array.dtype());
        }
        return Tensors.of(array.broadcastTo(shape).toLongArray()[index], array.dtype());
    }

    private static long[] longer(Shape shape) {
        long[] sizes = new long[shape.rank() + 1];
        sizes[0] = 1;
        System.arraycopy(shape.toArray(), 0, sizes, 1, shape.rank());
        return sizes;
    }

    @Test
    void integersWrapAsTheyDoInArrays() {
        for (String op : List.of("add", "mul", "sub")) {
            Tensor x = Tensors.of(new int[] {Integer.MAX_VALUE});
            Tensor y = Tensors.of(new int[] {-Integer.MAX_VALUE});
            Tensor array = Executor.execute(op, Attributes.NONE, x, y);
            Tensor scalar = Executor.execute(op, Attributes.NONE, x.reshape(), y.reshape());
            assertEquals(array.toLongArray()[0], scalar.toLongArray()[0], op);
        }
        assertNotNull(OpRegistry.shared().op("add").elementwise());
    }
}
