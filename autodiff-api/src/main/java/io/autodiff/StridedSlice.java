package io.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Indices, one for each axis, as a block with strides, the axes in which it is turned round, and the shape that is left of it.
 */
final class StridedSlice {
    private final Operand x;
    private final long[] begin;
    private final long[] strides;
    private final long[] sizes;
    private final List<Integer> reversed = new ArrayList<>();
    /** Of the result: without the axes of single positions, with the new ones. */
    private final List<Long> shape = new ArrayList<>();

    private int axis;

    private StridedSlice(Operand x) {
        this.x = x;
        this.begin = new long[x.shape().rank()];
        this.strides = new long[begin.length];
        this.sizes = x.shape().toArray();
        Arrays.fill(strides, 1);
    }

    static Tensor get(Operand x, Index... indices) {
        StridedSlice slice = new StridedSlice(x);
        slice.takeAll(indices);
        return slice.apply();
    }

    private void takeAll(Index... indices) {
        long ellipses =
                Arrays.stream(indices).filter(Index.Ellipsis.class::isInstance).count();
        long named = Arrays.stream(indices)
                .filter(index -> index instanceof Index.At || index instanceof Index.Range)
                .count();
        if (ellipses > 1) {
            throw error("more than one ellipsis in " + Arrays.toString(indices));
        }
        if (named > begin.length) {
            throw error(named + " indices for " + begin.length + " axes: " + Arrays.toString(indices));
        }
        int left = begin.length - (int) named;
        for (Index index : indices) {
            take(index, left);
        }
        if (ellipses == 0) {
            take(Index.ellipsis(), left);
        }
    }

    private void take(Index index, int left) {
        if (index instanceof Index.At at) {
            at(at.position());
        } else if (index instanceof Index.Range range) {
            range(range);
        } else if (index instanceof Index.NewAxis) {
            shape.add(1L);
        } else {
            for (int i = 0; i < left; i++) {
                range(Index.all());
            }
        }
    }

    private void at(long position) {
        long size = sizes[axis];
        if (position < -size || position >= size) {
            throw error("index " + position + " is outside of axis " + axis + ", which has size " + size
                    + (size == 0 ? " and takes no index" : ": indices run from " + -size + " to " + (size - 1)));
        }
        begin[axis] = position < 0 ? position + size : position;
        sizes[axis++] = 1;
    }

    /** As Python resolves a slice: bounds count from the end if negative, and are then brought into the axis. */
    private void range(Index.Range range) {
        long size = sizes[axis];
        boolean forward = range.step() > 0;
        // No step takes more than one element of an axis that it is longer than.
        long stride = Math.max(1, Math.min(size, Math.abs(Math.max(range.step(), -Long.MAX_VALUE))));
        // Bounds of the direction of the step: from the first to behind the last.
        long first = bound(range.begin(), size, forward, forward ? 0 : size - 1);
        long end = bound(range.end(), size, forward, forward ? size : -1);
        long length = forward ? end - first : first - end;
        long count = length <= 0 ? 0 : (length - 1) / stride + 1;
        begin[axis] = count == 0 ? 0 : forward ? first : first - (count - 1) * stride;
        strides[axis] = stride;
        sizes[axis] = count;
        if (!forward && count > 1) {
            reversed.add(axis);
        }
        shape.add(count);
        axis++;
    }

    private static long bound(@Nullable Long given, long size, boolean forward, long open) {
        if (given == null) {
            return open;
        }
        long fromStart = given < 0 ? given + size : given;
        return forward ? Math.max(0, Math.min(size, fromStart)) : Math.max(-1, Math.min(size - 1, fromStart));
    }

    private Tensor apply() {
        Shape block = Shape.of(sizes);
        Tensor result = block.equals(x.shape()) ? x.asTensor() : Structure.slice(x, begin, strides, block);
        if (!reversed.isEmpty()) {
            result = result.reverse(reversed.stream().mapToInt(i -> i).toArray());
        }
        Shape wanted = Shape.of(shape.stream().mapToLong(i -> i).toArray());
        return wanted.equals(block) ? result : result.reshape(wanted);
    }

    private IllegalArgumentException error(String problem) {
        return Structure.error("get", x, problem);
    }
}
