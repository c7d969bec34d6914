package io.autodiff.nd4j.array;

import io.autodiff.op.TensorSpec;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory of one value, given back once: by its owner, or when the collector finds that there is none. On the CPU it is the engine's
 * own, which kernels reach by its address; elsewhere, and where ND4J made an array itself, it is that array's.
 *
 * <p>Whoever has only an address, or an array, keeps the owner reachable.
 */
public final class Memory extends PhantomReference<Object> {
    private final Block block;
    /** What of the block is used. */
    private final TensorSpec spec;

    // Neighbours among all that is not given back, guarded by the pool.
    @Nullable
    Memory previous;

    @Nullable
    Memory next;

    /** Whether somebody has it, guarded by the pool. */
    boolean taken;

    Memory(Object owner, TensorSpec spec, Block block) {
        super(owner, MemoryPool.ABANDONED);
        this.spec = spec;
        this.block = block;
    }

    /**
     * A part of memory that is given back as a whole, such as an {@link Arena}'s: it is never given back by way of this.
     *
     * @param owner without whom nobody uses it
     * @param spec what is there
     * @param address where
     * @return the part
     */
    public static Memory at(Object owner, TensorSpec spec, long address) {
        return new Memory(owner, spec, Block.at(address, spec.bytes()));
    }

    /** {@return where the elements are, dense and row-major; 0 if only the array knows} */
    public long address() {
        return block.address;
    }

    /** {@return the elements as a dense, row-major array, which nobody may close} */
    public INDArray array() {
        return block.array(spec);
    }

    /**
     * Sets all elements.
     *
     * @param elements row-major; a {@code double[]}, {@code float[]}, {@code int[]}, {@code long[]} or {@code boolean[]}
     */
    public void set(Object elements) {
        if (block.address != 0 && Elements.takes(spec.dtype(), elements)) {
            Elements.put(elements, block.address, spec);
        } else {
            array().assign(NdArrays.of(spec, elements));
        }
    }

    /**
     * Sets all elements.
     *
     * @param source of the same dtype and shape, in any order
     */
    public void set(INDArray source) {
        INDArray dense = NdArrays.dense(source);
        if (block.address == 0) {
            array().assign(dense);
        } else {
            try {
                Elements.copy(NdArrays.address(dense), block.address, spec.bytes());
            } finally {
                Reference.reachabilityFence(dense);
            }
        }
    }

    /**
     * Sets all elements.
     *
     * @param source of the same dtype and as many elements
     */
    public void set(Memory source) {
        if (block.address != 0 && source.block.address != 0) {
            Elements.copy(source.block.address, block.address, spec.bytes());
        } else {
            array().assign(source.array().reshape('c', spec.shape().toArray()));
        }
    }

    /** {@return all elements in row-major order} */
    public double[] doubles() {
        return block.address == 0 ? NdArrays.doubles(array()) : Elements.doubles(block.address, spec);
    }

    /** {@return all elements in row-major order} */
    public float[] floats() {
        return block.address == 0 ? NdArrays.floats(array()) : Elements.floats(block.address, spec);
    }

    /** {@return all elements of an integer or bool in row-major order} */
    public long[] longs() {
        return block.address == 0 ? NdArrays.longs(array()) : Elements.longs(block.address, spec);
    }

    /** Gives the memory back. Nobody may use it from then on. */
    public void free() {
        MemoryPool.free(this);
    }

    /**
     * Hands the memory over to another owner, as it is.
     *
     * @param owner without whom nobody uses it
     * @param as what the owner keeps there, of as many bytes
     * @return the memory; this here is given back, and nothing more
     */
    public Memory handOver(Object owner, TensorSpec as) {
        if (as.bytes() != spec.bytes()) {
            throw new IllegalArgumentException("the memory of " + spec + " cannot become that of " + as);
        }
        return MemoryPool.handOver(this, owner, as);
    }

    /** The same, where the elements are known as another array of the same memory. */
    Memory handOver(Object owner, TensorSpec as, INDArray array) {
        Memory next = handOver(owner, as);
        block.keep(array, as);
        return next;
    }

    Block block() {
        return block;
    }

    TensorSpec spec() {
        return spec;
    }
}
