package io.autodiff.nd4j.onednn;

import org.bytedeco.javacpp.BytePointer;

/** A thread's memory for intermediate results, which it gets again for the next primitive. What is large is not kept. */
final class Scratch {
    /** More bytes than this are freed at once. */
    private static final long MOST_KEPT = 32L << 20;
    /** Where vector instructions like memory to begin. */
    private static final long ALIGNMENT = 64;

    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    private BytePointer kept = new BytePointer(4096);

    private Scratch() {}

    /** Does something with so many bytes. */
    interface Use {
        /** Gets the address of the first. */
        void with(long address);
    }

    static void use(long bytes, Use use) {
        Scratch scratch = CURRENT.get();
        long needed = bytes + ALIGNMENT;
        if (needed > MOST_KEPT) {
            try (BytePointer once = new BytePointer(needed)) {
                use.with(aligned(once.address()));
            }
            return;
        }
        if (scratch.kept.capacity() < needed) {
            BytePointer larger = new BytePointer(Math.max(needed, 2 * scratch.kept.capacity()));
            scratch.kept.close();
            scratch.kept = larger;
        }
        use.with(aligned(scratch.kept.address()));
    }

    static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
