package io.autodiff.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.LoopForm;
import io.autodiff.nd4j.fused.LoopKernel;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.nd4j.llvm.LlvmCompiler;
import io.autodiff.op.ScalarFunction;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of LLVM, counted as they run: what is meant to be tested with kernels must not pass because there were none. They run on
 * guarded memory: none may write an element too far. Chosen by {@code -Dautodiff.kernels=counted}.
 *
 * <pre>{@code
 * long before = CountedKernels.runs();
 * x.mul(y).tanh().evaluate();
 * CountedKernels.runs() - before;      // 1
 * }</pre>
 */
public final class CountedKernels implements KernelCompiler {
    private static final LongAdder RUNS = new LongAdder();

    private final KernelCompiler compiler = new LlvmCompiler();

    /** For {@link java.util.ServiceLoader}. */
    public CountedKernels() {}

    /** {@return whether this run of the tests asks for them} */
    public static boolean areWanted() {
        return "counted".equals(System.getProperty("autodiff.kernels"));
    }

    /** {@return how many kernels have run so far} */
    public static long runs() {
        return RUNS.sum();
    }

    @Override
    public String name() {
        return "counted";
    }

    @Override
    public boolean isThere() {
        return compiler.isThere();
    }

    @Override
    public @Nullable String obstacle() {
        return compiler.obstacle();
    }

    @Override
    public boolean supports(ScalarFunction function, DType dtype) {
        return compiler.supports(function, dtype);
    }

    @Override
    public int lanes(LoopProgram program) {
        return compiler.lanes(program);
    }

    @Override
    public LoopKernel compile(LoopProgram program, LoopForm form) {
        return counted(new GuardedKernel(program, compiler.compile(program, form)));
    }

    @Override
    public @Nullable LoopKernel compile(ScalarLoop loop) {
        LoopKernel kernel = compiler.compile(loop);
        return kernel == null ? null : counted(kernel);
    }

    private static LoopKernel counted(LoopKernel kernel) {
        return arguments -> {
            RUNS.increment();
            kernel.run(arguments);
        };
    }
}
