package io.autodiff.nd4j.graph;

import io.autodiff.DType;
import io.autodiff.nd4j.array.ArrayPool;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.TensorSpec;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The elements of a tensor: an INDArray, or for a scalar that came from Java its bits, of which an INDArray is made when a
 * kernel needs one. Several nodes may share a value; it is freed with the node that {@linkplain #owner owns} it.
 */
public final class Value implements Node.State {
    private final TensorSpec spec;
    private final long bits;
    private final boolean closeable;
    /** Whether this is a scalar that came from Java: nobody owns it. */
    private final boolean inJava;

    private volatile @Nullable INDArray array;
    private @Nullable Node owner;
    private int pins;
    private boolean shared;
    private boolean closed;
    private ArrayPool.@Nullable Memory memory;

    private Value(TensorSpec spec, long bits, @Nullable INDArray array, boolean closeable) {
        this.inJava = array == null;
        this.spec = spec;
        this.bits = bits;
        if (array != null) {
            // Not for null: a volatile write costs more than all the rest of a scalar.
            this.array = array;
        }
        this.closeable = closeable;
    }

    /**
     * A floating scalar that stays in Java until an array is asked for.
     *
     * @param spec of rank 0
     * @param number rounded to the dtype
     * @return the value
     */
    public static Value ofFloating(TensorSpec spec, double number) {
        return new Value(spec, Double.doubleToRawLongBits(number), null, true);
    }

    /**
     * An integer or bool scalar that stays in Java until an array is asked for.
     *
     * @param spec of rank 0
     * @param number in the dtype's range; for bool, 0 or 1
     * @return the value
     */
    public static Value ofInteger(TensorSpec spec, long number) {
        return new Value(spec, number, null, true);
    }

    /**
     * The value in an array that the engine made.
     *
     * @param spec the array's dtype and shape
     * @param array dense and row-major; nobody else may change or close it
     * @return the value
     */
    public static Value ofArray(TensorSpec spec, INDArray array) {
        Value value = new Value(spec, 0, array, true);
        value.memory = ArrayPool.track(value, spec, array);
        return value;
    }

    /**
     * The value in an array that belongs to somebody else, and is never closed here.
     *
     * @param spec the array's dtype and shape
     * @param array any array
     * @return the value
     */
    public static Value ofWrapped(TensorSpec spec, INDArray array) {
        return new Value(spec, 0, array, false);
    }

    /** {@return dtype and shape} */
    public TensorSpec spec() {
        return spec;
    }

    /** {@return the one element of a floating value} */
    public double floating() {
        return array == null && !closed ? Double.longBitsToDouble(bits) : read(a -> a.getDouble(0));
    }

    /** {@return the one element of an integer value, 0 or 1 of a bool} */
    public long integer() {
        return array == null && !closed ? bits : read(a -> spec.dtype() == DType.BOOL ? a.getInt(0) : a.getLong(0));
    }

    /** {@return the elements as a dense, row-major array, which must not be changed} */
    public synchronized INDArray array() {
        INDArray present = array;
        if (closed) {
            throw new IllegalStateException("the memory of this value, " + spec + ", is freed");
        }
        if (present == null) {
            present = NdArrays.detached(() -> NdArrays.of(spec, element()));
        } else if (closeable) {
            return present;
        } else {
            NdArrays.spec(present);
            present = NdArrays.dense(present);
        }
        array = present;
        return present;
    }

    /** The one element of a scalar that came from Java, as an array of the type that the dtype is made of. */
    private Object element() {
        double floating = Double.longBitsToDouble(bits);
        return switch (spec.dtype()) {
            case FLOAT64 -> new double[] {floating};
            case FLOAT16, BFLOAT16, FLOAT32 -> new float[] {(float) floating};
            case INT32 -> new int[] {(int) bits};
            case INT64 -> new long[] {bits};
            case BOOL -> new boolean[] {bits != 0};
        };
    }

    /**
     * Reads the elements while nothing can free them.
     *
     * @param reader of the array, which it must not change
     * @param <R> its result
     * @return its result
     * @throws IllegalStateException if they are freed already
     */
    public <R> R read(Function<INDArray, R> reader) {
        pin();
        try {
            return reader.apply(array());
        } finally {
            unpin();
        }
    }

    /** {@return whether a call gave this back as its own result, so that more than one place of a plan may hold it} */
    public synchronized boolean isShared() {
        return shared;
    }

    /** Notes that a call gave this back as its own result. */
    public synchronized void share() {
        shared = true;
    }

    /** Keeps the memory: for a reader, or for good where what depends on it is not known here. */
    public synchronized void pin() {
        pins++;
    }

    private synchronized void unpin() {
        pins--;
    }

    /** {@return the node with which the memory is freed; null until one takes it} */
    synchronized @Nullable Node owner() {
        return owner;
    }

    synchronized void setOwner(Node node) {
        owner = node;
    }

    synchronized void disown(Node node) {
        owner = node.equals(owner) ? null : owner;
    }

    /** Makes a node the owner if there is none yet. A scalar that came from Java is left to the collector, array and all. */
    void claim(Node node) {
        if (!inJava) {
            synchronized (this) {
                owner = owner == null ? node : owner;
            }
        }
    }

    /** Frees the memory now, to be used again. While it is being read, it is left to the collector. */
    public synchronized void close() {
        ArrayPool.Memory own = memory;
        if (own != null && pins == 0) {
            closed = true;
            array = null;
            memory = null;
            own.run();
        }
    }
}
