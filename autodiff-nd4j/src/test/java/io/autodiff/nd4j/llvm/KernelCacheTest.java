package io.autodiff.nd4j.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.LoopKernel;
import io.autodiff.nd4j.fused.ScalarCode;
import io.autodiff.nd4j.fused.ScalarCode.Apply;
import io.autodiff.nd4j.fused.ScalarCode.Argument;
import io.autodiff.nd4j.fused.ScalarCode.Constant;
import io.autodiff.nd4j.fused.ScalarKernel;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.op.ScalarFunction;
import java.lang.ref.Reference;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long machine code lives. */
@SuppressWarnings("ReachabilityFenceUsage") // where a test fails, nothing has to live on
class KernelCacheTest {
    private static final int PROGRAMS = Integer.getInteger("autodiff.test.kernels", 400);

    private KernelCompiler compiler;

    @BeforeEach
    void needsLlvm() {
        compiler = Accelerator.compiler();
        assumeTrue(compiler instanceof LlvmCompiler, "LLVM compiles kernels");
    }

    /** x + c. */
    private static ScalarLoop sum(double c) {
        return new ScalarLoop(
                1,
                null,
                new ScalarCode(
                        List.of(
                                new Argument(0, DType.FLOAT64),
                                new Constant(c, DType.FLOAT64),
                                new Apply(ScalarFunction.ADD, DType.FLOAT64, DType.FLOAT64, List.of(0, 1))),
                        List.of(2)));
    }

    private static void check(ScalarKernel kernel, double c) {
        long[] words = new long[kernel.loop().words()];
        words[ScalarLoop.argumentWord(0)] = Double.doubleToRawLongBits(0.5);
        assertTrue(kernel.run(words));
        assertEquals(0.5 + c, Double.longBitsToDouble(words[kernel.loop().resultWord(0)]));
    }

    @Test
    void theSameIsCompiledOnce() {
        LoopKernel kernel = compiler.compile(sum(-1));
        assertSame(kernel, compiler.compile(sum(-1)));
    }

    /** Twenty thousand by -Dautodiff.test.kernels=20000. */
    @Test
    void machineCodeEndsWithWhatCouldRunIt() throws InterruptedException {
        ScalarKernel kept = ScalarKernel.compile(sum(0.25), compiler);
        int before = LlvmCompiler.kernels();
        for (int i = 0; i < PROGRAMS; i++) {
            check(ScalarKernel.compile(sum(1000 + i), compiler), 1000 + i);
        }
        for (int i = 0; i < 200 && LlvmCompiler.kernels() > before + KernelCache.KEPT; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(LlvmCompiler.kernels() <= before + KernelCache.KEPT, LlvmCompiler.kernels() + " after " + before);
        check(kept, 0.25);
        // One that was freed is compiled again.
        check(ScalarKernel.compile(sum(1000), compiler), 1000);
        Reference.reachabilityFence(kept);
    }
}
