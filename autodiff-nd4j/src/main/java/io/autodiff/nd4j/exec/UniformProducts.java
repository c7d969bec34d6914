package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.Attributes;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Products with a matrix that has one number everywhere, such as the output gradients of a sum. All rows of such a product, or all
 * columns, are the same: sums of the other matrix's elements, each times the number. They are the terms that the product would have
 * added up, so that zeros, infinities and NaN do what they do there; only the order of the additions differs.
 */
final class UniformProducts {
    /** A product of so few multiplications is computed before several calls have begun. */
    private static final long FEW = 32_768;

    /** What may be too large to be held is left to the product, so that the exception names it. */
    private static final long MOST_BYTES = 256L << 20;

    /** A slot of one element. */
    private record Single(int slot, TensorSpec spec) {}

    private final Draft draft;
    private final UniformConstants constants;
    /** For each slot the call that fills it, or null. */
    private final Plan.@Nullable Call[] producers;

    private final List<Plan.Step> written = new ArrayList<>();

    private UniformProducts(Draft draft) {
        this.draft = draft;
        constants = new UniformConstants(draft.initial);
        producers = new Plan.Call[draft.slotCount()];
        for (Plan.Step step : draft.steps) {
            if (step instanceof Plan.Call call && call.outputs.length == 1) {
                producers[call.outputs[0]] = call;
            }
        }
    }

    /** Gives a draft sums for such products. */
    static void replace(Draft draft) {
        if (draft.steps.stream().anyMatch(step -> step instanceof Plan.Call call && isLarge(call.call))) {
            new UniformProducts(draft).run();
        }
    }

    private static boolean isLarge(OpCall<TensorSpec> call) {
        if (!FusibleCall.is("matmul", call)) {
            return false;
        }
        Shape x = call.inputSpec(0).shape();
        Shape y = call.inputSpec(1).shape();
        DType dtype = call.outputSpec().dtype();
        return x.rank() == 2
                && y.rank() == 2
                && dtype.bytes() >= 4
                && call.outputSpec().bytes() <= MOST_BYTES
                && x.elements() * call.outputSpec().shape().size(1) >= FEW;
    }

    private void run() {
        boolean any = false;
        for (Plan.Step step : draft.steps) {
            boolean replaced = step instanceof Plan.Call call
                    && isLarge(call.call)
                    && (replace(call, 0, "transposeY", false) || replace(call, 1, "transposeX", true));
            any |= replaced;
            if (!replaced) {
                written.add(step);
            }
        }
        if (any) {
            draft.steps = written;
            Pass.DEAD_CODE.run(draft);
        }
        Set<Integer> results = new HashSet<>();
        Arrays.stream(draft.results).forEach(results::add);
        constants.letGo(draft.steps, results);
    }

    /**
     * Writes the sums of the other factor, if one is uniform.
     *
     * @param flag whether the other is transposed
     * @param left whether the other stands on the left, so that what is the same is columns
     */
    private boolean replace(Plan.Call product, int uniform, String flag, boolean left) {
        Single number = number(product.inputs[uniform]);
        if (number == null) {
            return false;
        }
        TensorSpec scalar = new TensorSpec(product.call.outputSpec().dtype(), Shape.SCALAR);
        TensorSpec other = product.call.inputSpec(1 - uniform);
        long inner = left == product.call.attributes().flag(flag) ? 0 : 1;
        Shape result = product.call.outputSpec().shape();
        int factor = number.spec.equals(scalar)
                ? number.slot
                : call("reshape", Attributes.of("shape", Shape.SCALAR), List.of(number.spec), number.slot);
        int terms = call("mul", Attributes.NONE, List.of(other, scalar), product.inputs[1 - uniform], factor);
        Attributes axes = Attributes.of("axes", List.of(inner), "keepDims", false);
        TensorSpec sums = new TensorSpec(other.dtype(), Shape.of(left ? result.size(0) : result.size(1)));
        int sum = call("reduce_sum", axes, List.of(other), terms);
        Shape kept = left ? Shape.of(result.size(0), 1) : Shape.of(1, result.size(1));
        int shaped = call("reshape", Attributes.of("shape", kept), List.of(sums), sum);
        written.add(step(
                "broadcast_to",
                Attributes.of("shape", result),
                List.of(new TensorSpec(other.dtype(), kept)),
                product.outputs[0],
                shaped));
        return true;
    }

    /** The one number of a matrix; null if it has several, or that is not known. */
    private @Nullable Single number(int slot) {
        int scalar = constants.scalar(slot);
        Value constant = scalar == slot ? null : draft.initial.get(scalar);
        if (constant != null) {
            return new Single(scalar, constant.spec());
        }
        int before = slot;
        for (Plan.Call call = producer(before); call != null && moves(call.call); call = producer(before)) {
            before = call.inputs[0];
            if (call.call.inputSpec(0).shape().elements() == 1) {
                return new Single(before, call.call.inputSpec(0));
            }
        }
        return null;
    }

    /** Whether a call gives the numbers of its input and no others. */
    private static boolean moves(OpCall<TensorSpec> call) {
        return FusibleCall.isReshape(call) || FusibleCall.is("broadcast_to", call) || FusibleCall.is("permute", call);
    }

    private Plan.@Nullable Call producer(int slot) {
        return slot < producers.length ? producers[slot] : null;
    }

    private int call(String op, Attributes attributes, List<TensorSpec> inputs, int... slots) {
        int output = draft.newSlot(null);
        written.add(step(op, attributes, inputs, output, slots));
        return output;
    }

    private static Plan.Call step(String op, Attributes attributes, List<TensorSpec> inputs, int output, int... slots) {
        OpCall<TensorSpec> call = OpCall.of(FusibleCall.builtIn(op), attributes, inputs);
        return new Plan.Call(call.withOutputSpecs(call.op().infer(call)), slots, new int[] {output});
    }
}
