package io.autodiff.nd4j.array;

import io.autodiff.op.TensorSpec;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stretch of native memory: the CPU's, which is the engine's own and goes from one value to the next, or that of an INDArray which
 * ND4J made. An INDArray over the engine's own is made when ND4J needs one, and then kept for the next value of the same dtype and shape.
 */
final class Block {
    /** Of a cache line, and of the widest vector. */
    private static final long ALIGNMENT = 64;

    /** Where the elements are; 0 if only the array knows. */
    final long address;
    /** How many bytes there are, of the engine's own. */
    final long bytes;
    /** What was allocated; null if ND4J did. */
    private final @Nullable Pointer allocated;

    private @Nullable INDArray array;
    private @Nullable TensorSpec spec;

    private Block(long address, long bytes, @Nullable Pointer allocated, @Nullable INDArray array) {
        this.address = address;
        this.bytes = bytes;
        this.allocated = allocated;
        this.array = array;
    }

    /** New memory of the CPU; null if there is none. */
    static @Nullable Block allocate(long bytes) {
        Pointer pointer = Pointer.malloc(bytes + ALIGNMENT);
        if (pointer == null || pointer.isNull()) {
            return null;
        }
        long address = (pointer.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        return new Block(address, bytes, pointer, null);
    }

    /** The memory of an array that the engine owns, and ND4J made. */
    static Block of(INDArray array) {
        return new Block(0, 0, null, array);
    }

    /** A part of other memory, which is given back as a whole. */
    static Block at(long address, long bytes) {
        return new Block(address, bytes, null, null);
    }

    /** Whether it is the engine's own, and can serve another value. */
    boolean isOwn() {
        return allocated != null;
    }

    /** Whether there is an INDArray of such elements already. */
    boolean hasArray(TensorSpec wanted) {
        return array != null && wanted.equals(spec);
    }

    /** The elements as an array. */
    INDArray array(TensorSpec wanted) {
        INDArray present = array;
        if (present == null || (allocated != null && !wanted.equals(spec))) {
            DataType type = NdArrays.dataType(wanted.dtype());
            long[] shape = wanted.shape().toArray();
            long elements = wanted.shape().elements();
            DataBuffer buffer = Nd4j.createBuffer(
                    Elements.pointer(address, wanted), type, elements, Elements.indexer(address, wanted));
            present = Nd4j.createArrayFromShapeBuffer(
                    buffer,
                    Nd4j.getShapeInfoProvider()
                            .createShapeInformation(shape, NdArrays.strides(shape), 1, 'c', type, false));
            // Who borrows it cannot close it.
            present.setCloseable(false);
            keep(present, wanted);
        }
        return present;
    }

    /** Takes another array of the same memory as the one to be kept. */
    void keep(INDArray same, TensorSpec of) {
        array = same;
        spec = of;
    }

    /** Gives the memory back to the process. An array that somebody still holds is closed then, and throws. */
    void free() {
        INDArray last = array;
        array = null;
        if (last != null && (allocated != null || (last.closeable() && !last.isView()))) {
            last.setCloseable(true);
            last.close();
        }
        if (allocated != null) {
            Pointer.free(allocated);
        }
    }
}
