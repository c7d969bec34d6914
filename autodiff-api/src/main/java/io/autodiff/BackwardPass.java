package io.autodiff;

import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation over a tape's records: from the last to the first, each call's output gradients become input
 * gradients, which add up by object identity. It follows the records and nothing else, and is a loop, so that depth costs no
 * stack.
 */
final class BackwardPass {
    /** A read is recorded as an op from the variable to its leaf, so that gradients of all reads add up in the variable. */
    static final Op READ = Op.named("read_variable")
            .inputs("variable")
            .shape(Shapes.sameAs("variable"))
            .kernel(Object.class, c -> c.input("variable"))
            .gradient("variable", (c, dy) -> dy)
            .checked();

    private BackwardPass() {}

    /** The output gradients to start from: ones where none is given. */
    static List<Tensor> seeds(
            List<? extends Operand> targets, @Nullable List<? extends @Nullable Operand> outputGradients) {
        if (outputGradients != null && outputGradients.size() != targets.size()) {
            throw new IllegalArgumentException("there are " + targets.size() + " targets and " + outputGradients.size()
                    + " output gradients; give one for each, null for ones");
        }
        List<Tensor> seeds = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            TensorSpec target = Objects.requireNonNull(targets.get(i), "target").spec();
            Operand given = outputGradients == null ? null : outputGradients.get(i);
            if (given != null && !given.spec().equals(target)) {
                throw new IllegalArgumentException("the output gradient " + given.spec() + " does not fit the target "
                        + target + ": it needs the same shape and the same dtype");
            }
            seeds.add(given == null ? Tensors.onesLike(targets.get(i)) : given.asTensor());
        }
        return seeds;
    }

    /** One gradient for each source, null where no record joins it to a target. */
    static List<@Nullable Tensor> run(
            List<TapeRecord> records,
            List<? extends Operand> targets,
            List<Tensor> seeds,
            List<? extends Operand> sources) {
        OperandMap<Boolean> connected = connected(records, sources);
        OperandMap<Tensor> gradients = new OperandMap<>();
        for (int i = 0; i < targets.size(); i++) {
            if (connected.contains(targets.get(i)) && targets.get(i).dtype().isFloating()) {
                add(gradients, targets.get(i), seeds.get(i));
            }
        }
        OperandMap<Boolean> asked = new OperandMap<>();
        sources.forEach(source -> asked.put(source, true));
        for (int i = records.size() - 1; i >= 0 && gradients.size() > 0; i--) {
            List<Tensor> outputGradients = take(records.get(i).call(), gradients, asked);
            if (!outputGradients.isEmpty()) {
                accumulate(records.get(i), outputGradients, connected, gradients);
            }
        }
        List<@Nullable Tensor> result = new ArrayList<>();
        for (Operand source : sources) {
            result.add(gradients.get(source));
        }
        return result;
    }

    private static void add(OperandMap<Tensor> gradients, Operand operand, Tensor gradient) {
        Tensor before = gradients.get(operand);
        gradients.put(operand, before == null ? gradient : before.add(gradient));
    }

    /** What the sources flow into through differentiable inputs: no rule is run for the sake of anything else. */
    private static OperandMap<Boolean> connected(List<TapeRecord> records, List<? extends Operand> sources) {
        OperandMap<Boolean> connected = new OperandMap<>();
        for (Operand source : sources) {
            if (Objects.requireNonNull(source, "source").dtype().isFloating()) {
                connected.put(source, true);
            }
        }
        for (TapeRecord kept : records) {
            for (int i = 0; i < kept.call().inputCount(); i++) {
                if (isNeeded(kept, i, connected)) {
                    kept.call().outputs().forEach(output -> connected.put(output, true));
                    break;
                }
            }
        }
        return connected;
    }

    private static boolean isNeeded(TapeRecord kept, int input, OperandMap<Boolean> connected) {
        return kept.passes(input) && connected.contains(kept.call().input(input));
    }

    /**
     * The gradients that have gathered for a call's outputs, zeros for unused ones; none if nothing has. All consumers of an
     * output come later on the tape, so its gradient is complete, and is kept only if it was asked for.
     */
    private static List<Tensor> take(
            OpCall<? extends Operand> call, OperandMap<Tensor> gradients, OperandMap<Boolean> asked) {
        List<Tensor> taken = List.of();
        for (int i = 0; i < call.outputs().size(); i++) {
            Operand output = call.outputs().get(i);
            Tensor gradient = gradients.get(output);
            if (gradient == null) {
                continue;
            }
            if (call.op().isResidual(i)) {
                throw new IllegalStateException("a gradient reaches the output '"
                        + call.op().outputNames().get(i) + "' of " + call.describe()
                        + ", which is a residual and has no gradient of its own; use stopGradient() on it");
            }
            if (!asked.contains(output)) {
                gradients.forget(output);
            }
            if (call.outputs().size() == 1) {
                return List.of(gradient);
            }
            if (taken.isEmpty()) {
                taken = new ArrayList<>(
                        call.outputs().stream().map(Tensors::zerosLike).toList());
            }
            taken.set(i, gradient);
        }
        return taken;
    }

    @SuppressWarnings(
            "unchecked") // READ, the only call on a variable, hands its output gradient on and looks at no input
    private static void accumulate(
            TapeRecord kept,
            List<Tensor> outputGradients,
            OperandMap<Boolean> connected,
            OperandMap<Tensor> gradients) {
        OpCall<? extends Operand> call = kept.call();
        boolean[] needed = new boolean[call.inputCount()];
        for (int i = 0; i < needed.length; i++) {
            needed[i] = isNeeded(kept, i, connected);
        }
        List<? extends @Nullable Tensor> inputGradients =
                call.op().differentiate((OpCall<Tensor>) call, outputGradients, needed);
        if (inputGradients.size() != needed.length) {
            throw new IllegalStateException("the gradients of " + call.describe() + ": expected " + needed.length
                    + ", one for each input, got " + inputGradients.size());
        }
        for (int i = 0; i < needed.length; i++) {
            Tensor gradient = inputGradients.get(i);
            if (needed[i] && gradient != null) {
                add(gradients, call.input(i), fitted(call, i, gradient));
            }
        }
    }

    /** The gradient in its input's shape and dtype: what a broadcasting op repeated is summed, all else must fit as it is. */
    private static Tensor fitted(OpCall<? extends Operand> call, int input, Tensor gradient) {
        TensorSpec wanted = call.input(input).spec();
        if (gradient.spec().equals(wanted)) {
            return gradient;
        }
        Tensor fitted = call.op().isBroadcasting()
                        && wanted.shape().rank() <= gradient.shape().rank()
                        && gradient.shape().equals(Shape.broadcast(gradient.shape(), wanted.shape()))
                ? Composites.sumTo(gradient, wanted.shape())
                : gradient;
        if (!fitted.spec().equals(wanted)) {
            throw new IllegalStateException("the gradient rule of " + call.describe() + " for input number " + input
                    + " gave " + gradient.spec() + ", the input is " + wanted);
        }
        return fitted;
    }
}
