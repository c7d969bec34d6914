package io.autodiff;

import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
            List<OpCall<? extends Operand>> records,
            List<? extends Operand> targets,
            List<Tensor> seeds,
            List<? extends Operand> sources) {
        Set<Operand> connected = connected(records, sources);
        IdentityHashMap<Operand, Tensor> gradients = new IdentityHashMap<>();
        for (int i = 0; i < targets.size(); i++) {
            if (connected.contains(targets.get(i)) && targets.get(i).dtype().isFloating()) {
                gradients.merge(targets.get(i), seeds.get(i), Tensor::add);
            }
        }
        Set<Operand> asked = identitySet();
        asked.addAll(sources);
        for (int i = records.size() - 1; i >= 0 && !gradients.isEmpty(); i--) {
            OpCall<? extends Operand> call = records.get(i);
            List<Tensor> outputGradients = take(call, gradients, asked);
            if (!outputGradients.isEmpty()) {
                accumulate(call, outputGradients, connected, gradients);
            }
        }
        List<@Nullable Tensor> result = new ArrayList<>();
        for (Operand source : sources) {
            result.add(gradients.get(source));
        }
        return result;
    }

    /** What the sources flow into through differentiable inputs: no rule is run for the sake of anything else. */
    private static Set<Operand> connected(List<OpCall<? extends Operand>> records, List<? extends Operand> sources) {
        Set<Operand> connected = identitySet();
        for (Operand source : sources) {
            if (Objects.requireNonNull(source, "source").dtype().isFloating()) {
                connected.add(source);
            }
        }
        for (OpCall<? extends Operand> call : records) {
            for (boolean needed : needed(call, connected)) {
                if (needed) {
                    connected.addAll(call.outputs());
                    break;
                }
            }
        }
        return connected;
    }

    private static boolean[] needed(OpCall<? extends Operand> call, Set<Operand> connected) {
        boolean[] needed = new boolean[call.inputs().size()];
        for (int i = 0; i < needed.length; i++) {
            needed[i] = connected.contains(call.input(i)) && call.op().isDifferentiable(i);
        }
        return needed;
    }

    /**
     * The gradients that have gathered for a call's outputs, zeros for unused ones; none if nothing has. All consumers of an
     * output come later on the tape, so its gradient is complete, and is kept only if it was asked for.
     */
    private static List<Tensor> take(
            OpCall<? extends Operand> call, IdentityHashMap<Operand, Tensor> gradients, Set<Operand> asked) {
        List<@Nullable Tensor> taken = new ArrayList<>();
        boolean any = false;
        for (int i = 0; i < call.outputs().size(); i++) {
            Operand output = call.outputs().get(i);
            Tensor gradient = asked.contains(output) ? gradients.get(output) : gradients.remove(output);
            if (gradient != null && call.op().isResidual(i)) {
                throw new IllegalStateException("a gradient reaches the output '"
                        + call.op().outputNames().get(i) + "' of " + call.describe()
                        + ", which is a residual and has no gradient of its own; use stopGradient() on it");
            }
            any |= gradient != null;
            taken.add(gradient);
        }
        List<Tensor> complete = new ArrayList<>();
        for (int i = 0; any && i < taken.size(); i++) {
            Tensor gradient = taken.get(i);
            complete.add(gradient == null ? Tensors.zerosLike(call.outputs().get(i)) : gradient);
        }
        return complete;
    }

    @SuppressWarnings(
            "unchecked") // READ, the only call on a variable, hands its output gradient on and looks at no input
    private static void accumulate(
            OpCall<? extends Operand> call,
            List<Tensor> outputGradients,
            Set<Operand> connected,
            IdentityHashMap<Operand, Tensor> gradients) {
        boolean[] needed = needed(call, connected);
        List<? extends @Nullable Tensor> inputGradients =
                call.op().differentiate((OpCall<Tensor>) call, outputGradients, needed);
        if (inputGradients.size() != needed.length) {
            throw new IllegalStateException("the gradients of " + call.describe() + ": expected " + needed.length
                    + ", one for each input, got " + inputGradients.size());
        }
        for (int i = 0; i < needed.length; i++) {
            Tensor gradient = inputGradients.get(i);
            if (needed[i] && gradient != null) {
                gradients.merge(call.input(i), fitted(call, i, gradient), Tensor::add);
            }
        }
    }

    /** The gradient in its input's shape and dtype: what a broadcasting op repeated is summed, all else must fit as it is. */
    private static Tensor fitted(OpCall<? extends Operand> call, int input, Tensor gradient) {
        TensorSpec wanted = call.input(input).spec();
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

    private static Set<Operand> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
