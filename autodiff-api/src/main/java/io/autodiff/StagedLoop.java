package io.autodiff;

import io.autodiff.op.Kernel;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.WhileKernel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * A loop in a traced function: one op, whose inputs are the number of the step, the state, the variables that the body assigns, and
 * what else condition and body depend on.
 */
final class StagedLoop {
    private final StagedOp.Inputs inputs;
    private final Region condition;
    private final Region body;
    /** How many of the inputs, the first ones, a step gives anew. */
    private final int carried;

    private final CompiledMany back = new CompiledMany(this::stepBack);

    private StagedLoop(StagedOp.Inputs inputs, Trace condition, Trace body) {
        this.inputs = inputs;
        this.condition = new Region(condition, inputs);
        this.body = new Region(body, inputs);
        this.carried = inputs.firstAssigned() + inputs.assigned().size();
    }

    /**
     * Runs a loop as an op of the trace that this thread makes.
     *
     * @param start the state
     * @param condition of the number of the step, from 0, and the state
     * @param body to the next state, of the same specs
     * @return the last state
     */
    static List<Tensor> run(
            List<Tensor> start, BiFunction<Tensor, List<Tensor>, Tensor> condition, UnaryOperator<List<Tensor>> body) {
        List<Tensor> state = new ArrayList<>(List.of(Tensors.of(0L)));
        state.addAll(start);
        List<TensorSpec> specs = state.stream().map(Tensor::spec).toList();
        Trace test = Trace.recorded(specs, in -> List.of(condition.apply(in.get(0), in.subList(1, in.size()))));
        if (test.hasEffects() || !test.assigned().isEmpty()) {
            throw new IllegalStateException(
                    "the condition of a loop only computes; assign variables and print in the body");
        }
        Trace step = Trace.recorded(specs, in -> {
            Trace.enterStep(in.get(0));
            List<Tensor> next = new ArrayList<>(List.of(in.get(0).add(1)));
            next.addAll(body.apply(in.subList(1, in.size())));
            return next;
        });
        StagedOp.Inputs inputs = new StagedOp.Inputs(state, step.assigned());
        StagedLoop loop = new StagedLoop(inputs, test, step);
        List<Tensor> last =
                StagedOp.apply("while_loop", inputs, specs, step.hasEffects(), loop.kernel(step), loop::gradient);
        return last.subList(1, last.size());
    }

    /** One that an engine can take apart, unless the steps print. */
    private Kernel<Tensor> kernel(Trace step) {
        Kernel<Tensor> plain = StagedOp.kernel(this::forward);
        return step.hasEffects() ? plain : new Parts(plain);
    }

    private final class Parts implements WhileKernel {
        private final Kernel<Tensor> plain;

        Parts(Kernel<Tensor> plain) {
            this.plain = plain;
        }

        @Override
        public List<Tensor> compute(OpCall<Tensor> call) {
            return plain.compute(call);
        }

        @Override
        public int carried() {
            return carried;
        }

        @Override
        public CompiledGraph condition() {
            return condition.graph();
        }

        @Override
        public CompiledGraph step() {
            return body.graph();
        }
    }

    private List<Tensor> forward(List<Tensor> all) {
        List<Tensor> now = all;
        while (goesOn(now)) {
            now = after(now, body.run(now));
        }
        return now.subList(0, carried);
    }

    private boolean goesOn(List<Tensor> all) {
        return Branch.holds(condition.rerun(all).get(0));
    }

    private List<Tensor> after(List<Tensor> all, List<Tensor> next) {
        List<Tensor> after = new ArrayList<>(next);
        after.addAll(all.subList(carried, all.size()));
        return after;
    }

    /** Runs the loop once more, keeps what each step started from, and goes back through the steps. */
    private List<Tensor> gradient(List<Tensor> given) {
        List<Tensor> start = given.subList(0, inputs.size());
        Deque<List<Tensor>> started = new ArrayDeque<>();
        for (List<Tensor> now = start; goesOn(now); now = after(now, body.rerun(now))) {
            started.push(now);
        }
        List<Tensor> gradients = new ArrayList<>(given.subList(inputs.size(), given.size()));
        StagedOp.floating(start.subList(inputs.firstAssigned(), start.size()))
                .forEach(input -> gradients.add(Tensors.zerosLike(input)));
        List<Tensor> now = gradients;
        while (!started.isEmpty()) {
            List<Tensor> all = new ArrayList<>(started.pop());
            all.addAll(now);
            now = back.apply(all);
        }
        return now;
    }

    /**
     * Through one step: the state's gradients are those by the step's start; all else adds up over the steps, variables too, since an
     * assignment passes no gradient.
     */
    private List<Tensor> stepBack(List<Tensor> given) {
        List<Tensor> start = given.subList(0, inputs.size());
        List<Tensor> after = given.subList(inputs.size(), given.size());
        int state = StagedOp.floating(start.subList(0, inputs.firstAssigned())).size();
        List<Tensor> all = new ArrayList<>(start);
        all.addAll(after.subList(0, state));
        List<Tensor> gradients = new ArrayList<>(body.gradient(all));
        for (int i = state; i < gradients.size(); i++) {
            gradients.set(i, gradients.get(i).add(after.get(i)));
        }
        return gradients;
    }
}
