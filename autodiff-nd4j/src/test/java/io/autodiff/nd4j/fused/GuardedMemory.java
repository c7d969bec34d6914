package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Elements off the heap between two stretches of known bytes: what writes beyond the elements is found out. */
public final class GuardedMemory implements AutoCloseable {
    private static final int GUARD = 256;
    private static final byte MARK = 0x5A;

    private final DType dtype;
    private final int size;
    private final BytePointer pointer;
    private final ByteBuffer bytes;

    private GuardedMemory(DType dtype, int size, BytePointer pointer) {
        this.dtype = dtype;
        this.size = size;
        this.pointer = pointer;
        bytes = pointer.asBuffer().order(ByteOrder.nativeOrder());
    }

    public GuardedMemory(DType dtype, int size) {
        this(dtype, size, new BytePointer(2L * GUARD + (long) size * dtype.bytes()));
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, MARK);
        }
    }

    /** Other memory with the same elements. */
    GuardedMemory copy() {
        GuardedMemory copy = new GuardedMemory(dtype, size);
        for (int i = 0; i < bytes.capacity(); i++) {
            copy.bytes.put(i, bytes.get(i));
        }
        return copy;
    }

    /** The same memory, for elements of another dtype of as many bytes. */
    GuardedMemory as(DType other) {
        return new GuardedMemory(other, size, pointer);
    }

    public long address() {
        return pointer.address() + GUARD;
    }

    public int size() {
        return size;
    }

    private int at(int index) {
        return GUARD + index * dtype.bytes();
    }

    /** A floating element, or an integer one as far as a double holds it. */
    public void set(int index, double value) {
        switch (dtype) {
            case FLOAT32 -> bytes.putFloat(at(index), (float) value);
            case FLOAT64 -> bytes.putDouble(at(index), value);
            default -> setInteger(index, (long) value);
        }
    }

    public void setInteger(int index, long value) {
        switch (dtype) {
            case INT32 -> bytes.putInt(at(index), (int) value);
            case INT64 -> bytes.putLong(at(index), value);
            default -> bytes.put(at(index), (byte) value);
        }
    }

    public double floating(int index) {
        return dtype == DType.FLOAT32 ? bytes.getFloat(at(index)) : bytes.getDouble(at(index));
    }

    public long integer(int index) {
        return switch (dtype) {
            case INT32 -> bytes.getInt(at(index));
            case INT64 -> bytes.getLong(at(index));
            default -> bytes.get(at(index));
        };
    }

    /** The element's bits, as an argument that stands for the memory. */
    public long bits(int index) {
        return switch (dtype) {
            case FLOAT32, INT32 -> bytes.getInt(at(index));
            case FLOAT64, INT64 -> bytes.getLong(at(index));
            default -> bytes.get(at(index));
        };
    }

    public boolean isGuarded() {
        boolean guarded = true;
        for (int i = 0; i < GUARD; i++) {
            guarded &= bytes.get(i) == MARK && bytes.get(bytes.capacity() - 1 - i) == MARK;
        }
        return guarded;
    }

    @Override
    public void close() {
        pointer.close();
    }
}
