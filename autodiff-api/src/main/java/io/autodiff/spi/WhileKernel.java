package io.autodiff.spi;

import io.autodiff.Tensor;
import io.autodiff.op.Kernel;

/**
 * A kernel that repeats a step while a condition holds. An engine may compute it as any kernel on tensors; or, from its parts, without
 * making tensors of what lies between the steps.
 *
 * <pre>{@code
 * while (condition().run(all).get(0).item() != 0) {
 *     // the first carried() of all become step().run(all), the others stay
 * }
 * }</pre>
 */
public interface WhileKernel extends Kernel<Tensor> {
    /** {@return how many of the inputs, the first ones, a step gives anew; the last of them are the outputs} */
    int carried();

    /** {@return of all inputs, a bool scalar} */
    CompiledGraph condition();

    /** {@return of all inputs, the next values of those that are carried} */
    CompiledGraph step();
}
