package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import io.autodiff.spi.CompiledGraph;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan of pending nodes: a draft that has a step for each call, and then the {@link Pass passes}. What depends on no argument
 * has its value already, or gets it now, and is a constant of the plan.
 */
public final class PlanBuilder {
    private final IdentityHashMap<Node, Integer> slots = new IdentityHashMap<>();
    private final Draft draft;

    /**
     * Begins a plan.
     *
     * @param placeholders its arguments, in order
     */
    public PlanBuilder(List<Node> placeholders) {
        this(placeholders, Accelerator::compiler);
    }

    /** With a given compiler of kernels, or none; it is asked for when there is something to compile. */
    PlanBuilder(List<Node> placeholders, Supplier<@Nullable KernelCompiler> kernels) {
        draft = new Draft(placeholders.size(), kernels);
        for (int i = 0; i < placeholders.size(); i++) {
            slots.put(placeholders.get(i), i);
        }
    }

    /**
     * The plan of a traced function.
     *
     * @param results what a run gives
     * @return the plan
     * @throws IllegalStateException if a result depends on a placeholder that is none of the plan's
     */
    public CompiledGraph build(List<Node> results) {
        draft.kernelsAtOnce = true;
        List<Computation> traced = Execution.current().order(results).stream()
                .filter(Computation::isTraced)
                .toList();
        return build(traced, results);
    }

    /**
     * The plan of some calls; whatever else they need has its value, and is the same at each run.
     *
     * @param calls in the order in which they can run
     * @param results what a run gives
     */
    Plan build(List<Computation> calls, List<Node> results) {
        calls.forEach(this::add);
        draft.results = results.stream().mapToInt(this::slot).toArray();
        for (Pass pass : Pass.values()) {
            pass.run(draft);
            draft.verify(pass);
        }
        return new Plan(draft);
    }

    /** A new step. It keeps specs and no nodes, so that the traced graph can be let go. */
    private void add(Computation computation) {
        OpCall<Tensor> call = computation.call();
        if (Node.isPlaceholder(call)) {
            if (!slots.containsKey(computation.output(0))) {
                throw new IllegalStateException(
                        "a compiled function uses a tensor that another function is computing in its trace;"
                                + " hand it over as an argument");
            }
            return;
        }
        int[] inputs = new int[call.inputCount()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = slot(computation.input(i));
        }
        if (Node.isAlias(call)) {
            slots.put(computation.output(0), inputs[0]);
            return;
        }
        int[] outputs = new int[computation.outputCount()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = draft.newSlot(null);
            slots.put(computation.output(i), outputs[i]);
        }
        draft.steps.add(new Plan.Call(call.withInputs(call.inputSpecs()), inputs, outputs));
    }

    /** Where a node's value is; one that is no part of the calls is a constant, and is kept for as long as the plan is. */
    private int slot(Node node) {
        Integer slot = slots.get(node);
        if (slot == null) {
            Value constant = node.value();
            constant.pin();
            slot = draft.newSlot(constant);
            slots.put(node, slot);
        }
        return slot;
    }
}
