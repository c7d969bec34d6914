package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.nd4j.array.KernelMemory;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.op.Kernel;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.Recorder;
import io.autodiff.spi.WhileKernel;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes one call: a scalar one in Java, any other by its ND4J kernel, whose results are checked against what the op declared, or
 * without one by a loop over the op's scalar meaning.
 */
final class Replay {
    /** Up to so many elements, Java has done an elementwise op before ND4J has its arrays. */
    private static final long SMALL = 1024;

    private Replay() {}

    /** The outputs of a call, of the values of its inputs. */
    static Value[] run(OpCall<?> call, Value[] inputs, @Nullable Throwable origin) {
        try {
            return ScalarProgram.takes(call)
                    ? ScalarProgram.of(call).run(inputs)
                    : NdArrays.detached(() -> compute(call, inputs));
        } catch (RuntimeException | LinkageError e) {
            RuntimeException told =
                    e instanceof InvalidOperandException refused ? refused : call.failure("the kernel", e);
            if (origin != null) {
                told.addSuppressed(origin);
            }
            throw told;
        } catch (OutOfMemoryError e) {
            // Of one array that is too large: what the call needs is known here, and there is memory for the message.
            throw new IllegalStateException(
                    "no memory for " + call.describe() + " -> " + call.outputSpecs() + ": " + e.getMessage(), e);
        }
    }

    private static Value[] compute(OpCall<?> call, Value[] inputs) {
        if (FusibleCall.isReshape(call)) {
            // Values are dense and row-major: ND4J is not needed for it.
            return new Value[] {inputs[0].reshaped(call.outputSpec())};
        }
        Op op = call.op();
        Kernel<INDArray> kernel = op.kernel(INDArray.class);
        Kernel<HostArray> host = onHost(call, kernel != null);
        Kernel<Tensor> code = op.kernel(Tensor.class);
        if (kernel == null && host == null && code != null) {
            return code instanceof WhileKernel loop ? Repetition.run(loop, inputs) : run(code, call, inputs);
        }
        List<TensorSpec> specs = call.outputSpecs();
        boolean empty = true;
        for (int i = 0; i < specs.size(); i++) {
            NdArrays.requireHoldable(specs.get(i));
            empty &= specs.get(i).shape().elements() == 0;
        }
        if (empty) {
            return specs.stream().map(Value::allocate).toArray(Value[]::new);
        }
        if (host != null) {
            return runOnHost(host, call, inputs);
        } else if (kernel != null) {
            return runOnArrays(kernel, call, inputs);
        }
        throw call.error("has no kernel for INDArray; add .kernel(INDArray.class, ...) to the op");
    }

    /** A kernel in Java, if the op has one and none for INDArrays, or it is the better one. */
    private static @Nullable Kernel<HostArray> onHost(OpCall<?> call, boolean otherwise) {
        Kernel<HostArray> kernel = call.op().kernel(HostArray.class);
        if (kernel == null && call.op().elementwise() != null) {
            boolean better = !otherwise || call.outputSpec().shape().elements() <= SMALL;
            kernel = better ? c -> List.of(ElementwiseLoop.compute(c)) : null;
        }
        return otherwise && !HostArray.isPreferred() ? null : kernel;
    }

    private static Value[] runOnHost(Kernel<HostArray> kernel, OpCall<?> call, Value[] inputs) {
        List<HostArray> arrays = new ArrayList<>(inputs.length);
        for (Value input : inputs) {
            arrays.add(input.hostArray());
        }
        try (KernelMemory memory = KernelMemory.open()) {
            List<HostArray> results = kernel.compute(call.withInputs(arrays));
            requireAll(call, results);
            Value[] values = new Value[results.size()];
            for (int i = 0; i < values.length; i++) {
                HostArray result = results.get(i);
                TensorSpec declared = call.outputSpecs().get(i);
                if (result == null || !result.spec().equals(declared)) {
                    throw wrong(call, i, String.valueOf(result));
                }
                int input = arrays.indexOf(result);
                if (ScalarProgram.isScalar(declared)) {
                    values[i] = declared.dtype().isFloating()
                            ? Value.ofFloating(declared, result.doubles()[0])
                            : Value.ofInteger(declared, result.longs()[0]);
                } else {
                    values[i] = input >= 0 ? inputs[input] : Value.ofResult(result, memory);
                }
            }
            return values;
        } finally {
            // The arrays do not keep the memory.
            Reference.reachabilityFence(inputs);
        }
    }

    private static Value[] runOnArrays(Kernel<INDArray> kernel, OpCall<?> call, Value[] inputs) {
        List<INDArray> arrays = new ArrayList<>(inputs.length);
        for (Value input : inputs) {
            arrays.add(input.array());
        }
        try (KernelMemory memory = KernelMemory.open()) {
            List<INDArray> results = kernel.compute(call.withInputs(arrays));
            requireAll(call, results);
            Value[] values = new Value[results.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(call, i, results.get(i), arrays, inputs, memory);
            }
            return values;
        } finally {
            // The arrays do not keep the memory.
            Reference.reachabilityFence(inputs);
        }
    }

    private static void requireAll(OpCall<?> call, @Nullable List<?> results) {
        if (results == null || results.size() != call.outputSpecs().size()) {
            throw call.wrong(
                    "the kernel",
                    "it gave " + (results == null ? "null" : results.size() + " results") + " for the outputs "
                            + call.op().outputNames());
        }
    }

    private static IllegalStateException wrong(OpCall<?> call, int output, String given) {
        return call.wrong(
                "the kernel",
                "it gave " + given + " for the output '"
                        + call.op().outputNames().get(output)
                        + "', which the shape function declares as "
                        + call.outputSpecs().get(output));
    }

    /** A kernel that computes with tensors, such as a loop's; out of hearing of the tapes and scopes of whoever needs its result. */
    private static Value[] run(Kernel<Tensor> code, OpCall<?> call, Value[] inputs) {
        List<Tensor> tensors = new ArrayList<>(inputs.length);
        for (int i = 0; i < inputs.length; i++) {
            tensors.add(Node.borrowing(call.inputSpec(i), inputs[i], Execution.current()));
        }
        List<Tensor> results = new ArrayList<>();
        Executor.isolated(new Recorder() {}, () -> {
            List<? extends @Nullable Tensor> computed = code.compute(call.withInputs(tensors));
            requireAll(call, computed);
            for (Tensor result : computed) {
                if (result == null) {
                    throw wrong(call, results.size(), "null");
                }
                results.add(result);
            }
        });
        List<TensorSpec> specs = results.stream().map(Tensor::spec).toList();
        if (!specs.equals(call.outputSpecs())) {
            throw call.wrong("the kernel", "it gave " + specs + ", the shape function declares " + call.outputSpecs());
        }
        Execution.current().evaluate(results.stream().map(Node::of).toList());
        Value[] values = new Value[results.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Node.of(results.get(i)).handedOver();
        }
        return values;
    }

    /** A result as a value: an input's own if the kernel gave that input back, else one that shares memory with nothing. */
    private static Value value(
            OpCall<?> call,
            int output,
            @Nullable INDArray result,
            List<INDArray> arrays,
            Value[] inputs,
            KernelMemory memory) {
        TensorSpec declared = call.outputSpecs().get(output);
        TensorSpec actual = result == null || result.wasClosed() ? null : NdArrays.spec(result);
        if (result == null || actual == null || !actual.equals(declared)) {
            throw wrong(call, output, result == null ? "null" : actual == null ? "a closed array" : actual.toString());
        }
        if (ScalarProgram.isScalar(declared)) {
            return declared.dtype().isFloating()
                    ? Value.ofFloating(declared, result.getDouble(0))
                    : Value.ofInteger(declared, NdArrays.longs(result)[0]);
        }
        boolean shares = result.isView() || result.isAttached();
        for (int i = 0; i < inputs.length; i++) {
            if (arrays.get(i) == result) {
                return inputs[i];
            }
            shares |= !result.isEmpty()
                    && !arrays.get(i).isEmpty()
                    && result.data().address() == arrays.get(i).data().address();
        }
        return shares ? Value.copyOf(declared, result) : Value.ofResult(declared, NdArrays.dense(result), memory);
    }
}
