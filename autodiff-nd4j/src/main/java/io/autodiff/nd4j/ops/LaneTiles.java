package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.TensorSpec;
import java.util.List;

/**
 * Goes along the lanes of arrays of one shape, from first to last or the other way round, tile by tile: what a tile reads of the arrays is
 * loaded into Java's arrays, as float64 or int64, and what has become of the last of them is stored. A tile is small enough to stay in the
 * processor's nearest memory, and an array of the heap's as long as the tensor, which would first be cleared, is never made.
 */
final class LaneTiles {
    private static final int ELEMENTS = 1024;
    /** The most lanes that are beside each other in a tile, where they are in the array. */
    static final int WIDTH = 64;

    /** Goes along a lane, or a part of it. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Visits a part of a lane that is in the buffers.
         *
         * @param at where its first element is
         * @param step how far the next one is
         * @param count how many there are
         * @param lane its number among those that are beside it, by which something is kept until its next part
         * @param begins whether it is the lane's first
         */
        void visit(int at, int step, int count, int lane, boolean begins);
    }

    /** For each array its elements in a tile, if they are floating. */
    final double[][] floating;
    /** For each array its elements in a tile, if they are not. */
    final long[][] integers;

    private final Lanes lanes;
    private final List<HostArray> from;
    private final TensorSpec spec;

    /**
     * Tiles of arrays.
     *
     * @param lanes of each of them
     * @param from one or more, of one dtype and shape
     */
    LaneTiles(Lanes lanes, List<HostArray> from) {
        this.lanes = lanes;
        this.from = from;
        this.spec = from.get(0).spec();
        boolean isFloating = spec.dtype().isFloating();
        this.floating = new double[from.size()][isFloating ? ELEMENTS : 0];
        this.integers = new long[from.size()][isFloating ? 0 : ELEMENTS];
    }

    /** {@return what a visitor has left in the last array's buffers, of all lanes} */
    HostArray visit(boolean reverse, Visitor visitor) {
        boolean narrow = spec.dtype().isFloating() && spec.dtype().bytes() < 4;
        HostArray result = HostArray.allocate(narrow ? new TensorSpec(DType.FLOAT64, spec.shape()) : spec);
        int width = Math.min(lanes.inner(), WIDTH);
        int most = Math.max(1, Math.min(lanes.size(), ELEMENTS / width));
        boolean whole = most == lanes.size() && width == lanes.inner();
        int blocks = whole ? ELEMENTS / (most * width) : 1;
        for (int outer = 0; outer < lanes.outer(); outer += blocks) {
            int count = Math.min(blocks, lanes.outer() - outer);
            for (int lane = 0; lane < lanes.inner(); lane += width) {
                int beside = Math.min(width, lanes.inner() - lane);
                for (int done = 0; done < lanes.size(); done += most) {
                    int length = Math.min(most, lanes.size() - done);
                    int begin = reverse ? lanes.size() - done - length : done;
                    long first = ((long) outer * lanes.size() + begin) * lanes.inner() + lane;
                    load(first, count * length, beside);
                    visit(count, length, beside, reverse, done == 0, visitor);
                    store(result, first, count * length, beside);
                }
            }
        }
        return narrow ? HostArray.of(spec, result.doubles()) : result;
    }

    private static void visit(int blocks, int length, int beside, boolean reverse, boolean begins, Visitor visitor) {
        int step = reverse ? -beside : beside;
        for (int block = 0; block < blocks; block++) {
            int first = (block * length + (reverse ? length - 1 : 0)) * beside;
            for (int lane = 0; lane < beside; lane++) {
                visitor.visit(first + lane, step, length, lane, begins);
            }
        }
    }

    private void load(long first, int rows, int beside) {
        int run = run(rows, beside);
        for (int done = 0; done < rows * beside; done += run, first += lanes.inner()) {
            for (int i = 0; i < from.size(); i++) {
                from.get(i).load(first, 1, floating[i], integers[i], done, run);
            }
        }
    }

    private void store(HostArray result, long first, int rows, int beside) {
        int last = from.size() - 1;
        int run = run(rows, beside);
        for (int done = 0; done < rows * beside; done += run, first += lanes.inner()) {
            result.store(first, floating[last], integers[last], done, run);
        }
    }

    /** How many elements of a tile follow each other in the array. */
    private int run(int rows, int beside) {
        return beside == lanes.inner() ? rows * beside : beside;
    }
}
