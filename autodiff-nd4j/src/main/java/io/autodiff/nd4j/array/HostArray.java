package io.autodiff.nd4j.array;

import io.autodiff.DType;
import io.autodiff.op.TensorSpec;
import java.util.Objects;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.BooleanIndexer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The storage class of kernels that are written in Java: the elements of a tensor, dense and row-major, in the host's memory. An op whose
 * work is to move elements, or goes through them one after the other, needs no INDArray, and to make one takes longer than to
 * compute a thousand elements.
 *
 * <p>An op may have a kernel for INDArrays beside it. That one is used where arrays are on a device, and with {@code
 * -Dautodiff.hostKernels=none}. Without one, elements of a device are brought to the host.
 *
 * <pre>{@code
 * // the elements in the opposite order
 * .kernel(HostArray.class, c -> {
 *     double[] x = c.input("x").doubles();
 *     double[] y = new double[x.length];
 *     for (int i = 0; i < x.length; i++) {
 *         y[i] = x[x.length - 1 - i];
 *     }
 *     return HostArray.of(c.outputSpec(), y);
 * })
 * }</pre>
 */
public final class HostArray {
    private static final boolean PREFERRED = !"none".equals(System.getProperty("autodiff.hostKernels"));

    /** From so many elements on, a call of native code pays. */
    private static final long LONG_RUN = 128;

    private final TensorSpec spec;
    private final long address;
    /** Where the elements are; null if that is an array's memory, or there are none. */
    private final @Nullable Memory memory;

    private final @Nullable INDArray array;
    private @Nullable Indexer elements;
    private @Nullable Indexer bits;

    private HostArray(TensorSpec spec, long address, @Nullable Memory memory, @Nullable INDArray array) {
        this.spec = spec;
        this.address = address;
        this.memory = memory;
        this.array = array;
    }

    /** {@return whether ops that have kernels of both kinds use the one for this class} */
    public static boolean isPreferred() {
        return PREFERRED && MemoryPool.ownsMemory();
    }

    /**
     * The elements of a value.
     *
     * @param memory the value's, which is to be kept until the last use of the result
     * @return the elements
     */
    public static HostArray of(Memory memory) {
        return memory.address() == 0
                ? of(memory.spec(), memory.array())
                : new HostArray(memory.spec(), memory.address(), memory, null);
    }

    /**
     * The elements of an array; on a device, they are brought to the host.
     *
     * @param spec the array's
     * @param array dense and row-major
     * @return the elements; of an array that is part of another on a device, those of a copy, which is only to be read
     */
    public static HostArray of(TensorSpec spec, INDArray array) {
        if (array.isEmpty()) {
            return new HostArray(spec, 0, null, array);
        } else if (MemoryPool.ownsMemory()) {
            return new HostArray(spec, NdArrays.address(array), null, array);
        }
        // The indexer of a view begins with the view, or with the whole array: it does not say which.
        INDArray whole = array.data().offset() == 0 ? array : array.dup('c');
        Nd4j.getAffinityManager().ensureLocation(whole, AffinityManager.Location.HOST);
        return new HostArray(spec, whole.data().indexer().pointer().address(), null, whole);
    }

    /**
     * A result of the kernel that runs, its elements not set.
     *
     * @param spec dtype and shape
     * @return the elements, which end with the kernel unless they are its result
     */
    public static HostArray allocate(TensorSpec spec) {
        NdArrays.requireHoldable(spec);
        return spec.shape().elements() == 0 || !MemoryPool.ownsMemory()
                ? of(spec, NdArrays.create(spec))
                : of(KernelMemory.lend(spec));
    }

    /**
     * A result of the kernel that runs, its elements 0.
     *
     * @param spec dtype and shape
     * @return the elements, which end with the kernel unless they are its result
     */
    public static HostArray zeros(TensorSpec spec) {
        HostArray zeros = allocate(spec);
        if (zeros.address != 0) {
            Elements.clear(zeros.address, spec.bytes());
        }
        return zeros;
    }

    /**
     * A result of the kernel that runs.
     *
     * @param spec of a floating dtype, to which the elements are rounded
     * @param elements row-major
     * @return the elements, which end with the kernel unless they are its result
     */
    public static HostArray of(TensorSpec spec, double[] elements) {
        if (spec.dtype() == DType.FLOAT32) {
            float[] floats = new float[elements.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) elements[i];
            }
            return filled(spec, floats);
        }
        // Of the narrow dtypes, ND4J does the rounding.
        return spec.dtype() == DType.FLOAT64 ? filled(spec, elements) : of(spec, NdArrays.of(spec, elements));
    }

    /**
     * A result of the kernel that runs.
     *
     * @param spec of an integer dtype, to which the elements are wrapped, or of bool, which each but 0 makes true
     * @param elements row-major
     * @return the elements, which end with the kernel unless they are its result
     */
    public static HostArray of(TensorSpec spec, long[] elements) {
        if (spec.dtype() == DType.INT64) {
            return filled(spec, elements);
        } else if (spec.dtype() == DType.INT32) {
            int[] ints = new int[elements.length];
            for (int i = 0; i < ints.length; i++) {
                ints[i] = (int) elements[i];
            }
            return filled(spec, ints);
        }
        boolean[] bools = new boolean[elements.length];
        for (int i = 0; i < bools.length; i++) {
            bools[i] = elements[i] != 0;
        }
        return filled(spec, bools);
    }

    private static HostArray filled(TensorSpec spec, Object elements) {
        HostArray result = allocate(spec);
        if (result.address != 0) {
            Elements.put(elements, result.address, spec);
        }
        return result;
    }

    /** {@return dtype and shape} */
    public TensorSpec spec() {
        return spec;
    }

    /** {@return the size of each axis} */
    public long[] sizes() {
        return spec.shape().toArray();
    }

    /** {@return for each axis, how far the next element is} */
    public long[] strides() {
        return NdArrays.strides(spec.shape().toArray());
    }

    /** {@return a copy of all elements in row-major order} */
    public double[] doubles() {
        return address == 0 ? new double[0] : Elements.doubles(address, spec);
    }

    /** {@return a copy of all elements of an integer or bool in row-major order} */
    public long[] longs() {
        return address == 0 ? new long[0] : Elements.longs(address, spec);
    }

    /**
     * Copies a block of elements, as they are.
     *
     * @param first which is the first that is written
     * @param strides for each axis of the block, how far the next one that is written is
     * @param from where they come from; not this array
     * @param fromFirst which is the first that is read
     * @param fromStrides for each axis, how far the next one that is read is; 0 or less, too
     * @param sizes of the block
     * @throws IndexOutOfBoundsException if there is no such block in one of them; nothing outside is read or written
     */
    public void copy(long first, long[] strides, HostArray from, long fromFirst, long[] fromStrides, long[] sizes) {
        for (long size : sizes) {
            if (size <= 0) {
                return;
            }
        }
        new BlockCopy(this, strides, from, fromStrides, sizes).run(first, fromFirst);
    }

    /**
     * Sets all elements, to runs of another's, one after the other.
     *
     * @param from of this dtype
     * @param firsts where each run begins
     * @param length of each run
     */
    public void takeRuns(HostArray from, long[] firsts, long length) {
        for (int i = 0; length > 0 && i < firsts.length; i++) {
            move(i * length, 1, from, firsts[i], 1, length);
        }
    }

    /**
     * Sets runs of elements to those of another, one after the other; of several for one place, the last stays.
     *
     * @param from of this dtype
     * @param firsts where each run goes
     * @param length of each run
     */
    public void putRuns(HostArray from, long[] firsts, long length) {
        for (int i = 0; length > 0 && i < firsts.length; i++) {
            move(firsts[i], 1, from, i * length, 1, length);
        }
    }

    /**
     * Adds the runs of another, one after the other; each sum is rounded to the dtype.
     *
     * @param from of this dtype, which is float32 or float64
     * @param firsts where each run is added
     * @param length of each run
     */
    public void addRuns(HostArray from, long[] firsts, long length) {
        if (length == 0 || firsts.length == 0) {
            return;
        }
        if (spec.dtype() == DType.FLOAT32) {
            FloatIndexer target = (FloatIndexer) elements();
            FloatIndexer source = (FloatIndexer) from.elements();
            for (int run = 0; run < firsts.length; run++) {
                for (long i = 0; i < length; i++) {
                    target.put(firsts[run] + i, target.get(firsts[run] + i) + source.get(run * length + i));
                }
            }
        } else {
            DoubleIndexer target = (DoubleIndexer) elements();
            DoubleIndexer source = (DoubleIndexer) from.elements();
            for (int run = 0; run < firsts.length; run++) {
                for (long i = 0; i < length; i++) {
                    target.put(firsts[run] + i, target.get(firsts[run] + i) + source.get(run * length + i));
                }
            }
        }
    }

    private Indexer elements() {
        Indexer present = elements;
        if (present == null) {
            present = Elements.indexer(address, spec);
            elements = present;
        }
        return present;
    }

    /**
     * Reads elements at equal distances.
     *
     * @param first which is the first
     * @param step how far it is to the next; 0 for the same again
     * @param floating where they go if they are floating
     * @param integers where they go if they are not
     * @param to where the first of them goes
     * @param count how many
     */
    public void load(long first, long step, double[] floating, long[] integers, int to, int count) {
        Indexer elements = elements();
        if (elements instanceof FloatIndexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof DoubleIndexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof HalfIndexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof Bfloat16Indexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof IntIndexer source) {
            for (int k = 0; k < count; k++) {
                integers[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof LongIndexer source) {
            for (int k = 0; k < count; k++) {
                integers[to + k] = source.get(first + k * step);
            }
        } else {
            BooleanIndexer source = (BooleanIndexer) elements;
            for (int k = 0; k < count; k++) {
                integers[to + k] = source.get(first + k * step) ? 1 : 0;
            }
        }
    }

    /**
     * Writes elements one after the other; float32 and int32 are rounded and wrapped. Not for the dtypes of two bytes.
     *
     * @param first which is the first
     * @param floating where they come from if they are floating
     * @param integers where they come from if they are not
     * @param from where the first of them comes from
     * @param count how many
     */
    public void store(long first, double[] floating, long[] integers, int from, int count) {
        Indexer elements = elements();
        if (elements instanceof FloatIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, (float) floating[from + k]);
            }
        } else if (elements instanceof DoubleIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, floating[from + k]);
            }
        } else if (elements instanceof IntIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, (int) integers[from + k]);
            }
        } else if (elements instanceof LongIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, integers[from + k]);
            }
        } else {
            BooleanIndexer target = (BooleanIndexer) elements;
            for (int k = 0; k < count; k++) {
                target.put(first + k, integers[from + k] != 0);
            }
        }
    }

    /** Copies elements at equal distances, as they are. */
    void move(long first, long step, HostArray from, long fromFirst, long fromStep, long count) {
        if (step == 1 && fromStep == 1 && count >= LONG_RUN) {
            Objects.checkFromIndexSize(first, count, spec.shape().elements());
            Objects.checkFromIndexSize(fromFirst, count, from.spec.shape().elements());
            long bytes = spec.dtype().bytes();
            Elements.copy(from.address + fromFirst * bytes, address + first * bytes, count * bytes);
            return;
        }
        Elements.move(bits(), first, step, from.bits(), fromFirst, fromStep, count);
    }

    /** The elements as bits. */
    private Indexer bits() {
        Indexer present = bits;
        if (present == null) {
            present = Elements.bits(address, spec);
            bits = present;
        }
        return present;
    }

    /** Says that all is written: on a device, the host's elements are the ones that count. */
    void written() {
        if (!MemoryPool.ownsMemory() && array != null && !array.isEmpty()) {
            Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
        }
    }

    /** The memory that is lent to the kernel; null of an array. */
    @Nullable
    Memory memory() {
        return memory;
    }

    @Nullable
    INDArray array() {
        return array;
    }

    @Override
    public String toString() {
        return spec.toString();
    }
}
