package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.op.Kernel;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs one pending call by the ND4J kernel of its op, and checks what the kernel returns against what the op declared. */
final class Replay {
    private Replay() {}

    /** Computes the outputs of a call whose inputs have their values. */
    static List<Value> run(Computation computation) {
        OpCall<Tensor> call = computation.call();
        if (Node.isAlias(call)) {
            return List.of(computation.input(0).value());
        }
        try {
            return ScalarInterpreter.takes(call)
                    ? List.of(ScalarInterpreter.run(computation))
                    : NdArrays.detached(() -> compute(computation));
        } catch (RuntimeException e) {
            RuntimeException told = e instanceof InvalidOperandException
                    ? e
                    : new IllegalStateException("the kernel of " + call.describe() + " failed: " + e.getMessage(), e);
            Throwable origin = computation.origin();
            if (origin != null) {
                told.addSuppressed(origin);
            }
            throw told;
        }
    }

    private static List<Value> compute(Computation computation) {
        OpCall<Tensor> call = computation.call();
        Kernel<INDArray> kernel = call.op().kernel(INDArray.class);
        if (kernel == null) {
            throw call.error("has no kernel for INDArray; add .kernel(INDArray.class, ...) to the op");
        }
        if (call.outputSpecs().stream().allMatch(spec -> spec.shape().elements() == 0)) {
            return call.outputSpecs().stream()
                    .map(spec -> Value.ofArray(spec, NdArrays.allocate(spec)))
                    .toList();
        }
        List<INDArray> arrays = new ArrayList<>(call.inputCount());
        for (int i = 0; i < call.inputCount(); i++) {
            arrays.add(computation.input(i).value().array());
        }
        List<INDArray> results = kernel.compute(call.withInputs(arrays));
        if (results.size() != call.outputSpecs().size()) {
            throw call.error("its kernel gave " + results.size() + " arrays for the outputs "
                    + call.op().outputNames());
        }
        List<Value> values = new ArrayList<>(results.size());
        for (int i = 0; i < results.size(); i++) {
            values.add(value(computation, i, results.get(i), arrays));
        }
        return values;
    }

    /** A result as a value: an input's own if the kernel gave that input back, else one that shares memory with nothing. */
    private static Value value(Computation computation, int output, INDArray result, List<INDArray> arrays) {
        OpCall<Tensor> call = computation.call();
        TensorSpec declared = call.outputSpecs().get(output);
        TensorSpec actual = NdArrays.spec(result);
        if (!actual.equals(declared)) {
            throw call.error("its kernel gave " + actual + " for the output '"
                    + call.op().outputNames().get(output) + "', which the shape function declares as " + declared);
        }
        boolean shares = result.isView() || result.isAttached();
        for (int i = 0; i < arrays.size(); i++) {
            if (arrays.get(i) == result) {
                return computation.input(i).value();
            }
            shares |= !result.isEmpty()
                    && !arrays.get(i).isEmpty()
                    && result.data().address() == arrays.get(i).data().address();
        }
        return Value.ofArray(declared, shares ? result.dup('c') : NdArrays.dense(result));
    }
}
