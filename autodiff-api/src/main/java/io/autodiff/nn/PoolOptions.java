package io.autodiff.nn;

import java.util.List;
import java.util.Objects;

/**
 * The settings of a pooling: immutable, each method gives changed ones. Numbers are given for each spatial axis, or one for all of
 * them.
 *
 * <pre>{@code
 * Nn.maxPool2d(x, PoolOptions.window(2));                                  // windows side by side
 * Nn.avgPool2d(x, PoolOptions.window(3, 2).strides(1).padding(Padding.SAME));
 * Nn.maxPool2d(x, PoolOptions.window(3).strides(1).dilations(2));          // every second element of 5 by 5
 * }</pre>
 *
 * @param window its sizes
 * @param strides how far one window is from the next
 * @param dilations how far one element of a window is from the next
 * @param padding around the spatial axes, so that each window has an element of the input; it counts for nothing
 * @param layout where the channels stand
 */
public record PoolOptions(List<Long> window, List<Long> strides, List<Long> dilations, Padding padding, Layout layout) {
    /**
     * Checks the numbers.
     *
     * @param window its sizes
     * @param strides how far one window is from the next
     * @param dilations how far one element of a window is from the next
     * @param padding around the spatial axes
     * @param layout where the channels stand
     */
    public PoolOptions {
        window = ConvOptions.positive("window sizes", window);
        strides = ConvOptions.positive("strides", strides);
        dilations = ConvOptions.positive("dilations", dilations);
        Objects.requireNonNull(padding, "padding");
        Objects.requireNonNull(layout, "layout");
    }

    /**
     * Windows side by side, no dilation, no padding, channels last.
     *
     * @param sizes from 1; one number, or one for each spatial axis
     * @return the settings
     * @throws IllegalArgumentException if one is less than 1
     */
    public static PoolOptions window(int... sizes) {
        List<Long> window = ConvOptions.longs(sizes);
        return new PoolOptions(window, window, List.of(1L), Padding.VALID, Layout.CHANNELS_LAST);
    }

    /**
     * Other strides.
     *
     * @param each from 1; one number, or one for each spatial axis
     * @return the settings
     * @throws IllegalArgumentException if one is less than 1
     */
    public PoolOptions strides(int... each) {
        return new PoolOptions(window, ConvOptions.longs(each), dilations, padding, layout);
    }

    /**
     * Other dilations.
     *
     * @param each from 1; one number, or one for each spatial axis
     * @return the settings
     * @throws IllegalArgumentException if one is less than 1
     */
    public PoolOptions dilations(int... each) {
        return new PoolOptions(window, strides, ConvOptions.longs(each), padding, layout);
    }

    /**
     * Another padding.
     *
     * @param newPadding the padding
     * @return the settings
     */
    public PoolOptions padding(Padding newPadding) {
        return new PoolOptions(window, strides, dilations, newPadding, layout);
    }

    /**
     * Another layout of input and output.
     *
     * @param newLayout the layout
     * @return the settings
     */
    public PoolOptions layout(Layout newLayout) {
        return new PoolOptions(window, strides, dilations, padding, newLayout);
    }
}
