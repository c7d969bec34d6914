package io.autodiff.nd4j.ops;

import static io.autodiff.spi.Executor.execute;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Systems of linear equations and inverses. Gradients by M. Giles, "Collected matrix derivative results for forward and reverse
 * mode algorithmic differentiation", 2008, sections 2.2.2 and 2.3.1.
 */
final class SolveOps {
    /** AX = B for a square A, or A'X = B: dB = A'^-1 dX, dA = -dB X'. Batch axes are broadcast. */
    static final Op MATRIX_SOLVE = Op.named("matrix_solve")
            .inputs("a", "b")
            .attribute("transpose", Boolean.class)
            .shape(SolveOps::systemSpec)
            .broadcasting()
            .kernels(HostArray.class, call -> Matrices.each(call, SolveOps::solve))
            .gradients((c, dx, needed) -> {
                boolean transpose = c.attributes().flag("transpose");
                Tensor db = execute("matrix_solve", Attributes.of("transpose", !transpose), c.input("a"), dx.get(0));
                return Arrays.asList(needed[0] ? matrixGradient(c, db, transpose) : null, db);
            });

    /** The same for a triangular A, whose other triangle is taken for zeros whatever it holds. */
    static final Op TRIANGULAR_SOLVE = Op.named("triangular_solve")
            .inputs("a", "b")
            .attribute("lower", Boolean.class)
            .attribute("transpose", Boolean.class)
            .shape(SolveOps::systemSpec)
            .broadcasting()
            .kernels(HostArray.class, call -> Matrices.each(call, SolveOps::solveTriangular))
            .gradients((c, dx, needed) -> {
                boolean transpose = c.attributes().flag("transpose");
                boolean lower = c.attributes().flag("lower");
                Tensor db = execute(
                        "triangular_solve",
                        Attributes.of("lower", lower, "transpose", !transpose),
                        c.input("a"),
                        dx.get(0));
                return Arrays.asList(needed[0] ? triangle(matrixGradient(c, db, transpose), lower) : null, db);
            });

    /** Y = X^-1: dX = -Y' dY Y'. */
    static final Op MATRIX_INVERSE = Op.named("matrix_inverse")
            .inputs("x")
            .shape(c -> Matrices.requireSquare(c, "x"))
            .kernels(
                    HostArray.class,
                    call -> Matrices.each(call, item -> {
                        DMatrixRMaj x = item.input(0);
                        return new double[][] {regular(item, x, "'x'").inverse()};
                    }))
            .gradient("x", (c, dy) -> {
                Tensor y = c.output();
                return y.mmul(dy, true, false).mmul(y, false, true).neg();
            });

    static final List<Op> OPS = List.of(MATRIX_SOLVE, TRIANGULAR_SOLVE, MATRIX_INVERSE);

    private SolveOps() {}

    private static TensorSpec systemSpec(OpCall<TensorSpec> call) {
        TensorSpec a = Matrices.requireSquare(call, "a");
        TensorSpec b = Matrices.require(call, "b");
        Shapes.requireSameDType(call, a, b);
        if (Matrices.rows(a.shape()) != Matrices.rows(b.shape())) {
            throw call.error("'a' has " + Matrices.rows(a.shape()) + " equations, 'b' has " + Matrices.rows(b.shape())
                    + " right sides");
        }
        Shape batch = Matrices.batch(call, a.shape(), b.shape());
        return new TensorSpec(b.dtype(), Matrices.stack(batch, Matrices.rows(b.shape()), Matrices.columns(b.shape())));
    }

    private static Tensor matrixGradient(OpCall<Tensor> call, Tensor db, boolean transpose) {
        Tensor x = call.output();
        return (transpose ? x.mmul(db, false, true) : db.mmul(x, false, true)).neg();
    }

    private static Tensor triangle(Tensor x, boolean lower) {
        return lower ? x.tril() : x.triu();
    }

    private static double[][] solve(Matrices.Item item) {
        DMatrixRMaj a = item.call().attributes().flag("transpose") ? transposed(item.input(0)) : item.input(0);
        return new double[][] {regular(item, a, "'a'").solve(item.input(1))};
    }

    private static Lu regular(Matrices.Item item, DMatrixRMaj a, String name) {
        Lu lu = new Lu(a);
        if (lu.isSingular()) {
            throw item.error(name + " is singular, a pivot of its LU decomposition is 0; there is no unique solution;"
                    + " adding a small multiple of the unit matrix makes one");
        }
        return lu;
    }

    private static DMatrixRMaj transposed(DMatrixRMaj x) {
        DMatrixRMaj y = new DMatrixRMaj(x.numCols, x.numRows);
        for (int i = 0; i < y.numRows; i++) {
            for (int j = 0; j < y.numCols; j++) {
                y.set(i, j, x.get(j, i));
            }
        }
        return y;
    }

    /** By substitution, whole rows of X at a time. */
    private static double[][] solveTriangular(Matrices.Item item) {
        boolean transpose = item.call().attributes().flag("transpose");
        boolean forward = item.call().attributes().flag("lower") != transpose;
        DMatrixRMaj a = item.input(0);
        DMatrixRMaj x = item.input(1);
        int n = a.numRows;
        for (int step = 0; step < n; step++) {
            int i = forward ? step : n - 1 - step;
            double pivot = a.get(i, i);
            if (pivot == 0) {
                throw item.error("'a' is singular, its diagonal is 0 in row " + i);
            }
            for (int k = forward ? 0 : i + 1; k < (forward ? i : n); k++) {
                double factor = transpose ? a.get(k, i) : a.get(i, k);
                for (int j = 0; j < x.numCols; j++) {
                    x.data[i * x.numCols + j] -= factor * x.data[k * x.numCols + j];
                }
            }
            for (int j = 0; j < x.numCols; j++) {
                x.data[i * x.numCols + j] /= pivot;
            }
        }
        return new double[][] {x.data};
    }
}
