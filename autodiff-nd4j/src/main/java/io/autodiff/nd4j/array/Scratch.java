package io.autodiff.nd4j.array;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.op.TensorSpec;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the CPU that native code writes to and reads from while it runs, and nobody afterwards. Each thread has {@value #OWN} bytes
 * of its own for it. What is larger is lent by the {@link MemoryPool}, where it counts as any value does.
 *
 * <pre>{@code
 * try (Scratch scratch = Scratch.open(bytes)) {
 *     call(scratch.address());
 * }
 * }</pre>
 */
public final class Scratch implements AutoCloseable {
    static final int OWN = 16 << 10;
    /** Of a cache line, and of the widest vector. */
    private static final int ALIGNMENT = 64;

    private static final Scratch NONE = new Scratch(null, 0);
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::ofThread);

    /** What was allocated, or lent; null if there is none. */
    private final @Nullable Object memory;

    private final long address;
    private boolean open;

    private Scratch(@Nullable Object memory, long address) {
        this.memory = memory;
        this.address = address;
    }

    private static Scratch ofThread() {
        BytePointer memory = new BytePointer(OWN + ALIGNMENT);
        return new Scratch(memory, aligned(memory.address()));
    }

    /**
     * Begins a use by this thread.
     *
     * @param bytes how many there are, at least
     * @return the memory, with any contents
     * @throws IllegalStateException if there is no more memory, or there may be no more
     */
    public static Scratch open(long bytes) {
        if (bytes == 0) {
            return NONE;
        }
        Scratch present = bytes <= OWN ? OF_THREAD.get() : NONE;
        // Within another use there is new memory.
        Scratch scratch = present == NONE || present.open ? lent(bytes) : present;
        scratch.open = true;
        return scratch;
    }

    private static Scratch lent(long bytes) {
        TensorSpec spec = new TensorSpec(DType.BOOL, Shape.of(bytes));
        try {
            Memory memory = MemoryPool.allocate(Scratch.class, spec);
            return new Scratch(memory, memory.address());
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "no memory for what native code keeps while it runs, " + bytes + " bytes: " + e.getMessage(), e);
        }
    }

    /** {@return where it is, at a multiple of 64; 0 if it has no bytes} */
    public long address() {
        return address;
    }

    @Override
    public void close() {
        open = false;
        if (memory instanceof Memory lent) {
            lent.free();
        }
    }

    /**
     * {@return a size, or a place, at the next multiple of 64}
     *
     * @param bytes not negative
     */
    public static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
