package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.ScalarKernel;
import io.autodiff.nd4j.fused.ScalarLoop;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scalar work that becomes machine code once Java has done so much of it that compiling it would not have taken longer. That is
 * counted in instructions, and not in time, so that the same calls give the same numbers each time.
 */
final class HotScalars {
    /** So many instructions are run in Java first: about 20 ms. */
    static final long WORTH = Accelerator.patience(2_000_000);

    private final Supplier<@Nullable ScalarLoop> source;
    private final Supplier<@Nullable KernelCompiler> compilers;
    private final long worth;
    /** Two threads may count less than they did, which does no harm. */
    private long done;

    private volatile boolean decided;
    private volatile @Nullable ScalarKernel kernel;

    /**
     * Work that is not hot yet.
     *
     * @param source gives the work, or null if it has no machine code; asked once
     */
    HotScalars(Supplier<@Nullable ScalarLoop> source) {
        this(source, Accelerator::compiler, WORTH);
    }

    HotScalars(Supplier<@Nullable ScalarLoop> source, Supplier<@Nullable KernelCompiler> compilers, long worth) {
        this.source = source;
        this.compilers = compilers;
        this.worth = worth;
    }

    /**
     * The machine code, if it is time for it and there is any.
     *
     * @param instructions that Java runs if there is none
     */
    @Nullable
    ScalarKernel after(int instructions) {
        if (!decided) {
            done += instructions;
            if (done <= worth) {
                return null;
            }
            decide();
        }
        return kernel;
    }

    private synchronized void decide() {
        if (!decided) {
            KernelCompiler compiler = compilers.get();
            ScalarLoop work = compiler == null ? null : source.get();
            if (compiler != null && work != null) {
                try {
                    kernel = ScalarKernel.compile(work, compiler);
                } catch (IllegalStateException | IllegalArgumentException e) {
                    LazyLoop.tell(compiler, e);
                }
            }
            decided = true;
        }
    }
}
