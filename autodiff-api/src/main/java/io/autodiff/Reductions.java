package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.op.Shapes;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What lies between a reducing method of {@link Operand} and its ops. */
final class Reductions {
    private static final int SHARED_AXES = 5;
    /** Those of few axes, by a bit for keepDims and one for each axis; threads may set one at once, whichever stays serves. */
    private static final @Nullable Attributes[] SHARED = new Attributes[2 << SHARED_AXES];

    private Reductions() {}

    /**
     * A reduction of which one element alone is that element. Its axes attribute is in the one form that equal calls share: ascending,
     * from 0.
     */
    static Tensor reduce(String op, Operand x, boolean keepDims, int... axes) {
        // What the op does not take goes to it all the same, for its message.
        boolean[] reduced = selected(x, axes);
        return isTrivial(x, reduced) && x.dtype().isNumeric()
                ? reshaped(x, keepDims, axes)
                : Executor.execute(op, attributes(reduced, keepDims), x);
    }

    /** Integers as float64, and narrow ones as float32: their sum may be beyond them where the mean is not. */
    static Tensor mean(Operand x, boolean keepDims, int... axes) {
        return widened(x, wide -> {
            Tensor sum = wide.sum(keepDims, axes);
            long before = wide.shape().elements();
            long after = sum.shape().elements();
            if (before == after && before > 0) {
                return sum;
            }
            // The mean over an empty axis is 0 / 0, as in NumPy.
            return sum.div(after == 0 || before == 0 ? 0 : before / after);
        });
    }

    static Tensor var(Operand x, boolean keepDims, int... axes) {
        return widened(x, wide -> deviations(wide, axes).square().mean(keepDims, axes));
    }

    /** By the norm of the deviations: its slope at 0 is 0, where the slope of the root of the variance is infinite. */
    static Tensor std(Operand x, boolean keepDims, int... axes) {
        return widened(x, wide -> {
            Tensor norm = deviations(wide, axes).norm2(keepDims, axes);
            long after = norm.shape().elements();
            return norm.div(Math.sqrt(after == 0 ? 0 : wide.shape().elements() / (double) after));
        });
    }

    static Tensor norm2(Operand x, boolean keepDims, int... axes) {
        return isTrivial(x, axes) && x.dtype().isFloating()
                ? reshaped(x.abs(), keepDims, axes)
                : Executor.execute("norm2", attributes(x, keepDims, axes), x);
    }

    /**
     * log(sum(e^(x - c))) + c, which is the same for every c, and for the greatest element as c does not overflow. Where all
     * elements are -infinity, the sum is 0, and the slope of its logarithm is kept out.
     */
    static Tensor logSumExp(Operand x, boolean keepDims, int... axes) {
        Tensor floating = x.dtype().isInteger() ? x.castTo(DType.FLOAT64) : x.asTensor();
        if (floating.shape().elements() == 0) {
            return floating.exp().sum(keepDims, axes).log();
        }
        Tensor greatest = floating.max(true, axes).stopGradient();
        Tensor finite = greatest.abs().lt(Double.POSITIVE_INFINITY);
        Tensor shift = Tensors.where(finite, greatest, Tensors.zerosLike(greatest));
        Tensor sum = floating.sub(shift).exp().sum(true, axes);
        Tensor none = sum.eq(0);
        Tensor log = Tensors.where(none, Tensors.onesLike(sum), sum).log().add(shift);
        Tensor result = Tensors.where(none, Tensors.fill(log.dtype(), log.shape(), Double.NEGATIVE_INFINITY), log);
        return keepDims ? result : result.reshape(shape(x, false, axes));
    }

    static Tensor countNonZero(Operand x, boolean keepDims, int... axes) {
        Operand counted = x.dtype() == DType.BOOL ? x : x.neq(0);
        return counted.castTo(DType.INT64).sum(keepDims, axes);
    }

    static Tensor position(String op, Operand x, boolean keepDims, int axis) {
        return Executor.execute(op, Attributes.of("axis", (long) x.shape().axis(axis), "keepDims", keepDims), x);
    }

    static Tensor cumulative(String op, Operand x, int axis, boolean exclusive, boolean reverse) {
        return Executor.execute(
                op,
                Attributes.ofPairs("axis", (long) x.shape().axis(axis), "exclusive", exclusive, "reverse", reverse),
                x);
    }

    /**
     * What is left of the mean, whose own rounding is taken out by a second mean: equal elements deviate by 0 exactly. A constant
     * in place of the first mean gives the same function, so no gradient goes through it.
     */
    private static Tensor deviations(Operand x, int... axes) {
        Tensor near = x.sub(x.mean(true, axes).stopGradient());
        return near.sub(near.mean(true, axes));
    }

    private static Tensor widened(Operand x, UnaryOperator<Tensor> function) {
        DType dtype = x.dtype();
        if (dtype.isInteger()) {
            return function.apply(x.castTo(DType.FLOAT64));
        }
        return dtype.isFloating() && dtype.bytes() < DType.FLOAT32.bytes()
                ? function.apply(x.castTo(DType.FLOAT32)).castTo(dtype)
                : function.apply(x.asTensor());
    }

    /** Whether each element of the result comes of one element. */
    private static boolean isTrivial(Operand x, int... axes) {
        return isTrivial(x, selected(x, axes));
    }

    private static boolean isTrivial(Operand x, boolean[] reduced) {
        for (int axis = 0; axis < reduced.length; axis++) {
            if (reduced[axis] && x.shape().size(axis) != 1) {
                return false;
            }
        }
        return true;
    }

    private static Tensor reshaped(Operand x, boolean keepDims, int... axes) {
        Shape shape = shape(x, keepDims, axes);
        return shape.equals(x.shape()) ? x.asTensor() : x.reshape(shape);
    }

    private static Shape shape(Operand x, boolean keepDims, int... axes) {
        return Shapes.reduced(x.shape(), selected(x, axes), keepDims);
    }

    private static boolean[] selected(Operand x, int... axes) {
        long[] wide = new long[axes.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = axes[i];
        }
        return x.shape().select(wide);
    }

    private static Attributes attributes(Operand x, boolean keepDims, int... axes) {
        return attributes(selected(x, axes), keepDims);
    }

    private static Attributes attributes(boolean[] reduced, boolean keepDims) {
        int form = keepDims ? 1 : 0;
        for (int axis = 0; axis < reduced.length; axis++) {
            form |= reduced[axis] ? 2 << axis : 0;
        }
        if (reduced.length > SHARED_AXES) {
            return made(reduced, keepDims);
        }
        Attributes shared = SHARED[form];
        if (shared == null) {
            shared = made(reduced, keepDims);
            SHARED[form] = shared;
        }
        return shared;
    }

    private static Attributes made(boolean[] reduced, boolean keepDims) {
        List<Long> ascending = new ArrayList<>();
        for (int axis = 0; axis < reduced.length; axis++) {
            if (reduced[axis]) {
                ascending.add((long) axis);
            }
        }
        return Attributes.of("axes", ascending, "keepDims", keepDims);
    }
}
