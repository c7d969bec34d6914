package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Kernel;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a kernel does by itself. The engine copies a result that lies in the memory of an input, so that no result shows a kernel that
 * breaks its contract; here it is seen.
 */
final class KernelFaults {
    /** How far functions of Java and of ND4J may be apart, in units in the last place. */
    private static final int UNITS = 4;

    private KernelFaults() {}

    /** What is wrong with the kernel of a call; nothing for an op without one, and where the engine never calls it. */
    static List<String> of(OpCall<Tensor> call) {
        Kernel<INDArray> kernel = call.op().kernel(INDArray.class);
        if (kernel == null
                || call.outputSpecs().stream().allMatch(spec -> spec.shape().elements() == 0)) {
            return List.of();
        }
        List<INDArray> inputs = call.inputs().stream().map(Nd4jTensors::toArray).toList();
        List<long[]> before = inputs.stream().map(KernelFaults::bits).toList();
        List<INDArray> outputs = kernel.compute(call.withInputs(inputs));
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (!Arrays.equals(before.get(i), bits(inputs.get(i)))) {
                faults.add("input " + i + " was changed");
            }
        }
        List<TensorSpec> specs = outputs.stream().map(NdArrays::spec).toList();
        if (!specs.equals(call.outputSpecs())) {
            faults.add("the results are " + specs + ", declared are " + call.outputSpecs());
        }
        if (faults.isEmpty() && call.op().elementwise() != null) {
            faults.addAll(others(call, outputs.get(0)));
        }
        faults.addAll(shared(inputs, outputs));
        return faults;
    }

    /** Elements that are not those of the op's scalar meaning, by which the engine computes small arrays and fused ones. */
    private static List<String> others(OpCall<Tensor> call, INDArray output) {
        double[] actual = NdArrays.doubles(output);
        double[] expected = meaning(call);
        double unit = Stream.concat(call.inputSpecs().stream(), call.outputSpecs().stream())
                .mapToDouble(spec -> unit(spec.dtype()))
                .max()
                .orElseThrow();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < actual.length; i++) {
            double e = expected[i];
            boolean near = Math.abs(actual[i] - e) <= UNITS * unit * Math.abs(e);
            if (!near && Double.compare(e + 0.0, actual[i] + 0.0) != 0) {
                faults.add("element " + i + " is " + actual[i] + ", by itself " + e);
            }
        }
        return faults;
    }

    private static double unit(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            case FLOAT32 -> 0x1p-23;
            default -> 0x1p-52;
        };
    }

    /** Each element of the result by itself, as a scalar. */
    private static double[] meaning(OpCall<Tensor> call) {
        Shape shape = call.outputSpec().shape();
        List<List<Tensor>> columns = call.inputs().stream()
                .map(x -> x.broadcastTo(shape).reshape(-1).unstack(0))
                .toList();
        double[] elements = new double[(int) shape.elements()];
        for (int i = 0; i < elements.length; i++) {
            int element = i;
            elements[i] = Executor.execute(
                            call.op(),
                            call.attributes(),
                            columns.stream().map(column -> column.get(element)).toList())
                    .get(0)
                    .item();
        }
        return elements;
    }

    /** A result that changes as the inputs are written over lies in their memory; only an input itself may be given back. */
    private static List<String> shared(List<INDArray> inputs, List<INDArray> outputs) {
        List<long[]> before = outputs.stream().map(KernelFaults::bits).toList();
        for (INDArray input : inputs) {
            if (!input.isEmpty()) {
                input.assign(
                        input.dataType() == DataType.BOOL
                                ? input.castTo(DataType.INT8).rsub(1)
                                : input.add(1).muli(3));
            }
        }
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            INDArray output = outputs.get(i);
            if (inputs.stream().noneMatch(input -> input == output) && !Arrays.equals(before.get(i), bits(output))) {
                faults.add("output " + i + " lies in the memory of an input");
            }
        }
        return faults;
    }

    /** The elements bit by bit, so that NaN is NaN and -0 is not 0. */
    private static long[] bits(INDArray array) {
        return array.isR()
                ? DoubleStream.of(NdArrays.doubles(array))
                        .mapToLong(Double::doubleToRawLongBits)
                        .toArray()
                : NdArrays.longs(array);
    }
}
