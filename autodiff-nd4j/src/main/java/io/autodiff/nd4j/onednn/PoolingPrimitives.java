package io.autodiff.nd4j.onednn;

import io.autodiff.nd4j.blas.Blas;
import io.autodiff.nd4j.blas.BlasLibrary;
import io.autodiff.nd4j.products.Pooling;
import io.autodiff.nd4j.products.ProductKernel;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.jspecify.annotations.Nullable;

/**
 * Pooling. oneDNN's maximum passes over NaN, and of infinities below zero makes the least float: such elements are looked for first, and
 * left to the caller.
 */
final class PoolingPrimitives {
    private final int algorithm;
    private final memory.desc x;
    private final memory.desc y;
    private final long[] strides;
    private final long[] window;
    private final long[] before;
    private final long[] after;

    private PoolingPrimitives(Pooling p) {
        algorithm = isMaximum(p) ? dnnl.dnnl_pooling_max : dnnl.dnnl_pooling_avg_exclude_padding;
        x = Layouts.channelsLast(p.images(), p.channels(), p.input());
        y = Layouts.channelsLast(p.images(), p.channels(), p.output());
        strides = Layouts.longs(p.strides());
        window = Layouts.longs(p.window());
        before = Layouts.longs(p.before());
        after = Layouts.longs(p.after());
    }

    private static boolean isMaximum(Pooling p) {
        return p.kind() == Pooling.Kind.MAX || p.kind() == Pooling.Kind.MAX_GRADIENT;
    }

    static @Nullable ProductKernel of(Pooling pooling) {
        if (!pooling.dilations().stream().allMatch(dilation -> dilation == 1)) {
            // Elements of a window that are not neighbours need another primitive, which is rarely asked for.
            return null;
        }
        PoolingPrimitives p = new PoolingPrimitives(pooling);
        if (!isMaximum(pooling)) {
            return pooling.kind() == Pooling.Kind.AVERAGE ? p.forward() : p.averageGradient();
        }
        if (new BlasLibrary().obstacle() != null) {
            return null;
        }
        Primitives primitives = pooling.kind() == Pooling.Kind.MAX ? p.forward() : p.maximumGradient();
        long elements = p.x.get_size() / 4;
        return (from, dy, bias, to) -> Blas.isFinite(from, elements) && primitives.run(from, dy, bias, to);
    }

    private pooling_forward.primitive_desc forwardDesc(int propagation) {
        return new pooling_forward.primitive_desc(
                new pooling_forward.desc(propagation, algorithm, x, y, strides, window, before, after),
                Engine.ATTRIBUTES,
                Engine.CPU);
    }

    private pooling_backward.primitive_desc backwardDesc(pooling_forward.primitive_desc forward) {
        return new pooling_backward.primitive_desc(
                new pooling_backward.desc(algorithm, x, y, strides, window, before, after),
                Engine.ATTRIBUTES,
                Engine.CPU,
                forward);
    }

    private Primitives forward() {
        pooling_forward.primitive_desc desc = forwardDesc(dnnl.dnnl_forward_inference);
        return new Primitives()
                .add(
                        new pooling_forward(desc),
                        desc,
                        new Primitives.Argument(dnnl.DNNL_ARG_SRC, x, Primitives.X),
                        new Primitives.Argument(dnnl.DNNL_ARG_DST, y, Primitives.Z));
    }

    private Primitives averageGradient() {
        pooling_backward.primitive_desc desc = backwardDesc(forwardDesc(dnnl.dnnl_forward_training));
        return new Primitives()
                .add(
                        new pooling_backward(desc),
                        desc,
                        new Primitives.Argument(dnnl.DNNL_ARG_DIFF_DST, y, Primitives.X),
                        new Primitives.Argument(dnnl.DNNL_ARG_DIFF_SRC, x, Primitives.Z));
    }

    /** Where the maxima are is found once more. */
    private Primitives maximumGradient() {
        pooling_forward.primitive_desc forward = forwardDesc(dnnl.dnnl_forward_training);
        pooling_backward.primitive_desc backward = backwardDesc(forward);
        memory.desc maxima = forward.workspace_desc();
        Primitives primitives = new Primitives();
        int place = primitives.intermediate(maxima);
        int ignored = primitives.intermediate(y);
        return primitives
                .add(
                        new pooling_forward(forward),
                        forward,
                        new Primitives.Argument(dnnl.DNNL_ARG_SRC, x, Primitives.X),
                        new Primitives.Argument(dnnl.DNNL_ARG_DST, y, ignored),
                        new Primitives.Argument(dnnl.DNNL_ARG_WORKSPACE, maxima, place))
                .add(
                        new pooling_backward(backward),
                        backward,
                        new Primitives.Argument(dnnl.DNNL_ARG_DIFF_DST, y, Primitives.Y),
                        new Primitives.Argument(dnnl.DNNL_ARG_WORKSPACE, maxima, place),
                        new Primitives.Argument(dnnl.DNNL_ARG_DIFF_SRC, x, Primitives.Z));
    }
}
