package io.autodiff.nd4j.ops;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.Linalg;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Determinants. The derivative of det X is its matrix of cofactors (Jacobi's formula), which is det X times X'^-1 where there is an
 * inverse, and there without one too: so gradients of determinants are right for singular matrices.
 */
final class DeterminantOps {
    static final Op DET = Op.named("matrix_determinant")
            .inputs("x")
            .shape(DeterminantOps::perMatrix)
            .kernels(
                    HostArray.class,
                    call -> Matrices.each(call, item -> new double[][] {{new Lu(item.input(0)).determinant()}}))
            .gradient("x", (c, dy) -> column(dy).mul(execute("matrix_cofactors", c.input("x"))));

    /** Sign and logarithm of the magnitude, as a determinant is soon beyond any dtype. The sign is constant where it has a gradient. */
    static final Op SLOGDET = Op.named("slogdet")
            .inputs("x")
            .outputs("sign", "logMagnitude")
            .shapes(c -> {
                TensorSpec spec = perMatrix(c);
                return List.of(spec, spec);
            })
            .kernels(
                    HostArray.class,
                    call -> Matrices.each(call, item -> {
                        Lu lu = new Lu(item.input(0));
                        return new double[][] {{lu.sign()}, {lu.logMagnitude()}};
                    }))
            .gradients((c, dys, needed) -> {
                Tensor inverse = execute("matrix_inverse", c.input("x"));
                return List.of(column(dys.get(1)).mul(Linalg.matrixTranspose(inverse)));
            });

    /** The second derivative of det is symmetric, so that the gradient of the first is the second applied to the output gradient. */
    static final Op COFACTORS = Op.named("matrix_cofactors")
            .inputs("x")
            .shape(c -> Matrices.requireSquare(c, "x"))
            .kernels(HostArray.class, call -> Matrices.each(call, item -> cofactors(new SingularValues(item))))
            .gradient("x", (c, dy) -> execute("matrix_cofactors_derivative", c.input("x"), dy));

    /**
     * The derivative of the cofactors of X in the direction G. Its own gradient by X, the third derivative of det, is written with
     * the inverse, so that from the third order on det needs a matrix that has one.
     */
    static final Op COFACTORS_DERIVATIVE = Op.named("matrix_cofactors_derivative")
            .inputs("x", "g")
            .shape(DeterminantOps::derivativeSpec)
            .kernels(
                    HostArray.class,
                    call -> Matrices.each(call, item -> cofactorsDerivative(new SingularValues(item), item.input(1))))
            .gradient("x", (c, dy) -> thirdDerivative(c.input("x"), c.input("g"), dy))
            .gradient("g", (c, dy) -> execute("matrix_cofactors_derivative", c.input("x"), dy));

    static final List<Op> OPS = List.of(DET, SLOGDET, COFACTORS, COFACTORS_DERIVATIVE);

    private DeterminantOps() {}

    private static TensorSpec perMatrix(OpCall<TensorSpec> call) {
        TensorSpec x = Matrices.requireSquare(call, "x");
        return new TensorSpec(x.dtype(), Matrices.batch(x.shape()));
    }

    private static TensorSpec derivativeSpec(OpCall<TensorSpec> call) {
        TensorSpec x = Matrices.requireSquare(call, "x");
        if (!call.input("g").equals(x)) {
            throw call.error("the direction 'g' must be like 'x'");
        }
        return x;
    }

    /** A number for each matrix, as a stack of 1 by 1 matrices. */
    private static Tensor column(Tensor perMatrix) {
        return perMatrix.reshape(Matrices.stack(perMatrix.shape(), 1, 1));
    }

    /**
     * With B = X^-1, the derivative of det(X) (tr(BG) tr(BH) - tr(BGBH)), which is the second derivative of det in the directions G
     * and H.
     */
    private static Tensor thirdDerivative(Tensor x, Tensor g, Tensor h) {
        Tensor b = execute("matrix_inverse", x);
        Tensor bg = b.mmul(g);
        Tensor bh = b.mmul(h);
        Tensor traceG = column(Linalg.trace(bg));
        Tensor traceH = column(Linalg.trace(bh));
        Tensor traceGh = column(Linalg.trace(bg.mmul(bh)));
        Tensor bgb = bg.mmul(b);
        Tensor bhb = bh.mmul(b);
        Tensor sum = b.mul(traceG.mul(traceH).sub(traceGh))
                .sub(bgb.mul(traceH))
                .sub(bhb.mul(traceG))
                .add(bg.mmul(bhb))
                .add(bh.mmul(bgb));
        return column(execute("matrix_determinant", x)).mul(Linalg.matrixTranspose(sum));
    }

    /** A singular value decomposition X = U S V' and the sign of det U det V. */
    private static final class SingularValues {
        final DMatrixRMaj u;
        final DMatrixRMaj v;
        final double[] s;
        final double sign;

        SingularValues(Matrices.Item item) {
            Svd svd = Svd.of(item);
            u = svd.left;
            v = svd.right;
            s = svd.values;
            sign = new Lu(u).sign() * new Lu(v).sign();
        }

        /** The product of the singular values without two of them, or without one if they are the same. */
        double productWithout(int i, int j) {
            double product = sign;
            for (int k = 0; k < s.length; k++) {
                product *= k == i || k == j ? 1 : s[k];
            }
            return product;
        }

        /** U W V', row-major. */
        double[][] rotated(double[][] w) {
            int n = s.length;
            double[] result = new double[n * n];
            for (int i = 0; i < n; i++) {
                double[] row = new double[n];
                for (int k = 0; k < n; k++) {
                    for (int l = 0; l < n; l++) {
                        row[l] += u.get(i, k) * w[k][l];
                    }
                }
                for (int j = 0; j < n; j++) {
                    for (int l = 0; l < n; l++) {
                        result[i * n + j] += row[l] * v.get(j, l);
                    }
                }
            }
            return new double[][] {result};
        }
    }

    private static double[][] cofactors(SingularValues x) {
        int n = x.s.length;
        double[][] w = new double[n][n];
        for (int i = 0; i < n; i++) {
            w[i][i] = x.productWithout(i, i);
        }
        return x.rotated(w);
    }

    /** On a diagonal matrix S, with P the product without i and j: dC(i, i) has P dS(j, j), and dC(i, j) is -P dS(j, i). */
    private static double[][] cofactorsDerivative(SingularValues x, DMatrixRMaj g) {
        int n = x.s.length;
        double[][] rotated = new double[n][n]; // U' G V
        for (int k = 0; k < n; k++) {
            double[] row = new double[n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    row[j] += x.u.get(i, k) * g.get(i, j);
                }
            }
            for (int l = 0; l < n; l++) {
                for (int j = 0; j < n; j++) {
                    rotated[k][l] += row[j] * x.v.get(j, l);
                }
            }
        }
        double[][] w = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != j) {
                    double product = x.productWithout(i, j);
                    w[i][i] += product * rotated[j][j];
                    w[i][j] = -product * rotated[j][i];
                }
            }
        }
        return x.rotated(w);
    }
}
