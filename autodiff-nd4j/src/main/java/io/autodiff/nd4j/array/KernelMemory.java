package io.autodiff.nd4j.array;

import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The arrays that one run of an ND4J kernel allocates by {@link NdArrays#allocate}: those that it gives back become values, the others
 * end with the run.
 *
 * <pre>{@code
 * try (KernelMemory memory = KernelMemory.open()) {
 *     Memory result = memory.adopt(owner, spec, kernel.compute(...));
 * }
 * }</pre>
 */
public final class KernelMemory implements AutoCloseable {
    private static final ThreadLocal<@Nullable KernelMemory> CURRENT = new ThreadLocal<>();

    private final @Nullable KernelMemory around;
    private final List<Memory> lent = new ArrayList<>(2);
    private final List<Long> adopted = new ArrayList<>(1);

    private KernelMemory(@Nullable KernelMemory around) {
        this.around = around;
    }

    /** {@return memory for a run that begins now, on this thread} */
    public static KernelMemory open() {
        KernelMemory opened = new KernelMemory(CURRENT.get());
        CURRENT.set(opened);
        return opened;
    }

    /** An array for the present run; one of ND4J's own if there is none, or on a device. */
    static INDArray allocate(TensorSpec spec) {
        return MemoryPool.ownsMemory() && CURRENT.get() != null ? lend(spec).array() : NdArrays.create(spec);
    }

    /**
     * Memory for the present run.
     *
     * @throws IllegalStateException if no kernel runs
     */
    static Memory lend(TensorSpec spec) {
        KernelMemory current = CURRENT.get();
        if (current == null) {
            throw new IllegalStateException("no kernel runs to which memory of " + spec + " can be lent");
        }
        Memory memory = MemoryPool.allocate(current, spec);
        current.lent.add(memory);
        return memory;
    }

    /**
     * Makes the memory of a kernel's result that of a value.
     *
     * @param owner of the value
     * @param result not empty; no input
     * @return the memory
     * @throws IllegalStateException if the result is of another run
     */
    public Memory adopt(Object owner, HostArray result) {
        Memory memory = result.memory();
        if (memory == null) {
            // Set by ND4J, or on a device.
            result.written();
            return adopt(owner, result.spec(), Objects.requireNonNull(result.array()));
        }
        if (!lent.remove(memory)) {
            throw new IllegalStateException(
                    "the memory of " + result + " was not lent to this run of a kernel, or is given back twice");
        }
        return memory.handOver(owner, result.spec());
    }

    /**
     * Makes the memory of a kernel's result that of a value.
     *
     * @param owner of the value
     * @param spec of the result
     * @param result dense and row-major, not empty; it shares memory with no input
     * @return the memory; of a copy if an earlier result has the array's
     */
    public Memory adopt(Object owner, TensorSpec spec, INDArray result) {
        // Not the buffer: a reshaped array may have another over the same memory.
        long address = result.data().address();
        if (adopted.contains(address)) {
            return MemoryPool.take(owner, spec, result.dup('c'));
        }
        adopted.add(address);
        for (int i = 0; i < lent.size(); i++) {
            if (lent.get(i).address() == address) {
                return lent.remove(i).handOver(owner, spec, result);
            }
        }
        return MemoryPool.take(owner, spec, result);
    }

    /** Ends the run. */
    @Override
    public void close() {
        CURRENT.set(around);
        lent.forEach(Memory::free);
    }
}
