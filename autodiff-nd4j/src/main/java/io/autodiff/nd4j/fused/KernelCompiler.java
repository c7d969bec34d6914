package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.op.ScalarFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes machine code of {@link LoopProgram}s; found by {@link java.util.ServiceLoader}. An implementation can be loaded where
 * what it needs is absent, and then says so.
 *
 * <pre>{@code
 * KernelCompiler compiler = Accelerator.compiler();        // null where there is none
 * }</pre>
 */
public interface KernelCompiler {
    /** {@return the name by which the system property {@code autodiff.kernels} chooses it} */
    String name();

    /** {@return whether what it needs is on the class path: of one that nobody wants, nothing is said} */
    boolean isThere();

    /** {@return why it cannot work here, as the end of a sentence; null if it can} */
    @Nullable
    String obstacle();

    /**
     * Whether a function is known for a dtype.
     *
     * @param function any function
     * @param dtype of its result; of a comparison, of what is compared
     * @return whether a program may have it
     */
    boolean supports(ScalarFunction function, DType dtype);

    /**
     * The number of positions that are computed at once.
     *
     * @param program any program
     * @return at least 1
     */
    int lanes(LoopProgram program);

    /**
     * Compiles a program, for any sizes of its axes. The innermost axis is the program's last.
     *
     * @param program of supported functions
     * @param form how the kernel goes over the positions
     * @return the kernel; the same for the same structure and form
     */
    LoopKernel compile(LoopProgram program, LoopForm form);

    /**
     * Compiles scalar work. Functions of floating numbers are within the bounds of those of arrays; what IEEE 754 rounds once is the
     * same as in Java.
     *
     * @param loop any
     * @return the kernel, the same for the same work; null if a function is not known, or there is too much of it
     */
    default @Nullable LoopKernel compile(ScalarLoop loop) {
        return null;
    }
}
