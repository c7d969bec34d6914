package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Samples of convolution and pooling. */
final class ConvolutionSamples {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Random RANDOM = Random.seeded(11);

    private ConvolutionSamples() {}

    static List<OpSample> all() {
        RANDOM.setSeed(11); // the same samples for each test
        List<OpSample> samples = new ArrayList<>();
        convolutions(samples);
        knownConvolutions(samples);
        emptyConvolutions(samples);
        pools(samples);
        knownPools(samples);
        return samples;
    }

    /** A convolution by its sizes: x [images, spatial, channels], w [window, channels / groups, outputs]. */
    private record Conv(
            Shape x, Shape w, Shape y, List<Long> strides, List<Long> dilations, List<Long> pads, long groups) {
        Object[] attributes(Object... more) {
            Object[] shared = {"strides", strides, "dilations", dilations, "pads", pads, "groups", groups};
            Object[] all = Arrays.copyOf(shared, shared.length + more.length);
            System.arraycopy(more, 0, all, shared.length, more.length);
            return all;
        }
    }

    private static final List<Conv> CONVOLUTIONS = List.of(
            conv(Shape.of(2, 5, 2), Shape.of(3, 2, 2), Shape.of(2, 3, 2), List.of(1L), List.of(1L), List.of(0L, 0L), 1),
            conv(Shape.of(1, 6, 1), Shape.of(2, 1, 2), Shape.of(1, 4, 2), List.of(2L), List.of(2L), List.of(1L, 2L), 1),
            conv(Shape.of(1, 3, 1), Shape.of(1, 1, 1), Shape.of(1, 3, 1), List.of(1L), List.of(1L), List.of(0L, 0L), 1),
            conv(
                    Shape.of(2, 4, 3, 2),
                    Shape.of(2, 3, 2, 3),
                    Shape.of(2, 3, 3, 3),
                    List.of(1L, 1L),
                    List.of(1L, 1L),
                    List.of(0L, 0L, 1L, 1L),
                    1),
            conv(
                    Shape.of(1, 5, 5, 1),
                    Shape.of(3, 2, 1, 2),
                    Shape.of(1, 3, 2, 2),
                    List.of(2L, 3L),
                    List.of(1L, 2L),
                    List.of(1L, 1L, 0L, 1L),
                    1),
            conv(
                    Shape.of(1, 3, 3, 4),
                    Shape.of(2, 2, 2, 4),
                    Shape.of(1, 2, 2, 4),
                    List.of(1L, 1L),
                    List.of(1L, 1L),
                    List.of(0L, 0L, 0L, 0L),
                    2),
            conv(
                    Shape.of(1, 4, 3, 2),
                    Shape.of(3, 2, 1, 4),
                    Shape.of(1, 2, 2, 4),
                    List.of(2L, 2L),
                    List.of(1L, 1L),
                    List.of(1L, 1L, 0L, 1L),
                    2),
            conv(
                    Shape.of(1, 3, 2, 3, 1),
                    Shape.of(2, 2, 2, 1, 2),
                    Shape.of(1, 2, 1, 2, 2),
                    List.of(1L, 1L, 1L),
                    List.of(1L, 1L, 1L),
                    List.of(0L, 0L, 0L, 0L, 0L, 0L),
                    1),
            conv(
                    Shape.of(1, 3, 1, 4, 2),
                    Shape.of(2, 1, 3, 2, 1),
                    Shape.of(1, 2, 1, 3, 1),
                    List.of(2L, 1L, 2L),
                    List.of(1L, 1L, 1L),
                    List.of(0L, 1L, 0L, 0L, 1L, 2L),
                    1),
            // The last positions of the input lie under no window, and padding may be wider than the window.
            conv(Shape.of(1, 5, 1), Shape.of(2, 1, 1), Shape.of(1, 2, 1), List.of(3L), List.of(1L), List.of(0L, 0L), 1),
            conv(
                    Shape.of(1, 2, 1),
                    Shape.of(2, 1, 1),
                    Shape.of(1, 6, 1),
                    List.of(1L),
                    List.of(1L),
                    List.of(3L, 2L),
                    1));

    private static Conv conv(
            Shape x, Shape w, Shape y, List<Long> strides, List<Long> dilations, List<Long> pads, long groups) {
        return new Conv(x, w, y, strides, dilations, pads, groups);
    }

    private static Tensor random(Shape shape) {
        return RANDOM.normal(DType.FLOAT64, shape.toArray());
    }

    private static void convolutions(List<OpSample> samples) {
        for (Conv conv : CONVOLUTIONS) {
            Tensor x = random(conv.x);
            Tensor w = random(conv.w);
            Tensor y = random(conv.y);
            samples.add(OpSample.of("conv", x, w).with(conv.attributes()).expecting(definition(conv, x, w)));
            samples.add(OpSample.of("conv_data_gradient", y, w).with(conv.attributes("shape", conv.x)));
            samples.add(OpSample.of("conv_weight_gradient", x, y).with(conv.attributes("shape", conv.w)));
        }
    }

    /** Convolution by its definition, element by element. */
    private static double[] definition(Conv conv, Tensor x, Tensor w) {
        double[] xs = x.toDoubleArray();
        double[] ws = w.toDoubleArray();
        double[] ys = new double[(int) conv.y.elements()];
        int rank = conv.x.rank() - 2;
        int in = (int) conv.w.size(rank);
        int perGroup = (int) (conv.w.size(rank + 1) / conv.groups);
        for (int i = 0; i < ys.length; i++) {
            long[] at = indices(conv.y, i);
            for (int j = 0; j < ws.length; j++) {
                long[] tap = indices(conv.w, j);
                long[] from = at.clone();
                boolean inside = tap[rank + 1] == at[rank + 1];
                for (int axis = 0; axis < rank; axis++) {
                    from[axis + 1] = at[axis + 1] * conv.strides.get(axis)
                            + tap[axis] * conv.dilations.get(axis)
                            - conv.pads.get(2 * axis);
                    inside &= from[axis + 1] >= 0 && from[axis + 1] < conv.x.size(axis + 1);
                }
                from[rank + 1] = at[rank + 1] / perGroup * in + tap[rank];
                if (inside) {
                    ys[i] += xs[position(conv.x, from)] * ws[j];
                }
            }
        }
        return ys;
    }

    private static long[] indices(Shape shape, long position) {
        long[] indices = new long[shape.rank()];
        for (int axis = indices.length - 1; axis >= 0; axis--) {
            indices[axis] = position % shape.size(axis);
            position /= shape.size(axis);
        }
        return indices;
    }

    private static int position(Shape shape, long[] indices) {
        long position = 0;
        for (int axis = 0; axis < indices.length; axis++) {
            position = position * shape.size(axis) + indices[axis];
        }
        return (int) position;
    }

    private static void knownConvolutions(List<OpSample> samples) {
        Tensor x = Tensors.of(new double[] {1, 2, 3, 4}).reshape(1, 4, 1);
        Tensor w = Tensors.of(new double[] {10, 1}).reshape(2, 1, 1);
        Conv plain = conv(x.shape(), w.shape(), Shape.of(1, 3, 1), List.of(1L), List.of(1L), List.of(0L, 0L), 1);
        samples.add(OpSample.of("conv", x, w).with(plain.attributes()).expecting(12, 23, 34));
        samples.add(OpSample.of("conv_data_gradient", x.slice(new long[3], plain.y), w)
                .with(plain.attributes("shape", plain.x))
                .expecting(10, 21, 32, 3));
        samples.add(OpSample.of("conv_weight_gradient", x, x.slice(new long[3], plain.y))
                .with(plain.attributes("shape", plain.w))
                .expecting(14, 20));
        samples.add(OpSample.of(
                        "conv", Tensors.of(new double[] {1, NAN, 3, INF}).reshape(1, 4, 1), w)
                .with(plain.attributes())
                .expecting(NAN, NAN, INF)
                .valueOnly());
    }

    private static void emptyConvolutions(List<OpSample> samples) {
        for (Conv conv : List.of(
                conv(
                        Shape.of(0, 3, 1),
                        Shape.of(2, 1, 2),
                        Shape.of(0, 2, 2),
                        List.of(1L),
                        List.of(1L),
                        List.of(0L, 0L),
                        1),
                conv(
                        Shape.of(1, 3, 0),
                        Shape.of(2, 0, 2),
                        Shape.of(1, 2, 2),
                        List.of(1L),
                        List.of(1L),
                        List.of(0L, 0L),
                        1),
                conv(
                        Shape.of(1, 3, 1),
                        Shape.of(2, 1, 0),
                        Shape.of(1, 2, 0),
                        List.of(1L),
                        List.of(1L),
                        List.of(0L, 0L),
                        1),
                conv(
                        Shape.of(1, 0, 1),
                        Shape.of(2, 1, 2),
                        Shape.of(1, 2, 2),
                        List.of(1L),
                        List.of(1L),
                        List.of(1L, 2L),
                        1),
                conv(
                        Shape.of(1, 3, 0),
                        Shape.of(2, 0, 2),
                        Shape.of(1, 2, 2),
                        List.of(1L),
                        List.of(1L),
                        List.of(0L, 0L),
                        2),
                conv(
                        Shape.of(0, 3, 2),
                        Shape.of(2, 1, 2),
                        Shape.of(0, 2, 2),
                        List.of(1L),
                        List.of(1L),
                        List.of(0L, 0L),
                        2))) {
            Tensor x = random(conv.x);
            Tensor w = random(conv.w);
            Tensor y = random(conv.y);
            samples.add(
                    OpSample.of("conv", x, w).with(conv.attributes()).expecting(new double[(int) conv.y.elements()]));
            samples.add(OpSample.of("conv_data_gradient", y, w)
                    .with(conv.attributes("shape", conv.x))
                    .expecting(new double[(int) conv.x.elements()]));
            samples.add(OpSample.of("conv_weight_gradient", x, y)
                    .with(conv.attributes("shape", conv.w))
                    .expecting(new double[(int) conv.w.elements()]));
        }
    }

    private static Object[] pool(List<Long> window, List<Long> strides, List<Long> pads, Object... more) {
        Object[] shared = {"window", window, "strides", strides, "pads", pads};
        Object[] all = Arrays.copyOf(shared, shared.length + more.length);
        System.arraycopy(more, 0, all, shared.length, more.length);
        return all;
    }

    /** A pooling of x to y. */
    private record Pool(Shape x, Shape y, List<Long> window, List<Long> strides, List<Long> pads) {}

    private static void pools(List<OpSample> samples) {
        for (Pool pool : List.of(
                new Pool(Shape.of(2, 5, 2), Shape.of(2, 2, 2), List.of(2L), List.of(2L), List.of(0L, 0L)),
                new Pool(Shape.of(1, 4, 1), Shape.of(1, 4, 1), List.of(3L), List.of(1L), List.of(1L, 1L)),
                new Pool(Shape.of(1, 1, 1), Shape.of(1, 1, 1), List.of(1L), List.of(1L), List.of(0L, 0L)),
                new Pool(
                        Shape.of(1, 4, 3, 2),
                        Shape.of(1, 2, 2, 2),
                        List.of(2L, 2L),
                        List.of(2L, 2L),
                        List.of(0L, 0L, 0L, 1L)),
                new Pool(
                        Shape.of(2, 3, 3, 1),
                        Shape.of(2, 2, 3, 1),
                        List.of(2L, 3L),
                        List.of(1L, 1L),
                        List.of(0L, 0L, 1L, 1L)),
                new Pool(
                        Shape.of(1, 2, 3, 2, 1),
                        Shape.of(1, 1, 2, 2, 1),
                        List.of(2L, 2L, 1L),
                        List.of(2L, 1L, 1L),
                        List.of(0L, 0L, 0L, 0L, 0L, 0L)),
                new Pool(Shape.of(0, 4, 1), Shape.of(0, 2, 1), List.of(2L), List.of(2L), List.of(0L, 0L)),
                new Pool(Shape.of(1, 4, 0), Shape.of(1, 2, 0), List.of(2L), List.of(2L), List.of(0L, 0L)))) {
            Tensor x = random(pool.x);
            Tensor y = random(pool.y);
            Object[] attributes = pool(pool.window, pool.strides, pool.pads);
            samples.add(OpSample.of("max_pool", x).with(attributes));
            samples.add(OpSample.of("max_pool_gradient", x, y).with(attributes));
            samples.add(OpSample.of("max_pool_select", x, random(pool.x)).with(attributes));
            samples.add(OpSample.of("avg_pool", x).with(attributes));
            samples.add(OpSample.of("avg_pool_gradient", y)
                    .with(pool(pool.window, pool.strides, pool.pads, "shape", pool.x)));
        }
    }

    private static void knownPools(List<OpSample> samples) {
        Tensor x = Tensors.of(new double[] {1, 3, 3, -2, 5}).reshape(1, 5, 1);
        Tensor dy = Tensors.of(new double[] {1, 10, 100, 1000, 10000}).reshape(1, 5, 1);
        Object[] three = pool(List.of(3L), List.of(1L), List.of(1L, 1L));
        samples.add(
                OpSample.of("max_pool", x).with(three).expecting(3, 3, 3, 5, 5).valueOnly());
        samples.add(OpSample.of("max_pool_gradient", x, dy)
                .with(three)
                .expecting(0, 111, 0, 0, 11000)
                .valueOnly());
        samples.add(OpSample.of("max_pool_select", x, dy)
                .with(three)
                .expecting(10, 10, 10, 10000, 10000)
                .valueOnly());
        samples.add(OpSample.of("avg_pool", x).with(three).expecting(2, 7.0 / 3, 4.0 / 3, 2, 1.5));
        samples.add(OpSample.of("avg_pool_gradient", dy.mul(6))
                .with(pool(List.of(3L), List.of(1L), List.of(1L, 1L), "shape", Shape.of(1, 5, 1)))
                .expecting(23, 223, 2220, 32200, 32000));
        Tensor special = Tensors.of(new double[] {-INF, -INF, NAN, 1, INF}).reshape(1, 5, 1);
        Object[] two = pool(List.of(2L), List.of(1L), List.of(0L, 0L));
        samples.add(OpSample.of("max_pool", special)
                .with(two)
                .expecting(-INF, NAN, NAN, INF)
                .valueOnly());
        samples.add(OpSample.of("max_pool_gradient", special, dy.slice(new long[3], Shape.of(1, 4, 1)))
                .with(two)
                .expecting(1, 0, 110, 0, 1000)
                .valueOnly());
        samples.add(OpSample.of("avg_pool", special)
                .with(two)
                .expecting(-INF, NAN, NAN, INF)
                .valueOnly());
    }
}
