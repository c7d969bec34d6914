package io.autodiff.nd4j.array;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes and reads INDArrays. Every array that kernels see is dense and row-major, and lives outside ND4J's workspaces: many
 * of ND4J's ops go wrong on other forms.
 */
public final class NdArrays {
    /** ND4J's native code keeps shapes in buffers of this many axes, and writes behind their end for more. */
    private static final int MOST_AXES = 32;

    /** More than any address space holds; ND4J's own count of bytes overflows beyond it, and then allocates nothing. */
    private static final long MOST_ELEMENTS = 1L << 48;

    private NdArrays() {}

    /**
     * Refuses what would end the process in native code.
     *
     * @param spec of an array that is to be
     * @throws IllegalArgumentException if it has too many axes or elements, or needs more memory than the process may have
     */
    public static void requireHoldable(TensorSpec spec) {
        if (spec.shape().rank() > MOST_AXES || spec.shape().elements() > MOST_ELEMENTS) {
            throw new IllegalArgumentException(
                    "no array can be " + spec + ": it has " + MOST_AXES + " axes and 2^48 elements at most");
        }
        // An allocation that succeeds and is then written to would be the end of the process.
        long most = Pointer.maxPhysicalBytes();
        if (most > 0 && spec.bytes() > most) {
            throw new IllegalArgumentException("no array can be " + spec + ", of " + spec.bytes()
                    + " bytes: this process may have " + most
                    + " in all; start Java with a greater -Dorg.bytedeco.javacpp.maxphysicalbytes or -Xmx");
        }
    }

    /**
     * {@return ND4J's name of a dtype}
     *
     * @param dtype ours
     */
    public static DataType dataType(DType dtype) {
        return switch (dtype) {
            case FLOAT16 -> DataType.FLOAT16;
            case BFLOAT16 -> DataType.BFLOAT16;
            case FLOAT32 -> DataType.FLOAT;
            case FLOAT64 -> DataType.DOUBLE;
            case INT32 -> DataType.INT32;
            case INT64 -> DataType.INT64;
            case BOOL -> DataType.BOOL;
        };
    }

    /**
     * {@return our name of an array's dtype, or null if tensors have none for it}
     *
     * @param array any array
     */
    public static @Nullable DType dtype(INDArray array) {
        return switch (array.dataType()) {
            case HALF -> DType.FLOAT16;
            case BFLOAT16 -> DType.BFLOAT16;
            case FLOAT -> DType.FLOAT32;
            case DOUBLE -> DType.FLOAT64;
            case INT -> DType.INT32;
            case LONG -> DType.INT64;
            case BOOL -> DType.BOOL;
            default -> null;
        };
    }

    /**
     * Dtype and shape of an array that may become a tensor.
     *
     * @param array any array
     * @return its spec
     * @throws IllegalArgumentException if it is closed, of a workspace that was left, of a dtype that tensors do not have, or has elements
     *     that are not in its buffer
     */
    public static TensorSpec spec(INDArray array) {
        // A view counts as closed with its parent, whose memory it reads.
        if (array.wasClosed() || (!array.isEmpty() && array.data().wasClosed())) {
            throw new IllegalArgumentException("the INDArray is closed, its memory is gone; use it before close()");
        }
        DType dtype = dtype(array);
        if (dtype == null) {
            throw new IllegalArgumentException("an INDArray of " + array.dataType()
                    + " cannot be a tensor; castTo one of DOUBLE, FLOAT, HALF, BFLOAT16, INT, LONG, BOOL first");
        }
        TensorSpec spec = new TensorSpec(dtype, Shape.of(array.shape()));
        requireHoldable(spec);
        if (!array.isEmpty()) {
            requireOfOpenWorkspace(array);
            requireWithinBuffer(array);
        }
        return spec;
    }

    /** A workspace that was left hands its memory out again. */
    private static void requireOfOpenWorkspace(INDArray array) {
        MemoryWorkspace workspace = array.isAttached() ? array.data().getParentWorkspace() : null;
        if (workspace == null) {
            return;
        }
        boolean entered = workspace.isScopeActive() || workspace.getWorkspaceType() == MemoryWorkspace.Type.CIRCULAR;
        if (!entered || workspace.getGenerationId() != array.data().getGenerationId()) {
            throw new IllegalArgumentException(
                    "the INDArray is of the workspace '" + workspace.getId()
                            + "', which was left since, and its memory is that of others now; take a tensor of it before, or detach() it");
        }
    }

    /** ND4J makes arrays of any shape and strides over a buffer, and reads what lies around it. */
    private static void requireWithinBuffer(INDArray array) {
        DataBuffer buffer = array.data();
        // Doubles do not overflow.
        double first = buffer.offset();
        double last = first;
        for (int axis = 0; axis < array.rank(); axis++) {
            double reach = (array.size(axis) - 1.0) * array.stride(axis);
            first += Math.min(0, reach);
            last += Math.max(0, reach);
        }
        if (first < 0 || last >= buffer.underlyingLength()) {
            throw new IllegalArgumentException("the INDArray of shape " + Shape.of(array.shape()) + " and strides "
                    + Arrays.toString(array.stride()) + ", from element " + buffer.offset()
                    + " on, has elements outside of its buffer of " + buffer.underlyingLength());
        }
    }

    /**
     * An array that nobody else has, its elements not set. While a kernel runs, it is of the engine's own memory, and ends with the run
     * unless it is a result.
     *
     * @param spec dtype and shape
     * @return the array
     */
    public static INDArray allocate(TensorSpec spec) {
        requireHoldable(spec);
        return spec.shape().elements() == 0 ? create(spec) : KernelMemory.allocate(spec);
    }

    /** An array of ND4J's own memory, its elements not set. */
    static INDArray create(TensorSpec spec) {
        DataType type = dataType(spec.dtype());
        return spec.shape().elements() == 0
                ? Nd4j.create(type, spec.shape().toArray())
                : Nd4j.createUninitialized(type, spec.shape().toArray(), 'c');
    }

    /**
     * A new array of Java elements.
     *
     * @param spec dtype and shape
     * @param elements row-major; a {@code double[]}, {@code float[]}, {@code int[]}, {@code long[]} or {@code boolean[]}
     * @return the array
     */
    public static INDArray of(TensorSpec spec, Object elements) {
        requireHoldable(spec);
        if (spec.shape().elements() == 0) {
            return create(spec);
        }
        if (MemoryPool.ownsMemory() && Elements.takes(spec.dtype(), elements)) {
            INDArray array = allocate(spec);
            Elements.put(elements, address(array), spec);
            return array;
        }
        long[] shape = spec.shape().toArray();
        INDArray array;
        if (elements instanceof double[] doubles) {
            array = Nd4j.create(doubles, shape, DataType.DOUBLE);
        } else if (elements instanceof float[] floats) {
            array = Nd4j.create(floats, shape, DataType.FLOAT);
        } else if (elements instanceof int[] ints) {
            array = Nd4j.create(ints, shape, DataType.INT32);
        } else if (elements instanceof long[] longs) {
            array = Nd4j.create(longs, shape, DataType.INT64);
        } else if (elements instanceof boolean[] booleans) {
            array = Nd4j.create(booleans, shape, DataType.BOOL);
        } else {
            throw new IllegalArgumentException("no array of elements: " + elements.getClass());
        }
        DataType type = dataType(spec.dtype());
        return array.dataType() == type ? array : array.castTo(type);
    }

    /**
     * {@return all elements in row-major order}
     *
     * @param array dense and row-major
     */
    public static double[] doubles(INDArray array) {
        return isReadable(array)
                ? read(array, Elements::doubles)
                : array.isEmpty() ? new double[0] : array.dup('c').data().asDouble();
    }

    /**
     * {@return all elements in row-major order}
     *
     * @param array dense and row-major
     */
    public static float[] floats(INDArray array) {
        return isReadable(array)
                ? read(array, Elements::floats)
                : array.isEmpty() ? new float[0] : array.dup('c').data().asFloat();
    }

    /**
     * {@return all elements in row-major order}
     *
     * @param array dense and row-major, of an integer or bool
     */
    public static long[] longs(INDArray array) {
        return isReadable(array) && !array.dataType().isFPType()
                ? read(array, Elements::longs)
                : array.isEmpty() ? new long[0] : array.dup('c').data().asLong();
    }

    /** Reads elements where they are. */
    @FunctionalInterface
    private interface Reader<R> {
        R read(long address, TensorSpec spec);
    }

    private static <R> R read(INDArray array, Reader<R> reader) {
        try {
            return reader.read(address(array), spec(array));
        } finally {
            Reference.reachabilityFence(array);
        }
    }

    /** Whether the elements can be read by their address. */
    private static boolean isReadable(INDArray array) {
        return MemoryPool.ownsMemory() && !array.isEmpty() && isDense(array) && dtype(array) != null;
    }

    /**
     * {@return where the elements of an array are, in the CPU's memory}
     *
     * @param array dense and row-major, not empty and not closed; to be kept reachable for as long as the address is used
     */
    public static long address(INDArray array) {
        // Of a view, only this has the place where it begins.
        return array.data().addressPointer().address();
    }

    static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /**
     * {@return the array itself if it is dense and row-major, else a copy that is}
     *
     * @param array any array
     */
    public static INDArray dense(INDArray array) {
        return array.isEmpty() || isDense(array) ? array : array.dup('c');
    }

    private static boolean isDense(INDArray array) {
        long expected = 1;
        for (int axis = array.rank() - 1; axis >= 0; axis--) {
            if (array.size(axis) != 1 && array.stride(axis) != expected) {
                return false;
            }
            expected *= array.size(axis);
        }
        // ND4J reads the letter too: an 'f' array of one axis is dense, but what is computed from it becomes 'f' again.
        return array.ordering() == 'c';
    }

    /**
     * Runs code whose new arrays live outside the workspaces of the caller.
     *
     * @param code that makes arrays
     */
    public static void detached(Runnable code) {
        detached(() -> {
            code.run();
            return null;
        });
    }

    /**
     * Runs code whose new arrays live outside the workspaces of the caller.
     *
     * @param code that makes arrays
     * @param <R> its result
     * @return its result
     */
    public static <R> R detached(Supplier<R> code) {
        if (Nd4j.getMemoryManager().getCurrentWorkspace() == null) {
            return code.get();
        }
        try (MemoryWorkspace ignored = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return code.get();
        }
    }
}
