package io.autodiff.nd4j.onednn;

import io.autodiff.nd4j.products.Convolution;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.dnnl.memory;

/** This library's orders of axes in oneDNN's terms, where channels are the second axis whatever comes second in memory. */
final class Layouts {
    private Layouts() {}

    /** [images, spatial axes, channels], as oneDNN's images, channels, spatial axes. */
    static memory.desc channelsLast(int images, int channels, List<Integer> spatial) {
        int rank = spatial.size();
        long[] sizes = new long[rank + 2];
        long[] strides = new long[rank + 2];
        sizes[1] = channels;
        strides[1] = 1;
        long stride = channels;
        for (int axis = rank - 1; axis >= 0; axis--) {
            sizes[axis + 2] = spatial.get(axis);
            strides[axis + 2] = stride;
            stride *= spatial.get(axis);
        }
        sizes[0] = images;
        strides[0] = stride;
        return Engine.floats(sizes, strides);
    }

    /** The sizes of the weights: groups if there are several, outputs, channels of a group, window. */
    static long[] weightSizes(Convolution c) {
        LongStream leading = c.groups() == 1
                ? LongStream.of(c.outputs(), c.channels())
                : LongStream.of(c.groups(), c.outputs() / c.groups(), c.channels() / c.groups());
        return LongStream.concat(leading, Arrays.stream(longs(c.window()))).toArray();
    }

    /** The weights as they lie here: [window, channels of a group, outputs], those of a group next to each other. */
    static memory.desc weights(Convolution c) {
        long[] sizes = weightSizes(c);
        long[] strides = new long[sizes.length];
        int leading = sizes.length - c.window().size();
        strides[leading - 1] = c.outputs();
        strides[leading - 2] = 1;
        if (leading == 3) {
            strides[0] = sizes[1];
        }
        long stride = (long) c.outputs() * sizes[leading - 1];
        for (int axis = sizes.length - 1; axis >= leading; axis--) {
            strides[axis] = stride;
            stride *= sizes[axis];
        }
        return Engine.floats(sizes, strides);
    }

    static long[] longs(List<Integer> numbers) {
        return numbers.stream().mapToLong(number -> number).toArray();
    }
}
