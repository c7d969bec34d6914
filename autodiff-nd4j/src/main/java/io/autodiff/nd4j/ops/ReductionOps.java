package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reductions over axes: numbers in any order, none of them for no axes (it is the methods of {@link Operand} for which none means all).
 * Every other reduction is a composite of these.
 */
final class ReductionOps {
    static final Op REDUCE_SUM = reduction("reduce_sum", DType::isNumeric, "a numeric dtype", ReductionKernels::sum)
            .gradient("x", (c, dy) -> spread(c, dy));

    /** The slope in each element is the product of all others: of those before it and those after it, so that zeros do no harm. */
    static final Op REDUCE_PROD = reduction("reduce_prod", DType::isNumeric, "a numeric dtype", ReductionKernels::prod)
            .gradient("x", (c, dy) -> spread(c, dy).mul(others(c)));

    static final Op REDUCE_MAX = extremum("reduce_max", ReductionKernels::max);
    static final Op REDUCE_MIN = extremum("reduce_min", ReductionKernels::min);

    /** The square root of the sum of squares; where that is 0, the gradient is 0. */
    static final Op NORM2 = reduction("norm2", DType::isFloating, "a floating dtype", ReductionKernels::norm2)
            .gradient("x", (c, dy) -> {
                Tensor x = c.input("x");
                return spread(c, dy).mul(x.divNoNan(spread(c, c.output())));
            });

    static final Op ARGMAX = position("argmax", true);
    static final Op ARGMIN = position("argmin", false);

    static final List<Op> OPS = List.of(REDUCE_SUM, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, NORM2, ARGMAX, ARGMIN);

    private ReductionOps() {}

    private static Op reduction(
            String name, Predicate<DType> accepted, String description, Function<OpCall<INDArray>, INDArray> kernel) {
        return Op.named(name)
                .inputs("x")
                .attribute("axes", List.class)
                .attribute("keepDims", Boolean.class)
                .shape(c -> spec(c, Shapes.require(c, "x", accepted, description)))
                .kernel(INDArray.class, kernel);
    }

    private static TensorSpec spec(OpCall<TensorSpec> call, TensorSpec x) {
        boolean keepDims = call.attributes().flag("keepDims");
        return new TensorSpec(x.dtype(), Shapes.reduced(x.shape(), reduced(call, x.shape()), keepDims));
    }

    private static Op extremum(String name, Function<OpCall<INDArray>, INDArray> kernel) {
        return Op.named(name)
                .inputs("x")
                .attribute("axes", List.class)
                .attribute("keepDims", Boolean.class)
                .shape(c -> {
                    TensorSpec result = spec(c, Shapes.require(c, "x", DType::isNumeric, "a numeric dtype"));
                    requireElements(c, result.shape());
                    return result;
                })
                .kernel(INDArray.class, kernel)
                .gradient("x", ReductionOps::shares);
    }

    private static Op position(String name, boolean greatest) {
        return Op.named(name)
                .inputs("x")
                .attribute("axis", Long.class)
                .attribute("keepDims", Boolean.class)
                .shape(c -> {
                    Shape x = c.input("x").shape();
                    boolean[] reduced = x.select(c.attributes().integer("axis"));
                    Shape shape = Shapes.reduced(x, reduced, c.attributes().flag("keepDims"));
                    requireElements(c, shape);
                    return new TensorSpec(DType.INT64, shape);
                })
                .kernel(INDArray.class, c -> ReductionKernels.position(c, greatest))
                .notDifferentiable();
    }

    private static void requireElements(OpCall<TensorSpec> call, Shape result) {
        if (result.elements() > 0 && call.input("x").shape().elements() == 0) {
            throw call.error("an axis that is reduced is empty, and no elements have no greatest or least one;"
                    + " leave the call out where an axis may be empty");
        }
    }

    private static boolean[] reduced(OpCall<?> call, Shape shape) {
        long[] axes = call.attributes().longs("axes");
        return axes.length == 0 ? new boolean[shape.rank()] : shape.select(axes);
    }

    /** What belongs to a reduced position, repeated at every position that was reduced to it. */
    private static Tensor spread(OpCall<Tensor> call, Operand perGroup) {
        Shape shape = call.input("x").shape();
        // One number fits everywhere as it is.
        return perGroup.shape().isScalar()
                ? perGroup.broadcastTo(shape)
                : kept(call, perGroup).broadcastTo(shape);
    }

    /** What belongs to a reduced position, with the reduced axes. */
    private static Tensor kept(OpCall<Tensor> call, Operand perGroup) {
        Shape shape = call.input("x").shape();
        return perGroup.reshape(Shapes.reduced(shape, reduced(call, shape), true));
    }

    /** Equal shares to the elements that are the extremum. Where that is NaN, which equals none of them, the gradient is NaN. */
    private static Tensor shares(OpCall<Tensor> call, Tensor dy) {
        Tensor x = call.input("x");
        Tensor y = kept(call, call.output());
        Tensor chosen = x.eq(y);
        int[] axes = axes(call);
        Tensor ones = chosen.castTo(x.dtype());
        Tensor share = kept(call, dy).div(axes.length == 0 ? ones : ones.sum(true, axes));
        Tensor nan = Tensors.fill(y.dtype(), y.shape(), Double.NaN);
        return Tensors.where(chosen, share, Tensors.where(y.eq(y), Tensors.zerosLike(y), nan));
    }

    /** For each element, the product of all others of its group: of those before it and of those after it. */
    private static Tensor others(OpCall<Tensor> call) {
        Tensor x = call.input("x");
        int[] axes = axes(call);
        if (axes.length == 0 || x.shape().elements() == 0) {
            return Tensors.onesLike(x);
        }
        if (axes.length == 1) {
            return others(x, axes[0]);
        }
        boolean[] reduced = reduced(call, x.shape());
        int[] order = IntStream.concat(
                        IntStream.range(0, reduced.length).filter(axis -> !reduced[axis]), IntStream.of(axes))
                .toArray();
        int[] back = IntStream.range(0, order.length)
                .map(axis -> IntStream.range(0, order.length)
                        .filter(i -> order[i] == axis)
                        .findFirst()
                        .orElseThrow())
                .toArray();
        Tensor ordered = x.permute(order);
        long size = x.shape().elements() / call.output().shape().elements();
        return others(ordered.reshape(-1, size), 1).reshape(ordered.shape()).permute(back);
    }

    private static Tensor others(Tensor x, int axis) {
        return x.cumProd(axis, true, false).mul(x.cumProd(axis, true, true));
    }

    private static int[] axes(OpCall<?> call) {
        return Arrays.stream(call.attributes().longs("axes"))
                .mapToInt(call.inputSpec(0).shape()::axis)
                .sorted()
                .toArray();
    }
}
