package io.autodiff.nd4j.ops;

import io.autodiff.Tensor;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Kernel;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a kernel does by itself. The engine copies a result that lies in the memory of an input, so that no result shows a kernel that
 * breaks its contract; here it is seen.
 */
final class KernelFaults {
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
        faults.addAll(shared(inputs, outputs));
        return faults;
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
