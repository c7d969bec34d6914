package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Composites that look elements up and write them by index, mask or segment. */
final class Indexing {
    private Indexing() {}

    static Tensor gather(Operand x, Operand indices, int axis) {
        long resolved = Structure.axis("gather", x, axis);
        return Executor.execute("gather", Attributes.of("axis", resolved), x, indices);
    }

    static Tensor oneHot(Operand indices, int depth, DType dtype) {
        return isHot(indices, depth, -1).castTo(dtype);
    }

    static Tensor oneHot(Operand indices, int depth, int axis, Operand on, Operand off) {
        if (!on.shape().isScalar() || !on.spec().equals(off.spec())) {
            throw Structure.error(
                    "oneHot",
                    indices,
                    "two scalars of one dtype are its values, not " + on.spec() + " and " + off.spec());
        }
        return Tensors.where(isHot(indices, depth, axis), on, off);
    }

    /** Where along a new axis the positions are those of the indices. */
    private static Tensor isHot(Operand indices, int depth, int axis) {
        requireIndices("oneHot", indices);
        int rank = indices.shape().rank();
        if (depth < 0) {
            throw Structure.error("oneHot", indices, "no vector has the negative length " + depth);
        }
        if (axis < -rank - 1 || axis > rank) {
            throw Structure.error("oneHot", indices, "no axis " + axis + " in the result, of rank " + (rank + 1));
        }
        int at = axis < 0 ? axis + rank + 1 : axis;
        Structure.shape("oneHot", indices, Structure.withAxis(indices.shape(), at, depth));
        long[] along = new long[rank + 1 - at];
        Arrays.fill(along, 1);
        along[0] = depth;
        Tensor positions = Tensors.range(0, depth, 1, indices.dtype());
        return indices.expandDims(at).eq(at == rank ? positions : positions.reshape(along));
    }

    static Tensor sequenceMask(Operand lengths, int longest) {
        requireIndices("sequenceMask", lengths);
        if (longest < 0) {
            throw Structure.error("sequenceMask", lengths, "no sequence has the negative length " + longest);
        }
        return Tensors.range(0, longest, 1, lengths.dtype()).lt(lengths.expandDims(-1));
    }

    static Tensor booleanMask(Operand x, Operand mask, int axis) {
        int from = Structure.axis("booleanMask", x, axis);
        int to = from + mask.shape().rank();
        boolean fits = mask.dtype() == DType.BOOL
                && !mask.shape().isScalar()
                && to <= x.shape().rank()
                && mask.shape().equals(x.shape().withAxes(to, x.shape().rank()).withAxes(0, from));
        if (!fits) {
            throw Structure.error(
                    "booleanMask",
                    x,
                    "the mask " + mask.spec()
                            + " must be bool, of rank 1 or more, and of the sizes that x has from axis " + from
                            + " on");
        }
        requireEager("booleanMask", x, mask, "Tensors.where(mask, x, y), which keeps the shape");
        boolean[] chosen = mask.toBooleanArray();
        int[] positions =
                IntStream.range(0, chosen.length).filter(i -> chosen[i]).toArray();
        Tensor flat = x.reshape(x.shape().withAxes(from, to, mask.shape().elements()));
        return gather(flat, Tensors.of(positions), from);
    }

    /** The counts are read in the call, as the shape of the result depends on them. */
    static Tensor repeat(Operand x, Operand times, int axis) {
        requireIndices("repeat", times);
        if (times.shape().rank() != 1) {
            throw Structure.error("repeat", x, "the counts " + times.spec() + " must be a vector");
        }
        requireEager("repeat", x, times, "x.repeat(long[], axis), whose counts are known");
        return x.repeat(times.toLongArray(), axis);
    }

    // ---- segments ----

    static Tensor unsortedSegmentSum(Operand x, Operand segments, long count) {
        return Executor.execute("unsorted_segment_sum", Attributes.of("axis", 0L, "count", count), x, segments);
    }

    static Tensor unsortedSegmentMean(Operand x, Operand segments, long count) {
        Tensor floating = x.dtype().isInteger() ? x.castTo(DType.FLOAT64) : x.asTensor();
        Tensor sum = unsortedSegmentSum(floating, segments, count);
        // Counted as integers, because float16 cannot count beyond 2048.
        Tensor sizes = unsortedSegmentSum(Tensors.fill(DType.INT32, segments.shape(), 1), segments, count)
                .castTo(floating.dtype());
        long[] column = new long[sum.shape().rank()];
        Arrays.fill(column, 1);
        column[0] = count;
        return sum.divNoNan(sizes.reshape(column));
    }

    /** How many segments there are, of numbers that do not fall. */
    static long segments(String op, Operand x, Operand segments) {
        requireIndices(op, segments);
        if (segments.shape().rank() != 1) {
            throw Structure.error(op, x, "the segments " + segments.spec() + " must be a vector");
        }
        requireEager(op, x, segments, "Tensors.unsortedS" + op.substring(1) + ", which is told the number of segments");
        long[] numbers = segments.toLongArray();
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] < (i == 0 ? 0 : numbers[i - 1])) {
                throw Structure.error(
                        op,
                        x,
                        "segment " + numbers[i] + " at [" + i
                                + "]: segments are 0 or more, and in order; use the unsorted form");
            }
        }
        return numbers.length == 0 ? 0 : numbers[numbers.length - 1] + 1;
    }

    // ---- what they have in common ----

    private static void requireIndices(String op, Operand x) {
        if (!x.dtype().isInteger()) {
            throw Structure.error(op, x, "needs int32 or int64, as indices; use castTo");
        }
    }

    private static void requireEager(String op, Operand x, Operand values, String instead) {
        if (Trace.current() != null) {
            throw new IllegalStateException(
                    op + "(x=" + x.spec() + "): the shape of the result depends on the values of "
                            + values.spec() + ", and while a function is traced its tensors have none; use " + instead
                            + ", or call this outside of the compiled function");
        }
    }
}
