package io.autodiff.nd4j.fused;

import org.jspecify.annotations.Nullable;

/**
 * Scalar work with its machine code, ready to run.
 *
 * <pre>{@code
 * ScalarKernel kernel = ScalarKernel.compile(loop, compiler);
 * long rounds = kernel.run(words);      // words[0] and words[1] are filled; then come arguments and results
 * }</pre>
 */
public final class ScalarKernel {
    private final ScalarLoop loop;
    private final LoopKernel kernel;

    private ScalarKernel(ScalarLoop loop, LoopKernel kernel) {
        this.loop = loop;
        this.kernel = kernel;
    }

    /**
     * Compiles scalar work, unless its like was compiled before.
     *
     * @param loop the work
     * @param compiler the compiler
     * @return the kernel; null if the compiler does not know all of its functions
     */
    public static @Nullable ScalarKernel compile(ScalarLoop loop, KernelCompiler compiler) {
        LoopKernel kernel = compiler.compile(loop);
        return kernel == null ? null : new ScalarKernel(loop, kernel);
    }

    /** {@return the work} */
    public ScalarLoop loop() {
        return loop;
    }

    /**
     * Runs.
     *
     * @param words as {@link ScalarLoop} says; the arguments are read, what the kernel leaves is written
     * @return whether all was done; if not, something was refused
     */
    public boolean run(long[] words) {
        int count = loop.words();
        ArgumentBlock block = ArgumentBlock.current(count);
        for (int word = 0; word < count; word++) {
            block.set(word, words[word]);
        }
        kernel.run(block.pointer());
        for (int word = 0; word < count; word++) {
            words[word] = block.get(word);
        }
        return words[ScalarLoop.REFUSED_WORD] == 0;
    }
}
