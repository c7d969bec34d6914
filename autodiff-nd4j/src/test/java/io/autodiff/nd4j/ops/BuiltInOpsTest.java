package io.autodiff.nd4j.ops;

import io.autodiff.Tensor;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.op.OpCall;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The kit over all built-in ops. */
class BuiltInOpsTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new BuiltInOps();
    }

    @Override
    protected List<OpSample> samples() {
        return Stream.of(
                        ElementwiseSamples.all(),
                        FunctionSamples.all(),
                        BinarySamples.all(),
                        StructureSamples.all(),
                        BlockSamples.all(),
                        IndexingSamples.all(),
                        ReductionSamples.all(),
                        AlongAxisSamples.all(),
                        RandomSamples.all(),
                        ConvolutionSamples.all(),
                        LinalgSamples.all())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    protected Map<String, UnaryOperator<Tensor>> storageForms() {
        return Map.of(
                "a wrapped array", t -> Nd4jTensors.wrap(Nd4jTensors.toArray(t)),
                "a wrapped array in order f", t -> Nd4jTensors.wrap(columnMajor(Nd4jTensors.toArray(t))),
                "a wrapped view with an offset", t -> Nd4jTensors.wrap(view(Nd4jTensors.toArray(t))),
                "a result not computed yet", Tensor::stopGradient);
    }

    @Override
    protected List<String> kernelFaults(OpCall<Tensor> call) {
        return KernelFaults.of(call);
    }

    private static INDArray columnMajor(INDArray array) {
        return array.isEmpty() ? array : array.dup('f');
    }

    /** The array as a block inside a larger one: strided, and not at the beginning of the memory. */
    private static INDArray view(INDArray array) {
        if (array.isEmpty() || array.rank() == 0) {
            return array;
        }
        long[] larger = array.shape().clone(); // ND4J hands out the array's own
        INDArrayIndex[] block = new INDArrayIndex[larger.length];
        for (int axis = 0; axis < larger.length; axis++) {
            block[axis] = NDArrayIndex.interval(1, 1 + larger[axis]);
            larger[axis] += 2;
        }
        INDArray parent = Nd4j.create(array.dataType(), larger);
        parent.put(block, array);
        return parent.get(block).reshape(array.shape());
    }
}
