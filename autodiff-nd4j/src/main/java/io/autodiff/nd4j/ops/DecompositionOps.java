package io.autodiff.nd4j.ops;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.Linalg;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.QRDecomposition;

/**
 * Factorisations of matrices. What they leave open is settled, so that each is a function: signs here, the order of values. Vectors
 * of equal values have no derivative. A gradient that came through them divides 0 by 0, and is NaN; one that came through the
 * values alone has no such term.
 */
final class DecompositionOps {
    /**
     * The lower triangular L with positive diagonal of LL', the symmetric part of x. I. Murray, "Differentiation of the Cholesky
     * decomposition", 2016, equation 10: the symmetric part of L'^-1 P L^-1, with P the lower triangle of L' dL, its diagonal halved.
     */
    static final Op CHOLESKY = Op.named("cholesky")
            .inputs("x")
            .shape(c -> Matrices.requireSquare(c, "x"))
            .kernels(HostArray.class, call -> Matrices.each(call, DecompositionOps::cholesky))
            .gradient("x", (c, dl) -> {
                Tensor l = c.output();
                Tensor product = l.mmul(dl, true, false);
                Tensor p = product.tril().sub(product.diagPart().diag().mul(0.5));
                Tensor left = solve(l, p, true, true);
                return symmetric(Linalg.matrixTranspose(solve(l, Linalg.matrixTranspose(left), true, true)));
            });

    /**
     * An orthonormal Q and an upper triangular R with a diagonal of 0 or more. S. Walter and L. Lehmann, "Algorithmic differentiation of
     * linear algebra functions with application in optimum experimental design", 2010; for fewer rows than columns, x = [X | Y]
     * and R = [U | V] are QR of X, and V = Q' Y.
     */
    static final Op QR = Op.named("qr")
            .inputs("x")
            .outputs("q", "r")
            .shapes(c -> {
                TensorSpec x = Matrices.require(c, "x");
                long m = Matrices.rows(x.shape());
                long n = Matrices.columns(x.shape());
                return List.of(like(x, m, Math.min(m, n)), like(x, Math.min(m, n), n));
            })
            .kernels(HostArray.class, call -> Matrices.each(call, DecompositionOps::qr))
            .gradients((c, dys, needed) -> List.of(qrGradient(c, dys.get(0), dys.get(1))));

    /**
     * The eigenvalues of the symmetric part of x, ascending, and its eigenvectors, in columns. Giles 2008, section 3.1: with
     * F(i, j) = 1 / (w(j) - w(i)), the symmetric part of V (diag(dw) + F * (V' dV)) V'.
     */
    static final Op EIGH = Op.named("eigh")
            .inputs("x")
            .outputs("values", "vectors")
            .shapes(c -> {
                TensorSpec x = Matrices.requireSquare(c, "x");
                return List.of(like(x, Matrices.rows(x.shape())), x);
            })
            .kernels(HostArray.class, call -> Matrices.each(call, DecompositionOps::eigh))
            .gradients((c, dys, needed) -> {
                Tensor v = c.outputs().get(1);
                Tensor inner = inverseDifferences(c.output())
                        .mulNoNan(v.mmul(dys.get(1), true, false))
                        .add(dys.get(0).diag());
                return List.of(symmetric(v.mmul(inner).mmul(v, false, true)));
            });

    /**
     * The singular values, descending, and the left and right singular vectors, in columns. J. Townsend, "Differentiating the singular
     * value decomposition", 2016: with F(i, j) = 1 / (s(j)^2 - s(i)^2) and sym(M) = M + M', U (sym(F * U' dU) S + S sym(F * V' dV) + diag(ds)) V', and for a matrix that is not square what of dU and dV is outside the vectors' span.
     */
    static final Op SVD = Op.named("svd")
            .inputs("x")
            .outputs("values", "left", "right")
            .shapes(c -> {
                TensorSpec x = Matrices.require(c, "x");
                long m = Matrices.rows(x.shape());
                long n = Matrices.columns(x.shape());
                long k = Math.min(m, n);
                return List.of(like(x, k), like(x, m, k), like(x, n, k));
            })
            .kernels(
                    HostArray.class,
                    call -> Matrices.each(call, item -> {
                        Svd svd = Svd.of(item);
                        return new double[][] {svd.values, svd.left.data, svd.right.data};
                    }))
            .gradients((c, dys, needed) -> List.of(svdGradient(c, dys.get(0), dys.get(1), dys.get(2))));

    /**
     * To m by k independent columns, m - k unit vectors of which no combination is in their span. They are those of the rows that are not
     * pivots, where each pivot is the first long row of what the pivots before it leave of the rows.
     */
    static final Op COMPLEMENT_UNITS = Op.named("complement_units")
            .inputs("x")
            .shape(c -> {
                TensorSpec x = Matrices.require(c, "x");
                long m = Matrices.rows(x.shape());
                long k = Matrices.columns(x.shape());
                if (k > m) {
                    throw c.error("'x' has more columns than rows, which leave nothing; transpose it");
                }
                return like(x, m, m - k);
            })
            .kernels(HostArray.class, call -> Matrices.each(call, DecompositionOps::complementUnits))
            .notDifferentiable();

    static final List<Op> OPS = List.of(CHOLESKY, QR, EIGH, SVD, COMPLEMENT_UNITS);

    private DecompositionOps() {}

    /** The dtype and batch axes of a stack, with other axes after them. */
    private static TensorSpec like(TensorSpec x, long... sizes) {
        return new TensorSpec(x.dtype(), Matrices.stack(Matrices.batch(x.shape()), sizes));
    }

    // ---- gradients ----

    private static Tensor solve(Tensor a, Tensor b, boolean lower, boolean transpose) {
        return execute("triangular_solve", Attributes.of("lower", lower, "transpose", transpose), a, b);
    }

    private static Tensor symmetric(Tensor x) {
        return symmetricSum(x).mul(0.5);
    }

    private static Tensor symmetricSum(Tensor x) {
        return x.add(Linalg.matrixTranspose(x));
    }

    /** For each pair of values, the inverse of the second less the first; 0 for a value and itself. */
    private static Tensor inverseDifferences(Tensor values) {
        Tensor unit = Tensors.onesLike(values).diag();
        return values.expandDims(-2)
                .sub(values.expandDims(-1))
                .add(unit)
                .rdiv(1)
                .sub(unit);
    }

    private static Tensor qrGradient(OpCall<Tensor> call, Tensor dq, Tensor dr) {
        Tensor x = call.input("x");
        Tensor q = call.output();
        Tensor r = call.outputs().get(1);
        long m = Matrices.rows(x.shape());
        long n = Matrices.columns(x.shape());
        if (m >= n) {
            return tallGradient(q, r, dq, dr);
        }
        Tensor dv = columns(dr, m, n - m);
        Tensor dqAll = dq.add(columns(x, m, n - m).mmul(dv, false, true));
        Tensor dx = tallGradient(q, columns(r, 0, m), dqAll, columns(dr, 0, m));
        return Tensors.concat(-1, dx, q.mmul(dv));
    }

    /** (dQ + Q copyltu(R dR' - dQ' Q)) R'^-1, where copyltu makes a lower triangle symmetric. */
    private static Tensor tallGradient(Tensor q, Tensor r, Tensor dq, Tensor dr) {
        Tensor inner = r.mmul(dr, false, true).sub(dq.mmul(q, true, false));
        Tensor lower = inner.tril();
        Tensor copied =
                lower.add(Linalg.matrixTranspose(lower)).sub(inner.diagPart().diag());
        Tensor right = dq.add(q.mmul(copied));
        return Linalg.matrixTranspose(solve(r, Linalg.matrixTranspose(right), false, false));
    }

    private static Tensor columns(Tensor x, long first, long count) {
        long[] sizes = x.shape().toArray();
        long[] begin = new long[sizes.length];
        sizes[sizes.length - 1] = count;
        begin[begin.length - 1] = first;
        return x.slice(begin, Shape.of(sizes));
    }

    private static Tensor svdGradient(OpCall<Tensor> call, Tensor ds, Tensor du, Tensor dv) {
        Tensor s = call.output();
        Tensor u = call.outputs().get(1);
        Tensor v = call.outputs().get(2);
        Tensor f = inverseDifferences(s.square());
        Tensor left = symmetricSum(f.mulNoNan(u.mmul(du, true, false)));
        Tensor right = symmetricSum(f.mulNoNan(v.mmul(dv, true, false)));
        Tensor inner =
                left.mul(s.expandDims(-2)).add(right.mul(s.expandDims(-1))).add(ds.diag());
        Tensor gradient = u.mmul(inner).mmul(v, false, true);
        Tensor inverse = s.rdiv(1).expandDims(-2);
        long m = Matrices.rows(u.shape());
        long n = Matrices.rows(v.shape());
        if (m > n) {
            gradient = gradient.add(inverse.mulNoNan(outside(u, du)).mmul(v, false, true));
        } else if (n > m) {
            gradient = gradient.add(u.mmul(inverse.mulNoNan(outside(v, dv)), false, true));
        }
        return gradient;
    }

    /** What of X is outside the span of orthonormal columns. */
    private static Tensor outside(Tensor columns, Tensor x) {
        return x.sub(columns.mmul(columns.mmul(x, true, false)));
    }

    // ---- kernels ----

    private static double[][] cholesky(Matrices.Item item) {
        DMatrixRMaj x = Matrices.symmetrise(item.input(0));
        CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(x.numRows, true);
        if (!cholesky.decompose(x)) {
            throw item.error(
                    "'x' is not positive definite; add a small multiple of the unit matrix to one that is nearly so");
        }
        return new double[][] {cholesky.getT(null).data};
    }

    private static double[][] qr(Matrices.Item item) {
        DMatrixRMaj x = item.input(0);
        QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(x.numRows, x.numCols);
        // EJML says no to columns that depend on others exactly, and has decomposed them all the same.
        qr.decompose(x.copy());
        DMatrixRMaj q = qr.getQ(null, true);
        DMatrixRMaj r = qr.getR(null, true);
        for (int i = 0; i < r.numRows; i++) {
            if (r.get(i, i) < 0) {
                Svd.scale(q, i, -1);
                for (int j = i; j < r.numCols; j++) {
                    r.set(i, j, -r.get(i, j));
                }
            }
        }
        return new double[][] {q.data, r.data};
    }

    private static double[][] complementUnits(Matrices.Item item) {
        DMatrixRMaj x = item.input(0);
        int m = x.numRows;
        int k = x.numCols;
        boolean[] pivots = new boolean[m];
        for (int step = 0; step < k; step++) {
            int pivot = longRow(x, pivots);
            pivots[pivot] = true;
            double square = rowProduct(x, pivot, pivot);
            for (int i = 0; square > 0 && i < m; i++) {
                if (!pivots[i]) {
                    double factor = rowProduct(x, i, pivot) / square;
                    for (int j = 0; j < k; j++) {
                        x.set(i, j, x.get(i, j) - factor * x.get(pivot, j));
                    }
                }
            }
        }
        double[] units = new double[m * (m - k)];
        for (int i = 0, unit = 0; i < m; i++) {
            if (!pivots[i]) {
                units[i * (m - k) + unit++] = 1;
            }
        }
        return new double[][] {units};
    }

    /** The first row, not yet chosen, with half of the greatest square or more: rounding errors do not change which that is. */
    private static int longRow(DMatrixRMaj x, boolean[] chosen) {
        double greatest = 0;
        for (int i = 0; i < chosen.length; i++) {
            greatest = chosen[i] ? greatest : Math.max(greatest, rowProduct(x, i, i));
        }
        int row = 0;
        while (chosen[row] || rowProduct(x, row, row) < greatest / 2) {
            row++;
        }
        return row;
    }

    private static double rowProduct(DMatrixRMaj x, int i, int j) {
        double sum = 0;
        for (int column = 0; column < x.numCols; column++) {
            sum += x.get(i, column) * x.get(j, column);
        }
        return sum;
    }

    private static double[][] eigh(Matrices.Item item) {
        DMatrixRMaj x = Matrices.symmetrise(item.input(0));
        int n = x.numRows;
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(n, true, true);
        if (!eigen.decompose(x)) {
            throw item.error(
                    "the eigenvalues of 'x' were not found, the iteration did not converge; scale its rows and columns");
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = eigen.getEigenvalue(i).real;
        }
        int[] order = Svd.descending(values, n);
        double[] sorted = new double[n];
        DMatrixRMaj vectors = new DMatrixRMaj(n, n);
        for (int j = 0; j < n; j++) {
            int from = order[n - 1 - j];
            sorted[j] = values[from];
            DMatrixRMaj vector = eigen.getEigenVector(from);
            for (int i = 0; i < n; i++) {
                vectors.set(i, j, vector.get(i, 0));
            }
            Svd.scale(vectors, j, Svd.sign(vectors, j));
        }
        return new double[][] {sorted, vectors.data};
    }
}
