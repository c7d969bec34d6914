package io.autodiff;

import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.AutodiffProvider;
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

    private final TapeRecords records;
    /** The tape may record this pass: what comes behind is not swept. */
    private final int calls;

    private final int end;

    /** Sources and targets that the tape does not know, numbered after those that it knew at the start; null for none. */
    private @Nullable OperandNumbers others;

    private final int tracked;

    /** By number, what the sources flow into through differentiable inputs: no rule is run for the sake of anything else. */
    private boolean[] connected = {};
    /** By number, the sources: their gradients are kept. */
    private boolean[] asked = {};
    /** By number, what has gathered. */
    private @Nullable Tensor[] gradients = {};

    BackwardPass(TapeRecords records) {
        this.records = records;
        this.calls = records.size();
        this.end = records.end();
        this.tracked = records.tracked().size();
    }

    /** The output gradients to start from: ones where none is given. */
    static List<Tensor> seeds(
            List<? extends Operand> targets, @Nullable List<? extends @Nullable Operand> outputGradients) {
        if (outputGradients != null && outputGradients.size() != targets.size()) {
            throw new IllegalArgumentException("there are " + targets.size() + " targets and " + outputGradients.size()
                    + " output gradients; give one for each, null for ones");
        }
        List<Tensor> seeds = new ArrayList<>(targets.size());
        for (int i = 0; i < targets.size(); i++) {
            TensorSpec target = Objects.requireNonNull(targets.get(i), "target").spec();
            Operand given = outputGradients == null ? null : outputGradients.get(i);
            if (given != null && !given.spec().equals(target)) {
                throw new IllegalArgumentException("the output gradient " + given.spec() + " does not fit the target "
                        + target + ": it needs the same shape and the same dtype");
            }
            Tensor seed = given == null ? Tensors.onesLike(targets.get(i)) : given.asTensor();
            if (!AutodiffProvider.current().owns(seed)) {
                throw new IllegalArgumentException(
                        "the output gradient " + seed.spec() + " is a tensor of another engine, "
                                + seed.getClass().getName() + "; copy its elements with Tensors.of(...)");
            }
            seeds.add(seed);
        }
        return seeds;
    }

    /** One gradient for each source, null where no record joins it to a target. */
    List<@Nullable Tensor> run(List<? extends Operand> targets, List<Tensor> seeds, List<? extends Operand> sources) {
        int most = tracked + targets.size() + sources.size();
        connected = new boolean[most];
        asked = new boolean[most];
        gradients = new Tensor[most];
        int[] sourceNumbers = new int[sources.size()];
        for (int i = 0; i < sourceNumbers.length; i++) {
            Operand source = Objects.requireNonNull(sources.get(i), "source");
            int number = number(source);
            sourceNumbers[i] = number;
            asked[number] = true;
            connected[number] = source.dtype().isFloating();
        }
        connect();
        for (int i = 0; i < targets.size(); i++) {
            int number = number(targets.get(i));
            if (connected[number] && targets.get(i).dtype().isFloating()) {
                add(number, seeds.get(i));
            }
        }
        sweep();
        List<@Nullable Tensor> result = new ArrayList<>(sourceNumbers.length);
        for (int number : sourceNumbers) {
            result.add(gradients[number]);
        }
        return result;
    }

    private int number(Operand operand) {
        int number = records.tracked().of(operand);
        if (number != OperandNumbers.NONE && number < tracked) {
            return number;
        }
        if (others == null) {
            others = new OperandNumbers();
        }
        return tracked + others.add(operand);
    }

    private void add(int number, Tensor gradient) {
        Tensor before = gradients[number];
        gradients[number] = before == null ? gradient : before.add(gradient);
    }

    private boolean isConnected(int place) {
        int number = records.number(place);
        return number != OperandNumbers.NONE && connected[number];
    }

    private void connect() {
        int place = 0;
        for (int i = 0; i < calls; i++) {
            int inputs = place + records.call(i).inputCount();
            int outputs = inputs + records.call(i).outputCount();
            boolean any = false;
            while (place < inputs) {
                any |= isConnected(place++);
            }
            while (place < outputs) {
                int number = records.number(place++);
                if (any && number != OperandNumbers.NONE) {
                    connected[number] = true;
                }
            }
        }
    }

    private void sweep() {
        int place = end;
        for (int i = calls - 1; i >= 0; i--) {
            OpCall<? extends Operand> call = records.call(i);
            int outputs = place - call.outputCount();
            int inputs = outputs - call.inputCount();
            if (call.op().hasJointGradients()) {
                sweepJointly(tensors(call), inputs, outputs);
            } else {
                Tensor outputGradient = take(call, outputs, 0);
                if (outputGradient != null) {
                    sweep(tensors(call), inputs, outputGradient);
                }
            }
            place = inputs;
        }
    }

    @SuppressWarnings(
            "unchecked") // READ, the only call on a variable, hands its output gradient on and looks at no input
    private static OpCall<Tensor> tensors(OpCall<? extends Operand> call) {
        return (OpCall<Tensor>) call;
    }

    /**
     * The gradient that has gathered for an output of a call. All consumers of an output come later on the tape, so its gradient is
     * complete, and is kept only if it was asked for.
     */
    private @Nullable Tensor take(OpCall<? extends Operand> call, int outputs, int output) {
        int number = records.number(outputs + output);
        Tensor gradient = number == OperandNumbers.NONE ? null : gradients[number];
        if (gradient == null) {
            return null;
        }
        if (call.op().isResidual(output)) {
            throw call.wrong(
                    "the output '" + call.op().outputNames().get(output) + "'",
                    "a gradient reaches it, and it is a residual, which has no gradient of its own; use stopGradient()"
                            + " on it");
        }
        if (!asked[number]) {
            gradients[number] = null;
        }
        return gradient;
    }

    /** A call of one output, whose inputs have a rule each. */
    private void sweep(OpCall<Tensor> call, int inputs, Tensor outputGradient) {
        for (int i = 0; i < call.inputCount(); i++) {
            if (isConnected(inputs + i)) {
                Tensor gradient = ruled(call, i, outputGradient);
                if (gradient != null) {
                    add(records.number(inputs + i), fitted(call, i, gradient));
                }
            }
        }
    }

    /** A call whose inputs' gradients come of one rule: of the outputs' gradients, zeros for unused outputs. */
    private void sweepJointly(OpCall<Tensor> call, int inputs, int outputs) {
        @Nullable Tensor[] gathered = new Tensor[call.outputCount()];
        boolean any = false;
        for (int i = 0; i < gathered.length; i++) {
            gathered[i] = take(call, outputs, i);
            any |= gathered[i] != null;
        }
        if (!any) {
            return;
        }
        List<Tensor> outputGradients = new ArrayList<>();
        for (int i = 0; i < gathered.length; i++) {
            Tensor gradient = gathered[i];
            outputGradients.add(gradient == null ? Tensors.zerosLike(call.output(i)) : gradient);
        }
        boolean[] needed = new boolean[call.inputCount()];
        for (int i = 0; i < needed.length; i++) {
            needed[i] = isConnected(inputs + i);
        }
        List<? extends @Nullable Tensor> inputGradients = ruled(call, outputGradients, needed);
        requireOneForEachInput(call, inputGradients);
        for (int i = 0; i < needed.length; i++) {
            Tensor gradient = inputGradients.get(i);
            if (needed[i] && gradient != null) {
                add(records.number(inputs + i), fitted(call, i, gradient));
            }
        }
    }

    private static @Nullable Tensor ruled(OpCall<Tensor> call, int input, Tensor outputGradient) {
        try {
            return call.op().gradientRule(input).apply(call, outputGradient);
        } catch (RuntimeException | LinkageError e) {
            throw call.failure("the gradient rule for the input " + call.inputName(input), e);
        }
    }

    private static List<? extends @Nullable Tensor> ruled(
            OpCall<Tensor> call, List<Tensor> outputGradients, boolean[] needed) {
        try {
            return call.op().differentiate(call, outputGradients, needed);
        } catch (RuntimeException | LinkageError e) {
            throw call.failure("the gradient rule", e);
        }
    }

    /** What one rule for all inputs gave must be as many. */
    static void requireOneForEachInput(OpCall<Tensor> call, @Nullable List<? extends @Nullable Tensor> inputGradients) {
        if (inputGradients == null || inputGradients.size() != call.inputCount()) {
            throw call.wrong(
                    "the gradient rule",
                    "expected " + call.inputCount() + ", one for each input, got "
                            + (inputGradients == null ? "null" : inputGradients.size()));
        }
    }

    /** The gradient in its input's shape and dtype: what a broadcasting op repeated is summed, all else must fit as it is. */
    private static Tensor fitted(OpCall<? extends Operand> call, int input, Tensor gradient) {
        TensorSpec wanted = call.input(input).spec();
        if (gradient.getClass() != call.output(0).getClass()) {
            requireOfThisEngine(call, input, gradient);
        }
        if (gradient.spec().equals(wanted)) {
            return gradient;
        }
        Tensor fitted = call.op().isBroadcasting()
                        && wanted.shape().rank() <= gradient.shape().rank()
                        && gradient.shape().equals(Shape.broadcast(gradient.shape(), wanted.shape()))
                ? Composites.sumTo(gradient, wanted.shape())
                : gradient;
        if (!fitted.spec().equals(wanted)) {
            throw call.wrong(
                    "the gradient rule",
                    "it gave " + gradient.spec() + " for the input " + call.inputName(input) + ", which is " + wanted);
        }
        return fitted;
    }

    private static void requireOfThisEngine(OpCall<? extends Operand> call, int input, Tensor gradient) {
        AutodiffProvider engine = AutodiffProvider.current();
        if (!engine.owns(gradient)) {
            throw call.wrong(
                    "the gradient rule",
                    "it gave a tensor of another engine, " + gradient.getClass().getName() + ", for the input "
                            + call.inputName(input) + "; the engine is '" + engine.name()
                            + "', copy the elements with Tensors.of(...)");
        }
    }
}
