package io.autodiff.nd4j.llvm;

import io.autodiff.nd4j.llvm.Jit.MachineCode;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Kernels by what they compute. A kernel's machine code lives as long as something can run it: a plan, or this cache, which holds those
 * that were asked for last. What nothing can run is found by the garbage collector, and as that does not see machine code, it is
 * asked to look once in a while.
 */
final class KernelCache {
    /** So many are kept, whether a plan has them or not: a program that is planned anew needs no new kernel. */
    static final int KEPT = 256;
    /** After so many new kernels, or half as many as live, the collector is asked to look for those that nothing can run. */
    private static final int GROWTH = 1000;

    private static final Cleaner CLEANER = Cleaner.create();

    /** A kernel that lives as long as something else holds it. */
    private static final class Entry extends WeakReference<NativeKernel> {
        Entry(NativeKernel kernel) {
            super(kernel);
        }
    }

    private final Jit jit;
    private final Map<String, Entry> kernels = new HashMap<>();
    private final Map<String, NativeKernel> recent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, NativeKernel> eldest) {
            return size() > KEPT;
        }
    };

    private long made;
    private int live;
    private int sinceCollection;

    KernelCache(Jit jit) {
        this.jit = jit;
    }

    /** How many kernels have machine code. */
    synchronized int live() {
        return live;
    }

    /**
     * The kernel of a key, compiled if there is none.
     *
     * @param key what tells what it computes
     * @param text gives, for the name of a function, the module that has it
     */
    synchronized NativeKernel get(String key, UnaryOperator<String> text) {
        NativeKernel kernel = present(key);
        if (kernel == null) {
            String name = "kernel" + made++;
            MachineCode code = jit.compile(text.apply(name), name);
            kernel = new NativeKernel(code.address());
            Entry entry = new Entry(kernel);
            kernels.put(key, entry);
            live++;
            CLEANER.register(kernel, () -> free(key, entry, code));
            collect();
        }
        recent.put(key, kernel);
        return kernel;
    }

    private @Nullable NativeKernel present(String key) {
        Entry entry = kernels.get(key);
        return entry == null ? null : entry.get();
    }

    private synchronized void free(String key, Entry entry, MachineCode code) {
        kernels.remove(key, entry);
        live--;
        jit.free(code);
    }

    private void collect() {
        if (++sinceCollection > Math.max(GROWTH, live / 2)) {
            sinceCollection = 0;
            System.gc();
        }
    }
}
