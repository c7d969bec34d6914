package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.op.Kernel;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Ops that run Java code on tensors whose values are there: what a loop or a branch becomes while a function is traced. The gradient of
 * such an op is another one, which differentiates the code by a tape, so that every order works.
 */
final class StagedOp {
    /** What an op does. It is run outside of any tape, trace or scope, and may itself open tapes. */
    @FunctionalInterface
    interface Code {
        List<Tensor> apply(List<Tensor> inputs);
    }

    /**
     * The inputs of an op of regions: arguments, then the variables that it assigns, then whatever else the regions name; each
     * variable once.
     */
    static final class Inputs {
        private final List<Tensor> tensors;
        private final List<@Nullable Variable> variables;
        private final List<Variable> assigned;
        private final int arguments;

        Inputs(List<Tensor> arguments, List<Variable> assigned) {
            this.tensors = new ArrayList<>(arguments);
            this.variables = new ArrayList<@Nullable Variable>(Collections.nCopies(arguments.size(), null));
            this.assigned = assigned;
            this.arguments = arguments.size();
            assigned.forEach(this::place);
        }

        /** The places of what a trace depends on, whose arguments are the first of the op's. */
        int[] places(Trace trace) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < trace.argumentCount(); i++) {
                places.add(i);
            }
            for (Trace.Source source : trace.sources()) {
                Variable variable = source.variable();
                places.add(variable == null ? add(source.tensor().get(), null) : place(variable));
            }
            trace.captures().forEach(captured -> places.add(add(captured, null)));
            return places.stream().mapToInt(place -> place).toArray();
        }

        /** The place of a variable. It is read, so that tapes see the way from it to the op. */
        private int place(Variable variable) {
            int place = variables.indexOf(variable);
            return place < 0 ? add(variable.asTensor(), variable) : place;
        }

        private int add(Tensor tensor, @Nullable Variable variable) {
            tensors.add(tensor);
            variables.add(variable);
            return tensors.size() - 1;
        }

        int size() {
            return tensors.size();
        }

        List<TensorSpec> specs() {
            return tensors.stream().map(Tensor::spec).toList();
        }

        /** The place of the first assigned variable. */
        int firstAssigned() {
            return arguments;
        }

        List<Variable> assigned() {
            return assigned;
        }

        /** For each input, the variable that it is the value of, so that a gradient by it is one by reads of the variable. */
        List<@Nullable Variable> variables() {
            return variables;
        }
    }

    private StagedOp() {}

    /**
     * Applies an op to inputs, as a part of the trace that this thread makes, and assigns the variables that it assigns.
     *
     * @param name what messages call it
     * @param inputs the inputs
     * @param outputs dtype and shape of the outputs; the values of the assigned variables come after them
     * @param prints whether the code does something else than to compute, and is run at each call even if nothing needs it
     * @param forward gives the outputs and the assigned values; see {@link #kernel}
     * @param gradient the gradients of the floating inputs, of the inputs and the gradients of the floating outputs
     * @return the outputs
     */
    static List<Tensor> apply(
            String name,
            Inputs inputs,
            List<TensorSpec> outputs,
            boolean prints,
            Kernel<Tensor> forward,
            Code gradient) {
        if (prints) {
            // What depends on nothing that differs from call to call would be computed once.
            inputs.add(Functions.hostScalar(DType.INT32, () -> 0), null);
        }
        List<TensorSpec> specs = new ArrayList<>(outputs);
        inputs.assigned.forEach(variable -> specs.add(variable.spec()));
        Op op = op(name, specs, outputs.size(), inputs.variables, forward, gradient);
        List<Tensor> computed = Executor.execute(op, Attributes.NONE, inputs.tensors);
        for (int i = 0; i < inputs.assigned.size(); i++) {
            inputs.assigned.get(i).assign(computed.get(outputs.size() + i));
        }
        if (prints) {
            Functions.effect(ignored -> {}, computed);
        }
        return computed.subList(0, outputs.size());
    }

    /** A kernel that runs code. */
    static Kernel<Tensor> kernel(Code code) {
        return c -> Trace.outside(() -> code.apply(c.inputs()));
    }

    /** An assigned value has no gradient: an assignment passes none. */
    private static Op op(
            String name,
            List<TensorSpec> specs,
            int differentiable,
            List<@Nullable Variable> variables,
            Kernel<Tensor> kernel,
            Code gradient) {
        return Op.named(name)
                .variadicInputs("input")
                .outputs(IntStream.range(0, specs.size())
                        .mapToObj(i -> "output" + i)
                        .toArray(String[]::new))
                .shapes(c -> specs)
                .kernels(Tensor.class, kernel)
                .gradients((c, dys, needed) -> gradients(c, dys.subList(0, differentiable), variables, gradient))
                .checked();
    }

    private static List<@Nullable Tensor> gradients(
            OpCall<Tensor> call, List<Tensor> dys, List<@Nullable Variable> variables, Code gradient) {
        List<Tensor> inputs = new ArrayList<>(call.inputs());
        inputs.addAll(floating(dys));
        List<@Nullable Variable> ofInputs = new ArrayList<>(variables);
        ofInputs.addAll(Collections.nCopies(inputs.size() - ofInputs.size(), null));
        List<TensorSpec> specs =
                floating(call.inputs()).stream().map(Tensor::spec).toList();
        Op op = op(
                call.op().name() + "_gradient",
                specs,
                specs.size(),
                ofInputs,
                kernel(gradient),
                differentiated(ofInputs, gradient));
        List<Tensor> computed = Executor.execute(op, Attributes.NONE, inputs);
        List<@Nullable Tensor> gradients = new ArrayList<>();
        int next = 0;
        for (Tensor input : call.inputs()) {
            gradients.add(input.dtype().isFloating() ? computed.get(next++) : null);
        }
        return gradients;
    }

    /**
     * The gradient of code, by a tape.
     *
     * @param variables for each input of the code, the variable that it is the value of; null for others
     * @param code what is differentiated
     * @return the gradients of the floating inputs, of the inputs and the gradients of the code's floating outputs
     */
    static Code differentiated(List<@Nullable Variable> variables, Code code) {
        return given -> {
            List<Tensor> inputs = given.subList(0, variables.size());
            List<Operand> sources = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                Variable variable = variables.get(i);
                if (inputs.get(i).dtype().isFloating()) {
                    sources.add(variable == null ? inputs.get(i) : variable);
                }
            }
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(sources);
                return tape
                        .gradient(
                                floating(code.apply(inputs)),
                                sources,
                                given.subList(variables.size(), given.size()),
                                UnconnectedGradients.ZERO)
                        .stream()
                        .<Tensor>map(Objects::requireNonNull)
                        .toList();
            }
        };
    }

    static List<Tensor> floating(List<Tensor> tensors) {
        return tensors.stream().filter(tensor -> tensor.dtype().isFloating()).toList();
    }
}
