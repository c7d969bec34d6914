package io.autodiff.nd4j.products;

import io.autodiff.DType;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Products of arrays. What native code would end the process for is checked here. */
public final class Operands {
    private Operands() {}

    /**
     * {@return an input of a call, in float32}
     *
     * @param call the call
     * @param input its number
     */
    public static Operand float32(OpCall<INDArray> call, int input) {
        return of(call, input, DType.FLOAT32);
    }

    /**
     * {@return an input of a call, in another dtype if it is not of it}
     *
     * @param call the call
     * @param input its number
     * @param dtype the dtype
     */
    public static Operand of(OpCall<INDArray> call, int input, DType dtype) {
        INDArray array = call.inputs().get(input).castTo(NdArrays.dataType(dtype));
        return new Operand(array, new TensorSpec(dtype, call.inputSpec(input).shape()));
    }

    /**
     * Runs a kernel.
     *
     * @param kernel of operands of these specs
     * @param x the first input and its spec
     * @param y the second; null if there is none
     * @param spec of the result
     * @return the result; null if the kernel cannot compute it of these elements
     */
    public static @Nullable INDArray run(ProductKernel kernel, Operand x, @Nullable Operand y, TensorSpec spec) {
        INDArray z = NdArrays.allocate(spec);
        try {
            boolean done = kernel.run(x.address(), y == null ? 0 : y.address(), 0, new Operand(z, spec).address());
            return done ? z : null;
        } finally {
            Reference.reachabilityFence(x);
            Reference.reachabilityFence(y);
        }
    }

    /**
     * Multiplies.
     *
     * @param product of factors of these specs
     * @param x the first factor
     * @param y the second factor
     * @param bias what is added to each row, if the product has it
     * @param spec of the result
     * @return the result
     */
    public static INDArray multiply(
            StackProduct product, Operand x, Operand y, @Nullable Operand bias, TensorSpec spec) {
        INDArray z = NdArrays.allocate(spec);
        try {
            product.run(x.address(), y.address(), bias == null ? 0 : bias.address(), new Operand(z, spec).address());
            return z;
        } finally {
            Reference.reachabilityFence(x);
            Reference.reachabilityFence(y);
            Reference.reachabilityFence(bias);
        }
    }

    /**
     * An array that a kernel reads or writes.
     *
     * @param array dense and row-major
     * @param spec what the kernel takes it for: of the same dtype and as many elements
     */
    public record Operand(INDArray array, TensorSpec spec) {
        /** Where its elements are, if they are what the kernel expects. */
        long address() {
            boolean fits = !array.wasClosed()
                    && !array.isEmpty()
                    && !array.data().wasClosed()
                    && array.length() == spec.shape().elements()
                    && NdArrays.dtype(array) == spec.dtype()
                    && NdArrays.dense(array) == array;
            if (!fits) {
                throw new IllegalStateException(
                        "a product needs " + spec + ", dense and row-major, that is not closed; an array is not so");
            }
            // Of a view, only this has the place where it begins.
            return array.data().addressPointer().address();
        }
    }
}
