package io.autodiff.nd4j.array;

import io.autodiff.op.TensorSpec;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of the engine's arrays. What is done with is kept for the next array of its dtype and shape, up to so many bytes over all
 * shapes; the longest unused goes first. The collector is the safety net for what nobody frees: it does not see native memory, so it
 * is asked to run when much of that has gathered.
 *
 * <p>The system property {@code autodiff.pool} sets the bytes that are kept, 256 MiB by default; 0 keeps none.
 */
public final class ArrayPool {
    private static final long MEBIBYTE = 1L << 20;
    private static final long BUDGET = Long.getLong("autodiff.pool", 256 * MEBIBYTE);
    /** So much more than after the last collection, or twice as much, and there is another one. */
    private static final long GROWTH = 256 * MEBIBYTE;
    /** Smaller arrays than this, in bytes, are left to ND4J's own safety net: watching them costs more than they do. */
    private static final long WORTH_WATCHING = 4096;

    /** Guards all that changes here. */
    private static final Object LOCK = new Object();

    private static final Cleaner CLEANER = Cleaner.create();
    private static final Map<TensorSpec, Deque<INDArray>> FREE = new LinkedHashMap<>(16, 0.75f, true);

    private static long pooled;
    private static long live;
    /** The fewest live bytes since the last collection was asked for. */
    private static long floor;

    private ArrayPool() {}

    /** The memory of one array, which is given back once: by its owner, or when the collector finds that there is none. */
    public static final class Memory implements Runnable {
        private final TensorSpec spec;
        private final INDArray array;
        private boolean free;

        private Memory(TensorSpec spec, INDArray array) {
            this.spec = spec;
            this.array = array;
        }

        private boolean isWatched() {
            return spec.bytes() >= WORTH_WATCHING;
        }

        /** Gives the memory back. Nobody may use the array from then on. */
        @Override
        public void run() {
            synchronized (LOCK) {
                if (!free) {
                    free = true;
                    live -= isWatched() ? spec.bytes() : 0;
                    floor = Math.min(floor, live);
                    keep(spec, array);
                }
            }
        }
    }

    /**
     * Takes charge of an array until it is given back.
     *
     * @param owner without whom nobody uses the array
     * @param spec dtype and shape
     * @param array dense, no view, and the engine's own
     * @return its memory
     */
    public static Memory track(Object owner, TensorSpec spec, INDArray array) {
        Memory memory = new Memory(spec, array);
        if (memory.isWatched()) {
            boolean collect;
            synchronized (LOCK) {
                live += spec.bytes();
                collect = live > floor + Math.max(GROWTH, floor);
                floor = collect ? live : floor;
            }
            CLEANER.register(owner, memory);
            if (collect) {
                System.gc();
            }
        }
        return memory;
    }

    /** An array that is done with, or null if there is none of the kind. */
    static @Nullable INDArray take(TensorSpec spec) {
        synchronized (LOCK) {
            Deque<INDArray> arrays = FREE.get(spec);
            INDArray array = arrays == null ? null : arrays.poll();
            if (array != null) {
                pooled -= spec.bytes();
            }
            return array;
        }
    }

    private static void keep(TensorSpec spec, INDArray array) {
        if (!array.closeable() || array.isView()) {
            return;
        }
        // Device memory belongs to one of several devices, and is left to ND4J.
        if (spec.bytes() > BUDGET || spec.bytes() == 0 || !Nd4j.getEnvironment().isCPU()) {
            array.close();
            return;
        }
        FREE.computeIfAbsent(spec, s -> new ArrayDeque<>()).push(array);
        pooled += spec.bytes();
        Iterator<Map.Entry<TensorSpec, Deque<INDArray>>> longestUnused =
                FREE.entrySet().iterator();
        while (pooled > BUDGET) {
            Map.Entry<TensorSpec, Deque<INDArray>> entry = longestUnused.next();
            for (INDArray old : entry.getValue()) {
                pooled -= entry.getKey().bytes();
                old.close();
            }
            longestUnused.remove();
        }
    }

    /** {@return the bytes of arrays that tensors and running plans have} */
    public static long liveBytes() {
        synchronized (LOCK) {
            return live;
        }
    }

    /** {@return the bytes of arrays that wait to be used again} */
    public static long pooledBytes() {
        synchronized (LOCK) {
            return pooled;
        }
    }
}
