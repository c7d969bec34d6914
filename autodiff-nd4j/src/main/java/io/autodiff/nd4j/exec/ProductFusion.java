package io.autodiff.nd4j.exec;

import io.autodiff.Shape;
import io.autodiff.nd4j.products.StackProduct;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins matrix products with what is free beside them: transpositions of whole matrices before, which become flags; reshapes before,
 * which leave elements where they are; and the addition of one row to each row after, where a library has it. Relu is not joined:
 * oneDNN's makes 0 of NaN.
 */
final class ProductFusion {
    private final List<Plan.Step> steps;
    /** For each slot the call that fills it, or null. */
    private final Plan.@Nullable Call[] producers;

    private final int[] readers;

    private ProductFusion(Draft draft) {
        steps = draft.steps;
        producers = new Plan.Call[draft.slotCount()];
        readers = new int[draft.slotCount()];
        for (Plan.Step step : steps) {
            Arrays.stream(step.inputs).forEach(slot -> readers[slot]++);
            if (step instanceof Plan.Call call && call.outputs.length == 1) {
                producers[call.outputs[0]] = call;
            }
        }
        Arrays.stream(draft.results).forEach(slot -> readers[slot]++);
    }

    /** Gives a draft steps for its products, as far as there are kernels. */
    static void fuse(Draft draft) {
        boolean any = draft.steps.stream().anyMatch(step -> step instanceof Plan.Call call && isProduct(call));
        if (any) {
            draft.steps = new ProductFusion(draft).run();
            Pass.DEAD_CODE.run(draft);
        }
    }

    private static boolean isProduct(Plan.Call call) {
        return FusibleCall.is("matmul", call.call);
    }

    private List<Plan.Step> run() {
        List<Plan.Step> written = new ArrayList<>();
        Set<Plan.Step> joined = new HashSet<>();
        for (Plan.Step step : steps) {
            if (step instanceof Plan.Call call) {
                Plan.Call before = productBefore(call);
                ProductStep fused = before == null ? null : product(before, call);
                if (before != null && fused != null) {
                    joined.add(before);
                    written.add(fused);
                    continue;
                }
            }
            written.add(step);
        }
        written.removeIf(joined::contains);
        // A product that no addition took stands alone.
        written.replaceAll(step -> {
            ProductStep alone = step instanceof Plan.Call call && isProduct(call) ? product(call, null) : null;
            return alone == null ? step : alone;
        });
        return written;
    }

    /** The product to which a call adds a row, if nothing else reads it. */
    private Plan.@Nullable Call productBefore(Plan.Call call) {
        if (!FusibleCall.is("add", call.call)) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            Plan.Call product = producers[call.inputs[i]];
            if (product != null
                    && isProduct(product)
                    && readers[call.inputs[i]] == 1
                    && product.call.outputSpec().equals(call.call.outputSpec())
                    && isRow(call.call.inputSpec(1 - i), call.call.outputSpec())) {
                return product;
            }
        }
        return null;
    }

    private static boolean isRow(TensorSpec spec, TensorSpec product) {
        Shape shape = spec.shape();
        long columns = product.shape().size(product.shape().rank() - 1);
        return shape.rank() > 0 && shape.elements() == columns && shape.size(shape.rank() - 1) == columns;
    }

    /** The kernel of a product and what is joined to it; null if there is none. */
    private @Nullable ProductStep product(Plan.Call product, Plan.@Nullable Call addition) {
        List<Plan.Call> calls = new ArrayList<>();
        Factor x = factor(product, 0, "transposeX", calls);
        Factor y = factor(product, 1, "transposeY", calls);
        TensorSpec spec = product.call.outputSpec();
        StackProduct kernel = StackProduct.of(x.spec, y.spec, spec, x.transpose, y.transpose, addition != null);
        if (kernel == null) {
            return null;
        }
        calls.add(product);
        if (addition == null) {
            return new ProductStep(
                    kernel,
                    new int[] {x.slot, y.slot},
                    new TensorSpec[] {x.spec, y.spec},
                    product.outputs[0],
                    spec,
                    calls);
        }
        calls.add(addition);
        int bias = addition.inputs[0] == product.outputs[0] ? 1 : 0;
        return new ProductStep(
                kernel,
                new int[] {x.slot, y.slot, addition.inputs[bias]},
                new TensorSpec[] {x.spec, y.spec, addition.call.inputSpec(bias)},
                addition.outputs[0],
                spec,
                calls);
    }

    /** A factor of a product: the slot that is read, what its elements are taken for, and whether its matrices are transposed. */
    private record Factor(int slot, TensorSpec spec, boolean transpose) {}

    private Factor factor(Plan.Call product, int input, String flag, List<Plan.Call> calls) {
        Factor factor = new Factor(
                product.inputs[input],
                product.call.inputSpec(input),
                product.call.attributes().flag(flag));
        Plan.Call before = producers[factor.slot];
        if (before != null && isTransposition(before.call)) {
            calls.add(before);
            factor = new Factor(before.inputs[0], before.call.inputSpec(0), !factor.transpose);
            before = producers[factor.slot];
        }
        if (before != null && FusibleCall.isReshape(before.call)) {
            calls.add(0, before);
            factor = new Factor(before.inputs[0], factor.spec, factor.transpose);
        }
        return factor;
    }

    /** Whether a call transposes the matrices of a stack, and leaves the batch as it is. */
    private static boolean isTransposition(OpCall<TensorSpec> call) {
        if (!FusibleCall.is("permute", call)) {
            return false;
        }
        long[] axes = call.attributes().longs("axes");
        int rank = axes.length;
        boolean swapped = rank >= 2 && axes[rank - 1] == rank - 2 && axes[rank - 2] == rank - 1;
        for (int axis = 0; swapped && axis < rank - 2; axis++) {
            swapped = axes[axis] == axis;
        }
        return swapped;
    }
}
