package io.autodiff;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.op.Attributes;
import io.autodiff.op.OpRegistry;
import io.autodiff.spi.Executor;
import java.util.List;

/**
 * Linear algebra on matrices and on stacks of them: the last two axes are the matrix, those before are the batch. Where an op takes two
 * stacks, their batch axes are broadcast by NumPy's rule.
 *
 * <pre>{@code
 * Tensor a = Tensors.of(new double[][] {{4, 1}, {1, 3}});
 * Tensor x = Linalg.solve(a, Tensors.of(new double[] {1, 2}));           // [1/11, 7/11]
 * Tensor t = Linalg.einsum("ii", a);                                     // the trace, 7
 * Linalg.Eigh e = Linalg.eigh(a);
 * Tensor b = e.vectors().mul(e.values()).mmul(e.vectors(), false, true); // a again
 * }</pre>
 *
 * <p>Products take floating dtypes. Decompositions and what is built on them take floating dtypes too, are computed in
 * float64 and rounded to the dtype; NaN and infinity in their input are an {@link io.autodiff.op.InvalidOperandException} when they
 * are computed. All have gradients of every order, within the limits that each states. Wrong shapes and dtypes throw {@link
 * IllegalArgumentException} at once. Operands are not null.
 */
public final class Linalg {
    private Linalg() {}

    /**
     * A sign and a logarithm.
     *
     * @param sign -1, 0 or 1; no gradient passes through it
     * @param logMagnitude the natural logarithm of the magnitude
     */
    public record SignAndLog(Tensor sign, Tensor logMagnitude) {}

    /**
     * An orthonormal and an upper triangular factor.
     *
     * @param q [..., m, k], its columns orthonormal, k the lesser of m and n; [..., m, m] if it is full
     * @param r [..., k, n], upper triangular, its diagonal 0 or more; [..., m, n] if Q is full
     */
    public record Qr(Tensor q, Tensor r) {}

    /**
     * Singular values and vectors of an m by n matrix, k being the lesser of m and n.
     *
     * @param values [..., k], descending
     * @param left [..., m, k], one vector in each column; [..., m, m] if full
     * @param right [..., n, k], one vector in each column, not transposed; [..., n, n] if full
     */
    public record Svd(Tensor values, Tensor left, Tensor right) {}

    /**
     * Eigenvalues and eigenvectors of a symmetric matrix.
     *
     * @param values [..., n], ascending
     * @param vectors [..., n, n], one vector in each column
     */
    public record Eigh(Tensor values, Tensor vectors) {}

    // ---- products ----

    /**
     * {@return the matrix product, in which a vector on the left counts as a row and one on the right as a column}
     *
     * @param x [..., m, k] or [k]
     * @param y [..., k, n] or [k]
     */
    public static Tensor matmul(Operand x, Operand y) {
        return MatrixComposites.matmul(x, y);
    }

    /**
     * {@return the products of matrices and vectors, [..., m]}
     *
     * @param a [..., m, n]
     * @param x [..., n]
     */
    public static Tensor matvec(Operand a, Operand x) {
        return matvec(a, x, false);
    }

    /**
     * {@return the products of matrices and vectors}
     *
     * @param a [..., m, n]
     * @param x [..., n], or [..., m] where a is transposed
     * @param transposeA whether a is transposed first
     */
    public static Tensor matvec(Operand a, Operand x, boolean transposeA) {
        return MatrixComposites.matvec(a, x, transposeA);
    }

    /**
     * {@return the sum of products of two vectors, a scalar; of integers too}
     *
     * @param x [n]
     * @param y [n]
     */
    public static Tensor dot(Operand x, Operand y) {
        return MatrixComposites.dot(x, y);
    }

    /**
     * {@return the product of each element with each, [..., m, n]; of integers too}
     *
     * @param x [..., m]
     * @param y [..., n]
     */
    public static Tensor outer(Operand x, Operand y) {
        return MatrixComposites.outer(x, y);
    }

    /**
     * {@return the Kronecker product: a block of y for each element of x; of integers too}
     *
     * @param x of any rank
     * @param y of the same rank
     */
    public static Tensor kron(Operand x, Operand y) {
        return MatrixComposites.kron(x, y);
    }

    /**
     * The sum of products over the last axes of one tensor and the first axes of another.
     *
     * @param x a tensor
     * @param y another
     * @param axes how many are summed over
     * @return x's other axes, then y's
     */
    public static Tensor tensorDot(Operand x, Operand y, int axes) {
        return MatrixComposites.tensorDot(x, y, axes);
    }

    /**
     * The sum of products over pairs of axes.
     *
     * @param x a tensor
     * @param y another
     * @param axesX of x, which may count from the end
     * @param axesY of y, one for each of axesX, of the same size
     * @return x's other axes, then y's
     */
    public static Tensor tensorDot(Operand x, Operand y, int[] axesX, int[] axesY) {
        return MatrixComposites.tensorDot(x, y, axesX, axesY);
    }

    /**
     * Einstein's summation: a letter for each axis of each operand, and after an arrow those of the result; what the result lacks is
     * summed over. A letter that stands twice in one operand takes its diagonal. {@code ...} stands for any axes before, between or
     * after, which are broadcast. Without the arrow, the result has the axes of {@code ...} and then the letters that stand once, in
     * alphabetical order (upper case first).
     *
     * <pre>{@code
     * Linalg.einsum("ij,jk->ik", x, y);           // a matrix product
     * Linalg.einsum("...ij,...kj->...ik", x, y);  // of stacks, the second transposed
     * Linalg.einsum("ii->i", x);                  // a diagonal
     * Linalg.einsum("i,j,k->ijk", u, v, w);
     * }</pre>
     *
     * @param equation the letters; blanks are ignored
     * @param operands numeric, of one dtype, integers too
     * @return the sum
     * @throws IllegalArgumentException if the equation has no meaning or does not fit the operands; the message has both
     */
    public static Tensor einsum(String equation, Operand... operands) {
        return Einsum.of(equation, List.of(operands));
    }

    /**
     * {@return x multiplied with itself}
     *
     * @param x [..., n, n]
     * @param exponent 0 gives unit matrices, a negative one powers of the inverse
     */
    public static Tensor matrixPower(Operand x, int exponent) {
        return MatrixComposites.power(x, exponent);
    }

    /**
     * {@return the exponential, the sum of x^n / n!}; one beyond the dtype is infinite or NaN
     *
     * @param x [..., n, n]
     */
    public static Tensor expm(Operand x) {
        return execute("matrix_exponential", x);
    }

    // ---- parts ----

    /**
     * {@return the stack with each matrix transposed}
     *
     * @param x [..., m, n] of any dtype
     */
    public static Tensor matrixTranspose(Operand x) {
        return MatrixComposites.transpose(x);
    }

    /**
     * The band of a matrix around its diagonal, with zeros outside, whatever stands there.
     *
     * @param x [..., m, n] of any dtype
     * @param lower how many diagonals below the main one are kept; negative for all
     * @param upper how many diagonals above the main one are kept; negative for all
     * @return [..., m, n]; the lower triangle for (-1, 0), the diagonal for (0, 0)
     */
    public static Tensor bandPart(Operand x, int lower, int upper) {
        return MatrixComposites.bandPart(x, lower, upper);
    }

    /**
     * {@return the sums of the diagonals, [...]; of integers too}
     *
     * @param x [..., m, n]
     */
    public static Tensor trace(Operand x) {
        return x.diagPart().sum(-1);
    }

    // ---- norms ----

    /**
     * {@return the Euclidean norm of all elements, a scalar}; its gradient at 0 is 0.
     *
     * @param x numeric, of any rank
     */
    public static Tensor norm(Operand x) {
        return x.norm2();
    }

    /**
     * {@return the norms of vectors, the root of the sum of powers of magnitudes}
     *
     * @param x numeric; of integers, the norm is float64 but for the orders 1 and infinity
     * @param order of the power, from 1; infinity for the greatest magnitude
     * @param axes of a vector, which may count from the end; none for all
     * @throws IllegalArgumentException if the order is less than 1 or NaN
     */
    public static Tensor norm(Operand x, double order, int... axes) {
        return norm(x, order, false, axes);
    }

    /**
     * The norms of vectors, the root of the sum of powers of magnitudes. Where all is 0 the gradient is 0; second-order gradients at
     * elements that are 0 are NaN for orders between 1 and 2, where they are infinite.
     *
     * @param x numeric; of integers, the norm is float64 but for the orders 1 and infinity
     * @param order of the power, from 1; infinity for the greatest magnitude
     * @param keepDims whether the axes stay, with size 1
     * @param axes of a vector, which may count from the end; none for all
     * @return the norms
     * @throws IllegalArgumentException if the order is less than 1 or NaN
     */
    public static Tensor norm(Operand x, double order, boolean keepDims, int... axes) {
        return Norms.ofVectors(x, order, keepDims, axes);
    }

    /**
     * {@return the norms of matrices, [...]}
     *
     * @param x [..., m, n]
     * @param norm which one
     */
    public static Tensor norm(Operand x, MatrixNorm norm) {
        return Norms.ofMatrices(x, norm);
    }

    // ---- determinants, inverses, systems ----

    /**
     * {@return the determinants, [...]}; of a singular matrix 0, with the right gradient also then. From the third order on,
     * gradients need an inverse.
     *
     * @param x [..., n, n]
     */
    public static Tensor det(Operand x) {
        return execute("matrix_determinant", x);
    }

    /**
     * {@return sign and logarithm of the magnitude of the determinants, [...] each}; of a singular matrix 0 and minus infinity. The
     * gradient is the transposed inverse, and so an exception for a singular matrix when it is computed.
     *
     * @param x [..., n, n]
     */
    public static SignAndLog slogdet(Operand x) {
        List<Tensor> outputs = Executor.execute(OpRegistry.shared().op("slogdet"), Attributes.NONE, List.of(x));
        return new SignAndLog(outputs.get(0), outputs.get(1));
    }

    /**
     * {@return the natural logarithms of the determinants, [...]; NaN where one is negative}
     *
     * @param x [..., n, n]
     */
    public static Tensor logDet(Operand x) {
        SignAndLog parts = slogdet(x);
        return Tensors.where(
                parts.sign().lt(0), Tensors.fill(x.dtype(), Shape.SCALAR, Double.NaN), parts.logMagnitude());
    }

    /**
     * {@return the inverses}; a singular matrix is an exception when they are computed. Singular is, as in LAPACK, one with a pivot of
     * exactly 0; one that is nearly so gives large numbers. {@link #solve} is better than a product with an inverse.
     *
     * @param x [..., n, n]
     */
    public static Tensor inverse(Operand x) {
        return execute("matrix_inverse", x);
    }

    /**
     * {@return X of AX = B}; a singular matrix is an exception when it is computed, as for {@link #inverse}.
     *
     * @param a [..., n, n]
     * @param b [..., n, m], or [n] for one vector
     */
    public static Tensor solve(Operand a, Operand b) {
        return MatrixComposites.solve(a, b, "matrix_solve", Attributes.of("transpose", false));
    }

    /**
     * {@return X of AX = B for triangular matrices}; a 0 on a diagonal is an exception when it is computed.
     *
     * @param a [..., n, n], whose other triangle is not looked at
     * @param b [..., n, m], or [n] for one vector
     * @param lower whether a is lower triangular, or else upper
     */
    public static Tensor triangularSolve(Operand a, Operand b, boolean lower) {
        return triangularSolve(a, b, lower, false);
    }

    /**
     * {@return X of AX = B, or of A'X = B, for triangular matrices}; a 0 on a diagonal is an exception when it is computed.
     *
     * @param a [..., n, n], whose other triangle is not looked at
     * @param b [..., n, m], or [n] for one vector
     * @param lower whether a itself, before it is transposed, is lower triangular, or else upper
     * @param transposeA whether a is transposed
     */
    public static Tensor triangularSolve(Operand a, Operand b, boolean lower, boolean transposeA) {
        return MatrixComposites.solve(a, b, "triangular_solve", Attributes.of("lower", lower, "transpose", transposeA));
    }

    /**
     * {@return the X of the least Euclidean norm of AX - B; if many have it, the least of them}
     *
     * @param a [..., m, n] of full rank; one of less is an exception when it is computed, or gives large numbers
     * @param b [..., m, k], or [m] for one vector
     */
    public static Tensor lstsq(Operand a, Operand b) {
        return MatrixComposites.lstsq(a, b);
    }

    // ---- decompositions ----

    /**
     * {@return the lower triangular L with positive diagonal of LL' = x}; one that is not positive definite is an exception
     * when it is computed.
     *
     * @param x [..., n, n], symmetric; of another matrix, the symmetric part (x + x') / 2 counts
     */
    public static Tensor cholesky(Operand x) {
        return execute("cholesky", x);
    }

    /**
     * {@return Q and R of QR = x}; gradients need the first k columns to be independent.
     *
     * @param x [..., m, n]
     */
    public static Qr qr(Operand x) {
        return qr(x, false);
    }

    /**
     * Q and R of QR = x.
     *
     * @param x [..., m, n]; gradients need the first k columns to be independent
     * @param full whether Q is square: of more rows than columns, what is added to it is an orthonormal basis of the complement of its
     *     columns, and to R rows of 0. Which basis, only a convention settles; its gradients are right but where that jumps.
     * @return the factors
     */
    public static Qr qr(Operand x, boolean full) {
        List<Tensor> outputs = Executor.execute(OpRegistry.shared().op("qr"), Attributes.NONE, List.of(x));
        Tensor q = outputs.get(0);
        return new Qr(
                full ? MatrixComposites.completed(q) : q,
                full ? MatrixComposites.withZeroRows(outputs.get(1), MatrixComposites.rows(q)) : outputs.get(1));
    }

    /**
     * {@return singular values and vectors, of which x is left diag(values) right'}; the first large element of each left vector
     * is positive. A gradient through the vectors is NaN where two values are equal or, but for square matrices, one is 0; so is a
     * second-order gradient there. A first-order gradient through the values alone is right everywhere.
     *
     * @param x [..., m, n]
     */
    public static Svd svd(Operand x) {
        return svd(x, false);
    }

    /**
     * Singular values and vectors, with the limits of {@link #svd(Operand)}.
     *
     * @param x [..., m, n]
     * @param full whether left and right vectors are square matrices: what is added to those that belong to values is an orthonormal basis
     *     of their complement. Which basis, only a convention settles; its gradients are right but where that jumps.
     * @return values and vectors
     */
    public static Svd svd(Operand x, boolean full) {
        List<Tensor> outputs = Executor.execute(OpRegistry.shared().op("svd"), Attributes.NONE, List.of(x));
        Tensor left = outputs.get(1);
        Tensor right = outputs.get(2);
        return new Svd(
                outputs.get(0),
                full ? MatrixComposites.completed(left) : left,
                full ? MatrixComposites.completed(right) : right);
    }

    /**
     * {@return eigenvalues and orthonormal eigenvectors, of which x is vectors diag(values) vectors'}; the first large element of each
     * vector is positive. A gradient through the vectors is NaN where two values are equal, as for {@link #svd}.
     *
     * @param x [..., n, n], symmetric; of another matrix, the symmetric part (x + x') / 2 counts
     */
    public static Eigh eigh(Operand x) {
        List<Tensor> outputs = Executor.execute(OpRegistry.shared().op("eigh"), Attributes.NONE, List.of(x));
        return new Eigh(outputs.get(0), outputs.get(1));
    }
}
