package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Linalg;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of products of stacks, of systems, determinants and decompositions. Their matrices are well conditioned. */
final class LinalgSamples {
    private static final Tensor A = Tensors.of(new double[][] {{2, -1, 0.5}, {0.25, 3, 1}, {-0.75, 0.5, 1.5}});
    private static final Tensor SPD = Tensors.of(new double[][] {{4, 2, 0.5}, {2, 5, 1}, {0.5, 1, 3}});
    private static final Tensor TALL = Tensors.of(new double[][] {{1, 2}, {-1, 0.5}, {0.25, 3}});
    private static final Tensor ONE = Tensors.of(new double[][] {{2.5}});
    private static final Tensor EMPTY = Tensors.zeros(DType.FLOAT64, 0, 0);
    /** Two batch axes, one of size 1. */
    private static final Tensor STACK =
            Tensors.stack(0, A, A.transpose().add(SPD)).reshape(2, 1, 3, 3);

    private static final Tensor SPD_STACK =
            Tensors.stack(0, SPD, SPD.mul(0.5).add(A).add(A.transpose()));
    private static final Tensor SINGULAR = Tensors.of(new double[][] {{1, 2, 3}, {2, 4, 6}, {1, 0, 1}});

    private LinalgSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        products(samples);
        systems(samples);
        determinants(samples);
        decompositions(samples);
        exponentials(samples);
        return samples;
    }

    private static Tensor random(long... sizes) {
        return Random.seeded(sizes.length * 100L + sizes[0]).normal(DType.FLOAT64, sizes);
    }

    private static OpSample matmul(Tensor x, Tensor y, boolean transposeX, boolean transposeY) {
        return OpSample.of("matmul", x, y).with("transposeX", transposeX, "transposeY", transposeY);
    }

    private static void products(List<OpSample> samples) {
        for (int flags = 0; flags < 4; flags++) {
            boolean tx = flags % 2 == 1;
            boolean ty = flags / 2 == 1;
            Tensor x = random(2, 3, 4);
            Tensor y = random(4, 2);
            Tensor matrix = ty ? y.transpose() : y;
            Tensor stack = tx ? Linalg.matrixTranspose(x) : x;
            samples.add(matmul(stack, matrix, tx, ty));
            samples.add(matmul(stack, Tensors.stack(0, matrix, matrix.square()), tx, ty));
            samples.add(matmul(tx ? random(4, 3) : random(3, 4), Tensors.stack(0, matrix, matrix.mul(2)), tx, ty));
            // Batch axes [2, 1] and [3].
            samples.add(matmul(
                    stack.reshape(2, 1, tx ? 4 : 3, tx ? 3 : 4),
                    Tensors.stack(0, matrix, matrix, matrix.neg()),
                    tx,
                    ty));
        }
        samples.add(matmul(ONE.reshape(1, 1, 1), ONE.reshape(1, 1, 1, 1), false, false)
                .expecting(6.25));
        samples.add(matmul(random(2, 1, 3), random(2, 3, 1), false, false));
        samples.add(matmul(random(2, 3, 1), random(1, 1, 3), false, false));
        samples.add(matmul(Tensors.zeros(DType.FLOAT64, 2, 2, 0), Tensors.zeros(DType.FLOAT64, 0, 3), false, false)
                .expecting(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        samples.add(matmul(Tensors.zeros(DType.FLOAT64, 0, 2, 3), random(3, 2), false, false));
        samples.add(matmul(Tensors.zeros(DType.FLOAT64, 0, 2, 3), random(1, 3, 2), false, false));
        samples.add(matmul(
                        Tensors.of(new double[][] {{Double.NaN, 1}}),
                        Tensors.of(new double[][] {{0}, {Double.POSITIVE_INFINITY}}),
                        false,
                        false)
                .expecting(Double.NaN)
                .valueOnly());
        // 2048 + 1 is 2048 in float16: the sum is not taken in it.
        samples.add(matmul(Tensors.ones(DType.FLOAT16, 1, 5000), Tensors.ones(DType.FLOAT16, 5000, 1), false, false)
                .expecting(5000)
                .valueOnly());
    }

    private static void systems(List<OpSample> samples) {
        for (boolean transpose : new boolean[] {false, true}) {
            samples.add(solve(A, TALL, transpose));
            samples.add(solve(ONE, Tensors.of(new double[][] {{5, -10}}), transpose)
                    .expecting(2, -4));
            samples.add(solve(STACK, TALL, transpose));
            samples.add(solve(A, random(2, 3, 1), transpose));
            samples.add(solve(STACK, random(2, 3, 2), transpose));
            samples.add(solve(EMPTY, Tensors.zeros(DType.FLOAT64, 0, 2), transpose));
            samples.add(solve(A, Tensors.zeros(DType.FLOAT64, 3, 0), transpose));
            for (boolean lower : new boolean[] {false, true}) {
                samples.add(triangular(A, TALL, lower, transpose));
                samples.add(triangular(ONE, Tensors.of(new double[][] {{5, -10}}), lower, transpose)
                        .expecting(2, -4));
                samples.add(triangular(STACK, random(2, 3, 2), lower, transpose));
                samples.add(triangular(A, random(2, 3, 1), lower, transpose));
                samples.add(triangular(EMPTY, Tensors.zeros(DType.FLOAT64, 0, 2), lower, transpose));
            }
        }
        samples.add(solve(Tensors.of(new double[][] {{0, 2}, {4, 0}}), Tensors.of(new double[][] {{2}, {8}}), false)
                .expecting(2, 1));
        samples.add(solve(
                        Tensors.of(new double[][] {{1e-300, 0}, {0, 1e-300}}),
                        Tensors.of(new double[][] {{1e-300}, {2e-300}}),
                        false)
                .expecting(1, 2)
                .valueOnly());
        samples.add(triangular(
                        Tensors.of(new double[][] {{2, 9}, {1, 4}}), Tensors.of(new double[][] {{2}, {9}}), true, false)
                .expecting(1, 2));
        samples.add(triangular(
                        Tensors.of(new double[][] {{2, 9}, {1, 4}}), Tensors.of(new double[][] {{4}, {8}}), true, true)
                .expecting(1, 2));
        samples.add(OpSample.of("matrix_inverse", Tensors.of(new double[][] {{1, 2}, {3, 4}}))
                .expecting(-2, 1, 1.5, -0.5));
        samples.add(OpSample.of("matrix_inverse", Tensors.of(new double[][] {{0, 1}, {2, 0}}))
                .expecting(0, 0.5, 1, 0));
        samples.add(OpSample.of("matrix_inverse", ONE).expecting(0.4));
        samples.add(OpSample.of("matrix_inverse", STACK));
        samples.add(OpSample.of("matrix_inverse", EMPTY));
        samples.add(OpSample.of("matrix_inverse", Tensors.zeros(DType.FLOAT64, 0, 2, 2)));
    }

    private static OpSample solve(Tensor a, Tensor b, boolean transpose) {
        return OpSample.of("matrix_solve", a, b).with("transpose", transpose);
    }

    private static OpSample triangular(Tensor a, Tensor b, boolean lower, boolean transpose) {
        return OpSample.of("triangular_solve", a, b).with("lower", lower, "transpose", transpose);
    }

    private static void determinants(List<OpSample> samples) {
        Tensor flat = Tensors.zeros(DType.FLOAT64, 0, 2, 2);
        samples.add(OpSample.of("matrix_determinant", Tensors.of(new double[][] {{1, 2}, {3, 4}}))
                .expecting(-2));
        samples.add(OpSample.of("matrix_determinant", Tensors.of(new double[][] {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}}))
                .expecting(1));
        samples.add(OpSample.of("matrix_determinant", Tensors.of(new double[][] {{0, 1, 0}, {1, 0, 0}, {0, 0, 3}}))
                .expecting(-3));
        samples.add(OpSample.of("matrix_determinant", ONE).expecting(2.5));
        samples.add(OpSample.of("matrix_determinant", EMPTY).expecting(1));
        samples.add(OpSample.of("matrix_determinant", STACK));
        samples.add(OpSample.of("matrix_determinant", flat));
        // Of rank 2, 1 and 0: the gradient is the cofactors', and needs no inverse.
        samples.add(OpSample.of("matrix_determinant", SINGULAR).expecting(0));
        samples.add(OpSample.of("matrix_determinant", Tensors.ones(DType.FLOAT64, 3, 3))
                .expecting(0));
        samples.add(OpSample.of("matrix_determinant", Tensors.zeros(DType.FLOAT64, 2, 2))
                .expecting(0));
        samples.add(OpSample.of("matrix_cofactors", Tensors.of(new double[][] {{1, 2}, {3, 4}}))
                .expecting(4, -3, -2, 1));
        samples.add(OpSample.of("matrix_cofactors", SINGULAR.castTo(DType.FLOAT64))
                .expecting(4, 4, -4, -2, -2, 2, 0, 0, 0)
                .valueOnly());
        samples.add(OpSample.of("matrix_cofactors", STACK));
        samples.add(OpSample.of("matrix_cofactors", ONE).expecting(1));
        samples.add(OpSample.of("matrix_cofactors", EMPTY));
        samples.add(OpSample.of("matrix_cofactors_derivative", A, random(3, 3)));
        samples.add(OpSample.of("matrix_cofactors_derivative", STACK, random(2, 1, 3, 3)));
        samples.add(OpSample.of("matrix_cofactors_derivative", ONE, ONE).expecting(0));
        samples.add(OpSample.of("matrix_cofactors_derivative", EMPTY, EMPTY));
        samples.add(OpSample.of(
                        "matrix_cofactors_derivative",
                        Tensors.of(new double[][] {{1, 2}, {3, 5}}),
                        Tensors.of(new double[][] {{1, 2}, {3, 4}}))
                .expecting(4, -3, -2, 1));
        samples.add(OpSample.of("slogdet", Tensors.of(new double[][] {{1, 2}, {3, 4}}))
                .expecting(-1));
        samples.add(OpSample.of("slogdet", STACK));
        samples.add(OpSample.of("slogdet", EMPTY).expecting(1));
        samples.add(OpSample.of("slogdet", Tensors.zeros(DType.FLOAT64, 2, 2))
                .expecting(0)
                .valueOnly());
    }

    private static void decompositions(List<OpSample> samples) {
        samples.add(OpSample.of("cholesky", Tensors.of(new double[][] {{4, 2}, {2, 5}}))
                .expecting(2, 0, 1, 2));
        // Only the symmetric part counts.
        samples.add(OpSample.of("cholesky", Tensors.of(new double[][] {{4, 4}, {0, 5}}))
                .expecting(2, 0, 1, 2));
        samples.add(OpSample.of("cholesky", Tensors.of(new double[][] {{4}})).expecting(2));
        samples.add(OpSample.of("cholesky", SPD));
        samples.add(OpSample.of("cholesky", SPD_STACK));
        samples.add(OpSample.of("cholesky", EMPTY));
        for (Tensor x : List.of(A, TALL, TALL.transpose(), ONE, ONE.neg(), STACK, EMPTY, random(2, 2, 3))) {
            samples.add(OpSample.of("qr", x));
            samples.add(OpSample.of("svd", x));
        }
        for (Tensor x : List.of(A, TALL, ONE, STACK, EMPTY, random(2, 3, 2))) {
            samples.add(OpSample.of("complement_units", x));
        }
        samples.add(OpSample.of("complement_units", Tensors.zeros(DType.FLOAT64, 2, 0))
                .expecting(1, 0, 0, 1));
        samples.add(OpSample.of("complement_units", Tensors.of(new double[][] {{0, 0.1}, {3, 1}, {2, 3}}))
                .expecting(1, 0, 0));
        samples.add(OpSample.of("qr", Tensors.of(new double[][] {{3, 1}, {4, 2}}))
                .expecting(0.6, -0.8, 0.8, 0.6));
        samples.add(OpSample.of("svd", Tensors.of(new double[][] {{0, 2, 0}, {-3, 0, 0}}))
                .expecting(3, 2));
        samples.add(OpSample.of("svd", Tensors.zeros(DType.FLOAT64, 2, 0)));
        samples.add(OpSample.of("svd", Tensors.ones(DType.FLOAT64, 2, 2))
                .expecting(2, 0)
                .valueOnly());
        samples.add(OpSample.of("eigh", Tensors.of(new double[][] {{2, 1}, {1, 2}}))
                .expecting(1, 3));
        samples.add(OpSample.of("eigh", Tensors.of(new double[][] {{2, 2}, {0, 2}}))
                .expecting(1, 3));
        samples.add(OpSample.of("eigh", ONE).expecting(2.5));
        samples.add(OpSample.of("eigh", SPD));
        samples.add(OpSample.of("eigh", SPD_STACK));
        samples.add(OpSample.of("eigh", EMPTY));
        samples.add(OpSample.of("eigh", Tensors.zeros(DType.FLOAT64, 2, 2))
                .expecting(0, 0)
                .valueOnly());
    }

    private static void exponentials(List<OpSample> samples) {
        double e = Math.E;
        samples.add(exponential(new double[][] {{0, 0}, {0, 0}}).expecting(1, 0, 0, 1));
        samples.add(exponential(new double[][] {{1, 0}, {0, -1}}).expecting(e, 0, 0, 1 / e));
        // Nilpotent: the series ends.
        samples.add(exponential(new double[][] {{0, 2, 3}, {0, 0, 4}, {0, 0, 0}})
                .expecting(1, 2, 7, 0, 1, 4, 0, 0, 1));
        // A rotation; then a half turn, by many halvings.
        samples.add(exponential(new double[][] {{0, -1.5}, {1.5, 0}})
                .expecting(Math.cos(1.5), -Math.sin(1.5), Math.sin(1.5), Math.cos(1.5)));
        samples.add(exponential(new double[][] {{0, -101 * Math.PI}, {101 * Math.PI, 0}})
                .expecting(-1, 0, 0, -1)
                .valueOnly());
        // No eigenvectors: one block of Jordan.
        samples.add(exponential(new double[][] {{1, 1}, {0, 1}}).expecting(e, e, 0, e));
        samples.add(exponential(new double[][] {{-30}}).expecting(Math.exp(-30)));
        samples.add(exponential(new double[][] {{1000}})
                .expecting(Double.POSITIVE_INFINITY)
                .valueOnly());
        samples.add(OpSample.of("matrix_exponential", STACK));
        samples.add(OpSample.of("matrix_exponential", EMPTY));
        samples.add(OpSample.of("matrix_exponential", Tensors.zeros(DType.FLOAT64, 2, 0, 0)));
    }

    private static OpSample exponential(double[][] x) {
        return OpSample.of("matrix_exponential", Tensors.of(x));
    }
}
