package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.products.StackProduct;
import io.autodiff.op.TensorSpec;
import java.util.List;

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
    void run(Frame frame) {
        try {
            long x = address(frame, 0);
            long y = address(frame, 1);
            long bias = inputs.length > 2 ? address(frame, 2) : 0;
            product.run(x, y, bias, frame.place(this, 0, outputSpec).address());
        } catch (RuntimeException | OutOfMemoryError e) {
            throw failure(e);
        }
    }

    private long address(Frame frame, int input) {
        TensorSpec spec = inputSpecs[input];
        return Frame.address(
                frame.get(inputs[input]), spec.dtype(), spec.shape().elements());
    }

    @Override
    TensorSpec stored(int output) {
        return outputSpec;
    }

    @Override
    String name() {
        return "product";
    }
}
