package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * What ops on stacks of matrices share: the shapes of a stack, of which the last two axes are the matrix and those before are the
 * batch, and kernels that compute in Java, one matrix at a time, in float64 whatever the dtype.
 */
final class Matrices {
    private Matrices() {}

    // ---- shapes ----

    /** The spec of an input that must be a stack of floating matrices. */
    static TensorSpec require(OpCall<TensorSpec> call, String input) {
        TensorSpec spec = Shapes.require(call, input, DType::isFloating, "a floating dtype");
        if (spec.shape().rank() < 2) {
            throw call.error(
                    "'" + input + "' must be a matrix or a stack of matrices, of rank 2 or more; reshape it first");
        }
        return spec;
    }

    /** The spec of an input that must be a stack of square floating matrices. */
    static TensorSpec requireSquare(OpCall<TensorSpec> call, String input) {
        TensorSpec spec = require(call, input);
        if (rows(spec.shape()) != columns(spec.shape())) {
            throw call.error("'" + input + "' must be square, its matrices are " + rows(spec.shape()) + " by "
                    + columns(spec.shape()));
        }
        return spec;
    }

    static long rows(Shape shape) {
        return shape.size(shape.rank() - 2);
    }

    static long columns(Shape shape) {
        return shape.size(shape.rank() - 1);
    }

    /** The axes before the last two. */
    static Shape batch(Shape shape) {
        return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
    }

    /** The batch axes of two stacks, broadcast. */
    static Shape batch(OpCall<TensorSpec> call, Shape x, Shape y) {
        Shape common = Shape.broadcast(batch(x), batch(y));
        if (common == null) {
            throw call.error("the batch axes " + batch(x) + " and " + batch(y)
                    + " do not broadcast: aligned at the last of them, sizes must be equal or 1");
        }
        return common;
    }

    /** A shape of batch axes and some more. */
    static Shape stack(Shape batch, long... more) {
        long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + more.length);
        System.arraycopy(more, 0, sizes, batch.rank(), more.length);
        return Shape.of(sizes);
    }

    // ---- kernels ----

    /** One matrix of each input, and where they stand in the batch. */
    record Item(OpCall<HostArray> call, int index, int count, List<DMatrixRMaj> inputs) {
        DMatrixRMaj input(int number) {
            return inputs.get(number);
        }

        /** The exception for matrices whose elements the op cannot take. */
        IllegalArgumentException error(String problem) {
            return call.error((count > 1 ? "matrix number " + index + " of the batch: " : "") + problem);
        }
    }

    /** Computes the outputs of one matrix of each input. */
    @FunctionalInterface
    interface ItemKernel {
        /** One array for each output, row-major. */
        double[][] compute(Item item);
    }

    /** A kernel over stacks whose batch axes are broadcast; elements that are not finite are refused. */
    static List<HostArray> each(OpCall<HostArray> call, ItemKernel kernel) {
        Shape batch = Shape.SCALAR;
        for (TensorSpec spec : call.inputSpecs()) {
            batch = call.broadcast(batch, batch(spec.shape()));
        }
        int count = Math.toIntExact(batch.elements());
        double[][] elements = new double[call.inputCount()][];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = finite(call, i);
        }
        double[][] results = new double[call.outputSpecs().size()][];
        for (int i = 0; i < results.length; i++) {
            results[i] =
                    new double[Math.toIntExact(call.outputSpecs().get(i).shape().elements())];
        }
        for (int index = 0; index < count; index++) {
            List<DMatrixRMaj> inputs = new ArrayList<>();
            for (int i = 0; i < elements.length; i++) {
                inputs.add(matrix(elements[i], call.inputSpec(i).shape(), batch, index));
            }
            double[][] outputs = kernel.compute(new Item(call, index, count, inputs));
            for (int i = 0; i < results.length; i++) {
                int size = results[i].length / count;
                System.arraycopy(outputs[i], 0, results[i], index * size, size);
            }
        }
        List<HostArray> arrays = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            arrays.add(HostArray.of(call.outputSpecs().get(i), results[i]));
        }
        return arrays;
    }

    /** The elements of an input. A decomposition of NaN would iterate for ever, or give numbers. */
    private static double[] finite(OpCall<HostArray> call, int input) {
        double[] elements = call.input(input).doubles();
        for (int i = 0; i < elements.length; i++) {
            if (!Double.isFinite(elements[i])) {
                throw call.error("input number " + input + " has the element " + elements[i] + " at " + i
                        + ", counted row by row; all elements must be finite");
            }
        }
        return elements;
    }

    /** A copy of the matrix of a stack that belongs to one index of the broadcast batch. */
    private static DMatrixRMaj matrix(double[] elements, Shape shape, Shape batch, int index) {
        int rows = Math.toIntExact(rows(shape));
        int columns = Math.toIntExact(columns(shape));
        int number = 0;
        int stride = 1;
        long rest = index;
        for (int axis = batch.rank() - 1, own = shape.rank() - 3; own >= 0; axis--, own--) {
            number += shape.size(own) == 1 ? 0 : Math.toIntExact(rest % batch.size(axis)) * stride;
            stride *= Math.toIntExact(shape.size(own));
            rest /= batch.size(axis);
        }
        int begin = number * rows * columns;
        return DMatrixRMaj.wrap(rows, columns, Arrays.copyOfRange(elements, begin, begin + rows * columns));
    }

    /** The mean of a matrix and its transpose, in place: of a symmetric matrix, exactly itself. */
    static DMatrixRMaj symmetrise(DMatrixRMaj x) {
        for (int i = 0; i < x.numRows; i++) {
            for (int j = 0; j < i; j++) {
                double mean = x.get(i, j) == x.get(j, i) ? x.get(i, j) : x.get(i, j) / 2 + x.get(j, i) / 2;
                x.set(i, j, mean);
                x.set(j, i, mean);
            }
        }
        return x;
    }
}
