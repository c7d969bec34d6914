package io.autodiff.op;

import io.autodiff.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of an op that compute all inputs' gradients together, for ops of several outputs or of shared work. Most ops
 * give one {@link OfInput} for each input instead.
 *
 * <p>Rules are written with differentiable ops, never read a value, and never undo a broadcast: for an op that declares
 * {@link Op#broadcasting()}, the backward pass sums each gradient to its input's shape.
 *
 * <pre>{@code
 * .gradients((c, dys, needed) -> List.of(dys.get(0).mul(c.input("y")), dys.get(0).mul(c.input("x"))))
 * }</pre>
 */
@FunctionalInterface
public interface GradientFunction {
    /**
     * The gradients of all inputs.
     *
     * @param call the op, its attributes, inputs and outputs
     * @param outputGradients one for each output; zeros for an output that nothing used
     * @param needed for each input, whether its gradient is asked for
     * @return one gradient for each input, of the input's shape and dtype; null for an input that is unconnected or not
     *     needed
     */
    List<? extends @Nullable Tensor> apply(OpCall<Tensor> call, List<Tensor> outputGradients, boolean[] needed);

    /** The gradient of one input of an op with one output. */
    @FunctionalInterface
    interface OfInput {
        /**
         * The gradient of one input.
         *
         * @param call the op, its attributes, inputs and output
         * @param outputGradient of the output's shape and dtype
         * @return the input's gradient, or null where the input is unconnected
         */
        @Nullable
        Tensor apply(OpCall<Tensor> call, Tensor outputGradient);
    }
}
