package io.autodiff.nn;

import io.autodiff.Operand;
import io.autodiff.Tensor;

/**
 * Convolution, pooling and resizing of images: a part of {@link Nn}, apart from it for length alone.
 *
 * <pre>{@code
 * Tensor h = Nn.conv2d(x, w, ConvOptions.same()).add(b).relu();       // x [32, 28, 28, 1], w [3, 3, 1, 8], b [8]
 * Tensor p = Nn.maxPool2d(h, PoolOptions.window(2));                  // [32, 14, 14, 8]
 * }</pre>
 *
 * <p>As in TensorFlow: inputs are [images, spatial axes, channels] unless the options have another {@link Layout}, weights
 * [window, channels / groups, output channels] always, and the window is not flipped. All is floating. What does not fit throws
 * {@link IllegalArgumentException} with the shapes in the message.
 */
public abstract sealed class Convolutions permits Nn {
    Convolutions() {}

    /**
     * {@return the convolution over one spatial axis, [images, positions, output channels]}
     *
     * @param x [images, width, channels]
     * @param w [width of the window, channels / groups, output channels]
     * @param options strides, padding and so on
     */
    public static Tensor conv1d(Operand x, Operand w, ConvOptions options) {
        return Windowed.conv("conv1d", 1, x, w, options);
    }

    /**
     * {@return the convolution over two spatial axes, [images, rows, columns, output channels]}
     *
     * @param x [images, height, width, channels]
     * @param w [height and width of the window, channels / groups, output channels]
     * @param options strides, padding and so on
     */
    public static Tensor conv2d(Operand x, Operand w, ConvOptions options) {
        return Windowed.conv("conv2d", 2, x, w, options);
    }

    /**
     * {@return the convolution over three spatial axes, [images, layers, rows, columns, output channels]}
     *
     * @param x [images, depth, height, width, channels]
     * @param w [depth, height and width of the window, channels / groups, output channels]
     * @param options strides, padding and so on
     */
    public static Tensor conv3d(Operand x, Operand w, ConvOptions options) {
        return Windowed.conv("conv3d", 3, x, w, options);
    }

    /**
     * {@return the convolution of each channel apart, [images, positions, channels * multiplier]}
     *
     * @param x [images, width, channels]
     * @param w [width of the window, channels, multiplier]
     * @param options strides, padding and so on; groups stay 1
     */
    public static Tensor depthwiseConv1d(Operand x, Operand w, ConvOptions options) {
        return Windowed.depthwiseConv("depthwiseConv1d", 1, x, w, options);
    }

    /**
     * {@return the convolution of each channel apart, [images, rows, columns, channels * multiplier]; channel c makes those from
     * c * multiplier on}
     *
     * @param x [images, height, width, channels]
     * @param w [height and width of the window, channels, multiplier]
     * @param options strides, padding and so on; groups stay 1
     */
    public static Tensor depthwiseConv2d(Operand x, Operand w, ConvOptions options) {
        return Windowed.depthwiseConv("depthwiseConv2d", 2, x, w, options);
    }

    /**
     * {@return the convolution of each channel apart, [images, layers, rows, columns, channels * multiplier]; channel c makes those
     * from c * multiplier on}
     *
     * @param x [images, depth, height, width, channels]
     * @param w [depth, height and width of the window, channels, multiplier]
     * @param options strides, padding and so on; groups stay 1
     */
    public static Tensor depthwiseConv3d(Operand x, Operand w, ConvOptions options) {
        return Windowed.depthwiseConv("depthwiseConv3d", 3, x, w, options);
    }

    /**
     * {@return a depthwise convolution, whose channels are then mixed at each position, [images, rows, columns, output channels]}
     *
     * @param x [images, height, width, channels]
     * @param depthwise [height and width of the window, channels, multiplier]
     * @param pointwise [1, 1, channels * multiplier, output channels]
     * @param options of the depthwise one
     */
    public static Tensor separableConv2d(Operand x, Operand depthwise, Operand pointwise, ConvOptions options) {
        return conv2d(
                depthwiseConv2d(x, depthwise, options),
                pointwise,
                ConvOptions.valid().layout(options.layout()));
    }

    /**
     * The transposed convolution over one spatial axis: what {@link #conv1d} of the output's shape has as gradient by its input.
     *
     * @param x [images, width, channels]
     * @param w [width of the window, output channels / groups, channels], which are a convolution's from output to x
     * @param options of that convolution; the sizes of the output follow from them as in Keras, width * stride for padding SAME
     * @return [images, positions, output channels]
     */
    public static Tensor conv1dTranspose(Operand x, Operand w, ConvOptions options) {
        return Windowed.convTranspose("conv1dTranspose", 1, x, w, null, options);
    }

    /**
     * The transposed convolution over two spatial axes: what {@link #conv2d} of the output's shape has as gradient by its input.
     *
     * @param x [images, height, width, channels]
     * @param w [height and width of the window, output channels / groups, channels], which are a convolution's from output to x
     * @param options of that convolution; the sizes of the output follow from them as in Keras, height * stride for padding SAME
     * @return [images, rows, columns, output channels]
     */
    public static Tensor conv2dTranspose(Operand x, Operand w, ConvOptions options) {
        return Windowed.convTranspose("conv2dTranspose", 2, x, w, null, options);
    }

    /**
     * The transposed convolution to an output of given sizes: with strides, several sizes lead to x.
     *
     * @param x [images, height, width, channels]
     * @param w [height and width of the window, output channels / groups, channels]
     * @param outputSizes rows and columns
     * @param options of the convolution from output to x
     * @return [images, rows, columns, output channels]
     * @throws IllegalArgumentException if that convolution does not lead from such an output to the shape of x
     */
    public static Tensor conv2dTranspose(Operand x, Operand w, long[] outputSizes, ConvOptions options) {
        return Windowed.convTranspose("conv2dTranspose", 2, x, w, outputSizes.clone(), options);
    }

    /**
     * The transposed convolution over three spatial axes: what {@link #conv3d} of the output's shape has as gradient by its input.
     *
     * @param x [images, depth, height, width, channels]
     * @param w [depth, height and width of the window, output channels / groups, channels]
     * @param options of the convolution from output to x; the sizes of the output follow from them as in Keras
     * @return [images, layers, rows, columns, output channels]
     */
    public static Tensor conv3dTranspose(Operand x, Operand w, ConvOptions options) {
        return Windowed.convTranspose("conv3dTranspose", 3, x, w, null, options);
    }

    /**
     * {@return the greatest element under each window; its gradient goes to the first of equal ones}
     *
     * @param x [images, width, channels]
     * @param options window, strides, dilations, padding
     */
    public static Tensor maxPool1d(Operand x, PoolOptions options) {
        return Windowed.pool("maxPool1d", "max_pool", 1, x, options);
    }

    /**
     * {@return the greatest element under each window; its gradient goes to the first of equal ones}
     *
     * @param x [images, height, width, channels]
     * @param options window, strides, dilations, padding
     */
    public static Tensor maxPool2d(Operand x, PoolOptions options) {
        return Windowed.pool("maxPool2d", "max_pool", 2, x, options);
    }

    /**
     * {@return the greatest element under each window; its gradient goes to the first of equal ones}
     *
     * @param x [images, depth, height, width, channels]
     * @param options window, strides, dilations, padding
     */
    public static Tensor maxPool3d(Operand x, PoolOptions options) {
        return Windowed.pool("maxPool3d", "max_pool", 3, x, options);
    }

    /**
     * {@return the mean of the elements under each window, without padding}
     *
     * @param x [images, width, channels]
     * @param options window, strides, dilations, padding
     */
    public static Tensor avgPool1d(Operand x, PoolOptions options) {
        return Windowed.pool("avgPool1d", "avg_pool", 1, x, options);
    }

    /**
     * {@return the mean of the elements under each window, without padding}
     *
     * @param x [images, height, width, channels]
     * @param options window, strides, dilations, padding
     */
    public static Tensor avgPool2d(Operand x, PoolOptions options) {
        return Windowed.pool("avgPool2d", "avg_pool", 2, x, options);
    }

    /**
     * {@return the mean of the elements under each window, without padding}
     *
     * @param x [images, depth, height, width, channels]
     * @param options window, strides, dilations, padding
     */
    public static Tensor avgPool3d(Operand x, PoolOptions options) {
        return Windowed.pool("avgPool3d", "avg_pool", 3, x, options);
    }

    /**
     * {@return the images with each element repeated along the spatial axes; of any dtype}
     *
     * @param x images
     * @param layout where their channels stand
     * @param factors how often, one for each spatial axis
     */
    public static Tensor upsampleNearest(Operand x, Layout layout, int... factors) {
        return Windowed.upsampleNearest(x, layout, factors);
    }

    /**
     * {@return the images in other sizes, linear between the centres of their pixels; as {@code tf.image.resize} without antialias}
     *
     * @param x images
     * @param layout where their channels stand
     * @param sizes one for each spatial axis
     */
    public static Tensor resizeBilinear(Operand x, Layout layout, int... sizes) {
        return Windowed.resizeBilinear(x, layout, sizes);
    }
}
