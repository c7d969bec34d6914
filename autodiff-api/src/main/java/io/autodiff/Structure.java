package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Composites that arrange, cut and repeat elements. None of them reads one. */
final class Structure {
    private Structure() {}

    // ---- errors, in the form of those of ops ----

    static IllegalArgumentException error(String op, Operand x, String problem) {
        return new IllegalArgumentException(op + "(x=" + x.spec() + "): " + problem);
    }

    /** Resolves an axis, which may count from the end, of x. */
    static int axis(String op, Operand x, long axis) {
        if (axis < -x.shape().rank() || axis >= x.shape().rank()) {
            throw error(op, x, "no axis " + axis + " in shape " + x.shape());
        }
        return x.shape().axis(axis);
    }

    /** The shape of a result, or the error that it is too large for one. */
    static Shape shape(String op, Operand x, long... sizes) {
        try {
            return Shape.of(sizes);
        } catch (IllegalArgumentException e) {
            throw error(op, x, String.valueOf(e.getMessage()));
        }
    }

    private static long product(String op, Operand x, long size, long times) {
        if (times < 0) {
            throw error(op, x, "nothing is repeated " + times + " times");
        }
        try {
            return Math.multiplyExact(size, times);
        } catch (ArithmeticException e) {
            throw error(op, x, "an axis of size " + size + " repeated " + times + " times is more than 2^63-1");
        }
    }

    // ---- shapes ----

    static Tensor reshape(Operand x, long... sizes) {
        long[] resolved = sizes.clone();
        int free = -1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && free < 0) {
                free = i;
                resolved[i] = 1;
            } else if (sizes[i] < 0) {
                throw error(
                        "reshape",
                        x,
                        "to " + Arrays.toString(sizes) + ": one size may be -1, the others are 0 or more");
            }
        }
        if (free >= 0) {
            long known = shape("reshape", x, resolved).elements();
            long elements = x.shape().elements();
            if (known == 0 || elements % known != 0) {
                throw error(
                        "reshape",
                        x,
                        "to " + Arrays.toString(sizes) + ": no size in place of -1 gives " + elements + " elements");
            }
            resolved[free] = elements / known;
        }
        return x.reshape(shape("reshape", x, resolved));
    }

    static Tensor expandDims(Operand x, int axis) {
        int rank = x.shape().rank();
        if (axis < -rank - 1 || axis > rank) {
            throw error("expandDims", x, "no axis " + axis + " in the result, of rank " + (rank + 1));
        }
        int at = axis < 0 ? axis + rank + 1 : axis;
        return x.reshape(x.shape().withAxes(at, at, 1));
    }

    static Tensor squeeze(Operand x, int... axes) {
        boolean[] named = new boolean[x.shape().rank()];
        for (int axis : axes) {
            named[axis("squeeze", x, axis)] = true;
        }
        Shape shape = x.shape();
        for (int axis = named.length - 1; axis >= 0; axis--) {
            if (named[axis] && x.shape().size(axis) != 1) {
                throw error(
                        "squeeze", x, "axis " + axis + " has size " + x.shape().size(axis) + ", not 1");
            }
            if (axes.length == 0 ? x.shape().size(axis) == 1 : named[axis]) {
                shape = shape.withAxes(axis, axis + 1);
            }
        }
        return x.reshape(shape);
    }

    static Tensor transpose(Operand x) {
        int rank = x.shape().rank();
        int[] reversed = new int[rank];
        for (int i = 0; i < rank; i++) {
            reversed[i] = rank - 1 - i;
        }
        return x.permute(reversed);
    }

    // ---- repetition: a new axis of size 1 is broadcast, and then taken for one with its neighbour ----

    static Tensor tile(Operand x, long... times) {
        if (times.length != x.shape().rank()) {
            throw error("tile", x, Arrays.toString(times) + " must say a number for each axis");
        }
        long[] sizes = x.shape().toArray();
        Shape apart = x.shape();
        Shape repeated = x.shape();
        for (int axis = times.length - 1; axis >= 0; axis--) {
            sizes[axis] = product("tile", x, sizes[axis], times[axis]);
            if (times[axis] != 1) {
                apart = apart.withAxes(axis, axis, 1);
                repeated = shape("tile", x, withAxis(repeated, axis, times[axis]));
            }
        }
        return x.reshape(apart).broadcastTo(repeated).reshape(shape("tile", x, sizes));
    }

    static Tensor repeat(Operand x, long times, int axis) {
        int at = axis("repeat", x, axis);
        long[] sizes = x.shape().toArray();
        sizes[at] = product("repeat", x, sizes[at], times);
        Shape result = shape("repeat", x, sizes);
        Shape apart = x.shape().withAxes(at + 1, at + 1, 1);
        return x.reshape(apart)
                .broadcastTo(apart.withAxes(at + 1, at + 2, times))
                .reshape(result);
    }

    /** Each slice so many times: those that the indices of a gather name. */
    static Tensor repeat(Operand x, long[] times, int axis) {
        int at = axis("repeat", x, axis);
        if (times.length != x.shape().size(at)) {
            throw error(
                    "repeat", x, times.length + " counts for the " + x.shape().size(at) + " slices of axis " + at);
        }
        long total = 0;
        for (long count : times) {
            if (count < 0) {
                throw error("repeat", x, "nothing is repeated " + count + " times");
            }
            total = Math.min(total, Integer.MAX_VALUE) + Math.min(count, Integer.MAX_VALUE);
        }
        if (total > Integer.MAX_VALUE) {
            throw error("repeat", x, "more than 2^31-1 slices: " + Arrays.toString(times) + " of each");
        }
        shape("repeat", x, x.shape().withAxes(at, at + 1, total).toArray());
        int[] slices = Literals.array("the slices to repeat", total, int[]::new);
        int to = 0;
        for (int i = 0; i < times.length; i++) {
            Arrays.fill(slices, to, to += (int) times[i], i);
        }
        return x.gather(Tensors.of(slices), at);
    }

    static long[] withAxis(Shape shape, int axis, long size) {
        long[] sizes = new long[shape.rank() + 1];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = i == axis ? size : shape.size(i < axis ? i : i - 1);
        }
        return sizes;
    }

    // ---- parts ----

    static Tensor slice(Operand x, long[] begin, Shape shape) {
        long[] strides = new long[begin.length];
        Arrays.fill(strides, 1);
        return slice(x, begin, strides, shape);
    }

    static Tensor slice(Operand x, long[] begin, long[] strides, Shape shape) {
        return Executor.execute(
                "slice",
                Attributes.ofPairs(
                        "begin", Composites.longs(begin), "strides", Composites.longs(strides), "shape", shape),
                x);
    }

    /** Some of the slices along one axis. */
    static Tensor part(Operand x, int axis, long begin, long size) {
        long[] first = new long[x.shape().rank()];
        first[axis] = begin;
        return slice(x, first, x.shape().withAxes(axis, axis + 1, size));
    }

    static List<Tensor> split(Operand x, int parts, int axis) {
        int at = axis("split", x, axis);
        long size = x.shape().size(at);
        if (parts <= 0 || size % parts != 0) {
            throw error(
                    "split",
                    x,
                    "axis " + at + " of size " + size + " cannot be cut into " + parts
                            + " equal parts; give their sizes");
        }
        long[] sizes = Literals.array("the parts of split", parts, long[]::new);
        Arrays.fill(sizes, size / parts);
        return split(x, sizes, at);
    }

    static List<Tensor> split(Operand x, long[] sizes, int axis) {
        int at = axis("split", x, axis);
        long left = x.shape().size(at);
        for (long size : sizes) {
            left = size < 0 || size > left ? -1 : left - size;
        }
        if (left != 0) {
            throw error(
                    "split",
                    x,
                    "the sizes " + Arrays.toString(sizes) + " must be 0 or more and add up to "
                            + x.shape().size(at) + ", the size of axis " + at);
        }
        Tensor whole = x.asTensor();
        List<Tensor> parts = new ArrayList<>();
        long begin = 0;
        for (long size : sizes) {
            parts.add(part(whole, at, begin, size));
            begin += size;
        }
        return Collections.unmodifiableList(parts);
    }

    static List<Tensor> unstack(Operand x, int axis) {
        int at = axis("unstack", x, axis);
        Tensor whole = x.asTensor();
        Shape slice = x.shape().withAxes(at, at + 1);
        List<Tensor> parts = new ArrayList<>();
        for (long i = 0; i < x.shape().size(at); i++) {
            parts.add(part(whole, at, i, 1).reshape(slice));
        }
        return Collections.unmodifiableList(parts);
    }

    // ---- another order ----

    static Tensor concat(int axis, Operand... inputs) {
        if (inputs.length == 0) {
            throw new IllegalArgumentException("concat needs at least one input");
        }
        long resolved = axis("concat", inputs[0], axis);
        return Executor.execute("concat", Attributes.of("axis", resolved), inputs);
    }

    static Tensor reverse(Operand x, int... axes) {
        boolean[] named = new boolean[x.shape().rank()];
        for (int axis : axes) {
            named[axis("reverse", x, axis)] = true;
        }
        List<Long> ascending = new ArrayList<>();
        for (int axis = 0; axis < named.length; axis++) {
            if (named[axis] || axes.length == 0) {
                ascending.add((long) axis);
            }
        }
        return Executor.execute("reverse", Attributes.of("axes", ascending), x);
    }

    static Tensor roll(Operand x, long shift, int axis) {
        int at = axis("roll", x, axis);
        long size = x.shape().size(at);
        Tensor whole = x.asTensor();
        long last = size == 0 ? 0 : Math.floorMod(shift, size);
        return last == 0 ? whole : concat(at, part(whole, at, size - last, last), part(whole, at, 0, size - last));
    }

    static List<Tensor> meshgrid(boolean cartesian, Operand... axes) {
        long[] sizes = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            if (axes[i].shape().rank() != 1) {
                throw error("meshgrid", axes[i], "the coordinates along an axis are a vector");
            }
            sizes[gridAxis(cartesian, i, axes.length)] = axes[i].shape().size(0);
        }
        Shape grid = axes.length == 0 ? Shape.SCALAR : shape("meshgrid", axes[0], sizes);
        List<Tensor> coordinates = new ArrayList<>();
        for (int i = 0; i < axes.length; i++) {
            long[] along = new long[axes.length];
            Arrays.fill(along, 1);
            along[gridAxis(cartesian, i, axes.length)] = axes[i].shape().size(0);
            coordinates.add(axes[i].reshape(along).broadcastTo(grid));
        }
        return Collections.unmodifiableList(coordinates);
    }

    private static int gridAxis(boolean cartesian, int operand, int count) {
        return cartesian && count > 1 && operand < 2 ? 1 - operand : operand;
    }

    // ---- diagonals and triangles ----

    /** For each element of a matrix, by how much its column's number is greater than its row's: 0 on the diagonal. */
    static Tensor offsets(long rows, long columns) {
        Tensor down = Tensors.range(0, rows, 1, DType.INT64).reshape(rows, 1);
        return Tensors.range(0, columns, 1, DType.INT64).sub(down);
    }

    static Tensor eye(DType dtype, long rows, long columns) {
        // Refused before its axes are filled with numbers.
        Shape.of(rows, columns);
        return offsets(rows, columns).eq(0).castTo(dtype);
    }

    static Tensor diag(Operand x) {
        int rank = x.shape().rank();
        if (rank == 0) {
            throw error("diag", x, "a scalar is no diagonal");
        }
        long size = x.shape().size(rank - 1);
        shape("diag", x, withAxis(x.shape(), rank, size));
        return Tensors.where(offsets(size, size).eq(0), x.expandDims(rank - 1), zero(x.dtype()));
    }

    static Tensor diagPart(Operand x) {
        int rows = x.shape().rank() - 2;
        requireMatrices("diagPart", x);
        long m = x.shape().size(rows);
        long n = x.shape().size(rows + 1);
        if (x.shape().elements() == 0) {
            return x.reshape(x.shape().withAxes(rows, rows + 2, Math.min(m, n)));
        }
        Tensor flat = x.reshape(x.shape().withAxes(rows, rows + 2, m * n));
        long[] strides = new long[rows + 1];
        Arrays.fill(strides, 1);
        strides[rows] = n + 1;
        return slice(flat, new long[rows + 1], strides, flat.shape().withAxes(rows, rows + 1, Math.min(m, n)));
    }

    static Tensor triangle(Operand x, int diagonal, boolean upper) {
        requireMatrices(upper ? "triu" : "tril", x);
        int rows = x.shape().rank() - 2;
        Tensor offsets = offsets(x.shape().size(rows), x.shape().size(rows + 1));
        return Tensors.where(upper ? offsets.gte(diagonal) : offsets.lte(diagonal), x, zero(x.dtype()));
    }

    private static void requireMatrices(String op, Operand x) {
        if (x.shape().rank() < 2) {
            throw error(op, x, "is of matrices, in the last two axes");
        }
    }

    private static Tensor zero(DType dtype) {
        return Tensors.fill(dtype, Shape.SCALAR, 0);
    }
}
