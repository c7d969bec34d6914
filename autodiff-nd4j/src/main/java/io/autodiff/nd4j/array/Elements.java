package io.autodiff.nd4j.array;

import io.autodiff.DType;
import io.autodiff.op.TensorSpec;
import java.lang.reflect.Array;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.BooleanIndexer;
import org.bytedeco.javacpp.indexer.ByteIndexer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;
import org.bytedeco.javacpp.indexer.ShortIndexer;

/** Elements at an address, copied from and to Java's arrays. The caller answers for the address, and keeps its memory. */
final class Elements {
    private Elements() {}

    /** A pointer that owns nothing. */
    private static final class Address extends Pointer {
        Address(long address) {
            super((Pointer) null);
            this.address = address;
        }
    }

    /** A typed pointer to the elements of a value. */
    static Pointer pointer(long address, TensorSpec spec) {
        Pointer untyped = new Address(address);
        Pointer typed = switch (spec.dtype()) {
            case FLOAT16, BFLOAT16 -> new ShortPointer(untyped);
            case FLOAT32 -> new FloatPointer(untyped);
            case FLOAT64 -> new DoublePointer(untyped);
            case INT32 -> new IntPointer(untyped);
            case INT64 -> new LongPointer(untyped);
            case BOOL -> new BooleanPointer(untyped);
        };
        return typed.capacity(spec.shape().elements());
    }

    /** The elements of a value by their numbers. */
    static Indexer indexer(long address, TensorSpec spec) {
        Pointer pointer = pointer(address, spec);
        return switch (spec.dtype()) {
            case FLOAT16 -> HalfIndexer.create((ShortPointer) pointer);
            case BFLOAT16 -> Bfloat16Indexer.create((ShortPointer) pointer);
            case FLOAT32 -> FloatIndexer.create((FloatPointer) pointer);
            case FLOAT64 -> DoubleIndexer.create((DoublePointer) pointer);
            case INT32 -> IntIndexer.create((IntPointer) pointer);
            case INT64 -> LongIndexer.create((LongPointer) pointer);
            case BOOL -> BooleanIndexer.create((BooleanPointer) pointer);
        };
    }

    /** The elements of a value by their numbers, as bits: whole numbers of as many bytes. */
    static Indexer bits(long address, TensorSpec spec) {
        Pointer untyped = new Address(address);
        Pointer typed = switch (spec.dtype().bytes()) {
            case 1 -> new BytePointer(untyped);
            case 2 -> new ShortPointer(untyped);
            case 4 -> new IntPointer(untyped);
            default -> new LongPointer(untyped);
        };
        typed.capacity(spec.shape().elements());
        return switch (spec.dtype().bytes()) {
            case 1 -> ByteIndexer.create((BytePointer) typed);
            case 2 -> ShortIndexer.create((ShortPointer) typed);
            case 4 -> IntIndexer.create((IntPointer) typed);
            default -> LongIndexer.create((LongPointer) typed);
        };
    }

    /** Copies {@linkplain #bits bits} at equal distances between two values of as many bytes an element. */
    static void move(Indexer to, long first, long step, Indexer from, long fromFirst, long fromStep, long count) {
        if (to instanceof IntIndexer target) {
            IntIndexer source = (IntIndexer) from;
            for (long i = 0; i < count; i++) {
                target.put(first + i * step, source.get(fromFirst + i * fromStep));
            }
        } else if (to instanceof LongIndexer target) {
            LongIndexer source = (LongIndexer) from;
            for (long i = 0; i < count; i++) {
                target.put(first + i * step, source.get(fromFirst + i * fromStep));
            }
        } else if (to instanceof ShortIndexer target) {
            ShortIndexer source = (ShortIndexer) from;
            for (long i = 0; i < count; i++) {
                target.put(first + i * step, source.get(fromFirst + i * fromStep));
            }
        } else {
            ByteIndexer target = (ByteIndexer) to;
            ByteIndexer source = (ByteIndexer) from;
            for (long i = 0; i < count; i++) {
                target.put(first + i * step, source.get(fromFirst + i * fromStep));
            }
        }
    }

    /** Sets all bytes to 0. */
    static void clear(long address, long bytes) {
        Pointer.memset(new Address(address), 0, bytes);
    }

    /** Copies bytes between two places that do not overlap. */
    static void copy(long from, long to, long bytes) {
        Pointer.memcpy(new Address(to), new Address(from), bytes);
    }

    /** Whether elements of a dtype come in Java's arrays of this type, as they are. */
    static boolean takes(DType dtype, Object elements) {
        return switch (dtype) {
            case FLOAT64 -> elements instanceof double[];
            case FLOAT32 -> elements instanceof float[];
            case INT32 -> elements instanceof int[];
            case INT64 -> elements instanceof long[];
            case BOOL -> elements instanceof boolean[];
            case FLOAT16, BFLOAT16 -> false;
        };
    }

    /**
     * Copies all elements of a Java array that the dtype takes.
     *
     * @throws IllegalArgumentException if there are more or fewer than the shape has
     */
    static void put(Object elements, long address, TensorSpec spec) {
        if (Array.getLength(elements) != spec.shape().elements()) {
            throw new IllegalArgumentException(Array.getLength(elements) + " elements for " + spec);
        }
        Pointer untyped = new Address(address);
        if (elements instanceof double[] doubles) {
            new DoublePointer(untyped).put(doubles);
        } else if (elements instanceof float[] floats) {
            new FloatPointer(untyped).put(floats);
        } else if (elements instanceof int[] ints) {
            new IntPointer(untyped).put(ints);
        } else if (elements instanceof long[] longs) {
            new LongPointer(untyped).put(longs);
        } else {
            boolean[] bools = (boolean[]) elements;
            byte[] bytes = new byte[bools.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (bools[i] ? 1 : 0);
            }
            new BytePointer(untyped).put(bytes);
        }
    }

    /** A Java array of as many elements. One that is too large is no end of the program: there is memory for the message. */
    private static <A> A forAll(TensorSpec spec, IntFunction<A> array) {
        long elements = spec.shape().elements();
        if (elements > Integer.MAX_VALUE) {
            throw new IllegalStateException(
                    "no array of Java has the elements of " + spec + ", which has 2^31-1 at most; take parts of it");
        }
        try {
            return array.apply((int) elements);
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "no memory for an array of Java with the elements of " + spec + ": " + e.getMessage(), e);
        }
    }

    /** All elements as doubles. */
    static double[] doubles(long address, TensorSpec spec) {
        double[] doubles = forAll(spec, double[]::new);
        if (spec.dtype() == DType.FLOAT64) {
            new DoublePointer(new Address(address)).get(doubles);
        } else if (spec.dtype() == DType.FLOAT32) {
            float[] floats = floats(address, spec);
            for (int i = 0; i < doubles.length; i++) {
                doubles[i] = floats[i];
            }
        } else if (spec.dtype().isFloating()) {
            Indexer elements = indexer(address, spec);
            for (int i = 0; i < doubles.length; i++) {
                doubles[i] = elements.getDouble(i);
            }
        } else {
            long[] longs = longs(address, spec);
            for (int i = 0; i < doubles.length; i++) {
                doubles[i] = longs[i];
            }
        }
        return doubles;
    }

    /** All elements as floats. */
    static float[] floats(long address, TensorSpec spec) {
        float[] floats = forAll(spec, float[]::new);
        if (spec.dtype() == DType.FLOAT32) {
            new FloatPointer(new Address(address)).get(floats);
        } else {
            double[] doubles = doubles(address, spec);
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) doubles[i];
            }
        }
        return floats;
    }

    /** All elements of an integer or bool as longs. */
    static long[] longs(long address, TensorSpec spec) {
        long[] longs = forAll(spec, long[]::new);
        switch (spec.dtype()) {
            case INT64 -> new LongPointer(new Address(address)).get(longs);
            case INT32 -> {
                int[] ints = forAll(spec, int[]::new);
                new IntPointer(new Address(address)).get(ints);
                for (int i = 0; i < longs.length; i++) {
                    longs[i] = ints[i];
                }
            }
            case BOOL -> {
                byte[] bytes = forAll(spec, byte[]::new);
                new BytePointer(new Address(address)).get(bytes);
                for (int i = 0; i < longs.length; i++) {
                    longs[i] = bytes[i] == 0 ? 0 : 1;
                }
            }
            default -> throw new IllegalArgumentException("elements of " + spec + " are no integers");
        }
        return longs;
    }
}
