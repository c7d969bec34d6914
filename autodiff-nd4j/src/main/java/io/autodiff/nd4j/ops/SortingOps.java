package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.List;

/** The order of elements, from which every sorted thing is taken by its positions; in Java, since ND4J's leaves NaN anywhere. */
final class SortingOps {
    /** As many positions, of the first elements in order, as the attribute {@code count} says. */
    static final Op ARGSORT = Op.named("argsort")
            .inputs("x")
            .attribute("axis", Long.class)
            .attribute("count", Long.class)
            .attribute("descending", Boolean.class)
            .shape(SortingOps::spec)
            .kernel(HostArray.class, SortingOps::argsort)
            .notDifferentiable();

    static final List<Op> OPS = List.of(ARGSORT);

    /** Up to so many, the first ones are found one by one. */
    private static final int FEW = 64;

    private SortingOps() {}

    private static TensorSpec spec(OpCall<TensorSpec> call) {
        Shape x = call.input("x").shape();
        int axis = x.axis(call.attributes().integer("axis"));
        long count = call.attributes().integer("count");
        if (count < 0 || count > x.size(axis)) {
            throw call.error("of " + x.size(axis) + " elements on axis " + axis + " there are no first " + count
                    + "; ask for 0 to " + x.size(axis));
        }
        long[] sizes = x.toArray();
        sizes[axis] = count;
        return new TensorSpec(DType.INT64, Shape.of(sizes));
    }

    private static HostArray argsort(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        int axis = (int) call.attributes().integer("axis");
        long[] keys = keys(x, call.attributes().flag("descending"));
        Lanes from = Lanes.of(x.spec().shape(), axis);
        Lanes to = Lanes.of(call.outputSpec().shape(), axis);
        long[] positions = new long[to.count() * to.size()];
        long[] lane = new long[from.size()];
        for (int number = 0; number < from.count(); number++) {
            int at = from.start(number);
            for (int i = 0; i < lane.length; i++, at += from.inner()) {
                lane[i] = keys[at];
            }
            int[] order = to.size() <= FEW && to.size() < lane.length ? first(lane, to.size()) : sorted(lane);
            at = to.start(number);
            for (int i = 0; i < to.size(); i++, at += to.inner()) {
                positions[at] = order[i];
            }
        }
        return HostArray.of(call.outputSpec(), positions);
    }

    /** Integers that are in the order of the elements; in descending order, those that are in the opposite one. */
    private static long[] keys(HostArray x, boolean descending) {
        long[] keys = x.spec().dtype().isFloating() ? orderedBits(x.doubles()) : x.longs();
        for (int i = 0; descending && i < keys.length; i++) {
            keys[i] = ~keys[i];
        }
        return keys;
    }

    /** The bits of positive numbers are in order, and those of NaN are above them; those of negative ones are in the opposite order. */
    private static long[] orderedBits(double[] elements) {
        long[] keys = new long[elements.length];
        for (int i = 0; i < keys.length; i++) {
            long bits = Double.doubleToLongBits(elements[i] + 0.0); // which makes 0 of -0
            keys[i] = bits ^ ((bits >> 63) & Long.MAX_VALUE);
        }
        return keys;
    }

    /** The positions of the least few, in order: each is put in its place among those found before it. */
    private static int[] first(long[] keys, int count) {
        int[] found = new int[count];
        int size = 0;
        for (int i = 0; i < keys.length; i++) {
            if (size == count && (count == 0 || keys[i] >= keys[found[count - 1]])) {
                continue;
            }
            int place = size < count ? size++ : count - 1;
            for (; place > 0 && keys[found[place - 1]] > keys[i]; place--) {
                found[place] = found[place - 1];
            }
            found[place] = i;
        }
        return found;
    }

    /** The positions in order, those of equal keys as they were: merging runs of 1, 2, 4 and so on. */
    private static int[] sorted(long[] keys) {
        int[] from = new int[keys.length];
        int[] to = new int[keys.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = i;
        }
        for (int run = 1; run < keys.length; run *= 2) {
            for (int start = 0; start < keys.length; start += 2 * run) {
                merge(keys, from, to, start, run);
            }
            int[] merged = to;
            to = from;
            from = merged;
        }
        return from;
    }

    private static void merge(long[] keys, int[] from, int[] to, int start, int run) {
        int middle = Math.min(start + run, keys.length);
        int end = Math.min(start + 2 * run, keys.length);
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takeLeft = right >= end || (left < middle && keys[from[left]] <= keys[from[right]]);
            to[i] = from[takeLeft ? left++ : right++];
        }
    }
}
