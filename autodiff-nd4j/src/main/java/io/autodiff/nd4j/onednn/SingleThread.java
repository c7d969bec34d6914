package io.autodiff.nd4j.onednn;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Runs native code whose OpenMP must not start threads: those spin while they wait, and are slow beyond measure where another process
 * has a core. The setting is the calling thread's own, and is put back. oneDNN binds to the OpenMP that ND4J has loaded.
 */
final class SingleThread {
    private static final NativeOps OPS = NativeOpsHolder.getInstance().getDeviceNativeOps();

    private SingleThread() {}

    static <R extends @Nullable Object> R get(Supplier<R> code) {
        int threads = OPS.ompGetMaxThreads();
        if (threads == 1) {
            return code.get();
        }
        OPS.setOmpNumThreads(1);
        try {
            return code.get();
        } finally {
            OPS.setOmpNumThreads(threads);
        }
    }
}
