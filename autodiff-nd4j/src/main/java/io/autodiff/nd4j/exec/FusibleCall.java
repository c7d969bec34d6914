package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.Reduction;
import io.autodiff.nd4j.ops.BuiltInOps;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A call as a part of a fused kernel: what it does at each position of a space.
 *
 * @param call the call
 * @param meaning of one element; of a reduction, what is reduced
 * @param space the shape of the positions
 * @param reduction how, if the call reduces
 * @param reduced for each axis of the space, whether it is; none if the call does not reduce
 */
record FusibleCall(
        OpCall<TensorSpec> call,
        ScalarExpression meaning,
        Shape space,
        @Nullable Reduction reduction,
        List<Boolean> reduced) {
    /** The built-in ops that are known here by what they are, an op that overrides one of them not being the same. */
    private static final Map<String, Op> BUILT_IN = new HashMap<>();

    private static final Map<Op, Reduction> REDUCTIONS = new HashMap<>();
    /** No memory holds more; a call of such a size is left to fail in its own name. */
    private static final long MOST_ELEMENTS = 1L << 40;

    private static final ScalarExpression ITSELF = new ScalarExpression.Input(0);

    static {
        new BuiltInOps().ops().forEach(op -> BUILT_IN.put(op.name(), op));
        Map.of(
                        "reduce_sum", Reduction.SUM,
                        "reduce_prod", Reduction.PROD,
                        "reduce_max", Reduction.MAX,
                        "reduce_min", Reduction.MIN)
                .forEach((name, reduction) -> {
                    Op op = BUILT_IN.get(name);
                    if (op != null) {
                        REDUCTIONS.put(op, reduction);
                    }
                });
    }

    /** The call, if it can be a part of kernels of a compiler; null if not. */
    static @Nullable FusibleCall of(OpCall<TensorSpec> call, KernelCompiler compiler) {
        if (call.outputSpecs().size() != 1 || call.inputCount() == 0) {
            return null;
        }
        FusibleCall fusible = read(call);
        return fusible != null
                        && fusible.space.elements() > 0
                        && fusible.space.elements() <= MOST_ELEMENTS
                        && LoopWriter.accepts(fusible, compiler)
                ? fusible
                : null;
    }

    private static @Nullable FusibleCall read(OpCall<TensorSpec> call) {
        boolean isNorm = is("norm2", call);
        Reduction reduction = isNorm ? Reduction.SUM : REDUCTIONS.get(call.op());
        Shape result = call.outputSpec().shape();
        if (reduction != null) {
            Shape space = call.inputSpec(0).shape();
            long[] axes = call.attributes().longs("axes");
            boolean[] reduced = axes.length == 0 ? new boolean[space.rank()] : space.select(axes);
            List<Boolean> all = new ArrayList<>();
            for (int axis = 0; axis < reduced.length; axis++) {
                // Of one element, each reduction is the element.
                all.add(reduced[axis] && space.size(axis) > 1);
            }
            boolean reduces = all.contains(true);
            if (isNorm && !(reduces && call.outputSpec().dtype().bytes() >= 4)) {
                return null;
            }
            return new FusibleCall(call, ITSELF, space, reduces ? reduction : null, reduces ? all : List.of());
        }
        ScalarExpression meaning =
                call.op() == BUILT_IN.get("broadcast_to") ? ITSELF : call.op().elementwise();
        if (meaning == null) {
            return null;
        }
        for (TensorSpec input : call.inputSpecs()) {
            if (!result.equals(Shape.broadcast(input.shape(), result))) {
                return null;
            }
        }
        return new FusibleCall(call, meaning, result, null, List.of());
    }

    /** The built-in op of a name. */
    static Op builtIn(String name) {
        return Objects.requireNonNull(BUILT_IN.get(name));
    }

    /** Whether a call is of the built-in op of a name. */
    static boolean is(String name, OpCall<?> call) {
        return call.op() == BUILT_IN.get(name);
    }

    /** Whether the op brings a kernel along that is not the engine's. */
    boolean hasForeignKernel() {
        return call.op().kernel(INDArray.class) != null && !is(call.op().name(), call);
    }

    /** Whether a call gives the elements of its input, in their order, another shape. */
    static boolean isReshape(OpCall<?> call) {
        return is("reshape", call);
    }

    List<TensorSpec> inputSpecs() {
        return call.inputSpecs();
    }

    /** The shape under which an input is read. */
    Shape shape(int input) {
        return call.inputSpec(input).shape();
    }

    DType result() {
        return call.outputSpec().dtype();
    }

    /** Whether the square root of a sum of squares is meant where the sum is said. */
    boolean isNorm() {
        return is("norm2", call);
    }

    /** Whether it computes anything, or moves elements only. */
    boolean computes() {
        return reduction != null || meaning instanceof ScalarExpression.Apply;
    }
}
