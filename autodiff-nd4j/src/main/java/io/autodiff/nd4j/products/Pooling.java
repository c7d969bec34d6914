package io.autodiff.nd4j.products;

import java.util.List;

/**
 * Pooling of float32, or its adjoint. x is [images, spatial axes, channels], y is [images, positions, channels], both dense and
 * row-major. What lies beyond x counts for nothing. Of equal greatest elements the first in row-major order is the maximum; a kernel of
 * maxima need not take elements that are not finite, and then says so.
 *
 * @param kind what is computed
 * @param images how many
 * @param channels of both
 * @param input sizes of x's spatial axes
 * @param window its sizes
 * @param output numbers of positions
 * @param strides from one position to the next
 * @param dilations between neighbouring elements of a window
 * @param before positions before each spatial axis that windows may cover
 * @param after positions after it
 */
public record Pooling(
        Kind kind,
        int images,
        int channels,
        List<Integer> input,
        List<Integer> window,
        List<Integer> output,
        List<Integer> strides,
        List<Integer> dilations,
        List<Integer> before,
        List<Integer> after) {
    /** What is computed. */
    public enum Kind {
        /** The greatest elements under each window of x. */
        MAX,
        /** Of x and something like y: like x, with what belongs to a window added where its greatest element is. */
        MAX_GRADIENT,
        /** The means of the elements under each window of x. */
        AVERAGE,
        /** Of something like y: like x, with what belongs to a window shared out over its elements. */
        AVERAGE_GRADIENT
    }
}
