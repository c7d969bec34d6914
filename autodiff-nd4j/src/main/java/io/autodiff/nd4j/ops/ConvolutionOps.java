package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Convolution over any number of spatial axes, channels last, and its two adjoints.
 *
 * <p>The sum over all of {@code conv(x, w) * y} is linear in each of x, w and y. Its derivative by y is {@code conv}, by x
 * {@code conv_data_gradient}, by w {@code conv_weight_gradient}; so each gradient of the three is one of the three, to every
 * order.
 *
 * <p>x is [images, spatial axes, channels], w [window, channels / groups, output channels], y [images, positions, output
 * channels], as in TensorFlow. Attributes: {@code strides} and {@code dilations}, one for each spatial axis; {@code pads}, two for
 * each, the zeros before and after; {@code groups}, into which channels and output channels are cut. The window is not flipped.
 */
final class ConvolutionOps {
    static final Op CONV = convolution("conv", "x", "w")
            .shape(c -> {
                TensorSpec x = operand(c, "x");
                TensorSpec w = c.input("w");
                Shapes.requireSameDType(c, x, w);
                return new TensorSpec(x.dtype(), outputShape(c, x.shape(), w.shape()));
            })
            .kernel(INDArray.class, ConvolutionKernels::conv)
            .gradient("x", (c, dy) -> dataGradient(c, dy, c.input("w"), c.input("x")))
            .gradient("w", (c, dy) -> weightGradient(c, c.input("x"), dy, c.input("w")));

    /** The derivative by x; transposed convolution. The attribute {@code shape} is x's. */
    static final Op CONV_DATA_GRADIENT = convolution("conv_data_gradient", "dy", "w")
            .attribute("shape", Shape.class)
            .shape(c -> {
                TensorSpec dy = operand(c, "dy");
                Shapes.requireSameDType(c, dy, c.input("w"));
                Shape x = c.attributes().shape("shape");
                requireOutput(c, x, c.input("w").shape(), dy.shape());
                return new TensorSpec(dy.dtype(), x);
            })
            .kernel(INDArray.class, ConvolutionKernels::dataGradient)
            .gradient("dy", (c, dx) -> conv(c, dx, c.input("w")))
            .gradient("w", (c, dx) -> weightGradient(c, dx, c.input("dy"), c.input("w")));

    /** The derivative by w. The attribute {@code shape} is w's. */
    static final Op CONV_WEIGHT_GRADIENT = convolution("conv_weight_gradient", "x", "dy")
            .attribute("shape", Shape.class)
            .shape(c -> {
                TensorSpec x = operand(c, "x");
                Shapes.requireSameDType(c, x, c.input("dy"));
                Shape w = c.attributes().shape("shape");
                requireOutput(c, x.shape(), w, c.input("dy").shape());
                return new TensorSpec(x.dtype(), w);
            })
            .kernel(INDArray.class, ConvolutionKernels::weightGradient)
            .gradient("x", (c, dw) -> dataGradient(c, c.input("dy"), dw, c.input("x")))
            .gradient("dy", (c, dw) -> conv(c, c.input("x"), dw));

    static final List<Op> OPS = List.of(CONV, CONV_DATA_GRADIENT, CONV_WEIGHT_GRADIENT);

    private ConvolutionOps() {}

    private static Op convolution(String name, String... inputs) {
        return Op.named(name)
                .inputs(inputs)
                .attribute("strides", List.class)
                .attribute("dilations", List.class)
                .attribute("pads", List.class)
                .attribute("groups", Long.class);
    }

    private static Tensor conv(OpCall<Tensor> call, Operand x, Operand w) {
        return Executor.execute("conv", attributes(call), x, w);
    }

    private static Tensor dataGradient(OpCall<Tensor> call, Operand dy, Operand w, Operand x) {
        return Executor.execute("conv_data_gradient", attributes(call, "shape", x.shape()), dy, w);
    }

    private static Tensor weightGradient(OpCall<Tensor> call, Operand x, Operand dy, Operand w) {
        return Executor.execute("conv_weight_gradient", attributes(call, "shape", w.shape()), x, dy);
    }

    /** What the three ops share of a call's attributes, and more. */
    private static Attributes attributes(OpCall<?> call, Object... more) {
        Attributes a = call.attributes();
        Object[] shared = {
            "strides", a.get("strides", List.class),
            "dilations", a.get("dilations", List.class),
            "pads", a.get("pads", List.class),
            "groups", a.integer("groups")
        };
        Object[] all = Arrays.copyOf(shared, shared.length + more.length);
        System.arraycopy(more, 0, all, shared.length, more.length);
        return Attributes.ofPairs(all);
    }

    /** The windows of a call with inputs and weights of these shapes, which {@link #outputShape} has accepted. */
    static Windows windows(OpCall<?> call, Shape x, Shape w) {
        long[] window = Arrays.copyOf(w.toArray(), w.rank() - 2);
        return Windows.of(call, x, window, call.attributes().longs("dilations"));
    }

    private static TensorSpec operand(OpCall<TensorSpec> call, String name) {
        return Shapes.require(call, name, DType::isFloating, "a floating dtype");
    }

    private static Shape outputShape(OpCall<?> call, Shape x, Shape w) {
        if (x.rank() != w.rank() || x.rank() < 3) {
            throw call.error("an input [images, spatial axes, channels] and weights [window, channels / groups, output"
                    + " channels] are of one rank, 3 or more; these are " + x + " and " + w);
        }
        long channels = x.size(x.rank() - 1);
        long perGroup = w.size(w.rank() - 2);
        long outputs = w.size(w.rank() - 1);
        long groups = call.attributes().integer("groups");
        if (groups < 1 || channels % groups != 0 || channels / groups != perGroup || outputs % groups != 0) {
            throw call.error("weights " + w + " in " + groups + " groups take " + perGroup
                    + " channels a group, the input " + x + " has " + channels
                    + " channels; both these and the output channels must be multiples of the groups");
        }
        Shape y = windows(call, x, w).outputShape(outputs);
        if (w.elements() > Integer.MAX_VALUE || y.elements() > Integer.MAX_VALUE) {
            throw call.error("the weights " + w + " or the output " + y + " have more than 2^31-1 elements");
        }
        return y;
    }

    private static void requireOutput(OpCall<?> call, Shape x, Shape w, Shape dy) {
        Shape expected = outputShape(call, x, w);
        if (!expected.equals(dy)) {
            throw call.error(
                    "an input " + x + " with weights " + w + " gives the output " + expected + ", 'dy' has " + dy);
        }
    }
}
