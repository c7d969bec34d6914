package io.autodiff.nd4j.array;

import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The memory of the engine's values. What is done with is kept for the next value of about its size, up to so many bytes over all
 * sizes; the sizes unused for longest go first. The collector is the safety net for what nobody frees: it does not see native memory, so
 * it is asked to run when much of that has gathered, and before more is refused than there may be.
 *
 * <p>The system property {@code autodiff.pool} sets the bytes that are kept, 256 MiB by default; 0 keeps none. {@code autodiff.memory}
 * sets the most bytes that values and pool may have together; the default is what JavaCPP allows the process.
 */
public final class MemoryPool {
    private static final long MEBIBYTE = 1L << 20;
    private static final long KEPT = Long.getLong("autodiff.pool", 256 * MEBIBYTE);
    private static final long MOST = most();
    /** So much more than after the last collection, or twice as much, and there is another one. */
    private static final long GROWTH = 256 * MEBIBYTE;
    /** How often the collector is asked for memory, before it is refused. */
    private static final int ATTEMPTS = 6;
    /** Smaller arrays, in bytes, are not told of; ND4J's are left to its own safety net: watching them costs more than they do. */
    private static final long SMALL = 4096;
    /** How many blocks are looked at for one that was an array of the same dtype and shape. */
    private static final int LOOKS = 4;

    /** What lost its owner. */
    static final ReferenceQueue<Object> ABANDONED = new ReferenceQueue<>();

    /** Guards all that changes here. */
    private static final Object LOCK = new Object();

    /** By {@link #sizeClass}. */
    private static final List<Deque<Block>> FREE = Stream.<Deque<Block>>generate(ArrayDeque::new)
            .limit(sizeClass(1L << 48) + 1L)
            .toList();

    private static final long[] LAST_USED = new long[FREE.size()];
    private static long uses;

    /** All that was not given back: otherwise the collector would take the references instead of reporting their owners. */
    private static @Nullable Memory first;

    /** Those that have memory. */
    private static final List<Arena> ARENAS = new ArrayList<>();

    private static long pooled;
    private static long live;
    /** What of that is in small arrays, which are not told of. */
    private static long small;
    /** The fewest live bytes since the last collection was asked for. */
    private static long floor;

    private MemoryPool() {}

    private static final class Backend {
        /** Device memory belongs to one of several devices, and is left to ND4J. */
        static final boolean IS_CPU = Nd4j.getEnvironment().isCPU();
    }

    private static long most() {
        long most = Long.getLong("autodiff.memory", Pointer.maxPhysicalBytes());
        return most > 0 ? most : Long.MAX_VALUE;
    }

    /** {@return whether values have memory of the engine's own} */
    public static boolean ownsMemory() {
        return Backend.IS_CPU;
    }

    /**
     * New memory, its elements not set.
     *
     * @param owner without whom nobody uses it
     * @param spec what will be there, not empty
     * @return the memory
     * @throws IllegalStateException if there is no more, or there may be no more
     */
    public static Memory allocate(Object owner, TensorSpec spec) {
        NdArrays.requireHoldable(spec);
        if (!Backend.IS_CPU) {
            return take(owner, spec, NdArrays.create(spec));
        }
        int sizeClass = sizeClass(spec.bytes());
        Memory kept = kept(owner, spec, sizeClass);
        return kept != null ? kept : take(owner, spec, allocate(size(sizeClass), spec));
    }

    /** Memory of the pool's; null if it has none of the size. */
    private static @Nullable Memory kept(Object owner, TensorSpec spec, int sizeClass) {
        Memory memory;
        boolean collect;
        synchronized (LOCK) {
            takeAbandoned();
            Block block = poll(sizeClass, spec);
            if (block == null) {
                makeRoom(size(sizeClass));
                return null;
            }
            pooled -= block.bytes;
            memory = new Memory(owner, spec, block);
            collect = watch(memory);
        }
        if (collect) {
            System.gc();
        }
        return memory;
    }

    /**
     * The memory of an array that ND4J made.
     *
     * @param owner without whom nobody uses it
     * @param spec the array's
     * @param array dense, no view, and the engine's own
     * @return the memory
     */
    public static Memory take(Object owner, TensorSpec spec, INDArray array) {
        return take(owner, spec, Block.of(array));
    }

    /** Takes charge of a block until it is given back. */
    static Memory take(Object owner, TensorSpec spec, Block block) {
        Memory memory = new Memory(owner, spec, block);
        if (isWatched(memory)) {
            boolean collect;
            synchronized (LOCK) {
                collect = watch(memory);
            }
            if (collect) {
                System.gc();
            }
        }
        return memory;
    }

    /** Whether the collector is to be asked to run. */
    private static boolean watch(Memory memory) {
        link(memory);
        count(memory.spec().bytes());
        boolean collect = live > floor + Math.max(GROWTH, floor);
        floor = collect ? live : floor;
        return collect;
    }

    private static void count(long bytes) {
        live += bytes;
        small += Math.abs(bytes) < SMALL ? bytes : 0;
    }

    private static boolean isWatched(Memory memory) {
        return memory.block().isOwn() || memory.spec().bytes() >= SMALL;
    }

    private static void link(Memory memory) {
        Memory second = first;
        memory.taken = true;
        memory.next = second;
        if (second != null) {
            second.previous = memory;
        }
        first = memory;
    }

    private static void unlink(Memory memory) {
        Memory before = memory.previous;
        Memory after = memory.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        memory.previous = null;
        memory.next = null;
        // What nobody reaches the collector does not report either; clearing the reference costs a native call.
        memory.taken = false;
    }

    static void free(Memory memory) {
        if (!isWatched(memory)) {
            memory.block().free();
            return;
        }
        synchronized (LOCK) {
            if (memory.taken) {
                unlink(memory);
                count(-memory.spec().bytes());
                floor = Math.min(floor, live);
                keep(memory.block());
            }
        }
    }

    static Memory handOver(Memory memory, Object owner, TensorSpec as) {
        Memory next = new Memory(owner, as, memory.block());
        synchronized (LOCK) {
            if (isWatched(memory)) {
                unlink(memory);
                link(next);
            }
        }
        return next;
    }

    static long open(Arena arena) {
        synchronized (LOCK) {
            Block kept = arena.block;
            if (kept != null) {
                arena.open = true;
                pooled -= arena.bytes;
                live += arena.bytes;
                return kept.address;
            }
            takeAbandoned();
            makeRoom(arena.bytes);
        }
        Block allocated = allocate(arena.bytes, "intermediate results");
        synchronized (LOCK) {
            arena.block = allocated;
            arena.open = true;
            ARENAS.add(arena);
            live += arena.bytes;
        }
        return allocated.address;
    }

    static void close(Arena arena) {
        synchronized (LOCK) {
            arena.open = false;
            arena.lastUsed = ++uses;
            live -= arena.bytes;
            floor = Math.min(floor, live);
            pooled += arena.bytes;
            trim(KEPT);
        }
    }

    private static void giveBack(Arena arena) {
        Block last = arena.block;
        if (last != null) {
            ARENAS.remove(arena);
            arena.block = null;
            pooled -= arena.bytes;
            last.free();
        }
    }

    private static void makeRoom(long bytes) {
        if (live + pooled + bytes > MOST) {
            trim(MOST - live - bytes);
        }
    }

    private static Block allocate(long bytes, Object what) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Block allocated = fits(bytes) ? Block.allocate(bytes) : null;
            if (allocated != null) {
                return allocated;
            }
            collect(attempt);
        }
        long asked = what instanceof TensorSpec spec ? spec.bytes() : bytes;
        throw new IllegalStateException("no memory for " + what + ", of " + asked + " bytes: values have "
                + live() + " bytes, and " + MOST
                + " are allowed, by -Dautodiff.memory or as the default; close what is"
                + " done with in a TensorScope, or allow more");
    }

    private static long live() {
        synchronized (LOCK) {
            return live;
        }
    }

    private static boolean fits(long bytes) {
        synchronized (LOCK) {
            return live + bytes <= MOST;
        }
    }

    /** Gives the process back what the pool has, and what the collector finds. */
    private static void collect(int attempt) {
        System.gc();
        try {
            // References are reported a little after the collection.
            Thread.sleep(1L << attempt);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (LOCK) {
            takeAbandoned();
            trim(0);
        }
    }

    private static void takeAbandoned() {
        for (Reference<?> lost = ABANDONED.poll(); lost != null; lost = ABANDONED.poll()) {
            if (lost instanceof Arena arena) {
                giveBack(arena);
            } else {
                free((Memory) lost);
            }
        }
    }

    private static @Nullable Block poll(int sizeClass, TensorSpec spec) {
        Deque<Block> blocks = FREE.get(sizeClass);
        LAST_USED[sizeClass] = ++uses;
        Iterator<Block> some = blocks.iterator();
        for (int look = 0; look < LOOKS && some.hasNext(); look++) {
            Block block = some.next();
            if (block.hasArray(spec)) {
                some.remove();
                return block;
            }
        }
        return blocks.poll();
    }

    private static void keep(Block block) {
        if (block.isOwn() && block.bytes <= KEPT) {
            int sizeClass = sizeClass(block.bytes);
            LAST_USED[sizeClass] = ++uses;
            FREE.get(sizeClass).push(block);
            pooled += block.bytes;
            trim(KEPT);
        } else {
            block.free();
        }
    }

    /** Lets the longest unused go until there is no more than so much. */
    private static void trim(long bytes) {
        while (pooled > Math.max(0, bytes)) {
            int oldest = -1;
            for (int i = 0; i < FREE.size(); i++) {
                if (!FREE.get(i).isEmpty() && (oldest < 0 || LAST_USED[i] < LAST_USED[oldest])) {
                    oldest = i;
                }
            }
            Arena arena = longestUnused(oldest < 0 ? Long.MAX_VALUE : LAST_USED[oldest]);
            if (arena != null) {
                giveBack(arena);
                continue;
            }
            Block block = FREE.get(oldest).removeLast();
            pooled -= block.bytes;
            block.free();
        }
    }

    /** The closed arena whose last use is the longest ago, if it was before a time. */
    private static @Nullable Arena longestUnused(long before) {
        Arena longest = null;
        for (Arena arena : ARENAS) {
            if (!arena.open && arena.lastUsed < (longest == null ? before : longest.lastUsed)) {
                longest = arena;
            }
        }
        return longest;
    }

    /** Which of the sizes that blocks have is enough: multiples of 64 up to 512, then eight between each power of two and the next. */
    static int sizeClass(long bytes) {
        long last = Math.max(0, bytes - 1);
        if (last < 512) {
            return (int) (last / 64);
        }
        int power = 63 - Long.numberOfLeadingZeros(last);
        return (power - 9) * 8 + (int) (last >> (power - 3));
    }

    /** The bytes of a size class. */
    static long size(int sizeClass) {
        if (sizeClass < 8) {
            return (sizeClass + 1) * 64L;
        }
        int power = sizeClass / 8 + 8;
        return (sizeClass % 8 + 9L) << (power - 3);
    }

    /** {@return the bytes of arrays that tensors and running plans have, small ones left out} */
    public static long liveBytes() {
        synchronized (LOCK) {
            takeAbandoned();
            return live - small;
        }
    }

    /** {@return the bytes of memory that waits to be used again} */
    public static long pooledBytes() {
        synchronized (LOCK) {
            takeAbandoned();
            return pooled;
        }
    }
}
