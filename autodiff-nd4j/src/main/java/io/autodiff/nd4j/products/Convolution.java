package io.autodiff.nd4j.products;

import java.util.List;

/**
 * A convolution of float32, or one of its two adjoints. x is [images, spatial axes, channels], w is [window, channels / groups,
 * outputs], y is [images, positions, outputs]; all dense and row-major. The window is not flipped.
 *
 * @param kind what is computed: y of x and w; x of y and w; or w of x and y
 * @param images how many
 * @param channels of x
 * @param outputs channels of y
 * @param groups into which both are cut
 * @param input sizes of x's spatial axes
 * @param window its sizes
 * @param output numbers of positions
 * @param strides from one position to the next
 * @param dilations from one element of the window to the next
 * @param before zeros before each spatial axis
 * @param after zeros after it
 */
public record Convolution(
        Kind kind,
        int images,
        int channels,
        int outputs,
        int groups,
        List<Integer> input,
        List<Integer> window,
        List<Integer> output,
        List<Integer> strides,
        List<Integer> dilations,
        List<Integer> before,
        List<Integer> after) {
    /** What is computed. */
    public enum Kind {
        /** y, of x and w. */
        FORWARD,
        /** x, of y and w. */
        DATA_GRADIENT,
        /** w, of x and y. */
        WEIGHT_GRADIENT
    }
}
