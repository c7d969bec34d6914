package io.autodiff.nd4j.array;

import java.lang.ref.PhantomReference;
import org.jspecify.annotations.Nullable;

/**
 * Memory that one user opens again and again, such as the intermediate results of a plan. Between two uses it stays where it is, as a
 * part of what the pool keeps: it is told of as pooled, and given back to the process when that is too much, when memory is short, or
 * when the collector finds that the user is gone.
 *
 * <pre>{@code
 * Arena arena = new Arena(user, 4096);
 * long address = arena.open();
 * try {
 *     ...
 * } finally {
 *     arena.close();
 * }
 * }</pre>
 */
public final class Arena extends PhantomReference<Object> {
    final long bytes;

    // What follows is guarded by the pool.
    /** Null before the first use, and after the memory was given back. */
    @Nullable
    Block block;

    boolean open;
    /** When it was closed last, on the pool's clock. */
    long lastUsed;

    /**
     * An arena without memory.
     *
     * @param user without whom nobody opens it
     * @param bytes how many there are between opening and closing
     */
    public Arena(Object user, long bytes) {
        super(user, MemoryPool.ABANDONED);
        this.bytes = bytes;
    }

    /**
     * Begins a use.
     *
     * @return where the bytes are, at a multiple of 64, and with any contents: mostly where they were the last time; 0 if there are none
     * @throws IllegalStateException if there is no more memory, or there may be no more
     */
    public long open() {
        return bytes == 0 ? 0 : MemoryPool.open(this);
    }

    /** Ends a use. */
    public void close() {
        if (bytes > 0) {
            MemoryPool.close(this);
        }
    }
}
