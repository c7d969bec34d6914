package io.autodiff.nn;

import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings what {@link Convolutions} takes to the form of the ops: channels last, and a number for each spatial axis. */
final class Windowed {
    private Windowed() {}

    static Tensor conv(String function, int axes, Operand x, Operand w, ConvOptions options) {
        requireRank(function, "x", x, axes, options.layout());
        requireWeights(function, w, axes);
        Tensor input = channelsLast(x, options.layout());
        long[] sizes = spatial(input.shape(), 1, axes);
        return channelsLike(
                options.layout(),
                Executor.execute("conv", attributes(options, sizes, spatial(w.shape(), 0, axes)), input, w));
    }

    /** Weights [window, channels, multiplier] hold what a convolution in as many groups as channels has as [window, 1, outputs]. */
    static Tensor depthwiseConv(String function, int axes, Operand x, Operand w, ConvOptions options) {
        requireWeights(function, w, axes);
        if (options.groups() != 1) {
            throw new IllegalArgumentException(function + " has a group for each channel, no " + options.groups());
        }
        long[] sizes = w.shape().toArray();
        int channels = (int) Math.min(Integer.MAX_VALUE, sizes[axes]);
        sizes[axes + 1] *= sizes[axes];
        sizes[axes] = 1;
        return conv(function, axes, x, w.reshape(Shape.of(sizes)), options.groups(channels));
    }

    static Tensor convTranspose(
            String function, int axes, Operand x, Operand w, long @Nullable [] outputSizes, ConvOptions options) {
        requireRank(function, "x", x, axes, options.layout());
        requireWeights(function, w, axes);
        Tensor input = channelsLast(x, options.layout());
        long[] window = spatial(w.shape(), 0, axes);
        long[] sizes = outputSizes != null
                ? outputSizes
                : options.padding()
                        .inputSizes(
                                spatial(input.shape(), 1, axes),
                                window,
                                each("strides", options.strides(), axes),
                                each("dilations", options.dilations(), axes));
        if (sizes.length != axes || Arrays.stream(sizes).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(function + " of " + x.spec() + " with weights " + w.spec() + ", "
                    + options + " has no output of sizes " + Arrays.toString(sizes) + "; give " + axes
                    + " sizes from 1");
        }
        long[] output = input.shape().toArray();
        System.arraycopy(sizes, 0, output, 1, axes);
        output[axes + 1] = w.shape().size(axes) * options.groups();
        Attributes a = attributes(options, sizes, window);
        Attributes withShape = Attributes.ofPairs(
                "strides", a.get("strides", List.class),
                "dilations", a.get("dilations", List.class),
                "pads", a.get("pads", List.class),
                "groups", options.groups(),
                "shape", Shape.of(output));
        return channelsLike(options.layout(), Executor.execute("conv_data_gradient", withShape, input, w));
    }

    static Tensor pool(String function, String op, int axes, Operand x, PoolOptions options) {
        requireRank(function, "x", x, axes, options.layout());
        Tensor input = channelsLast(x, options.layout());
        List<Long> window = ConvOptions.each("window sizes", options.window(), axes);
        List<Long> strides = ConvOptions.each("strides", options.strides(), axes);
        List<Long> dilations = ConvOptions.each("dilations", options.dilations(), axes);
        List<Long> pads = options.padding()
                .resolve(
                        spatial(input.shape(), 1, axes),
                        each("window sizes", window, axes),
                        each("strides", strides, axes),
                        each("dilations", dilations, axes));
        return channelsLike(
                options.layout(),
                Executor.execute(
                        op,
                        Attributes.ofPairs("window", window, "strides", strides, "dilations", dilations, "pads", pads),
                        input));
    }

    /** Each element along a new axis after its own, which is then merged with it. */
    static Tensor upsampleNearest(Operand x, Layout layout, int... factors) {
        int axes = requireFactors(x, layout, factors);
        int first = layout == Layout.CHANNELS_LAST ? 1 : 2;
        long[] apart = new long[x.shape().rank() + axes];
        long[] repeated = new long[apart.length];
        long[] merged = x.shape().toArray();
        int to = 0;
        for (int axis = 0; axis < merged.length; axis++) {
            apart[to] = merged[axis];
            repeated[to++] = merged[axis];
            if (axis >= first && axis < first + axes) {
                apart[to] = 1;
                repeated[to++] = factors[axis - first];
                merged[axis] = Math.multiplyExact(merged[axis], factors[axis - first]);
            }
        }
        return x.reshape(Shape.of(apart)).broadcastTo(Shape.of(repeated)).reshape(Shape.of(merged));
    }

    private static int requireFactors(Operand x, Layout layout, int... factors) {
        requireRank("upsampleNearest", "x", x, factors.length, layout);
        if (factors.length == 0 || Arrays.stream(factors).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(
                    "upsampleNearest: a factor for each spatial axis, from 1, not " + Arrays.toString(factors));
        }
        return factors.length;
    }

    /** Along one axis after the other, a product with the matrix of weights. */
    static Tensor resizeBilinear(Operand x, Layout layout, int... sizes) {
        requireRank("resizeBilinear", "x", x, sizes.length, layout);
        int first = layout == Layout.CHANNELS_LAST ? 1 : 2;
        Tensor resized = x.asTensor();
        for (int i = 0; i < sizes.length; i++) {
            long size = x.shape().size(first + i);
            if (sizes[i] < 1 || size < 1 || size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("resizeBilinear of " + x.spec() + " to " + Arrays.toString(sizes)
                        + ": sizes are from 1 to 2^31-1");
            }
            Tensor weights = Tensors.of(bilinear((int) size, sizes[i]), x.dtype());
            resized = product(resized, first + i, weights);
        }
        return resized;
    }

    /** The product of a matrix [to, from] with an axis. */
    private static Tensor product(Tensor x, int axis, Tensor weights) {
        long[] sizes = x.shape().toArray();
        int[] last = lastAxis(sizes.length, axis);
        long[] moved = new long[sizes.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = sizes[last[i]];
        }
        moved[moved.length - 1] = weights.shape().size(0);
        Tensor rows = x.permute(last).reshape(Shape.of(x.shape().elements() / sizes[axis], sizes[axis]));
        int[] back = new int[last.length];
        for (int i = 0; i < last.length; i++) {
            back[last[i]] = i;
        }
        return rows.mmul(weights, false, true).reshape(Shape.of(moved)).permute(back);
    }

    /** The order of axes in which one comes last. */
    private static int[] lastAxis(int rank, int axis) {
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i == rank - 1 ? axis : i < axis ? i : i + 1;
        }
        return order;
    }

    /** Pixels are squares of which the centre is sampled, as in TensorFlow's image.resize. */
    private static double[][] bilinear(int from, int to) {
        double[][] weights = new double[to][from];
        for (int i = 0; i < to; i++) {
            double at = (i + 0.5) * from / to - 0.5;
            double below = Math.floor(at);
            int low = (int) Math.max(below, 0);
            int high = (int) Math.min(below + 1, from - 1);
            weights[i][low] += 1 - (at - below);
            weights[i][high] += at - below;
        }
        return weights;
    }

    private static Attributes attributes(ConvOptions options, long[] sizes, long[] window) {
        int axes = sizes.length;
        List<Long> pads = options.padding()
                .resolve(
                        sizes,
                        window,
                        each("strides", options.strides(), axes),
                        each("dilations", options.dilations(), axes));
        return Attributes.ofPairs(
                "strides", ConvOptions.each("strides", options.strides(), axes),
                "dilations", ConvOptions.each("dilations", options.dilations(), axes),
                "pads", pads,
                "groups", options.groups());
    }

    private static long[] each(String name, List<Long> values, int axes) {
        return ConvOptions.each(name, values, axes).stream()
                .mapToLong(Long::longValue)
                .toArray();
    }

    private static long[] spatial(Shape shape, int first, int axes) {
        return Arrays.copyOfRange(shape.toArray(), first, first + axes);
    }

    private static void requireRank(String function, String name, Operand x, int axes, Layout layout) {
        if (x.shape().rank() != axes + 2) {
            throw new IllegalArgumentException(function + ": '" + name + "' is [images, "
                    + (layout == Layout.CHANNELS_LAST ? "spatial axes, channels" : "channels, spatial axes")
                    + "] of rank " + (axes + 2) + ", not " + x.spec());
        }
    }

    private static void requireWeights(String function, Operand w, int axes) {
        if (w.shape().rank() != axes + 2) {
            throw new IllegalArgumentException(function + ": weights are [window, two axes of channels] of rank "
                    + (axes + 2) + ", not " + w.spec());
        }
    }

    private static Tensor channelsLast(Operand x, Layout layout) {
        if (layout == Layout.CHANNELS_LAST) {
            return x.asTensor();
        }
        int[] order = new int[x.shape().rank()];
        for (int i = 1; i < order.length; i++) {
            order[i] = i == order.length - 1 ? 1 : i + 1;
        }
        return x.permute(order);
    }

    private static Tensor channelsLike(Layout layout, Tensor y) {
        if (layout == Layout.CHANNELS_LAST) {
            return y;
        }
        int[] order = new int[y.shape().rank()];
        for (int i = 1; i < order.length; i++) {
            order[i] = i == 1 ? order.length - 1 : i - 1;
        }
        return y.permute(order);
    }
}
