package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Index tensors: their dtype and place in a shape, and the check of each index before anything is read or written by it. */
final class Indices {
    private Indices() {}

    /** The spec of an input that holds indices. */
    static TensorSpec require(OpCall<TensorSpec> call, String input) {
        return Shapes.require(call, input, DType::isInteger, "the dtype int32 or int64, as indices");
    }

    /** All indices of an input, each of which is inside an axis. */
    static long[] checked(OpCall<?> call, String input, long size, String axis) {
        long[] indices = elements(call, input);
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < 0 || indices[i] >= size) {
                throw outside(call, input, indices[i], i, size, axis);
            }
        }
        return indices;
    }

    /**
     * What the input 'indices' points at, its last axis being a position in the first axes of a shape: the numbers of the slices, counted
     * over these axes in row-major order.
     */
    static long[] positions(OpCall<?> call, Shape whole) {
        Shape indices =
                call.inputSpecs().get(call.op().inputNames().indexOf("indices")).shape();
        int depth = (int) indices.size(indices.rank() - 1);
        long[] elements = elements(call, "indices");
        long[] batch = Arrays.copyOf(indices.toArray(), indices.rank() - 1);
        long[] positions = new long[Math.toIntExact(Shape.of(batch).elements())];
        for (int i = 0; i < elements.length; i++) {
            int axis = i % depth;
            long size = whole.size(axis);
            if (elements[i] < 0 || elements[i] >= size) {
                throw outside(call, "indices", elements[i], i, size, "axis " + axis + " of " + whole);
            }
            positions[i / depth] = positions[i / depth] * size + elements[i];
        }
        return positions;
    }

    private static long[] elements(OpCall<?> call, String input) {
        return call.input(input) instanceof HostArray host
                ? host.longs()
                : NdArrays.longs((INDArray) call.input(input));
    }

    private static IllegalArgumentException outside(
            OpCall<?> call, String input, long index, int element, long size, String axis) {
        Shape shape =
                call.inputSpecs().get(call.op().inputNames().indexOf(input)).shape();
        long[] at = new long[shape.rank()];
        long rest = element;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = rest % shape.size(i);
            rest /= shape.size(i);
        }
        return call.error("'" + input + "' holds " + index + " at " + Arrays.toString(at) + ", outside of " + axis
                + ", which has size " + size
                + (size == 0 ? " and takes no index" : ": indices run from 0 to " + (size - 1)));
    }
}
