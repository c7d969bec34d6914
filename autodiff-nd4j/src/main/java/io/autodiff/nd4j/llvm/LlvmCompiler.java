package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.LoopForm;
import io.autodiff.nd4j.fused.LoopKernel;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.op.ScalarFunction;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Fused kernels through LLVM, for who adds {@code org.bytedeco:llvm-platform:13.0.1-1.5.7}. A kernel takes 3 to 15 ms to compile,
 * the first one half a second; what has the same structure shares one, which is freed when nothing can run it any more.
 *
 * <pre>{@code
 * new LlvmCompiler().obstacle();       // null, or for instance that the jar is not there
 * }</pre>
 */
public final class LlvmCompiler implements KernelCompiler {
    /** The one in which the layout that {@link NativeKernel} relies on was looked up. */
    private static final String JAVACPP = "1.5.7";

    /** More instructions on scalars than this take too long to compile. */
    private static final int MOST_INSTRUCTIONS = 5000;

    /** Made when it is first asked for, so that this class can be loaded where LLVM is not. */
    private static final class Machine {
        static final Target TARGET = Target.host();
        static final KernelCache KERNELS = new KernelCache(new Jit(TARGET));
    }

    /** For {@link java.util.ServiceLoader}. */
    public LlvmCompiler() {}

    @Override
    public String name() {
        return "llvm";
    }

    @Override
    public boolean isThere() {
        try {
            Class.forName("org.bytedeco.llvm.global.LLVM", false, LlvmCompiler.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    @Override
    public @Nullable String obstacle() {
        if (!isThere()) {
            return "org.bytedeco:llvm-platform:13.0.1-1.5.7 is not on the class path";
        }
        try {
            String javacpp = Loader.getVersion();
            if (!JAVACPP.equals(javacpp)) {
                return "it needs JavaCPP " + JAVACPP + ", and there is " + javacpp;
            }
            if (Machine.TARGET.vectorBytes() == 0) {
                return "it has no kernels for this processor (" + Machine.TARGET.cpu() + ")";
            }
        } catch (java.io.IOException | LinkageError e) {
            return "it does not load: " + e;
        }
        return null;
    }

    @Override
    public boolean supports(ScalarFunction function, DType dtype) {
        return ElementCode.supports(function, dtype);
    }

    /** As many float32 as fill a register; of programs that have only 8 byte numbers, as many of those. */
    @Override
    public int lanes(LoopProgram program) {
        boolean single =
                program.inputs().stream().anyMatch(input -> input.dtype().bytes() == 4)
                        || program.instructions().stream()
                                .anyMatch(instruction -> instruction.dtype().bytes() == 4);
        return Machine.TARGET.vectorBytes() / (single ? 4 : 8);
    }

    @Override
    public LoopKernel compile(LoopProgram program, LoopForm form) {
        return Machine.KERNELS.get(
                form + " " + program.structure(),
                name -> LoopCode.module(program, name, Machine.TARGET, lanes(program), form));
    }

    @Override
    public @Nullable LoopKernel compile(ScalarLoop loop) {
        return ScalarLoopCode.instructions(loop) <= MOST_INSTRUCTIONS && ScalarLoopCode.supports(loop)
                ? Machine.KERNELS.get("scalars " + loop, name -> ScalarLoopCode.module(loop, name, Machine.TARGET))
                : null;
    }

    /** How many kernels there are. */
    static int kernels() {
        return Machine.KERNELS.live();
    }
}
