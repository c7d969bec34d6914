package io.autodiff.nd4j.ops;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.decomposition.lu.LUDecompositionAlt_DDRM;
import org.ejml.dense.row.linsol.lu.LinearSolverLu_DDRM;

/**
 * A square matrix as a permutation, a unit lower and an upper triangular matrix, by partial pivoting. Singular is a pivot of
 * exactly 0, as in LAPACK: EJML asks for one below 2^-52, and so would refuse a small multiple of the unit matrix.
 */
final class Lu {
    private final LUDecompositionAlt_DDRM lu = new LUDecompositionAlt_DDRM();
    private final LinearSolverLu_DDRM solver = new LinearSolverLu_DDRM(lu);
    private final int size;

    Lu(DMatrixRMaj x) {
        size = x.numRows;
        if (size > 0) {
            solver.setA(x);
        }
    }

    boolean isSingular() {
        return sign() == 0;
    }

    /** The sign of the determinant; 0 if it is singular. */
    double sign() {
        double sign = 1;
        for (int i = 0; i < size; i++) {
            sign *= Math.signum(pivot(i));
        }
        return permutationIsOdd() ? -sign : sign;
    }

    double determinant() {
        double product = permutationIsOdd() ? -1 : 1;
        for (int i = 0; i < size; i++) {
            product *= pivot(i);
        }
        return product;
    }

    /** The logarithm of the determinant's magnitude, which itself may be beyond a double. */
    double logMagnitude() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.log(Math.abs(pivot(i)));
        }
        return sum;
    }

    /** The solution of AX = B, row-major. */
    double[] solve(DMatrixRMaj b) {
        DMatrixRMaj x = new DMatrixRMaj(b.numRows, b.numCols);
        solver.solve(b, x);
        return x.data;
    }

    /** The inverse, row-major. */
    double[] inverse() {
        DMatrixRMaj y = new DMatrixRMaj(size, size);
        solver.invert(y);
        return y.data;
    }

    private double pivot(int i) {
        return lu.getLU().get(i, i);
    }

    /** A cycle of even length is an odd permutation. */
    private boolean permutationIsOdd() {
        if (size == 0) {
            return false;
        }
        int[] rows = lu.getPivot();
        boolean[] seen = new boolean[size];
        boolean odd = false;
        for (int i = 0; i < size; i++) {
            for (int j = rows[i]; !seen[j]; j = rows[j]) {
                seen[j] = true;
                odd ^= j != i;
            }
        }
        return odd;
    }
}
