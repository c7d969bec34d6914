package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.Executor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The steps of a graph over numbered slots: the arguments come first, the constants have theirs from the start, each step fills
 * those of its outputs. A plan never changes, and each run has a {@link Frame} of its own, so that several threads can run one plan.
 * Kernels and products of a run leave no garbage: what they work with is the frame's, and stays for the next run. What a run gives is
 * new, and takes a few hundred bytes of the heap.
 */
final class Plan implements CompiledGraph {
    /** Something that fills slots of others. */
    abstract static class Step {
        final int[] inputs;
        final int[] outputs;
        /** Its place among the steps of its plan. */
        int number;
        /** Slots that nothing reads after this step: their memory ends with it. */
        int[] ending = {};
        /** For each output the input that ends here and whose memory the output may take, or -1; empty before that is known. */
        int[] inPlace = {};

        Step(int[] inputs, int[] outputs) {
            this.inputs = inputs;
            this.outputs = outputs;
        }

        /** Fills the slots of the outputs. */
        abstract void run(Frame frame);

        /** What an output is for which the step asks the frame for a place; null if it brings it along. */
        @Nullable
        TensorSpec stored(int output) {
            return null;
        }

        abstract String name();

        /**
         * Whether an output may be written over an input that nobody reads any more: each element is read for the last time before one
         * in its place is written.
         *
         * @param input which of the inputs
         * @param output which of the outputs
         */
        boolean mayOverwrite(int input, int output) {
            return false;
        }

        final boolean isInPlace(int output) {
            return output < inPlace.length && inPlace[output] >= 0;
        }

        @Override
        public String toString() {
            return slots(outputs) + " = " + name() + "(" + slots(inputs) + ")" + written()
                    + (ending.length == 0 ? "" : ", then free " + slots(ending));
        }

        /** For which outputs no memory is needed, for a reader. */
        final String written() {
            return IntStream.range(0, inPlace.length)
                    .filter(i -> inPlace[i] >= 0)
                    .mapToObj(i -> ", %" + outputs[i] + " in place of %" + inputs[inPlace[i]])
                    .collect(Collectors.joining());
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
        void run(Frame frame) {
            if (stored(0) != null && frame.reshape(inputs[0], outputs[0], call.outputSpec())) {
                return;
            }
            Value[] given = frame.inputs(this);
            Value[] computed = Replay.run(call, given, null);
            for (int i = 0; i < computed.length; i++) {
                frame.put(outputs[i], computed[i], given);
            }
        }

        /** Whether its kernel is code that computes with tensors. */
        boolean takesTensors() {
            return call.op().kernel(INDArray.class) == null && call.op().kernel(Tensor.class) != null;
        }

        @Override
        @Nullable
        TensorSpec stored(int output) {
            return isInPlace(0) && !call.outputSpec().shape().isScalar() ? call.outputSpec() : null;
        }

        @Override
        boolean mayOverwrite(int input, int output) {
            // Nothing is written at all.
            return FusibleCall.isReshape(call);
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

    /** Several calls at once. */
    abstract static class Joined extends Step {
        /** What it computes, one by one, of its inputs. */
        final List<Call> calls;

        Joined(List<Call> calls, int[] inputs, int[] outputs) {
            super(inputs, outputs);
            this.calls = List.copyOf(calls);
        }

        /** What is told of a run that failed. */
        final IllegalStateException failure(Throwable cause) {
            String described = calls.stream().map(call -> call.call.describe()).collect(Collectors.joining(", then "));
            return new IllegalStateException("the kernel of " + described + " failed: " + cause.getMessage(), cause);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(slots(outputs) + " = " + name() + " [" + slots(inputs) + "]:");
            calls.forEach(call -> text.append("\n    ").append(call));
            return text + (ending.length == 0 ? "" : "\n    then free " + slots(ending)) + written();
        }
    }

    /** Several calls on scalars, in one program. */
    static final class Scalars extends Step {
        private final ScalarProgram program;
        final List<Call> calls;

        Scalars(List<Call> calls, int[] inputs, int[] outputs) {
            super(inputs, outputs);
            this.program = ScalarCompiler.compile(calls, inputs, outputs);
            this.calls = List.copyOf(calls);
        }

        @Override
        void run(Frame frame) {
            Value[] computed = program.run(frame.inputs(this));
            for (int i = 0; i < computed.length; i++) {
                frame.put(outputs[i], computed[i]);
            }
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

    /** What tells threads apart, and keeps none of them. */
    private static final ThreadLocal<Object> THREAD = ThreadLocal.withInitial(Object::new);

    /** One of the frames that wait, on those that wait for longer; new each time, so that one that comes back is not taken for itself. */
    private record Idle(Frame frame, @Nullable Idle below) {}

    private final int arguments;
    /** The slots as a run begins: only constants are there. */
    private final @Nullable Value[] initial;

    private final List<Step> steps;
    private final int[] results;
    private final Buffers buffers;
    /** That of one thread, mostly the only one: there is nothing for it to wait for. Should two threads set it, one loses nothing by it. */
    private @Nullable Frame own;
    /** Others that no run has at the moment. */
    private final AtomicReference<@Nullable Idle> idle = new AtomicReference<>();
    /** Made when it is first asked for; two threads may make it twice, which does no harm. */
    private volatile @Nullable ScalarPlan scalars;

    Plan(Draft draft) {
        this.arguments = draft.arguments;
        this.initial = draft.initial.toArray(new Value[0]);
        this.steps = List.copyOf(draft.steps);
        this.results = draft.results;
        for (int i = 0; i < steps.size(); i++) {
            steps.get(i).number = i;
        }
        this.buffers = Buffers.of(steps, initial.length, results);
    }

    @Override
    public List<Tensor> run(List<Tensor> given) {
        Execution execution = Execution.current();
        Value[] values = new Value[given.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Node.of(given.get(i)).valueFor(execution);
        }
        List<Tensor> tensors = new ArrayList<>(results.length);
        for (Value value : run(values)) {
            tensors.add(Executor.created(Node.leaf(value.spec(), value, execution)));
        }
        return tensors;
    }

    /** The results, which nobody owns yet. */
    Value[] run(Value[] given) {
        Frame frame = claim();
        Value[] computed = new Value[results.length];
        frame.begin(given, arguments);
        boolean done = false;
        try {
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                step.run(frame);
                frame.free(step.ending);
            }
            for (int i = 0; i < computed.length; i++) {
                computed[i] = frame.get(results[i]);
            }
            done = true;
        } finally {
            frame.end(done, arguments);
            giveBack(frame);
            Reference.reachabilityFence(given);
        }
        return computed;
    }

    List<Step> steps() {
        return steps;
    }

    Buffers buffers() {
        return buffers;
    }

    /** A frame that nobody else has until it is put back. Of those that wait, the one used last comes first: its memory is the warmest. */
    private Frame claim() {
        Object thread = THREAD.get();
        Frame mine = own;
        if (mine != null && mine.thread == thread && !mine.running) {
            mine.running = true;
            return mine;
        }
        Idle last = idle.get();
        while (last != null && !idle.compareAndSet(last, last.below)) {
            last = idle.get();
        }
        if (last != null) {
            return last.frame;
        }
        Frame made = new Frame(steps, initial, buffers, thread);
        if (mine == null) {
            made.running = true;
            own = made;
        }
        return made;
    }

    private void giveBack(Frame frame) {
        if (frame == own) {
            frame.running = false;
            return;
        }
        Idle before;
        do {
            before = idle.get();
        } while (!idle.compareAndSet(before, new Idle(frame, before)));
    }

    /**
     * Itself as a program on registers, if all of it is on scalars; made once.
     *
     * @param given arguments, of the dtypes and shapes that it always gets
     */
    ScalarPlan asScalars(Value[] given) {
        ScalarPlan present = scalars;
        if (present == null) {
            present = ScalarPlan.of(given, initial, steps, results);
            scalars = present;
        }
        return present;
    }

    static boolean contains(@Nullable Value[] values, Value value) {
        for (Value other : values) {
            if (other == value) {
                return true;
            }
        }
        return false;
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
