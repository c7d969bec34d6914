package io.autodiff.nd4j.onednn;

import io.autodiff.nd4j.products.Convolution;
import io.autodiff.nd4j.products.ProductKernel;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;

/**
 * Convolutions and their adjoints. Images lie as they are; the weights are put in the order that oneDNN likes best, which is one more
 * small primitive.
 */
final class ConvolutionPrimitives {
    private static final int ALGORITHM = dnnl.dnnl_convolution_direct;

    private final Convolution convolution;
    private final memory.desc x;
    private final memory.desc y;
    private final memory.desc w;
    private final memory.desc anyW;
    private final long[] strides;
    private final long[] dilations;
    private final long[] before;
    private final long[] after;
    private final Primitives primitives = new Primitives();

    private ConvolutionPrimitives(Convolution c) {
        convolution = c;
        x = Layouts.channelsLast(c.images(), c.channels(), c.input());
        y = Layouts.channelsLast(c.images(), c.outputs(), c.output());
        w = Layouts.weights(c);
        anyW = Engine.anyOrder(Layouts.weightSizes(c));
        strides = Layouts.longs(c.strides());
        // In oneDNN, how many elements are left out.
        dilations = c.dilations().stream().mapToLong(dilation -> dilation - 1).toArray();
        before = Layouts.longs(c.before());
        after = Layouts.longs(c.after());
    }

    static ProductKernel of(Convolution convolution) {
        ConvolutionPrimitives c = new ConvolutionPrimitives(convolution);
        return switch (c.convolution.kind()) {
            case FORWARD -> c.forward();
            case DATA_GRADIENT -> c.dataGradient();
            case WEIGHT_GRADIENT -> c.weightGradient();
        };
    }

    private convolution_forward.primitive_desc forwardDesc() {
        return new convolution_forward.primitive_desc(
                new convolution_forward.desc(
                        dnnl.dnnl_forward_training, ALGORITHM, x, anyW, y, strides, dilations, before, after),
                Engine.ATTRIBUTES,
                Engine.CPU);
    }

    private Primitives forward() {
        convolution_forward.primitive_desc desc = forwardDesc();
        memory.desc weights = desc.weights_desc();
        int ordered = orderedWeights(weights);
        return primitives.add(
                new convolution_forward(desc),
                desc,
                new Primitives.Argument(dnnl.DNNL_ARG_SRC, x, Primitives.X),
                new Primitives.Argument(dnnl.DNNL_ARG_WEIGHTS, weights, ordered),
                new Primitives.Argument(dnnl.DNNL_ARG_DST, y, Primitives.Z));
    }

    private Primitives dataGradient() {
        convolution_backward_data.primitive_desc desc = new convolution_backward_data.primitive_desc(
                new convolution_backward_data.desc(ALGORITHM, x, anyW, y, strides, dilations, before, after),
                Engine.ATTRIBUTES,
                Engine.CPU,
                forwardDesc());
        memory.desc weights = desc.weights_desc();
        int ordered = orderedWeights(weights);
        return primitives.add(
                new convolution_backward_data(desc),
                desc,
                new Primitives.Argument(dnnl.DNNL_ARG_DIFF_DST, y, Primitives.X),
                new Primitives.Argument(dnnl.DNNL_ARG_WEIGHTS, weights, ordered),
                new Primitives.Argument(dnnl.DNNL_ARG_DIFF_SRC, x, Primitives.Z));
    }

    private Primitives weightGradient() {
        convolution_backward_weights.primitive_desc desc = new convolution_backward_weights.primitive_desc(
                new convolution_backward_weights.desc(ALGORITHM, x, anyW, y, strides, dilations, before, after),
                Engine.ATTRIBUTES,
                Engine.CPU,
                forwardDesc());
        memory.desc weights = desc.diff_weights_desc();
        boolean ordered = weights.equals(w);
        int place = ordered ? Primitives.Z : primitives.intermediate(weights);
        primitives.add(
                new convolution_backward_weights(desc),
                desc,
                new Primitives.Argument(dnnl.DNNL_ARG_SRC, x, Primitives.X),
                new Primitives.Argument(dnnl.DNNL_ARG_DIFF_DST, y, Primitives.Y),
                new Primitives.Argument(dnnl.DNNL_ARG_DIFF_WEIGHTS, weights, place));
        if (!ordered) {
            reorder(weights, place, w, Primitives.Z);
        }
        return primitives;
    }

    /** Where the weights, the second argument, are in a certain order. */
    private int orderedWeights(memory.desc order) {
        if (order.equals(w)) {
            return Primitives.Y;
        }
        int place = primitives.intermediate(order);
        reorder(w, Primitives.Y, order, place);
        return place;
    }

    private void reorder(memory.desc from, int fromPlace, memory.desc to, int toPlace) {
        reorder.primitive_desc desc =
                new reorder.primitive_desc(Engine.CPU, from, Engine.CPU, to, Engine.ATTRIBUTES, false);
        primitives.add(
                new reorder(desc),
                desc,
                new Primitives.Argument(dnnl.DNNL_ARG_FROM, from, fromPlace),
                new Primitives.Argument(dnnl.DNNL_ARG_TO, to, toPlace));
    }
}
