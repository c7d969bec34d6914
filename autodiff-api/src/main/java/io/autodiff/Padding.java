package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** What goes around a tensor: a value, as a place in a larger one; or its own mirror image, as joined parts. */
final class Padding {
    private Padding() {}

    static Tensor pad(Operand x, long[][] paddings, PadMode mode) {
        return switch (mode) {
            case CONSTANT -> constant(x, paddings, 0);
            case REFLECT -> mirrored(x, paddings, 1);
            case SYMMETRIC -> mirrored(x, paddings, 0);
        };
    }

    static Tensor constant(Operand x, long[][] paddings, Number value) {
        Shape shape = shape(x, paddings);
        Tensor padding = Literals.scalar(value, x.dtype(), "the padded " + x.spec());
        Tensor padded = placed(x, paddings, shape);
        // -0 is not what a place in zeros has around it.
        if (Double.compare(value.doubleValue(), 0) == 0) {
            return padded;
        }
        return Tensors.where(placed(Tensors.fill(DType.BOOL, x.shape(), 1), paddings, shape), padded, padding);
    }

    private static Tensor placed(Operand x, long[][] paddings, Shape shape) {
        List<Long> begin = new ArrayList<>();
        for (long[] beforeAndAfter : paddings) {
            begin.add(beforeAndAfter[0]);
        }
        return Executor.execute(
                "pad_to",
                Attributes.ofPairs("begin", begin, "strides", Collections.nCopies(begin.size(), 1L), "shape", shape),
                x);
    }

    /** @param unrepeated how many of the outermost elements have no mirror image: 1 or 0 */
    private static Tensor mirrored(Operand x, long[][] paddings, int unrepeated) {
        shape(x, paddings);
        Tensor result = x.asTensor();
        for (int axis = 0; axis < paddings.length; axis++) {
            long before = paddings[axis][0];
            long after = paddings[axis][1];
            long size = result.shape().size(axis);
            if (Math.max(before, after) > Math.max(0, size - unrepeated)) {
                throw Structure.error(
                        "pad",
                        x,
                        "axis " + axis + " of size " + size + " has only "
                                + Math.max(0, size - unrepeated) + " elements to mirror, for the padding "
                                + Arrays.toString(paddings[axis]));
            }
            List<Operand> parts = new ArrayList<>();
            if (before > 0) {
                parts.add(Structure.part(result, axis, unrepeated, before).reverse(axis));
            }
            parts.add(result);
            if (after > 0) {
                parts.add(Structure.part(result, axis, size - unrepeated - after, after)
                        .reverse(axis));
            }
            result = parts.size() == 1 ? result : Tensors.concat(axis, parts);
        }
        return result;
    }

    /** The shape with its padding, once that is known to be two numbers for each axis. */
    private static Shape shape(Operand x, long[][] paddings) {
        long[] sizes = x.shape().toArray();
        boolean fits = paddings.length == sizes.length;
        for (int axis = 0; fits && axis < sizes.length; axis++) {
            fits = paddings[axis].length == 2 && paddings[axis][0] >= 0 && paddings[axis][1] >= 0;
        }
        if (!fits) {
            throw Structure.error(
                    "pad",
                    x,
                    "the paddings " + Arrays.deepToString(paddings)
                            + " must be two numbers for each axis, 0 or more: how many go before and how many after");
        }
        for (int axis = 0; axis < sizes.length; axis++) {
            try {
                sizes[axis] = Math.addExact(sizes[axis], Math.addExact(paddings[axis][0], paddings[axis][1]));
            } catch (ArithmeticException e) {
                throw Structure.error("pad", x, "axis " + axis + " with its padding has more than 2^63-1 elements");
            }
        }
        return Structure.shape("pad", x, sizes);
    }
}
