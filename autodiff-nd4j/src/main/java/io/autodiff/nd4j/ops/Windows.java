package io.autodiff.nd4j.ops;

import io.autodiff.Shape;
import io.autodiff.nd4j.products.Convolution;
import io.autodiff.nd4j.products.Pooling;
import io.autodiff.op.OpCall;
import java.util.Arrays;
import java.util.List;

/**
 * How windows lie over the spatial axes of a channels-last tensor: what convolution and pooling have in common. There is one row
 * for each image and position of the window, and one tap for each element of the window; taps that fall on padding are left out.
 */
final class Windows {
    /** Told of neighbouring taps of one window that lie on neighbouring positions of the input. */
    @FunctionalInterface
    interface Run {
        /**
         * Takes one run.
         *
         * @param row of the output, counted over images and spatial axes
         * @param tap the first, in row-major order of the window
         * @param position of the input that lies under it, counted over images and spatial axes
         * @param length how many taps, on as many positions
         */
        void at(int row, int tap, int position, int length);
    }

    private final int images;
    private final int[] input;
    private final int[] window;
    private final int[] strides;
    private final int[] dilations;
    private final int[] before;
    private final int[] after;
    private final int[] output;

    private Windows(long images, int rank) {
        this.images = Math.toIntExact(images);
        input = new int[rank];
        window = new int[rank];
        strides = new int[rank];
        dilations = new int[rank];
        before = new int[rank];
        after = new int[rank];
        output = new int[rank];
    }

    /**
     * The windows of a call that has the attributes {@code strides}, one for each spatial axis, and {@code pads}, two for each:
     * how many positions are added before and after.
     *
     * @param call the call
     * @param x [images, spatial axes, channels]
     * @param window its sizes, one for each spatial axis
     * @param dilations the distances of neighbouring taps, one for each spatial axis
     * @return the windows, at least one position of them
     * @throws IllegalArgumentException if these do not fit together
     */
    static Windows of(OpCall<?> call, Shape x, long[] window, long[] dilations) {
        int rank = x.rank() - 2;
        if (rank < 1) {
            throw call.error("windows need [images, spatial axes, channels], of rank 3 or more, not " + x);
        }
        long[] strides = call.attributes().longs("strides");
        long[] pads = call.attributes().longs("pads");
        requireEach(call, "window", window, rank, 1);
        requireEach(call, "strides", strides, rank, 1);
        requireEach(call, "dilations", dilations, rank, 1);
        requireEach(call, "pads", pads, 2 * rank, 0);
        if (x.elements() > Integer.MAX_VALUE) {
            throw call.error("the shape " + x + " has more than 2^31-1 elements; cut the batch");
        }
        Windows windows = new Windows(x.size(0), rank);
        for (int axis = 0; axis < rank; axis++) {
            long padded = x.size(axis + 1) + pads[2 * axis] + pads[2 * axis + 1];
            long covered = (window[axis] - 1) * dilations[axis] + 1;
            if (padded > Integer.MAX_VALUE || covered > padded) {
                throw call.error("a window of " + window[axis] + " with dilation " + dilations[axis] + " covers "
                        + covered + " and does not fit into spatial axis " + axis + " of " + x + ", with padding "
                        + padded);
            }
            windows.input[axis] = (int) x.size(axis + 1);
            windows.window[axis] = (int) window[axis];
            windows.strides[axis] = (int) strides[axis];
            windows.dilations[axis] = (int) dilations[axis];
            windows.before[axis] = (int) pads[2 * axis];
            windows.after[axis] = (int) pads[2 * axis + 1];
            windows.output[axis] = (int) ((padded - covered) / strides[axis]) + 1;
        }
        return windows;
    }

    private static void requireEach(OpCall<?> call, String name, long[] values, int count, long least) {
        if (values.length != count || Arrays.stream(values).anyMatch(v -> v < least || v > Integer.MAX_VALUE)) {
            throw call.error("'" + name + "' must be " + count + " numbers from " + least + " on, not "
                    + Arrays.toString(values));
        }
    }

    /**
     * The shape with one position for each window.
     *
     * @param channels the size of its last axis
     * @return [images, spatial axes, channels]
     */
    Shape outputShape(long channels) {
        long[] sizes = new long[output.length + 2];
        sizes[0] = images;
        for (int axis = 0; axis < output.length; axis++) {
            sizes[axis + 1] = output[axis];
        }
        sizes[output.length + 1] = channels;
        return Shape.of(sizes);
    }

    /** {@return the first axis along which some window has no tap on the input; -1 if there is none} */
    int axisWithWindowOnPadding() {
        for (int axis = 0; axis < output.length; axis++) {
            long last = (output[axis] - 1L) * strides[axis] - before[axis];
            boolean empty = last >= input[axis];
            for (long start = -before[axis]; !empty && start < 0 && start <= last; start += strides[axis]) {
                long tap = (-start + dilations[axis] - 1) / dilations[axis];
                empty = tap >= window[axis] || start + tap * dilations[axis] >= input[axis];
            }
            if (empty) {
                return axis;
            }
        }
        return -1;
    }

    /** {@return the convolution with these windows, in the terms of the libraries that compute it} */
    Convolution convolution(Convolution.Kind kind, int channels, int outputs, int groups) {
        return new Convolution(
                kind,
                images,
                channels,
                outputs,
                groups,
                list(input),
                list(window),
                list(output),
                list(strides),
                list(dilations),
                list(before),
                list(after));
    }

    /** {@return pooling with these windows, in the terms of the libraries that compute it} */
    Pooling pooling(Pooling.Kind kind, int channels) {
        return new Pooling(
                kind,
                images,
                channels,
                list(input),
                list(window),
                list(output),
                list(strides),
                list(dilations),
                list(before),
                list(after));
    }

    private static List<Integer> list(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    /** {@return the number of rows} */
    int rows() {
        return images * product(output);
    }

    /** {@return the number of taps} */
    int taps() {
        return product(window);
    }

    private static int product(int[] sizes) {
        int product = 1;
        for (int size : sizes) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    /** Tells of all runs, row by row, taps ascending. */
    void forEach(Run run) {
        forEach(0, rows(), run);
    }

    /**
     * Tells of the runs of some rows, row by row, taps ascending.
     *
     * @param from the first row
     * @param to the row after the last
     * @param run is told
     */
    void forEach(int from, int to, Run run) {
        int[] start = new int[output.length];
        for (int row = from; row < to; row++) {
            int rest = row;
            for (int axis = output.length - 1; axis >= 0; axis--) {
                start[axis] = rest % output[axis] * strides[axis] - before[axis];
                rest /= output[axis];
            }
            walk(0, row, start, 0, rest, run);
        }
    }

    private void walk(int axis, int row, int[] start, int tap, int position, Run run) {
        int size = input[axis];
        if (axis == input.length - 1 && dilations[axis] == 1) {
            int first = Math.max(0, -start[axis]);
            int end = Math.min(window[axis], size - start[axis]);
            if (first < end) {
                run.at(row, tap * window[axis] + first, position * size + start[axis] + first, end - first);
            }
            return;
        }
        for (int i = 0; i < window[axis]; i++) {
            int at = start[axis] + i * dilations[axis];
            if (at >= 0 && at < size) {
                int nextTap = tap * window[axis] + i;
                int nextPosition = position * size + at;
                if (axis == input.length - 1) {
                    run.at(row, nextTap, nextPosition, 1);
                } else {
                    walk(axis + 1, row, start, nextTap, nextPosition, run);
                }
            }
        }
    }
}
