package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reductions over axes. */
final class ReductionOps {
    static final Op REDUCE_SUM = reduction("reduce_sum", DType::isNumeric, "a numeric dtype", INDArray::sum)
            .gradient("x", (c, dy) -> spread(c, dy));

    /** The square root of the sum of squares; where that is 0, the gradient is 0. */
    static final Op NORM2 = reduction("norm2", DType::isFloating, "a floating dtype", INDArray::norm2)
            .gradient("x", (c, dy) -> {
                Tensor x = c.input("x");
                return spread(c, dy).mul(x.divNoNan(spread(c, c.output())));
            });

    static final List<Op> OPS = List.of(REDUCE_SUM, NORM2);

    private ReductionOps() {}

    /** ND4J's reduction of an array to a given set of axes. */
    @FunctionalInterface
    private interface Reduction {
        INDArray apply(INDArray x, boolean keepDims, int... axes);
    }

    private static Op reduction(String name, Predicate<DType> accepted, String description, Reduction reduction) {
        return Op.named(name)
                .inputs("x")
                .attribute("axes", List.class)
                .attribute("keepDims", Boolean.class)
                .shape(c -> {
                    TensorSpec x = Shapes.require(c, "x", accepted, description);
                    return new TensorSpec(
                            x.dtype(),
                            Shapes.reduced(
                                    x.shape(),
                                    reduced(c, x.shape()),
                                    c.attributes().flag("keepDims")));
                })
                .kernel(INDArray.class, c -> reduce(c, reduction));
    }

    private static boolean[] reduced(OpCall<?> call, Shape shape) {
        long[] axes = call.attributes().longs("axes");
        // No axes here is none; it is the methods of Operand for which no axes means all.
        return axes.length == 0 ? new boolean[shape.rank()] : shape.select(axes);
    }

    private static INDArray reduce(OpCall<INDArray> call, Reduction reduction) {
        INDArray x = call.input("x");
        if (x.isEmpty()) {
            // A sum of nothing is 0, which ND4J refuses to say.
            return NdArrays.allocate(call.outputSpec()).assign(0);
        }
        int[] axes = Arrays.stream(call.attributes().longs("axes"))
                .mapToInt(Math::toIntExact)
                .toArray();
        if (axes.length == 0) {
            // ND4J takes no axes for all axes. Reducing a new axis of size 1 is what is meant.
            INDArray column = x.dup('c').reshape('c', withOne(x.shape()));
            return reduction.apply(column, false, x.rank());
        }
        // ND4J's norm keeps an axis of size 1 of a matrix, whatever it was told.
        return reduction
                .apply(x, call.attributes().flag("keepDims"), axes)
                .reshape('c', call.outputSpec().shape().toArray());
    }

    private static long[] withOne(long[] shape) {
        long[] longer = Arrays.copyOf(shape, shape.length + 1);
        longer[shape.length] = 1;
        return longer;
    }

    /** What belongs to a reduced position, repeated at every position that was reduced to it. */
    private static Tensor spread(OpCall<Tensor> call, Operand perGroup) {
        Shape shape = call.input("x").shape();
        Shape kept = Shapes.reduced(shape, reduced(call, shape), true);
        return perGroup.reshape(kept).broadcastTo(shape);
    }
}
