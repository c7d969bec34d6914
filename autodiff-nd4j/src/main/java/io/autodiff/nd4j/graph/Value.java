package io.autodiff.nd4j.graph;

import io.autodiff.nd4j.array.HostArray;
import io.autodiff.nd4j.array.KernelMemory;
import io.autodiff.nd4j.array.Memory;
import io.autodiff.nd4j.array.MemoryPool;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.TensorSpec;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The elements of a tensor: native memory, an array of somebody else's, or for a scalar that came from Java its bits. Kernels of the
 * engine's own read memory by its address; an INDArray is made when ND4J needs one. Several nodes may share a value; it is freed with
 * the node that {@linkplain #owner owns} it.
 *
 * <p>What a node has by it is of that node's thread; another thread {@linkplain #pin pins} the value first, which no longer ends then.
 * So there is no monitor here on the way of each call: one costs more than the arithmetic on a small array.
 */
public final class Value implements Node.State {
    private static final AtomicIntegerFieldUpdater<Value> PINS =
            AtomicIntegerFieldUpdater.newUpdater(Value.class, "pins");
    private static final AtomicIntegerFieldUpdater<Value> BORROWERS =
            AtomicIntegerFieldUpdater.newUpdater(Value.class, "borrowers");

    private static final int CLOSED = Integer.MIN_VALUE;

    private final TensorSpec spec;
    private final long bits;
    /** Whether this is a scalar that came from Java: nobody owns it, and an array of it is only a copy. */
    final boolean inJava;

    /** Somebody else's, or an empty one; null where there is memory. */
    private @Nullable INDArray array;

    private @Nullable Memory memory;
    private @Nullable Node owner;
    /** How many keep the memory; or CLOSED, from which there is no way back. */
    private volatile int pins;

    private volatile boolean shared;
    /** How many nodes have this and do not own it; those that the collector has taken are counted, too. */
    private volatile int borrowers;

    private Value(TensorSpec spec, boolean inJava, long bits, @Nullable INDArray array) {
        this.spec = spec;
        this.array = array;
        this.inJava = inJava;
        this.bits = bits;
    }

    /**
     * A floating scalar that stays in Java until an array is asked for.
     *
     * @param spec of rank 0
     * @param number rounded to the dtype
     * @return the value
     */
    public static Value ofFloating(TensorSpec spec, double number) {
        return new Value(spec, true, Double.doubleToRawLongBits(number), null);
    }

    /**
     * An integer or bool scalar that stays in Java until an array is asked for.
     *
     * @param spec of rank 0
     * @param number in the dtype's range; for bool, 0 or 1
     * @return the value
     */
    public static Value ofInteger(TensorSpec spec, long number) {
        return new Value(spec, true, number, null);
    }

    /**
     * A value in new memory, its elements not set.
     *
     * @param spec dtype and shape
     * @return the value
     * @throws IllegalStateException if there is no memory for it
     */
    public static Value allocate(TensorSpec spec) {
        if (spec.shape().elements() == 0) {
            return new Value(spec, false, 0, NdArrays.allocate(spec));
        }
        Value value = new Value(spec, false, 0, null);
        value.memory = MemoryPool.allocate(value, spec);
        return value;
    }

    /**
     * A value in a part of other memory, which is neither freed nor handed on by way of this value.
     *
     * @param spec dtype and shape
     * @param owner who has that memory, and this value
     * @param address where the elements are
     * @return the value
     */
    public static Value at(TensorSpec spec, Object owner, long address) {
        Value value = new Value(spec, false, 0, null);
        value.memory = Memory.at(owner, spec, address);
        value.pin();
        return value;
    }

    /**
     * A copy of Java's elements.
     *
     * @param spec dtype and shape
     * @param elements row-major; a {@code double[]}, {@code float[]}, {@code int[]}, {@code long[]} or {@code boolean[]}
     * @return the value
     */
    public static Value ofElements(TensorSpec spec, Object elements) {
        Value value = allocate(spec);
        Memory memory = value.memory;
        if (memory != null) {
            NdArrays.detached(() -> memory.set(elements));
        }
        return value;
    }

    /**
     * A copy of an array.
     *
     * @param spec the array's
     * @param array any array
     * @return the value
     */
    public static Value copyOf(TensorSpec spec, INDArray array) {
        Value value = allocate(spec);
        Memory memory = value.memory;
        if (memory != null) {
            NdArrays.detached(() -> memory.set(array));
        }
        return value;
    }

    /**
     * The value in an array that a kernel made.
     *
     * @param spec the array's dtype and shape
     * @param array dense and row-major; nobody else may change or close it
     * @param kernel the memory of the kernel's run
     * @return the value
     */
    public static Value ofResult(TensorSpec spec, INDArray array, KernelMemory kernel) {
        if (array.isEmpty()) {
            return new Value(spec, false, 0, array);
        }
        Value value = new Value(spec, false, 0, null);
        value.memory = kernel.adopt(value, spec, array);
        return value;
    }

    /**
     * The value in elements that a kernel made.
     *
     * @param elements no input's
     * @param kernel the memory of the kernel's run
     * @return the value
     */
    public static Value ofResult(HostArray elements, KernelMemory kernel) {
        TensorSpec spec = elements.spec();
        if (spec.shape().elements() == 0) {
            return allocate(spec);
        }
        Value value = new Value(spec, false, 0, null);
        value.memory = kernel.adopt(value, elements);
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
        return new Value(spec, false, 0, array);
    }

    /**
     * {@return a value of the same elements, in their order, under another shape}
     *
     * @param as of the same dtype and as many elements
     */
    public Value reshaped(TensorSpec as) {
        if (as.shape().isScalar() && as.dtype().isFloating() && as.dtype().bytes() >= 4) {
            return ofFloating(as, floating());
        } else if (as.shape().isScalar() && !as.dtype().isFloating()) {
            return ofInteger(as, integer());
        }
        Value value = allocate(as);
        Memory target = value.memory;
        if (target != null) {
            Memory source = pin();
            try {
                NdArrays.detached(() -> {
                    if (source != null) {
                        target.set(source);
                    } else if (inJava) {
                        target.set(element());
                    } else {
                        target.set(array().reshape('c', as.shape().toArray()));
                    }
                });
            } finally {
                unpin();
            }
        }
        return value;
    }

    /** {@return dtype and shape} */
    public TensorSpec spec() {
        return spec;
    }

    /** {@return the one element of a floating value} */
    public double floating() {
        return inJava ? Double.longBitsToDouble(bits) : doubles()[0];
    }

    /** {@return the one element of an integer value, 0 or 1 of a bool} */
    public long integer() {
        return inJava ? bits : longs()[0];
    }

    /** {@return all elements in row-major order} */
    public double[] doubles() {
        return inJava ? new double[] {number()} : elements(Memory::doubles, NdArrays::doubles);
    }

    /** {@return all elements in row-major order} */
    public float[] floats() {
        return inJava ? new float[] {(float) number()} : elements(Memory::floats, NdArrays::floats);
    }

    /** {@return all elements of an integer or bool in row-major order} */
    public long[] longs() {
        return inJava ? new long[] {bits} : elements(Memory::longs, NdArrays::longs);
    }

    private double number() {
        return spec.dtype().isFloating() ? Double.longBitsToDouble(bits) : bits;
    }

    private <R> R elements(Function<Memory, R> ofMemory, Function<INDArray, R> ofArray) {
        Memory own = pin();
        try {
            return own != null ? ofMemory.apply(own) : ofArray.apply(array());
        } finally {
            unpin();
        }
    }

    /**
     * {@return where the elements are in the CPU's memory, dense and row-major; 0 if only an array knows. For as long as the address is used,
     * this value is to be reachable, and not closed}
     *
     * @throws IllegalStateException if they are freed
     */
    public long address() {
        Memory own = memory;
        if (own != null) {
            return own.address();
        }
        requireOpen();
        return 0;
    }

    /** {@return the elements as a dense, row-major array, which must not be changed, and does not outlive this value} */
    public synchronized INDArray array() {
        requireOpen();
        INDArray others = array;
        if (others != null) {
            NdArrays.spec(others);
            others = NdArrays.dense(others);
            array = others;
            return others;
        }
        return memory().array();
    }

    /** {@return the elements in the host's memory, which must not be changed, and do not outlive this value} */
    public synchronized HostArray hostArray() {
        requireOpen();
        return array == null ? HostArray.of(memory()) : HostArray.of(spec, array());
    }

    /** Where the elements are, or those of a scalar that came from Java are put now. */
    private Memory memory() {
        Memory own = memory;
        if (own == null) {
            Memory copy = MemoryPool.allocate(this, spec);
            NdArrays.detached(() -> copy.set(element()));
            own = copy;
            memory = own;
        }
        return own;
    }

    private void requireOpen() {
        if (pins == CLOSED) {
            throw new IllegalStateException("the memory of this value, " + spec + ", is freed");
        }
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
    public boolean isShared() {
        return shared;
    }

    /** Notes that a call gave this back as its own result. */
    public void share() {
        shared = true;
    }

    /**
     * Keeps the memory: for a reader, or for good where what depends on it is not known here.
     *
     * @return the memory, if there is any
     * @throws IllegalStateException if it is freed already
     */
    @Nullable
    public Memory pin() {
        int before;
        do {
            requireOpen();
            before = pins;
        } while (before == CLOSED || !PINS.compareAndSet(this, before, before + 1));
        return memory;
    }

    private void unpin() {
        PINS.decrementAndGet(this);
    }

    /** {@return the node with which the memory is freed; null until one takes it} */
    @Nullable
    Node owner() {
        return owner;
    }

    void setOwner(Node node) {
        BORROWERS.addAndGet(this, node.equals(owner) ? 0 : -1);
        owner = node;
    }

    /** Leaves this to the next owner. Nothing uses the node any more. */
    void disown(Node node) {
        owner = node.equals(owner) ? null : owner;
    }

    /** Makes a node the owner if there is none yet. A scalar that came from Java is left to the collector, array and all. */
    void claim(Node node) {
        if (owner == null && !inJava) {
            owner = node;
        } else if (!inJava && !node.equals(owner)) {
            BORROWERS.incrementAndGet(this);
        }
    }

    /** Notes that a node has this and does not own it. */
    void lend() {
        BORROWERS.incrementAndGet(this);
    }

    /** Notes that a node has this no more; gives whether it was the owner. */
    boolean end(Node node) {
        boolean owned = node.equals(owner);
        if (!owned && !inJava) {
            BORROWERS.decrementAndGet(this);
        }
        return owned;
    }

    /** Whether a node owns this, no other node has it, and nobody reads it. */
    boolean isOnlyOf(Node node) {
        return node.equals(owner) && borrowers == 0 && pins == 0;
    }

    /** Frees the memory now, to be used again. While it is being read, it is left to the collector. */
    public void close() {
        Memory own = memory;
        if (own != null && letGo()) {
            own.free();
        }
    }

    /** Whether the memory may go, which it then does not again. A scalar that came from Java stays open: it can have another. */
    private boolean letGo() {
        if (!PINS.compareAndSet(this, 0, inJava ? 0 : CLOSED)) {
            return false;
        }
        memory = null;
        return true;
    }

    /**
     * A value in the memory of this one, which is closed.
     *
     * @param as dtype and shape, of as many bytes
     * @return the value, its elements those that are here until they are written; null if this memory may not be written to, as somebody
     *     else has or reads it
     */
    public @Nullable Value reuse(TensorSpec as) {
        Memory own = memory;
        if (own == null || own.address() == 0 || inJava || shared || owner != null || !letGo()) {
            return null;
        }
        Value next = new Value(as, false, 0, null);
        next.memory = own.handOver(next, as);
        return next;
    }
}
