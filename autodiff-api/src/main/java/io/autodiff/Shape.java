package io.autodiff;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a tensor's axes: immutable, rank 0 for a scalar.
 *
 * <pre>{@code
 * Shape s = Shape.of(2, 3);
 * s.rank();                            // 2
 * s.elements();                        // 6
 * Shape.broadcast(s, Shape.of(3));     // [2, 3]
 * }</pre>
 */
public final class Shape {
    /** The shape of a scalar: rank 0, one element. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] sizes;
    private final long elements;

    private Shape(long[] sizes) {
        this.sizes = sizes;
        long n = 1;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("a shape has no negative size: " + Arrays.toString(sizes));
            }
        }
        // An empty axis makes the product 0 whatever the others are, so overflow is only asked of the rest.
        if (LongStream.of(sizes).noneMatch(size -> size == 0)) {
            for (long size : sizes) {
                try {
                    n = Math.multiplyExact(n, size);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException(
                            "the shape " + Arrays.toString(sizes) + " has more than 2^63-1 elements", e);
                }
            }
        } else {
            n = 0;
        }
        this.elements = n;
    }

    /**
     * A shape of the given sizes.
     *
     * @param sizes one size for each axis, none negative; empty for a scalar
     * @return the shape
     * @throws IllegalArgumentException if a size is negative or the element count overflows a long
     */
    public static Shape of(long... sizes) {
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    /** {@return the number of axes} */
    public int rank() {
        return sizes.length;
    }

    /**
     * The size of one axis.
     *
     * @param axis from 0 to rank - 1
     * @return its size
     * @throws IllegalArgumentException if there is no such axis
     */
    public long size(int axis) {
        if (axis < 0 || axis >= sizes.length) {
            throw new IllegalArgumentException("no axis " + axis + " in shape " + this);
        }
        return sizes[axis];
    }

    /** {@return the number of elements; 1 for a scalar, 0 if an axis is empty} */
    public long elements() {
        return elements;
    }

    /** {@return whether the rank is 0} */
    public boolean isScalar() {
        return sizes.length == 0;
    }

    /** {@return the sizes as an array of the caller's own} */
    public long[] toArray() {
        return sizes.clone();
    }

    /**
     * Resolves axis numbers, which may count from the end, to a set.
     *
     * @param axes from -rank to rank - 1, each axis at most once; empty for all axes
     * @return for each axis of this shape, whether it was named
     * @throws IllegalArgumentException if an axis does not exist or is named twice
     */
    public boolean[] select(long... axes) {
        boolean[] named = new boolean[rank()];
        for (long axis : Objects.requireNonNull(axes, "axes")) {
            int i = axis(axis);
            if (named[i]) {
                throw new IllegalArgumentException("axis " + axis + " is named twice for shape " + this);
            }
            named[i] = true;
        }
        if (axes.length == 0) {
            Arrays.fill(named, true);
        }
        return named;
    }

    /**
     * Resolves one axis number, which may count from the end.
     *
     * @param axis from -rank to rank - 1
     * @return the same axis, from 0 to rank - 1
     * @throws IllegalArgumentException if there is no such axis
     */
    public int axis(long axis) {
        if (axis < -rank() || axis >= rank()) {
            throw new IllegalArgumentException("no axis " + axis + " in shape " + this
                    + (isScalar() ? ": a scalar has no axes" : ": axes run from " + -rank() + " to " + (rank() - 1)));
        }
        return (int) (axis < 0 ? axis + rank() : axis);
    }

    /**
     * The shape with other axes in place of some.
     *
     * <pre>{@code
     * Shape.of(2, 3, 4).withAxes(1, 2, 5, 6);      // [2, 5, 6, 4]
     * Shape.of(2, 3).withAxes(1, 1, 1);            // [2, 1, 3]: a new axis
     * }</pre>
     *
     * @param from the first axis that goes
     * @param to the axis after the last that goes
     * @param newSizes of the axes that come
     * @return the shape
     * @throws IllegalArgumentException if there are no such axes, or as {@link #of} says
     */
    public Shape withAxes(int from, int to, long... newSizes) {
        if (from < 0 || to < from || to > rank()) {
            throw new IllegalArgumentException("no axes from " + from + " to " + to + " in shape " + this);
        }
        long[] all = Arrays.copyOf(sizes, rank() - (to - from) + newSizes.length);
        System.arraycopy(newSizes, 0, all, from, newSizes.length);
        System.arraycopy(sizes, to, all, from + newSizes.length, rank() - to);
        return of(all);
    }

    /**
     * The shape that both operands of an elementwise op are broadcast to, by NumPy's rule: aligned at the last axis, sizes
     * are equal or one of them is 1.
     *
     * @param a one shape
     * @param b the other
     * @return the common shape, or null if there is none
     */
    public static @Nullable Shape broadcast(Shape a, Shape b) {
        if (a.equals(b) || b.isScalar()) {
            return a;
        }
        if (a.isScalar()) {
            return b;
        }
        long[] sizes = new long[Math.max(a.rank(), b.rank())];
        for (int i = 1; i <= sizes.length; i++) {
            long m = i <= a.rank() ? a.sizes[a.rank() - i] : 1;
            long n = i <= b.rank() ? b.sizes[b.rank() - i] : 1;
            if (m != n && m != 1 && n != 1) {
                return null;
            }
            sizes[sizes.length - i] = m == 1 ? n : m;
        }
        return new Shape(sizes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Shape s && Arrays.equals(sizes, s.sizes));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** {@return the sizes in brackets, such as {@code [2, 3]}; {@code []} for a scalar} */
    @Override
    public String toString() {
        return Objects.requireNonNull(Arrays.toString(sizes));
    }
}
