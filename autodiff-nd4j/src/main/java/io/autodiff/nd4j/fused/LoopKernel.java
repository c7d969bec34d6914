package io.autodiff.nd4j.fused;

import org.bytedeco.javacpp.Pointer;

/**
 * A compiled {@link LoopProgram}. Several threads may run one kernel.
 *
 * <pre>{@code
 * LoopKernel kernel = compiler.compile(program, false);
 * kernel.run(arguments);
 * }</pre>
 */
@FunctionalInterface
public interface LoopKernel {
    /**
     * Runs. Nothing is checked: a wrong address or size ends the process.
     *
     * @param arguments 64 bit words, in the order that {@link LoopLayout} says; its position is 0
     */
    void run(Pointer arguments);
}
