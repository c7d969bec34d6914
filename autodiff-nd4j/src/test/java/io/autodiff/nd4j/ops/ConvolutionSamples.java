package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;

import io.autodiff.DType;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Samples of convolution and pooling. */
final class ConvolutionSamples {
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
        Conv strides(Long... each) {
            return new Conv(x, w, y, List.of(each), dilations, pads, groups);
        }

        Conv dilations(Long... each) {
            return new Conv(x, w, y, strides, List.of(each), pads, groups);
        }

        Conv pads(Long... beforeAndAfter) {
            return new Conv(x, w, y, strides, dilations, List.of(beforeAndAfter), groups);
        }

        Conv groups(long number) {
            return new Conv(x, w, y, strides, dilations, pads, number);
        }

        Object[] attributes(Object... more) {
            Object[] shared = {"strides", strides, "dilations", dilations, "pads", pads, "groups", groups};
            return joined(shared, more);
        }
    }

    private static Object[] joined(Object[] first, Object... more) {
        Object[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    /** One of stride 1, without dilation, padding and groups. */
    private static Conv conv(Shape x, Shape w, Shape y) {
        List<Long> ones = Collections.nCopies(x.rank() - 2, 1L);
        return new Conv(x, w, y, ones, ones, Collections.nCopies(2 * x.rank() - 4, 0L), 1);
    }

    private static final List<Conv> CONVOLUTIONS = List.of(
            conv(Shape.of(2, 5, 2), Shape.of(3, 2, 2), Shape.of(2, 3, 2)),
            conv(Shape.of(1, 6, 1), Shape.of(2, 1, 2), Shape.of(1, 4, 2))
                    .strides(2L)
                    .dilations(2L)
                    .pads(1L, 2L),
            conv(Shape.of(1, 3, 1), Shape.of(1, 1, 1), Shape.of(1, 3, 1)),
            conv(Shape.of(2, 4, 3, 2), Shape.of(2, 3, 2, 3), Shape.of(2, 3, 3, 3))
                    .pads(0L, 0L, 1L, 1L),
            conv(Shape.of(1, 5, 5, 1), Shape.of(3, 2, 1, 2), Shape.of(1, 3, 2, 2))
                    .strides(2L, 3L)
                    .dilations(1L, 2L)
                    .pads(1L, 1L, 0L, 1L),
            conv(Shape.of(1, 3, 3, 4), Shape.of(2, 2, 2, 4), Shape.of(1, 2, 2, 4))
                    .groups(2),
            conv(Shape.of(1, 4, 3, 2), Shape.of(3, 2, 1, 4), Shape.of(1, 2, 2, 4))
                    .strides(2L, 2L)
                    .pads(1L, 1L, 0L, 1L)
                    .groups(2),
            conv(Shape.of(1, 3, 2, 3, 1), Shape.of(2, 2, 2, 1, 2), Shape.of(1, 2, 1, 2, 2)),
            conv(Shape.of(1, 3, 1, 4, 2), Shape.of(2, 1, 3, 2, 1), Shape.of(1, 2, 1, 3, 1))
                    .strides(2L, 1L, 2L)
                    .pads(0L, 1L, 0L, 0L, 1L, 2L),
            // The last positions of the input lie under no window, and padding may be wider than the window.
            conv(Shape.of(1, 5, 1), Shape.of(2, 1, 1), Shape.of(1, 2, 1)).strides(3L),
            conv(Shape.of(1, 2, 1), Shape.of(2, 1, 1), Shape.of(1, 6, 1)).pads(3L, 2L));

    private static final List<Conv> EMPTY = List.of(
            conv(Shape.of(0, 3, 1), Shape.of(2, 1, 2), Shape.of(0, 2, 2)),
            conv(Shape.of(1, 3, 0), Shape.of(2, 0, 2), Shape.of(1, 2, 2)),
            conv(Shape.of(1, 3, 1), Shape.of(2, 1, 0), Shape.of(1, 2, 0)),
            conv(Shape.of(1, 0, 1), Shape.of(2, 1, 2), Shape.of(1, 2, 2)).pads(1L, 2L),
            conv(Shape.of(1, 3, 0), Shape.of(2, 0, 2), Shape.of(1, 2, 2)).groups(2),
            conv(Shape.of(0, 3, 2), Shape.of(2, 1, 2), Shape.of(0, 2, 2)).groups(2));

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
        Conv plain = conv(x.shape(), w.shape(), Shape.of(1, 3, 1));
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
        for (Conv conv : EMPTY) {
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

    /** A pooling of x to y. */
    private record Pool(
            Shape x, Shape y, List<Long> window, List<Long> strides, List<Long> dilations, List<Long> pads) {
        Pool strides(Long... each) {
            return new Pool(x, y, window, List.of(each), dilations, pads);
        }

        Pool dilations(Long... each) {
            return new Pool(x, y, window, strides, List.of(each), pads);
        }

        Pool pads(Long... beforeAndAfter) {
            return new Pool(x, y, window, strides, dilations, List.of(beforeAndAfter));
        }

        Object[] attributes(Object... more) {
            Object[] shared = {"window", window, "strides", strides, "dilations", dilations, "pads", pads};
            return joined(shared, more);
        }
    }

    /** One of stride 1, without dilation and padding. */
    private static Pool pool(Shape x, Shape y, Long... window) {
        List<Long> ones = Collections.nCopies(window.length, 1L);
        return new Pool(x, y, List.of(window), ones, ones, Collections.nCopies(2 * window.length, 0L));
    }

    private static final List<Pool> POOLS = List.of(
            pool(Shape.of(2, 5, 2), Shape.of(2, 2, 2), 2L).strides(2L),
            pool(Shape.of(1, 4, 1), Shape.of(1, 4, 1), 3L).pads(1L, 1L),
            pool(Shape.of(1, 1, 1), Shape.of(1, 1, 1), 1L),
            pool(Shape.of(1, 4, 3, 2), Shape.of(1, 2, 2, 2), 2L, 2L)
                    .strides(2L, 2L)
                    .pads(0L, 0L, 0L, 1L),
            pool(Shape.of(2, 3, 3, 1), Shape.of(2, 2, 3, 1), 2L, 3L).pads(0L, 0L, 1L, 1L),
            pool(Shape.of(1, 2, 3, 2, 1), Shape.of(1, 1, 2, 2, 1), 2L, 2L, 1L).strides(2L, 1L, 1L),
            pool(Shape.of(1, 6, 2), Shape.of(1, 3, 2), 2L).dilations(3L),
            pool(Shape.of(1, 5, 4, 1), Shape.of(1, 3, 2, 1), 3L, 2L)
                    .strides(2L, 1L)
                    .dilations(2L, 3L)
                    .pads(2L, 2L, 1L, 0L),
            pool(Shape.of(0, 4, 1), Shape.of(0, 2, 1), 2L).strides(2L),
            pool(Shape.of(1, 4, 0), Shape.of(1, 2, 0), 2L).strides(2L));

    private static void pools(List<OpSample> samples) {
        for (Pool pool : POOLS) {
            Tensor x = random(pool.x);
            Tensor y = random(pool.y);
            samples.add(OpSample.of("max_pool", x).with(pool.attributes()).expecting(definition(pool, x, true)));
            samples.add(OpSample.of("max_pool_gradient", x, y).with(pool.attributes()));
            samples.add(OpSample.of("max_pool_select", x, random(pool.x)).with(pool.attributes()));
            samples.add(OpSample.of("avg_pool", x).with(pool.attributes()).expecting(definition(pool, x, false)));
            samples.add(OpSample.of("avg_pool_gradient", y).with(pool.attributes("shape", pool.x)));
        }
    }

    /** Pooling by its definition, element by element. */
    private static double[] definition(Pool pool, Tensor x, boolean greatest) {
        double[] xs = x.toDoubleArray();
        double[] ys = new double[(int) pool.y.elements()];
        Shape window = Shape.of(pool.window.stream().mapToLong(size -> size).toArray());
        for (int i = 0; i < ys.length; i++) {
            long[] from = indices(pool.y, i);
            long[] at = from.clone();
            List<Double> seen = new ArrayList<>();
            for (int j = 0; j < window.elements(); j++) {
                long[] tap = indices(window, j);
                boolean inside = true;
                for (int axis = 0; axis < tap.length; axis++) {
                    at[axis + 1] = from[axis + 1] * pool.strides.get(axis)
                            + tap[axis] * pool.dilations.get(axis)
                            - pool.pads.get(2 * axis);
                    inside &= at[axis + 1] >= 0 && at[axis + 1] < pool.x.size(axis + 1);
                }
                if (inside) {
                    seen.add(xs[position(pool.x, at)]);
                }
            }
            ys[i] = greatest
                    ? Collections.max(seen)
                    : seen.stream().mapToDouble(element -> element).sum() / seen.size();
        }
        return ys;
    }

    private static void knownPools(List<OpSample> samples) {
        Tensor x = Tensors.of(new double[] {1, 3, 3, -2, 5}).reshape(1, 5, 1);
        Tensor dy = Tensors.of(new double[] {1, 10, 100, 1000, 10000}).reshape(1, 5, 1);
        Pool pool = pool(x.shape(), x.shape(), 3L).pads(1L, 1L);
        Object[] three = pool.attributes();
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
                .with(pool.attributes("shape", x.shape()))
                .expecting(23, 223, 2220, 32200, 32000));
        Tensor special = Tensors.of(new double[] {-INF, -INF, NAN, 1, INF}).reshape(1, 5, 1);
        Object[] two = pool(x.shape(), Shape.of(1, 4, 1), 2L).attributes();
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
