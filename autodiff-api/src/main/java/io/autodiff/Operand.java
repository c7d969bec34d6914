package io.autodiff;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.op.Attributes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.AutodiffProvider;
import java.util.Arrays;
import java.util.List;

/**
 * What ops accept, a {@link Tensor} or a {@link Variable}, with the common ops as methods. Names are ND4J's where it has them.
 *
 * <pre>{@code
 * Tensor y = x.square().sub(x.mul(2)).add(1);      // x^2 - 2x + 1
 * Tensor p = x.mmul(w).add(b).sigmoid();
 * }</pre>
 *
 * <p>Elementwise ops of two operands broadcast by NumPy's rule and need one dtype. A scalar argument takes the operand's
 * dtype; one that the dtype cannot hold, such as a fraction for an integer tensor, is an error. Each method throws
 * {@link IllegalArgumentException} for shapes or dtypes that it cannot take, with the op, the dtypes and the shapes in the
 * message. Every result is a new tensor; none of these methods changes anything.
 */
public non-sealed interface Operand extends ElementwiseOperand, ReductionOperand, StructureOperand, NeuralOperand {
    /** {@return the value as a tensor: itself, or for a variable a new tensor that belongs to this read} */
    Tensor asTensor();

    /** {@return dtype and shape} */
    TensorSpec spec();

    /** {@return the sizes of the axes} */
    default Shape shape() {
        return spec().shape();
    }

    /** {@return the element type} */
    default DType dtype() {
        return spec().dtype();
    }

    // ---- the value in Java ----

    /**
     * The only element.
     *
     * @return it, as a double; an int64 beyond 2^53 is rounded, a bool is 0 or 1
     * @throws IllegalArgumentException if there is more than one element, or none
     */
    default double item() {
        if (shape().elements() != 1) {
            throw new IllegalArgumentException(
                    "item() needs exactly one element, this is " + spec() + "; use toDoubleArray()");
        }
        return toDoubleArray()[0];
    }

    /** {@return all elements in row-major order, as doubles; an int64 beyond 2^53 is rounded, a bool is 0 or 1} */
    double[] toDoubleArray();

    /** {@return all elements in row-major order, as floats, rounded to nearest where the dtype is wider} */
    default float[] toFloatArray() {
        double[] wide = toDoubleArray();
        float[] elements = new float[wide.length];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = (float) wide[i];
        }
        return elements;
    }

    /**
     * All elements of an integer or bool tensor in row-major order.
     *
     * @return them; a bool is 0 or 1
     * @throws IllegalArgumentException if the dtype is floating
     */
    long[] toLongArray();

    /**
     * All elements of an integer or bool tensor in row-major order.
     *
     * @return them; a bool is 0 or 1
     * @throws IllegalArgumentException if the dtype is floating
     * @throws ArithmeticException if an int64 element is no int
     */
    default int[] toIntArray() {
        return Arrays.stream(toLongArray()).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * All elements of a bool tensor in row-major order.
     *
     * @return them
     * @throws IllegalArgumentException if the dtype is not bool
     */
    default boolean[] toBooleanArray() {
        if (dtype() != DType.BOOL) {
            throw new IllegalArgumentException("toBooleanArray() needs bool, this is " + spec() + "; compare first");
        }
        long[] wide = toLongArray();
        boolean[] elements = new boolean[wide.length];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = wide[i] != 0;
        }
        return elements;
    }

    // ---- matrices ----

    /**
     * {@return the matrix product of [..., m, k] and [..., k, n]; floating, the axes before the last two broadcast}
     *
     * @param y a matrix, or a stack of them, of the same dtype
     */
    default Tensor mmul(Operand y) {
        return mmul(y, false, false);
    }

    /**
     * The matrix product, of transposed matrices on demand. Axes before the last two are a batch, and are broadcast.
     *
     * @param y a matrix, or a stack of them, of the same floating dtype
     * @param transposeThis whether this is transposed first
     * @param transposeY whether y is transposed first
     * @return the product
     */
    default Tensor mmul(Operand y, boolean transposeThis, boolean transposeY) {
        return MatrixComposites.mmul(this, y, transposeThis, transposeY);
    }

    // ---- the same elements otherwise ----

    /**
     * The elements as another dtype. A float becomes an integer towards zero; one that the integer cannot hold, or NaN,
     * throws when computed. To bool, everything but 0 is true.
     *
     * @param dtype the new dtype
     * @return the tensor in that dtype; gradients pass between floating dtypes only
     */
    default Tensor castTo(DType dtype) {
        return execute("cast", Attributes.of("dtype", dtype), this);
    }

    /** {@return the same value, through which no gradient passes} */
    default Tensor stopGradient() {
        return execute("stop_gradient", this);
    }

    /**
     * Asks for the value now, in place of when it is read.
     *
     * @return the tensor, its value computed
     */
    default Tensor evaluate() {
        Tensor tensor = asTensor();
        AutodiffProvider.current().evaluate(List.of(tensor));
        return tensor;
    }
}
