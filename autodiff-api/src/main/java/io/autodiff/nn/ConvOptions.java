package io.autodiff.nn;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The settings of a convolution: immutable, each method gives changed ones. Numbers are given for each spatial axis, or one
 * for all of them.
 *
 * <pre>{@code
 * Nn.conv2d(x, w, ConvOptions.same().strides(2));
 * Nn.conv2d(x, w, ConvOptions.valid().padding(Padding.of(1, 1, 2, 2)).dilations(1, 2).groups(4));
 * }</pre>
 *
 * @param strides how far one window is from the next
 * @param dilations how far one element of a window is from the next
 * @param padding of zeros around the spatial axes
 * @param groups into which channels are cut, each convolved apart
 * @param layout where the channels stand
 */
public record ConvOptions(List<Long> strides, List<Long> dilations, Padding padding, long groups, Layout layout) {
    /**
     * Checks the numbers.
     *
     * @param strides how far one window is from the next
     * @param dilations how far one element of a window is from the next
     * @param padding of zeros around the spatial axes
     * @param groups into which channels are cut
     * @param layout where the channels stand
     */
    public ConvOptions {
        strides = positive("strides", strides);
        dilations = positive("dilations", dilations);
        positive("groups", List.of(groups));
        Objects.requireNonNull(padding, "padding");
        Objects.requireNonNull(layout, "layout");
    }

    /** {@return stride 1, no dilation, no padding, one group, channels last} */
    public static ConvOptions valid() {
        return new ConvOptions(List.of(1L), List.of(1L), Padding.VALID, 1, Layout.CHANNELS_LAST);
    }

    /** {@return stride 1, no dilation, padding that keeps the sizes, one group, channels last} */
    public static ConvOptions same() {
        return valid().padding(Padding.SAME);
    }

    /**
     * Other strides.
     *
     * @param each from 1; one number, or one for each spatial axis
     * @return the settings
     * @throws IllegalArgumentException if one is less than 1
     */
    public ConvOptions strides(int... each) {
        return new ConvOptions(longs(each), dilations, padding, groups, layout);
    }

    /**
     * Other dilations.
     *
     * @param each from 1; one number, or one for each spatial axis
     * @return the settings
     * @throws IllegalArgumentException if one is less than 1
     */
    public ConvOptions dilations(int... each) {
        return new ConvOptions(strides, longs(each), padding, groups, layout);
    }

    /**
     * Another padding.
     *
     * @param newPadding the padding
     * @return the settings
     */
    public ConvOptions padding(Padding newPadding) {
        return new ConvOptions(strides, dilations, newPadding, groups, layout);
    }

    /**
     * Groups: the channels and the output channels are cut into so many runs, and each run of the output is computed from one run of
     * the channels.
     *
     * @param count from 1
     * @return the settings
     * @throws IllegalArgumentException if it is less than 1
     */
    public ConvOptions groups(int count) {
        return new ConvOptions(strides, dilations, padding, count, layout);
    }

    /**
     * Another layout of input and output.
     *
     * @param newLayout the layout
     * @return the settings
     */
    public ConvOptions layout(Layout newLayout) {
        return new ConvOptions(strides, dilations, padding, groups, newLayout);
    }

    static List<Long> longs(int... values) {
        return Arrays.stream(values).asLongStream().boxed().toList();
    }

    static List<Long> positive(String name, List<Long> values) {
        if (values.isEmpty() || values.stream().anyMatch(n -> n < 1 || n > Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(name + " are from 1 to 2^31-1, not " + values);
        }
        return List.copyOf(values);
    }

    /** One number for each of some axes. */
    static List<Long> each(String name, List<Long> values, int axes) {
        if (values.size() == 1) {
            return Collections.nCopies(axes, values.get(0));
        }
        if (values.size() != axes) {
            throw new IllegalArgumentException(
                    name + " " + values + " are for " + values.size() + " spatial axes, there are " + axes);
        }
        return values;
    }
}
