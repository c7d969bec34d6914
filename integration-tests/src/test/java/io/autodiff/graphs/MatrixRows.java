package io.autodiff.graphs;

import static io.autodiff.graphs.Row.both;
import static io.autodiff.graphs.Row.ranked;
import static io.autodiff.graphs.Row.shaped;
import static io.autodiff.graphs.Row.step;

import io.autodiff.Index;
import io.autodiff.Linalg;
import io.autodiff.MatrixNorm;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;
import java.util.function.UnaryOperator;

/** Products, decompositions and functions of matrices. */
final class MatrixRows {
    /** Matrices of a greater order take long. */
    private static final int GREATEST_ORDER = 4;

    /** For every numeric dtype. */
    static final List<Row> PRODUCTS = List.of(
            shaped(
                    "dot",
                    (a, b, choice) -> a.elements() != b.elements()
                            ? null
                            : step((x, y) -> Linalg.dot(x.reshape(-1), y.reshape(-1)))),
            both("outer", (x, y) -> Linalg.outer(x.reshape(-1), y.reshape(-1))),
            both("kron", (x, y) -> Linalg.kron(x.reshape(1, -1), y.reshape(-1, 1))),
            ranked("einsumOfOne", 2, (a, b, choice) -> {
                String equation = choice.of(List.of("...ij->...ji", "...ij->...i", "...ij->j...", "...ij->..."));
                return step(x -> Linalg.einsum(equation, x), equation);
            }),
            ranked("einsumOfTwo", 2, (a, b, choice) -> {
                String equation = choice.of(
                        List.of("...ij,...kj->...ik", "...ij,...ij->...j", "...ij,...kj->...", "...ij,...ik->...jk"));
                return step(x -> Linalg.einsum(equation, x, x.add(1)), equation);
            }),
            shaped("einsumOfVectors", (a, b, choice) -> {
                String equation = choice.of(List.of("i,j->ij", "i,j->j", "i,j->", "i,j->ji"));
                return step((x, y) -> Linalg.einsum(equation, x.reshape(-1), y.reshape(-1)), equation);
            }),
            ranked(
                    "einsumDiagonal",
                    1,
                    (a, b, choice) -> step(x -> Linalg.einsum("ii->i", Linalg.outer(x.reshape(-1), x.reshape(-1))))),
            ranked("trace", 2, (a, b, choice) -> step(x -> Linalg.trace(x))));

    /** For floating dtypes; of matrices that are well conditioned. */
    static final List<Row> FLOATING = List.of(
            ranked("mmul", 2, (a, b, choice) -> {
                if (a.rank() != 2 || b.rank() != 2) {
                    return null;
                }
                boolean transposeA = choice.flip();
                boolean transposeB = choice.flip();
                return a.size(transposeA ? 0 : 1) == b.size(transposeB ? 1 : 0)
                        ? step((x, y) -> x.mmul(y, transposeA, transposeB), transposeA, transposeB)
                        : step(x -> x.mmul(x, transposeA, !transposeA), transposeA);
            }),
            ranked("matmul", 2, (a, b, choice) -> step(x -> Linalg.matmul(x, Linalg.matrixTranspose(x)))),
            ranked(
                    "matmulOfStacks",
                    2,
                    (a, b, choice) -> b.rank() < 2
                                    || a.size(a.axis(-1)) != b.size(b.axis(-2))
                                    || Shape.broadcast(stack(a), stack(b)) == null
                            ? null
                            : step((x, y) -> Linalg.matmul(x, y))),
            ranked("matvec", 2, (a, b, choice) -> {
                boolean transpose = choice.flip();
                return step(x -> Linalg.matvec(x, x.sum(transpose ? -1 : -2), transpose), transpose);
            }),
            ranked("tensorDot", 1, (a, b, choice) -> {
                int axis = choice.axis(a);
                return step(x -> Linalg.tensorDot(x, x.neg(), new int[] {axis}, new int[] {axis}), axis);
            }),
            square("det", x -> Linalg.det(x)),
            square("logDet", x -> Linalg.logDet(x)),
            square("slogdet", x -> Linalg.slogdet(x.neg()).logMagnitude()),
            square("inverse", x -> Linalg.inverse(x)),
            square("matrixPower", x -> Linalg.matrixPower(x, 3)),
            square("matrixPowerOfInverse", x -> Linalg.matrixPower(x, -2)),
            square("expm", x -> Linalg.expm(x.mul(0.1))),
            square("cholesky", x -> Linalg.cholesky(x)),
            square(
                    "choleskyOfHalf",
                    x -> Linalg.cholesky(x.tril().mul(2).sub(x.diagPart().diag()))),
            square("qr", x -> {
                Linalg.Qr qr = Linalg.qr(x);
                return Linalg.matmul(qr.r(), qr.q());
            }),
            square("eigenvalues", x -> Linalg.eigh(x).values()).kinkedAt((a, b) -> eigenvalueGaps(a)),
            square("eigh", x -> {
                        Linalg.Eigh eigh = Linalg.eigh(x);
                        return Linalg.matmul(
                                eigh.vectors().mul(eigh.values().log().expandDims(-2)),
                                Linalg.matrixTranspose(eigh.vectors()));
                    })
                    .kinkedAt((a, b) -> eigenvalueGaps(a)),
            square("singularValues", x -> Linalg.svd(x.triu()).values())
                    .kinkedAt((a, b) -> Row.gaps(Linalg.svd(definite(a).triu()).values())),
            shaped("fullSvd", (a, b, choice) -> {
                        boolean wide = choice.flip();
                        return fits(a)
                                ? step(
                                        x -> {
                                            Linalg.Svd svd = Linalg.svd(tall(x, wide), true);
                                            Tensor outside = (wide ? svd.right() : svd.left())
                                                    .get(Index.ellipsis(), Index.from(a.size(a.axis(-1))));
                                            return Linalg.matmul(outside, Linalg.matrixTranspose(outside));
                                        },
                                        wide)
                                : null;
                    })
                    .kinkedAt((a, b) -> Row.gaps(Linalg.svd(tall(a, false)).values())),
            shaped(
                            "fullQr",
                            (a, b, choice) -> fits(a)
                                    ? step(x -> {
                                        Linalg.Qr qr = Linalg.qr(tall(x, false), true);
                                        return Linalg.matmul(qr.q().cos(), qr.r());
                                    })
                                    : null)
                    .withOtherGradient(),
            shaped("matrixNorm", (a, b, choice) -> {
                        MatrixNorm norm =
                                choice.of(List.of(MatrixNorm.FROBENIUS, MatrixNorm.NUCLEAR, MatrixNorm.SPECTRAL));
                        return fits(a) ? step(x -> Linalg.norm(tall(x, false), norm), norm) : null;
                    })
                    .kinkedAt((a, b) -> Row.gaps(Linalg.svd(tall(a, false)).values())),
            shaped(
                    "solve",
                    (a, b, choice) -> fits(a)
                            ? step(x -> Linalg.solve(definite(x).add(definite(x).triu(1)), Linalg.matrixTranspose(x)))
                            : null),
            shaped("triangularSolve", (a, b, choice) -> {
                boolean lower = choice.flip();
                boolean transpose = choice.flip();
                return fits(a)
                        ? step(
                                x -> Linalg.triangularSolve(definite(x), Linalg.matrixTranspose(x), lower, transpose),
                                lower,
                                transpose)
                        : null;
            }),
            shaped(
                    "lstsq",
                    (a, b, choice) -> fits(a)
                            ? step(x -> Linalg.lstsq(
                                    Tensors.concat(-2, definite(x), x), Tensors.concat(-2, definite(x), x.neg())))
                            : null));

    private MatrixRows() {}

    private static Shape stack(Shape shape) {
        return shape.withAxes(shape.rank() - 2, shape.rank());
    }

    private static boolean fits(Shape a) {
        return a.rank() >= 2 && a.size(a.axis(-1)) <= GREATEST_ORDER && a.elements() > 0;
    }

    private static Row square(String name, UnaryOperator<Tensor> function) {
        return shaped(name, (a, b, choice) -> fits(a) ? step(x -> function.apply(definite(x))) : null);
    }

    /** A symmetric matrix with eigenvalues of 1 and more. */
    private static Tensor definite(Tensor x) {
        long order = x.shape().size(x.shape().axis(-1));
        return Linalg.matmul(Linalg.matrixTranspose(x), x).mul(0.5).add(Tensors.eye(x.dtype(), order));
    }

    /** A matrix of full rank and of more rows than columns, or transposed. */
    private static Tensor tall(Tensor x, boolean wide) {
        Tensor tall = Tensors.concat(-2, definite(x), x.mul(0.5));
        return wide ? Linalg.matrixTranspose(tall) : tall;
    }

    private static Tensor eigenvalueGaps(Tensor x) {
        return Row.gaps(Linalg.eigh(definite(x)).values());
    }
}
