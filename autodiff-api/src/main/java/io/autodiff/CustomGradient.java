package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.op.GradientFunction;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.Recorder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A function whose gradient is given, and not derived. Its ops are like others to engines, traces and scopes; to tapes there is one
 * call, from the function's inputs to its outputs, that has the given gradient.
 */
final class CustomGradient {
    /** The function itself. */
    @FunctionalInterface
    interface Forward {
        List<? extends Operand> apply(List<Tensor> inputs);
    }

    /** How many of what a call has, and its op: with what was captured as further inputs, and without. */
    private record Form(int inputs, int captured, int outputs, Op op, Op own) {
        boolean fits(int otherInputs, int otherCaptured, int otherOutputs) {
            return inputs == otherInputs && captured == otherCaptured && outputs == otherOutputs;
        }
    }

    /** Hears what the function takes from around it: a gradient would pass there, and is not given. */
    private static final class Captures implements Recorder {
        private final OperandMap<Boolean> known = new OperandMap<>();
        private final List<Operand> captured = new ArrayList<>();

        @Override
        public void created(Tensor leaf) {
            known.put(leaf, true);
        }

        @Override
        public void applied(OpCall<Tensor> call) {
            call.inputs().forEach(this::use);
            call.outputs().forEach(this::created);
        }

        @Override
        public void read(Variable variable, Tensor value, Tensor leaf) {
            use(variable);
            known.put(leaf, true);
        }

        void use(Operand operand) {
            if (!known.contains(operand)) {
                known.put(operand, true);
                if (operand.dtype().isFloating() && !SharedScalars.shares(operand)) {
                    captured.add(operand);
                }
            }
        }
    }

    private final String name;
    private final Forward forward;
    private final GradientFunction backward;
    /** Of the last call of any thread: a stale one fits or does not. */
    private @Nullable Form last;

    CustomGradient(String name, Forward forward, GradientFunction backward) {
        this.name = Op.named(name).name();
        this.forward = forward;
        this.backward = backward;
    }

    List<Tensor> apply(List<? extends Operand> operands) {
        List<Tensor> inputs = Results.given("inputs", operands);
        List<Tensor> outputs = new ArrayList<>();
        Captures captures = new Captures();
        inputs.forEach(input -> captures.known.put(input, true));
        Executor.untaped(captures, () -> {
            outputs.addAll(Results.of("the function with a gradient of its own", forward.apply(inputs)));
            outputs.forEach(captures::use);
        });
        // Tensors of their own: an output may be an input, or of outside.
        outputs.replaceAll(Operand::stopGradient);
        List<Tensor> all = new ArrayList<>(inputs);
        captures.captured.forEach(operand -> all.add(operand.asTensor()));
        Form form = last;
        if (form == null || !form.fits(inputs.size(), all.size() - inputs.size(), outputs.size())) {
            form = form(inputs.size(), all.size() - inputs.size(), outputs.size());
            last = form;
        }
        Executor.derived(call(form.op(), all, outputs));
        return List.copyOf(outputs);
    }

    private static OpCall<Tensor> call(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        return OpCall.of(op, Attributes.NONE, specs(inputs))
                .withOutputSpecs(specs(outputs))
                .withInputs(inputs)
                .withOutputs(outputs);
    }

    private static List<TensorSpec> specs(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::spec).toList();
    }

    private Form form(int inputs, int captured, int outputs) {
        String[] names = names("x", inputs);
        Op own = Op.named(name).inputs(names).outputs(names("y", outputs));
        String[] all = Stream.of(names, names("captured", captured))
                .flatMap(Arrays::stream)
                .toArray(String[]::new);
        Op op = own.inputs(all)
                .gradients((call, dys, needed) ->
                        gradients(call(own, call.inputs().subList(0, inputs), call.outputs()), dys, needed));
        return new Form(inputs, captured, outputs, op, own);
    }

    /** One is called by the letter, several are numbered. */
    private static String[] names(String letter, int count) {
        return count == 1
                ? new String[] {letter}
                : IntStream.range(0, count).mapToObj(i -> letter + i).toArray(String[]::new);
    }

    private List<@Nullable Tensor> gradients(OpCall<Tensor> call, List<Tensor> dys, boolean[] needed) {
        int inputs = call.inputCount();
        for (int i = inputs; i < needed.length; i++) {
            if (needed[i]) {
                throw new IllegalStateException(
                        "the function takes a tensor or variable from around it that a gradient is"
                                + " asked for by way of; hand it over as an input, or call stopGradient() on it");
            }
        }
        List<? extends @Nullable Tensor> given = backward.apply(call, dys, Arrays.copyOf(needed, inputs));
        BackwardPass.requireOneForEachInput(call, given);
        List<@Nullable Tensor> all = new ArrayList<>(given);
        while (all.size() < needed.length) {
            all.add(null);
        }
        return all;
    }
}
