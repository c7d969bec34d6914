package io.autodiff;

/** Norms of vectors and matrices, as composites. */
final class Norms {
    private Norms() {}

    static Tensor ofVectors(Operand x, double order, boolean keepDims, int... axes) {
        if (!(order >= 1)) {
            throw Structure.error("norm", x, "the order is from 1 to infinity, not " + order);
        }
        if (order == Double.POSITIVE_INFINITY) {
            return x.normMax(keepDims, axes);
        }
        if (order == 1 || x.shape().elements() == 0) {
            return x.norm1(keepDims, axes);
        }
        return order == 2 ? x.norm2(keepDims, axes) : power(floating(x), order, keepDims, axes);
    }

    /**
     * The root of the sum of powers. What is summed has been divided by the greatest magnitude, so that no power overflows; as that
     * cancels out, no gradient goes through it. Where all is 0, the slope of the root, which is infinite, is kept out.
     */
    private static Tensor power(Tensor x, double order, boolean keepDims, int... axes) {
        Tensor magnitudes = x.abs();
        Tensor greatest = magnitudes.max(true, axes).stopGradient();
        Tensor one = Tensors.onesLike(greatest);
        Tensor scale = Tensors.where(greatest.eq(0).or(greatest.isInfinite()), one, greatest);
        Tensor sum = magnitudes.div(scale).pow(order).sum(true, axes);
        Tensor none = sum.eq(0);
        Tensor root = Tensors.where(none, one, sum).pow(1 / order);
        Tensor norm = Tensors.where(none, Tensors.zerosLike(root), root).mul(scale);
        return keepDims ? norm : norm.reshape(x.sum(axes).shape());
    }

    static Tensor ofMatrices(Operand x, MatrixNorm norm) {
        if (x.shape().rank() < 2) {
            throw Structure.error("norm", x, norm + " is of matrices, in the last two axes");
        }
        return switch (norm) {
            case FROBENIUS -> x.norm2(-2, -1);
            case NUCLEAR -> Linalg.svd(x).values().sum(-1);
            case SPECTRAL -> greatest(Linalg.svd(x).values(), -1);
            case ONE -> greatest(x.norm1(-2), -1);
            case INFINITY -> greatest(x.norm1(-1), -1);
        };
    }

    /** A norm of nothing is 0, where an extremum has none. */
    private static Tensor greatest(Tensor x, int axis) {
        return x.shape().size(x.shape().axis(axis)) == 0 ? x.sum(axis) : x.max(axis);
    }

    private static Tensor floating(Operand x) {
        return x.dtype().isInteger() ? x.castTo(DType.FLOAT64) : x.asTensor();
    }
}
