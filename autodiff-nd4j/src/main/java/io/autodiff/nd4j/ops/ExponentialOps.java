package io.autodiff.nd4j.ops;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.Linalg;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Op;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;

/** The exponential of a matrix. */
final class ExponentialOps {
    /** Of the approximant: with a norm of half or less, its error is far below that of a double. */
    private static final int DEGREE = 8;

    private static final double GREATEST_NORM = 0.5;

    /**
     * The sum of X^n / n!. The exponential of a block matrix [[A, E], [0, A]] has the derivative of exp at A in the direction E in its upper
     * right corner (N. Higham, "Functions of matrices", 2008, theorem 3.6); the gradient is that derivative at X' applied to the output
     * gradient, so every order follows.
     */
    static final Op EXPM = Op.named("matrix_exponential")
            .inputs("x")
            .shape(c -> Matrices.requireSquare(c, "x"))
            .kernels(HostArray.class, call -> Matrices.each(call, item -> new double[][] {exponential(item.input(0))}))
            .gradient("x", (c, dy) -> {
                Tensor x = Linalg.matrixTranspose(c.input("x"));
                Tensor upper = Tensors.concat(-1, x, dy);
                Tensor lower = Tensors.concat(-1, Tensors.zerosLike(x), x);
                Tensor block = execute("matrix_exponential", Tensors.concat(-2, upper, lower));
                Shape shape = x.shape();
                long[] begin = new long[shape.rank()];
                begin[begin.length - 1] = Matrices.columns(shape);
                return block.slice(begin, shape);
            });

    static final List<Op> OPS = List.of(EXPM);

    private ExponentialOps() {}

    /**
     * The diagonal Pade approximant of the scaled matrix, squared as often as it was halved: G. Golub and C. Van Loan, "Matrix
     * computations", 2013, algorithm 9.3.1.
     */
    private static double[] exponential(DMatrixRMaj x) {
        int n = x.numRows;
        // By a power of two, which scales without a rounding error.
        int halvings = Math.max(0, Math.getExponent(NormOps_DDRM.normPInf(x) / GREATEST_NORM) + 1);
        CommonOps_DDRM.scale(Math.scalb(1.0, -halvings), x);
        DMatrixRMaj power = CommonOps_DDRM.identity(n);
        DMatrixRMaj numerator = CommonOps_DDRM.identity(n);
        DMatrixRMaj denominator = CommonOps_DDRM.identity(n);
        double factor = 1;
        for (int k = 1; k <= DEGREE; k++) {
            factor *= (DEGREE - k + 1) / (double) (k * (2 * DEGREE - k + 1));
            power = product(x, power);
            CommonOps_DDRM.addEquals(numerator, factor, power);
            CommonOps_DDRM.addEquals(denominator, k % 2 == 0 ? factor : -factor, power);
        }
        DMatrixRMaj result = DMatrixRMaj.wrap(n, n, new Lu(denominator).solve(numerator));
        for (int i = 0; i < halvings; i++) {
            result = product(result, result);
        }
        return result.data;
    }

    private static DMatrixRMaj product(DMatrixRMaj x, DMatrixRMaj y) {
        DMatrixRMaj z = new DMatrixRMaj(x.numRows, y.numCols);
        CommonOps_DDRM.mult(x, y, z);
        return z;
    }
}
