package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a graph over numbered slots: the arguments come first, the constants have theirs from the start, each step fills
 * those of its outputs. A plan never changes, and each run has slots of its own, so that several threads can run one plan.
 */
final class Plan implements CompiledGraph {
    /** Something that fills slots of others. */
    abstract static class Step {
        final int[] inputs;
        final int[] outputs;
        /** Slots that nothing reads after this step: their memory ends with it. */
        int[] ending = {};

        Step(int[] inputs, int[] outputs) {
            this.inputs = inputs;
            this.outputs = outputs;
        }

        abstract Value[] compute(Value[] values);

        abstract String name();

        @Override
        public String toString() {
            return slots(outputs) + " = " + name() + "(" + slots(inputs) + ")"
                    + (ending.length == 0 ? "" : ", then free " + slots(ending));
        }

        static String slots(int[] slots) {
            return Arrays.stream(slots).mapToObj(slot -> "%" + slot).collect(Collectors.joining(", "));
        }
    }

    /** One call. */
    static final class Call extends Step {
        final OpCall<TensorSpec> call;

        Call(OpCall<TensorSpec> call, int[] inputs, int[] outputs) {
            super(inputs, outputs);
            this.call = call;
        }

        @Override
        Value[] compute(Value[] values) {
            return Replay.run(call, values, null);
        }

        @Override
        String name() {
            return call.op().name();
        }

        @Override
        public String toString() {
            return super.toString() + " " + call.attributes() + " " + call.outputSpecs();
        }
    }

    /** Several calls on scalars, in one program. */
    static final class Scalars extends Step {
        private final ScalarProgram program;
        private final List<Call> calls;

        Scalars(List<Call> calls, int[] inputs, int[] outputs) {
            super(inputs, outputs);
            this.program = ScalarCompiler.compile(calls, inputs, outputs);
            this.calls = List.copyOf(calls);
        }

        @Override
        Value[] compute(Value[] values) {
            return program.run(values);
        }

        @Override
        String name() {
            return "scalars";
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(super.toString()).append(':');
            calls.forEach(call -> text.append("\n    ").append(call));
            return text.toString();
        }
    }

    private final int arguments;
    /** The slots as a run begins: only constants are there. */
    private final @Nullable Value[] initial;

    private final List<Step> steps;
    private final int[] results;

    Plan(int arguments, @Nullable Value[] initial, List<Step> steps, int[] results) {
        this.arguments = arguments;
        this.initial = initial;
        this.steps = List.copyOf(steps);
        this.results = results;
        verify();
    }

    @Override
    public List<Tensor> run(List<Tensor> given) {
        @Nullable Value[] values = initial.clone();
        for (int i = 0; i < arguments; i++) {
            values[i] = ((Node) given.get(i)).value();
        }
        for (Step step : steps) {
            run(step, values);
        }
        List<Tensor> tensors = new ArrayList<>(results.length);
        for (int slot : results) {
            Value value = filled(values, slot);
            tensors.add(Executor.created(Node.leaf(value.spec(), value, Execution.current())));
        }
        return tensors;
    }

    private static void run(Step step, @Nullable Value[] values) {
        Value[] inputs = new Value[step.inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = filled(values, step.inputs[i]);
        }
        Value[] outputs = step.compute(inputs);
        for (int i = 0; i < outputs.length; i++) {
            values[step.outputs[i]] = outputs[i];
            for (Value input : inputs) {
                if (input == outputs[i]) {
                    // Two slots share it now, and neither may end it for the other.
                    input.pin();
                }
            }
        }
        for (int slot : step.ending) {
            filled(values, slot).close();
            values[slot] = null;
        }
    }

    private static Value filled(@Nullable Value[] values, int slot) {
        Value value = values[slot];
        if (value == null) {
            throw new IllegalStateException("slot %" + slot + " of a plan is empty");
        }
        return value;
    }

    /** Each slot is filled once, before it is read, and not read after its end; what the caller sees never ends. */
    private void verify() {
        boolean[] filled = new boolean[initial.length];
        boolean[] ended = new boolean[initial.length];
        for (int slot = 0; slot < initial.length; slot++) {
            filled[slot] = slot < arguments || initial[slot] != null;
        }
        boolean[] fixed = filled.clone();
        for (Step step : steps) {
            for (int slot : step.inputs) {
                require(filled[slot] && !ended[slot], step);
            }
            for (int slot : step.outputs) {
                require(!filled[slot], step);
                filled[slot] = true;
            }
            for (int slot : step.ending) {
                require(filled[slot] && !ended[slot] && !fixed[slot], step);
                ended[slot] = true;
            }
        }
        for (int slot : results) {
            require(filled[slot] && !ended[slot], "the results " + Arrays.toString(results));
        }
    }

    private static void require(boolean holds, Object where) {
        if (!holds) {
            throw new IllegalStateException("a plan is not well formed at " + where);
        }
    }

    @Override
    public String describe() {
        StringBuilder text = new StringBuilder();
        for (int slot = 0; slot < arguments; slot++) {
            text.append("  %").append(slot).append(" = argument\n");
        }
        for (int slot = arguments; slot < initial.length; slot++) {
            Value constant = initial[slot];
            if (constant != null) {
                text.append("  %")
                        .append(slot)
                        .append(" = constant ")
                        .append(constant.spec())
                        .append('\n');
            }
        }
        steps.forEach(step -> text.append("  ").append(step).append('\n'));
        return text.append("  results ")
                .append(Step.slots(results))
                .append('\n')
                .toString();
    }
}
