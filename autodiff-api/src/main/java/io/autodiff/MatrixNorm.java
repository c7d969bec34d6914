package io.autodiff;

/**
 * The norms of a matrix that {@link Linalg#norm(Operand, MatrixNorm)} computes.
 *
 * <pre>{@code
 * Tensor m = Tensors.of(new double[][] {{3, 0}, {0, -4}});
 * Linalg.norm(m, MatrixNorm.SPECTRAL);       // 4
 * Linalg.norm(m, MatrixNorm.NUCLEAR);        // 7
 * Linalg.norm(m, MatrixNorm.FROBENIUS);      // 5
 * }</pre>
 */
public enum MatrixNorm {
    /** The root of the sum of squares of the elements. Its gradient at 0 is 0. */
    FROBENIUS,
    /**
     * The sum of the singular values. Limits of its gradients are those of {@link Linalg#svd(Operand)}: a second-order gradient is NaN
     * where two singular values are equal.
     */
    NUCLEAR,
    /** The greatest singular value, with the limits of {@link #NUCLEAR}; where several are greatest, the gradient is the mean of theirs. */
    SPECTRAL,
    /** The greatest of the columns' sums of magnitudes. */
    ONE,
    /** The greatest of the rows' sums of magnitudes. */
    INFINITY
}
