package io.autodiff;

/**
 * An immutable n-dimensional value. Its dtype and shape are known at once; its value may be computed later, when a method of
 * this interface, or printing, asks for it. Tensors are told apart as objects: {@code equals} is identity, {@link
 * #eq(Operand)} compares elements.
 *
 * <pre>{@code
 * Tensor m = Tensors.of(new double[][] {{1, 2}, {3, 4}});
 * m.mul(2).toDoubleArray();       // [2.0, 4.0, 6.0, 8.0]
 * m.sum().item();                 // 10.0
 * }</pre>
 *
 * <p>A tensor has no {@code assign}: what changes is a {@link Variable}. A method that reads a value throws
 * {@link IllegalStateException} if the tensor was released with its {@link TensorScope}, and what an op throws that cannot
 * take the values it meets, such as an integer division by zero.
 */
public interface Tensor extends Operand {
    @Override
    default Tensor asTensor() {
        return this;
    }

    /**
     * Prints a tensor, as {@code toString} of every engine's tensors does.
     *
     * @param tensor any tensor
     * @return value, shape and dtype on one line, such as {@code Tensor([1.0, 2.0], shape=[2], dtype=float64)}; long axes are
     *     shortened, and what keeps the value from being computed stands in its place
     */
    static String toString(Tensor tensor) {
        return Printing.tensor(tensor);
    }
}
