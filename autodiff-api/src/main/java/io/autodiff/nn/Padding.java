package io.autodiff.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much is added around the spatial axes before windows are laid over them. Immutable.
 *
 * <pre>{@code
 * ConvOptions.valid().padding(Padding.SAME);
 * ConvOptions.valid().padding(Padding.of(1, 2));         // 1 before and 2 after the one spatial axis of conv1d
 * }</pre>
 */
public final class Padding {
    /** Nothing is added: a window lies inside the input. */
    public static final Padding VALID = new Padding("VALID", null);

    /** So much that there are size / stride windows, rounded up. Where it is odd, the extra one is at the end, as in TensorFlow. */
    public static final Padding SAME = new Padding("SAME", null);

    private final String name;
    private final long @Nullable [] beforeAndAfter;

    private Padding(String name, long @Nullable [] beforeAndAfter) {
        this.name = name;
        this.beforeAndAfter = beforeAndAfter;
    }

    /**
     * A given padding.
     *
     * @param beforeAndAfter for each spatial axis two numbers, how many positions are added before it and after it
     * @return the padding
     * @throws IllegalArgumentException if a number is negative or there is an odd number of them
     */
    public static Padding of(long... beforeAndAfter) {
        if (beforeAndAfter.length % 2 != 0 || Arrays.stream(beforeAndAfter).anyMatch(n -> n < 0)) {
            throw new IllegalArgumentException("padding is two numbers for each spatial axis, before and after, none"
                    + " negative; got " + Arrays.toString(beforeAndAfter));
        }
        return new Padding(Arrays.toString(beforeAndAfter), beforeAndAfter.clone());
    }

    /** The padding in numbers, before and after each axis. */
    List<Long> resolve(long[] sizes, long[] window, long[] strides, long[] dilations) {
        List<Long> pads = new ArrayList<>();
        for (int axis = 0; axis < sizes.length; axis++) {
            if (beforeAndAfter != null) {
                requireAxes(sizes.length);
                pads.add(beforeAndAfter[2 * axis]);
                pads.add(beforeAndAfter[2 * axis + 1]);
            } else if (this == SAME) {
                long windows = (sizes[axis] + strides[axis] - 1) / strides[axis];
                long covered = (windows - 1) * strides[axis] + (window[axis] - 1) * dilations[axis] + 1;
                long total = Math.max(covered - sizes[axis], 0);
                pads.add(total / 2);
                pads.add(total - total / 2);
            } else {
                pads.add(0L);
                pads.add(0L);
            }
        }
        return pads;
    }

    /** The sizes of the input that a convolution with this padding brings to the given sizes: the least, but for SAME the greatest. */
    long[] inputSizes(long[] sizes, long[] window, long[] strides, long[] dilations) {
        long[] inputs = new long[sizes.length];
        for (int axis = 0; axis < sizes.length; axis++) {
            long covered = (window[axis] - 1) * dilations[axis] + 1;
            if (beforeAndAfter != null) {
                requireAxes(sizes.length);
                inputs[axis] = (sizes[axis] - 1) * strides[axis]
                        + covered
                        - beforeAndAfter[2 * axis]
                        - beforeAndAfter[2 * axis + 1];
            } else {
                inputs[axis] = sizes[axis] * strides[axis] + (this == SAME ? 0 : Math.max(covered - strides[axis], 0));
            }
        }
        return inputs;
    }

    private void requireAxes(int count) {
        if (beforeAndAfter != null && beforeAndAfter.length != 2 * count) {
            throw new IllegalArgumentException(
                    "padding " + this + " is for " + beforeAndAfter.length / 2 + " spatial axes, there are " + count);
        }
    }

    /** {@return {@code VALID}, {@code SAME}, or the numbers} */
    @Override
    public String toString() {
        return name;
    }
}
