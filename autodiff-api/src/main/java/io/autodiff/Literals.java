package io.autodiff;

import io.autodiff.op.TensorSpec;
import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.Executor;
import java.lang.reflect.Array;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Java numbers and arrays, as tensors. */
final class Literals {
    private Literals() {}

    /** A tensor of a number, a boolean, a rectangular array of any rank, an operand, or an array of the engine's kind. */
    static Tensor tensor(Object value, @Nullable DType dtype) {
        Objects.requireNonNull(value, "value");
        if (value instanceof Operand operand) {
            return cast(operand.asTensor(), dtype);
        }
        DType own = dtype(elementType(value.getClass()));
        if (own == null) {
            Tensor copy = AutodiffProvider.current().copyOf(value);
            if (copy == null) {
                throw new IllegalArgumentException(
                        "cannot make a tensor of a " + value.getClass().getTypeName()
                                + "; give an int, long, float, double or boolean, an array of them of any rank, a Tensor, a Variable,"
                                + " or an array of the engine '"
                                + AutodiffProvider.current().name() + "'");
            }
            return cast(Executor.created(copy), dtype);
        }
        DType wanted = dtype == null ? own : dtype;
        Shape shape = shape(value);
        if (shape.isScalar()) {
            return scalar(number(value), wanted, "a tensor");
        }
        Object elements = array("a tensor of " + shape, shape.elements(), count -> buffer(wanted, count));
        fill(value, 0, shape, elements, 0, wanted);
        return Executor.created(AutodiffProvider.current().constant(new TensorSpec(wanted, shape), elements));
    }

    /** An array of Java of any length. One that is too long is no end of the program: there is memory for the message. */
    static <A> A array(String what, long length, IntFunction<A> array) {
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    what + " has " + length + " elements; Java's arrays have 2^31-1 at most");
        }
        try {
            return array.apply((int) length);
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "no memory for " + what + ", of " + length + " elements: " + e.getMessage()
                            + "; start Java with a greater -Xmx",
                    e);
        }
    }

    /** A scalar of a dtype that must be able to hold the number: no fraction and no overflow in an integer. */
    static Tensor scalar(Number number, DType dtype, String where) {
        Objects.requireNonNull(number, "number");
        return Executor.created(AutodiffProvider.current().scalar(dtype, converted(number, dtype, () -> where)));
    }

    private static Tensor cast(Tensor tensor, @Nullable DType dtype) {
        return dtype == null ? tensor : tensor.castTo(dtype);
    }

    /** A number as a Double or Long of the dtype's range. */
    static Number converted(Number number, DType dtype, Supplier<String> where) {
        if (dtype.isFloating()) {
            return number.doubleValue();
        }
        long whole = number.longValue();
        boolean fits = switch (dtype) {
            case INT32 -> whole == (int) whole;
            case BOOL -> whole == 0 || whole == 1;
            default -> true;
        };
        if (number instanceof Double || number instanceof Float) {
            fits &= number.doubleValue() == whole && number.doubleValue() < 0x1p63;
        }
        if (!fits) {
            throw new IllegalArgumentException("the scalar " + number + " does not fit the " + dtype + " of "
                    + where.get() + "; bring the tensor to a floating dtype with castTo(DType.FLOAT64) first");
        }
        return whole;
    }

    private static Class<?> elementType(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element;
    }

    private static @Nullable DType dtype(Class<?> element) {
        if (element == int.class || element == Integer.class) {
            return DType.INT32;
        } else if (element == long.class || element == Long.class) {
            return DType.INT64;
        } else if (element == float.class || element == Float.class) {
            return DType.FLOAT32;
        } else if (element == double.class || element == Double.class) {
            return DType.FLOAT64;
        } else if (element == boolean.class || element == Boolean.class) {
            return DType.BOOL;
        }
        return null;
    }

    /** The sizes along the first elements; {@link #fill} sees to it that the others have the same. */
    private static Shape shape(Object value) {
        int rank = 0;
        for (Class<?> type = value.getClass(); type.isArray(); type = type.getComponentType()) {
            rank++;
        }
        long[] sizes = new long[rank];
        Object first = value;
        for (int axis = 0; axis < rank; axis++) {
            sizes[axis] = Array.getLength(first);
            if (sizes[axis] == 0) {
                break;
            }
            first = Objects.requireNonNull(Array.get(first, 0), "an array in the value");
        }
        return Shape.of(sizes);
    }

    private static Object buffer(DType dtype, int elements) {
        return switch (dtype) {
            case FLOAT64 -> new double[elements];
            case FLOAT16, BFLOAT16, FLOAT32 -> new float[elements];
            case INT32 -> new int[elements];
            case INT64 -> new long[elements];
            case BOOL -> new boolean[elements];
        };
    }

    /** Copies the elements below the nested array at one depth, and gives the position after them. */
    private static int fill(Object from, int depth, Shape shape, Object to, int position, DType dtype) {
        int length = Array.getLength(from);
        if (length != shape.size(depth)) {
            throw new IllegalArgumentException("the nested arrays have different lengths, " + length + " and "
                    + shape.size(depth) + " at depth " + depth + "; a tensor is rectangular");
        }
        if (from.getClass().getComponentType() == to.getClass().getComponentType()) {
            System.arraycopy(from, 0, to, position, length);
            return position + length;
        }
        int next = position;
        for (int i = 0; i < length; i++) {
            Object element = Objects.requireNonNull(Array.get(from, i), "an element of the value");
            if (element.getClass().isArray()) {
                next = fill(element, depth + 1, shape, to, next, dtype);
            } else {
                set(to, next++, converted(number(element), dtype, () -> "a tensor"), dtype);
            }
        }
        return next;
    }

    private static Number number(Object element) {
        return element instanceof Boolean b ? Integer.valueOf(b ? 1 : 0) : (Number) element;
    }

    private static void set(Object to, int index, Number number, DType dtype) {
        switch (dtype) {
            case FLOAT64 -> ((double[]) to)[index] = number.doubleValue();
            case FLOAT16, BFLOAT16, FLOAT32 -> ((float[]) to)[index] = number.floatValue();
            case INT32 -> ((int[]) to)[index] = number.intValue();
            case INT64 -> ((long[]) to)[index] = number.longValue();
            case BOOL -> ((boolean[]) to)[index] = number.longValue() != 0;
        }
    }
}
