package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.CompiledGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan of pending nodes. On the way, what no result needs is left out, since it starts from the results; what depends on no
 * placeholder is computed now, once; a call that gives back an input is that input; a call that repeats another, of the same op,
 * attributes and inputs, takes its outputs. Then scalar calls are joined to programs, and memory ends at its last reader.
 */
public final class PlanBuilder {
    /** What makes two calls the same. Ops are told apart as objects: a name may be overridden. */
    private record Signature(int op, Attributes attributes, List<TensorSpec> outputs, List<Integer> inputs) {}

    private final Supplier<@Nullable KernelCompiler> kernels;
    private final int arguments;
    private final IdentityHashMap<Node, Integer> slots = new IdentityHashMap<>();
    private final List<@Nullable Value> initial = new ArrayList<>();
    private List<Plan.Step> steps = new ArrayList<>();
    private final Map<Signature, int[]> known = new HashMap<>();
    private final IdentityHashMap<Op, Integer> ops = new IdentityHashMap<>();

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
        this.kernels = kernels;
        arguments = placeholders.size();
        placeholders.forEach(placeholder -> slots.put(placeholder, newSlot(null)));
    }

    /**
     * Ends the plan.
     *
     * @param results what a run gives
     * @return the plan
     * @throws IllegalStateException if a result depends on a placeholder that is none of the plan's
     */
    public CompiledGraph build(List<Node> results) {
        for (Computation computation : Execution.current().order(results)) {
            if (computation.isTraced()) {
                add(computation);
            }
        }
        int[] resultSlots = results.stream().mapToInt(this::slot).toArray();
        steps = Fusion.fuse(steps, initial, resultSlots, kernels);
        joinScalars(resultSlots);
        endMemory(resultSlots);
        return new Plan(arguments, initial.toArray(new Value[0]), steps, resultSlots);
    }

    private void add(Computation computation) {
        OpCall<Tensor> call = computation.call();
        if (Node.isPlaceholder(call)) {
            if (!slots.containsKey(computation.outputs().get(0))) {
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
        int kept = Node.isAlias(call) ? 0 : identity(call, inputs);
        int[] outputs = kept >= 0
                ? new int[] {inputs[kept]}
                : known.computeIfAbsent(signature(call, inputs), s -> step(call, inputs));
        for (int i = 0; i < outputs.length; i++) {
            slots.put(computation.outputs().get(i), outputs[i]);
        }
    }

    private int identity(OpCall<Tensor> call, int[] inputs) {
        List<@Nullable Value> constants = new ArrayList<>();
        for (int slot : inputs) {
            constants.add(initial.get(slot));
        }
        return Simplification.identity(call, constants);
    }

    private Signature signature(OpCall<Tensor> call, int[] inputs) {
        int op = ops.computeIfAbsent(call.op(), o -> ops.size());
        return new Signature(
                op,
                call.attributes(),
                call.outputSpecs(),
                Arrays.stream(inputs).boxed().toList());
    }

    /** A new step. It keeps specs and no nodes, so that the traced graph can be let go. */
    private int[] step(OpCall<Tensor> call, int[] inputs) {
        int[] outputs = new int[call.outputSpecs().size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = newSlot(null);
        }
        steps.add(new Plan.Call(call.withInputs(call.inputSpecs()), inputs, outputs));
        return outputs;
    }

    /** Where a node's value is; one that is no part of the trace is a constant, and is kept for as long as the plan is. */
    private int slot(Node node) {
        Integer slot = slots.get(node);
        if (slot == null) {
            Value constant = node.value();
            constant.pin();
            slot = newSlot(constant);
            slots.put(node, slot);
        }
        return slot;
    }

    private int newSlot(@Nullable Value value) {
        initial.add(value);
        return initial.size() - 1;
    }

    /** Puts calls on scalars that follow each other into one step. Before memory is ended, since that follows from the steps. */
    private void joinScalars(int[] results) {
        int[] lastReader = new int[initial.size()];
        for (int i = 0; i < steps.size(); i++) {
            for (int slot : steps.get(i).inputs) {
                lastReader[slot] = i;
            }
        }
        for (int slot : results) {
            lastReader[slot] = steps.size();
        }
        List<Plan.Step> joined = new ArrayList<>();
        List<Plan.Call> scalars = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Plan.Step step = steps.get(i);
            if (step instanceof Plan.Call call && ScalarInterpreter.takes(call.call)) {
                scalars.add(call);
            } else {
                join(scalars, i, lastReader, joined);
                joined.add(step);
            }
        }
        join(scalars, steps.size(), lastReader, joined);
        steps = joined;
    }

    /** One step of the calls before a position; outside, only what is read from there on is seen of it. */
    private static void join(List<Plan.Call> scalars, int position, int[] lastReader, List<Plan.Step> joined) {
        if (scalars.size() > 1) {
            Set<Integer> filled = new LinkedHashSet<>();
            Set<Integer> read = new LinkedHashSet<>();
            for (Plan.Call call : scalars) {
                Arrays.stream(call.inputs)
                        .filter(slot -> !filled.contains(slot))
                        .forEach(read::add);
                filled.add(call.outputs[0]);
            }
            int[] outputs = filled.stream()
                    .mapToInt(slot -> slot)
                    .filter(slot -> lastReader[slot] >= position)
                    .toArray();
            joined.add(new Plan.Scalars(
                    scalars, read.stream().mapToInt(slot -> slot).toArray(), outputs));
        } else {
            joined.addAll(scalars);
        }
        scalars.clear();
    }

    private void endMemory(int[] results) {
        boolean[] seen = new boolean[initial.size()];
        for (int slot : results) {
            seen[slot] = true;
        }
        for (int slot = 0; slot < seen.length; slot++) {
            seen[slot] |= slot < arguments || initial.get(slot) != null;
        }
        for (int i = steps.size() - 1; i >= 0; i--) {
            Plan.Step step = steps.get(i);
            List<Integer> ending = new ArrayList<>();
            for (int[] touched : new int[][] {step.inputs, step.outputs}) {
                for (int slot : touched) {
                    if (!seen[slot]) {
                        seen[slot] = true;
                        ending.add(slot);
                    }
                }
            }
            step.ending = ending.stream().mapToInt(slot -> slot).toArray();
        }
    }
}
