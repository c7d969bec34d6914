package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.array.KernelMemory;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.nd4j.products.Operands;
import io.autodiff.nd4j.products.StackProduct;
import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A matrix product, with the calls that are one with it, by a kernel that the step keeps. */
final class ProductStep extends Plan.Joined {
    private final StackProduct product;
    private final TensorSpec[] inputSpecs;
    private final TensorSpec outputSpec;

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
        super(calls, inputs, new int[] {output});
        this.product = product;
        this.inputSpecs = inputSpecs;
        this.outputSpec = outputSpec;
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
            throw failure(e);
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

    @Override
    String name() {
        return "product";
    }
}
