package io.autodiff.nd4j.array;

/** Copies a block of elements from one array to another: run by run along one axis, over the others by counting. */
final class BlockCopy {
    /** Runs of fewer elements cost more to begin than to copy. */
    private static final int SHORT = 16;

    private final HostArray to;
    private final HostArray from;
    /** Those axes that are left when neighbours that are walked as one are one; the last is that of the runs. */
    private final long[] sizes;

    private final long[] steps;
    private final long[] fromSteps;
    private int axes;

    BlockCopy(HostArray to, long[] strides, HostArray from, long[] fromStrides, long[] sizes) {
        this.to = to;
        this.from = from;
        this.sizes = new long[sizes.length + 1];
        this.steps = new long[this.sizes.length];
        this.fromSteps = new long[this.sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            add(sizes[axis], strides[axis], fromStrides[axis]);
        }
        if (axes == 0) {
            axes = 1;
            this.sizes[0] = 1;
        }
        if (this.sizes[axes - 1] < SHORT) {
            runAlongTheLongest();
        }
    }

    /** The order of the axes is free. */
    private void runAlongTheLongest() {
        int longest = 0;
        for (int axis = 1; axis < axes; axis++) {
            longest = sizes[axis] > sizes[longest] ? axis : longest;
        }
        for (long[] of : new long[][] {sizes, steps, fromSteps}) {
            long last = of[axes - 1];
            of[axes - 1] = of[longest];
            of[longest] = last;
        }
    }

    private void add(long size, long step, long fromStep) {
        if (size == 1) {
            return;
        }
        int last = axes - 1;
        if (last >= 0 && steps[last] == size * step && fromSteps[last] == size * fromStep) {
            sizes[last] *= size;
        } else {
            last = axes++;
            sizes[last] = size;
        }
        steps[last] = step;
        fromSteps[last] = fromStep;
    }

    void run(long first, long fromFirst) {
        int run = axes - 1;
        long[] index = new long[axes];
        long at = first;
        long fromAt = fromFirst;
        int axis;
        do {
            to.move(at, steps[run], from, fromAt, fromSteps[run], sizes[run]);
            for (axis = run - 1; axis >= 0; axis--) {
                at += steps[axis];
                fromAt += fromSteps[axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                index[axis] = 0;
                at -= sizes[axis] * steps[axis];
                fromAt -= sizes[axis] * fromSteps[axis];
            }
        } while (axis >= 0);
    }
}
