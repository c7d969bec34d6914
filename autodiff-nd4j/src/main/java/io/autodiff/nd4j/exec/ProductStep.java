package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.array.KernelMemory;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.nd4j.products.Operands;
import io.autodiff.nd4j.products.StackProduct;
import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A matrix product, with the calls that are one with it, by a kernel that the step keeps. */
final class ProductStep extends Plan.Step {
    private final StackProduct product;
    private final TensorSpec[] inputSpecs;
    private final TensorSpec outputSpec;
    private final List<Plan.Call> calls;

    /**
     * A step.
     *
     * @param product the kernels
     * @param inputs slots of the factors, and of the bias if there is one
     * @param inputSpecs what the kernels take them for
     * @param output slot
     * @param outputSpec its spec
     * @param calls what it computes, one by one, of its inputs
     */
    ProductStep(
            StackProduct product,
            int[] inputs,
            TensorSpec[] inputSpecs,
            int output,
            TensorSpec outputSpec,
            List<Plan.Call> calls) {
        super(inputs, new int[] {output});
        this.product = product;
        this.inputSpecs = inputSpecs;
        this.outputSpec = outputSpec;
        this.calls = List.copyOf(calls);
    }

    @Override
    Value[] compute(Value[] values) {
        try (KernelMemory memory = KernelMemory.open()) {
            INDArray z = NdArrays.detached(() -> Operands.multiply(
                    product,
                    operand(values, 0),
                    operand(values, 1),
                    values.length > 2 ? operand(values, 2) : null,
                    outputSpec));
            return new Value[] {Value.ofResult(outputSpec, z, memory)};
        } catch (RuntimeException | OutOfMemoryError e) {
            throw new IllegalStateException("the kernel of " + described() + " failed: " + e.getMessage(), e);
        } finally {
            // The arrays do not keep the memory.
            Reference.reachabilityFence(values);
        }
    }

    private Operands.Operand operand(@Nullable Value[] values, int input) {
        Value value = values[input];
        if (value == null) {
            throw new IllegalStateException("input " + input + " is not there");
        }
        return new Operands.Operand(value.array(), inputSpecs[input]);
    }

    private String described() {
        return calls.stream().map(call -> call.call.describe()).collect(Collectors.joining(", then "));
    }

    @Override
    String name() {
        return "product";
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(slots(outputs) + " = product [" + slots(inputs) + "]:");
        calls.forEach(call -> text.append("\n    ").append(call));
        return text + (ending.length == 0 ? "" : "\n    then free " + slots(ending));
    }
}
