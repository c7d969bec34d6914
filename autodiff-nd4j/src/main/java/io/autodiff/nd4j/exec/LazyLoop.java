package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.FusedLoop;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.LoopProgram;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that is compiled when it is worth it: at once, or when its program has run a few times. To compile takes
 * milliseconds, and much of what eager code computes on small arrays does not come again.
 */
final class LazyLoop {
    /** So many runs go without a kernel. */
    private static final long PATIENCE = Accelerator.patience(2);

    /** The compilers of which a failure was told. */
    private static final Set<KernelCompiler> TOLD =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private final LoopProgram program;
    private final KernelCompiler compiler;
    private final AtomicInteger runs = new AtomicInteger();
    private volatile @Nullable FusedLoop loop;
    private volatile boolean failed;

    LazyLoop(LoopProgram program, KernelCompiler compiler, boolean atOnce) {
        this.program = program;
        this.compiler = compiler;
        if (atOnce) {
            loop = new FusedLoop(program, compiler);
        }
    }

    LoopProgram program() {
        return program;
    }

    /** Whether a result may be written over an input, if each element of it comes of that in its place. */
    boolean mayOverwrite() {
        return FusedLoop.mayOverwrite(program, compiler);
    }

    /** The kernel; null if the calls are to run one by one. */
    @Nullable
    FusedLoop get() {
        FusedLoop present = loop;
        if (present != null || failed || runs.incrementAndGet() <= PATIENCE) {
            return present;
        }
        try {
            present = new FusedLoop(program, compiler);
            loop = present;
        } catch (IllegalStateException | IllegalArgumentException e) {
            failed = true;
            tell(compiler, e);
        }
        return present;
    }

    /** Tells of the first kernel that a compiler fails at, with the cause: where there is one there may be thousands. */
    static void tell(KernelCompiler compiler, RuntimeException cause) {
        if (TOLD.add(compiler)) {
            System.getLogger(LazyLoop.class.getName())
                    .log(System.Logger.Level.WARNING, "a kernel did not compile, its calls run one by one", cause);
        }
    }
}
