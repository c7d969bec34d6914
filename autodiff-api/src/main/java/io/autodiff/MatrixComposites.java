package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/** What lies between a method of {@link Linalg} and its ops, where that is more than a line. */
final class MatrixComposites {
    private MatrixComposites() {}

    // ---- products ----

    /** A product of a stack with one matrix is that of one tall matrix: one product in place of many, and gradients alike. */
    static Tensor mmul(Operand x, Operand y, boolean transposeX, boolean transposeY) {
        Shape shape = x.shape();
        int last = shape.rank() - 1;
        boolean flat = !transposeX
                && last > 1
                && y.shape().rank() == 2
                && y.dtype() == x.dtype()
                && y.shape().size(transposeY ? 1 : 0) == shape.size(last);
        if (!flat) {
            return Executor.execute("matmul", Attributes.of("transposeX", transposeX, "transposeY", transposeY), x, y);
        }
        long rows = Shape.of(Arrays.copyOf(shape.toArray(), last)).elements();
        long[] sizes = shape.toArray();
        sizes[last] = y.shape().size(transposeY ? 0 : 1);
        return x.reshape(Shape.of(rows, shape.size(last)))
                .mmul(y, false, transposeY)
                .reshape(Shape.of(sizes));
    }

    /** NumPy's rule: a vector on the left is a row, one on the right a column, and the axis of size 1 goes again. */
    static Tensor matmul(Operand x, Operand y) {
        boolean row = x.shape().rank() == 1;
        boolean column = y.shape().rank() == 1;
        Tensor product = (row ? x.expandDims(0) : x.asTensor()).mmul(column ? y.expandDims(-1) : y.asTensor());
        Tensor withoutColumn = column ? product.squeeze(-1) : product;
        return row ? withoutColumn.squeeze(column ? -1 : -2) : withoutColumn;
    }

    static Tensor matvec(Operand a, Operand x, boolean transposeA) {
        requireRank("matvec", a, 2);
        requireRank("matvec", x, 1);
        Tensor column = a.mmul(x.expandDims(-1), transposeA, false);
        return column.squeeze(-1);
    }

    static Tensor dot(Operand x, Operand y) {
        if (x.shape().rank() != 1 || !x.shape().equals(y.shape())) {
            throw error(
                    "dot",
                    "takes two vectors of one length, got " + x.spec() + " and " + y.spec()
                            + "; tensorDot sums over any axes");
        }
        return x.mul(y).sum();
    }

    static Tensor outer(Operand x, Operand y) {
        requireRank("outer", x, 1);
        requireRank("outer", y, 1);
        return x.expandDims(-1).mul(y.expandDims(-2));
    }

    static Tensor tensorDot(Operand x, Operand y, int axes) {
        int rank = x.shape().rank();
        if (axes < 0 || axes > rank || axes > y.shape().rank()) {
            throw error("tensorDot", "of " + x.spec() + " and " + y.spec() + " cannot sum over " + axes + " axes");
        }
        return tensorDot(
                x,
                y,
                IntStream.range(rank - axes, rank).toArray(),
                IntStream.range(0, axes).toArray());
    }

    static Tensor tensorDot(Operand x, Operand y, int[] axesX, int[] axesY) {
        int[] summedX = resolved(x, axesX);
        int[] summedY = resolved(y, axesY);
        boolean fits = summedX.length == summedY.length;
        for (int i = 0; fits && i < summedX.length; i++) {
            fits = x.shape().size(summedX[i]) == y.shape().size(summedY[i]);
        }
        if (!fits) {
            throw error(
                    "tensorDot",
                    "of " + x.spec() + " and " + y.spec() + " over the axes " + Arrays.toString(axesX) + " and "
                            + Arrays.toString(axesY) + ": there must be as many on both sides, of the same sizes");
        }
        int[] freeX = others(x, summedX);
        int[] freeY = others(y, summedY);
        long inner = elements(x, summedX);
        Tensor left = x.permute(joined(freeX, summedX)).reshape(Shape.of(elements(x, freeX), inner));
        Tensor right = y.permute(joined(summedY, freeY)).reshape(Shape.of(inner, elements(y, freeY)));
        long[] sizes = IntStream.concat(
                        IntStream.of(freeX)
                                .map(axis -> Math.toIntExact(x.shape().size(axis))),
                        IntStream.of(freeY)
                                .map(axis -> Math.toIntExact(y.shape().size(axis))))
                .asLongStream()
                .toArray();
        return left.mmul(right).reshape(Shape.of(sizes));
    }

    private static int[] resolved(Operand x, int[] axes) {
        Set<Integer> seen = new HashSet<>();
        return IntStream.of(axes)
                .map(axis -> x.shape().axis(axis))
                .peek(axis -> {
                    if (!seen.add(axis)) {
                        throw error("tensorDot", "axis " + axis + " of " + x.spec() + " is named twice");
                    }
                })
                .toArray();
    }

    private static int[] others(Operand x, int[] axes) {
        return IntStream.range(0, x.shape().rank())
                .filter(axis -> IntStream.of(axes).noneMatch(a -> a == axis))
                .toArray();
    }

    private static int[] joined(int[] first, int[] second) {
        return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
    }

    private static long elements(Operand x, int[] axes) {
        return Shape.of(IntStream.of(axes)
                        .mapToLong(axis -> x.shape().size(axis))
                        .toArray())
                .elements();
    }

    static Tensor kron(Operand x, Operand y) {
        int rank = x.shape().rank();
        if (rank != y.shape().rank()) {
            throw error("kron", "takes tensors of one rank, got " + x.spec() + " and " + y.spec());
        }
        long[] apartX = new long[2 * rank];
        long[] apartY = new long[2 * rank];
        long[] sizes = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            apartX[2 * axis] = x.shape().size(axis);
            apartX[2 * axis + 1] = 1;
            apartY[2 * axis] = 1;
            apartY[2 * axis + 1] = y.shape().size(axis);
            sizes[axis] = x.shape().size(axis) * y.shape().size(axis);
        }
        return x.reshape(Shape.of(apartX)).mul(y.reshape(Shape.of(apartY))).reshape(Shape.of(sizes));
    }

    static Tensor power(Operand x, int exponent) {
        requireSquare("matrixPower", x);
        Tensor square = exponent < 0 ? Linalg.inverse(x) : x.asTensor();
        Tensor result = null;
        for (long n = Math.abs((long) exponent); n > 0; n /= 2) {
            if (n % 2 == 1) {
                result = result == null ? square : result.mmul(square);
            }
            square = n > 1 ? square.mmul(square) : square;
        }
        return result == null ? Tensors.onesLike(x.diagPart()).diag() : result;
    }

    // ---- parts of matrices ----

    static Tensor transpose(Operand x) {
        int rank = requireRank("matrixTranspose", x, 2);
        int[] axes = IntStream.range(0, rank).toArray();
        axes[rank - 2] = rank - 1;
        axes[rank - 1] = rank - 2;
        return x.permute(axes);
    }

    static Tensor bandPart(Operand x, int lower, int upper) {
        requireRank("bandPart", x, 2);
        Tensor above = lower < 0 ? x.asTensor() : x.triu(-lower);
        return upper < 0 ? above : above.tril(upper);
    }

    // ---- full factors ----

    /**
     * Orthonormal columns, and others that complete them to a square matrix: unit vectors, chosen so that none is nearly a combination of
     * the rest, less their part in the columns' span, made orthonormal.
     */
    static Tensor completed(Tensor q) {
        if (rows(q) == q.shape().size(q.shape().rank() - 1)) {
            return q;
        }
        Tensor units = Executor.execute("complement_units", q);
        Tensor outside = units.sub(q.mmul(q.mmul(units, true, false)));
        return Tensors.concat(-1, q, Linalg.qr(outside).q());
    }

    static Tensor withZeroRows(Tensor x, long rows) {
        long[][] zeros = new long[x.shape().rank()][2];
        zeros[zeros.length - 2][1] = rows - rows(x);
        return x.pad(zeros);
    }

    static long rows(Tensor x) {
        return x.shape().size(x.shape().rank() - 2);
    }

    // ---- systems ----

    static Tensor solve(Operand a, Operand b, String op, Attributes attributes) {
        if (b.shape().rank() == 1) {
            return Executor.execute(op, attributes, a, b.expandDims(-1)).squeeze(-1);
        }
        return Executor.execute(op, attributes, a, b);
    }

    /** Of A = QR, the solution of R x = Q' b; of fewer equations than unknowns, with A' = QR, Q times that of R' y = b. */
    static Tensor lstsq(Operand a, Operand b) {
        int rank = requireRank("lstsq", a, 2);
        boolean tall = a.shape().size(rank - 2) >= a.shape().size(rank - 1);
        Tensor right = b.shape().rank() == 1 ? b.expandDims(-1) : b.asTensor();
        Linalg.Qr qr = Linalg.qr(tall ? a : transpose(a));
        Tensor x = tall
                ? Linalg.triangularSolve(qr.r(), qr.q().mmul(right, true, false), false, false)
                : qr.q().mmul(Linalg.triangularSolve(qr.r(), right, false, true));
        return b.shape().rank() == 1 ? x.squeeze(-1) : x;
    }

    // ---- errors ----

    private static int requireRank(String method, Operand x, int least) {
        if (x.shape().rank() < least) {
            throw error(method, "needs a tensor of rank " + least + " or more, got " + x.spec() + "; reshape it first");
        }
        return x.shape().rank();
    }

    private static void requireSquare(String method, Operand x) {
        int rank = requireRank(method, x, 2);
        if (x.shape().size(rank - 2) != x.shape().size(rank - 1)) {
            throw error(method, "needs square matrices, got " + x.spec());
        }
    }

    private static IllegalArgumentException error(String method, String problem) {
        return new IllegalArgumentException(method + " " + problem);
    }
}
