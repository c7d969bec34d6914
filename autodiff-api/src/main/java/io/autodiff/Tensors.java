package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes tensors: from Java numbers and arrays, filled, as ranges, and of other tensors.
 *
 * <pre>{@code
 * Tensors.of(3);                                       // int32 scalar; of(3f) is float32, of(3.0) float64
 * Tensors.of(new double[][] {{1, 2}, {3, 4}});         // float64[2, 2]
 * Tensors.zeros(DType.FLOAT32, 2, 3);
 * Tensors.range(5);                                    // int32 [0, 1, 2, 3, 4]
 * Tensors.where(x.gt(0), x, x.mul(0.1));
 * Tensors.concat(0, x, y);
 * }</pre>
 */
public final class Tensors extends IndexedTensors {
    private Tensors() {}

    /**
     * A tensor of a Java value; its elements are copied. What Java does not know of an empty array is 0 here:
     * {@code new double[0][3]} has the shape [0, 0]; {@link #zeros} makes empty tensors of any shape.
     *
     * @param value an int, long, float, double or boolean, a rectangular array of them of any rank, a Tensor, a Variable, or an
     *     array of the engine (an INDArray)
     * @return the tensor, whose dtype follows from the value
     * @throws IllegalArgumentException if the value is none of these, or its nested arrays differ in length
     */
    public static Tensor of(Object value) {
        return Literals.tensor(value, null);
    }

    /**
     * A tensor of a Java value in a given dtype; its elements are copied.
     *
     * @param value as for {@link #of(Object)}
     * @param dtype of the tensor
     * @return the tensor
     * @throws IllegalArgumentException if the value is none of these, or the dtype cannot hold it
     */
    public static Tensor of(Object value, DType dtype) {
        return Literals.tensor(value, Objects.requireNonNull(dtype, "dtype"));
    }

    /**
     * Zeros; false for bool.
     *
     * @param dtype of the tensor
     * @param sizes of its axes; none for a scalar
     * @return the tensor
     */
    public static Tensor zeros(DType dtype, long... sizes) {
        return fill(dtype, Shape.of(sizes), 0);
    }

    /**
     * Ones; true for bool.
     *
     * @param dtype of the tensor
     * @param sizes of its axes; none for a scalar
     * @return the tensor
     */
    public static Tensor ones(DType dtype, long... sizes) {
        return fill(dtype, Shape.of(sizes), 1);
    }

    /**
     * Zeros of the dtype and shape of another.
     *
     * @param like the other
     * @return the tensor
     */
    public static Tensor zerosLike(Operand like) {
        return fill(like.dtype(), like.shape(), 0);
    }

    /**
     * Ones of the dtype and shape of another.
     *
     * @param like the other
     * @return the tensor
     */
    public static Tensor onesLike(Operand like) {
        return fill(like.dtype(), like.shape(), 1);
    }

    /**
     * A tensor with one value everywhere.
     *
     * @param dtype of the tensor
     * @param shape of the tensor
     * @param value of each element
     * @return the tensor
     * @throws IllegalArgumentException if the dtype cannot hold the value
     */
    public static Tensor fill(DType dtype, Shape shape, Number value) {
        Tensor scalar = Literals.scalar(value, dtype, "a filled tensor");
        return shape.isScalar() ? scalar : scalar.broadcastTo(shape);
    }

    /**
     * The int32 vector 0, 1, ..., limit - 1.
     *
     * @param limit its length
     * @return the tensor
     * @throws IllegalArgumentException if the limit is negative, or more than the heap can hold
     * @throws IllegalStateException if it is more than the heap has room for now
     */
    public static Tensor range(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a range has no negative length: " + limit);
        }
        return range(0, limit, 1, DType.INT32);
    }

    /**
     * The vector start, start + step, start + 2 step and so on, up to but without the limit.
     *
     * @param start the first element
     * @param limit where it ends
     * @param step between elements, not 0; negative to count down
     * @param dtype numeric
     * @return the tensor, empty if the step leads away from the limit
     * @throws IllegalArgumentException if the step is 0 or not finite, the dtype is bool or cannot hold an element, or there are more
     *     elements than the heap can hold
     * @throws IllegalStateException if there are more than the heap has room for now
     */
    public static Tensor range(Number start, Number limit, Number step, DType dtype) {
        double length = Math.ceil((limit.doubleValue() - start.doubleValue()) / step.doubleValue());
        if (step.doubleValue() == 0 || !(length <= Integer.MAX_VALUE) || !dtype.isNumeric()) {
            throw new IllegalArgumentException("no " + dtype + " range from " + start + " to " + limit + " by " + step
                    + "; take a numeric dtype, and finite" + " bounds with a step that is not 0");
        }
        if (length * Long.BYTES > Runtime.getRuntime().maxMemory()) {
            throw new IllegalArgumentException("a range from " + start + " to " + limit + " by " + step + " has "
                    + (long) length + " elements, more than the heap can hold; start Java with a greater -Xmx");
        }
        int n = (int) Math.max(0, length);
        if (dtype.isFloating()) {
            double[] elements = Literals.array("a range", n, double[]::new);
            for (int i = 0; i < n; i++) {
                elements[i] = start.doubleValue() + i * step.doubleValue();
            }
            return of(elements, dtype);
        }
        long[] elements = Literals.array("a range", n, long[]::new);
        for (int i = 0; i < n; i++) {
            elements[i] = start.longValue() + i * step.longValue();
        }
        return of(elements, dtype);
    }

    /**
     * The square matrix with ones on its diagonal and zeros elsewhere.
     *
     * @param dtype of the matrix; bool has true for one
     * @param size of both axes
     * @return the matrix
     */
    public static Tensor eye(DType dtype, long size) {
        return eye(dtype, size, size);
    }

    /**
     * A matrix with ones on its diagonal and zeros elsewhere.
     *
     * @param dtype of the matrix; bool has true for one
     * @param rows how many it has
     * @param columns how many it has
     * @return the matrix
     */
    public static Tensor eye(DType dtype, long rows, long columns) {
        return Structure.eye(dtype, rows, columns);
    }

    /**
     * The coordinates of the points of a grid; the first operand runs along the columns and the second along the rows, as in
     * {@code numpy.meshgrid}.
     *
     * @param axes vectors, the coordinates along each axis of the grid
     * @return as many tensors, each of the grid's shape
     */
    public static List<Tensor> meshgrid(Operand... axes) {
        return meshgrid(true, axes);
    }

    /**
     * The coordinates of the points of a grid.
     *
     * @param cartesian whether the first operand runs along the columns, which are axis 1, and the second along axis 0; otherwise each
     *     runs along the axis of its own number
     * @param axes vectors, the coordinates along each axis of the grid
     * @return as many tensors, each of the grid's shape
     */
    public static List<Tensor> meshgrid(boolean cartesian, Operand... axes) {
        return Structure.meshgrid(cartesian, axes);
    }

    /**
     * For each length a bool vector that is true that often and then false, along a new last axis.
     *
     * @param lengths int32 or int64
     * @param longest the length of the vectors
     * @return the vectors
     */
    public static Tensor sequenceMask(Operand lengths, int longest) {
        return Indexing.sequenceMask(lengths, longest);
    }

    /**
     * Chooses between two operands, element by element. No gradient passes through the side that was not chosen.
     *
     * @param condition bool
     * @param x where the condition holds
     * @param y elsewhere, of x's dtype
     * @return the tensor, of the three shapes broadcast together
     */
    public static Tensor where(Operand condition, Operand x, Operand y) {
        return Executor.execute("where", condition, x, y);
    }

    /**
     * One element of x for each index, from the same place in all axes but one, as NumPy's function of this name.
     *
     * @param x of rank 1 or more
     * @param indices int32 or int64, of x's rank and x's sizes in the other axes; one outside the axis throws when computed
     * @param axis in which the indices are positions
     * @return the tensor, of the shape of the indices
     * @throws IllegalArgumentException if shapes or dtypes do not fit
     */
    public static Tensor takeAlongAxis(Operand x, Operand indices, int axis) {
        return Executor.execute(
                "take_along_axis", Attributes.of("axis", (long) x.shape().axis(axis)), x, indices);
    }

    /**
     * Zeros, to which elements are added at positions along an axis; those of equal indices add up. The adjoint of
     * {@link #takeAlongAxis}.
     *
     * @param x numeric, of rank 1 or more
     * @param indices int32 or int64, of x's shape; one outside the axis throws when computed
     * @param axis in which the indices are positions
     * @param size of that axis in the result
     * @return the tensor
     * @throws IllegalArgumentException if shapes or dtypes do not fit
     */
    public static Tensor addAlongAxis(Operand x, Operand indices, int axis, long size) {
        return Executor.execute(
                "add_along_axis", Attributes.of("axis", (long) x.shape().axis(axis), "size", size), x, indices);
    }

    /**
     * Puts tensors of one shape and dtype side by side along a new axis.
     *
     * @param axis of the result, from -rank - 1 to rank, rank being the inputs'
     * @param inputs at least one
     * @return the tensor, of a rank higher by one
     */
    public static Tensor stack(int axis, Operand... inputs) {
        if (inputs.length == 0) {
            throw new IllegalArgumentException("stack needs at least one input");
        }
        int rank = inputs[0].shape().rank();
        long resolved = axis < 0 ? axis + rank + 1L : axis;
        return Executor.execute("stack", Attributes.of("axis", resolved), inputs);
    }

    /**
     * Puts tensors of one shape and dtype side by side along a new axis.
     *
     * @param axis of the result, from -rank - 1 to rank, rank being the inputs'
     * @param inputs at least one
     * @return the tensor, of a rank higher by one
     */
    public static Tensor stack(int axis, List<? extends Operand> inputs) {
        return stack(axis, inputs.toArray(new Operand[0]));
    }

    /**
     * Puts tensors one after the other along an axis.
     *
     * @param axis which may count from the end
     * @param inputs at least one; of one dtype, and of one size in every other axis
     * @return the tensor, of the inputs' rank
     */
    public static Tensor concat(int axis, Operand... inputs) {
        return Structure.concat(axis, inputs);
    }

    /**
     * Puts tensors one after the other along an axis.
     *
     * @param axis which may count from the end
     * @param inputs at least one; of one dtype, and of one size in every other axis
     * @return the tensor, of the inputs' rank
     */
    public static Tensor concat(int axis, List<? extends Operand> inputs) {
        return concat(axis, inputs.toArray(new Operand[0]));
    }

    /**
     * Computes several tensors in one go, in place of each when it is read.
     *
     * @param operands to be computed
     */
    public static void evaluate(Operand... operands) {
        List<Tensor> tensors = new ArrayList<>(operands.length);
        for (Operand operand : operands) {
            tensors.add(operand.asTensor());
        }
        AutodiffProvider.current().evaluate(tensors);
    }
}
