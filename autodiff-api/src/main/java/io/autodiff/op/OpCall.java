package io.autodiff.op;

import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.spi.AutodiffProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One application of an op, in three readings: with {@link TensorSpec}s a shape function settles the outputs, with arrays of
 * an engine (such as INDArray) a kernel computes them, with {@link Tensor}s a gradient function derives them.
 *
 * <pre>{@code
 * .gradient("x", (c, dy) -> dy.mul(c.input("x").cos()))
 * .gradient("x", (c, dy) -> dy.mul(c.output()))                   // exp
 * .kernel(INDArray.class, c -> c.input("x").sum(c.attributes().flag("keepDims"), 0))
 * }</pre>
 *
 * @param <T> what the inputs and outputs are in this reading
 */
public final class OpCall<T> {
    /** The last few signatures of an op's calls, of any thread: an outdated one, too, is right or does not fit. */
    static final class Recent {
        private final @Nullable Signature[] signatures = new Signature[8];
        private int next;

        @Nullable
        Signature find(Attributes attributes, Operand[] operands) {
            for (Signature signature : signatures) {
                if (signature == null || signature.fits(attributes, operands)) {
                    return signature;
                }
            }
            return null;
        }

        /** Threads that do so at the same time may lose one, which is then settled again. */
        void add(Signature signature) {
            signatures[next++ & (signatures.length - 1)] = signature;
        }
    }

    /** What an op's calls have in common that differ in nothing but the tensors. */
    static final class Signature {
        private final Op op;
        /** Without the defaults. */
        private final Attributes given;

        private final Attributes attributes;
        private final TensorSpec[] inputSpecs;
        private final TensorSpec[] outputSpecs;
        /** Threads may set it at once: whichever stays serves. */
        private @Nullable Object prepared;

        Signature(Op op, Attributes given, TensorSpec[] inputSpecs, List<TensorSpec> outputSpecs) {
            this(op, given, op.withDefaults(given), inputSpecs, outputSpecs);
        }

        private Signature(
                Op op, Attributes given, Attributes attributes, TensorSpec[] inputSpecs, List<TensorSpec> outputSpecs) {
            this.op = op;
            this.given = given;
            this.attributes = attributes;
            this.inputSpecs = inputSpecs;
            this.outputSpecs = outputSpecs.toArray(new TensorSpec[0]);
        }

        private boolean fits(Attributes others, Operand[] operands) {
            if (!others.equals(given) || operands.length != inputSpecs.length) {
                return false;
            }
            for (int i = 0; i < operands.length; i++) {
                Operand operand = operands[i];
                if (operand == null || !operand.spec().equals(inputSpecs[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Signature signature;
    /** Of T each; an array, and not a list, because calls are made and read for every op that runs. */
    private final Object[] inputs;

    /** The T that is the only output, or an array of them; null until they are there. */
    private @Nullable Object outputs;

    private OpCall(Signature signature, Object[] inputs, @Nullable Object outputs) {
        this.signature = signature;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * A call in its first reading: only dtypes and shapes are known, and of the inputs only.
     *
     * @param op the op
     * @param attributes its settings
     * @param inputSpecs one for each input, in the op's order
     * @return the call
     */
    public static OpCall<TensorSpec> of(Op op, Attributes attributes, List<TensorSpec> inputSpecs) {
        TensorSpec[] specs = inputSpecs.toArray(new TensorSpec[0]);
        return new OpCall<>(new Signature(op, attributes, specs, List.of()), specs, null);
    }

    /**
     * Applies an op to tensors and variables: checks them, settles the output specs, and lets the engine make the outputs. The shape
     * function is asked unless the op's last call was the same but for the tensors: most calls are like the one before.
     *
     * @param op the op
     * @param attributes its settings
     * @param operands its inputs, in the op's order; a variable is read. The call takes the array over
     * @return the call with its outputs
     * @throws IllegalArgumentException if the op cannot take these inputs; no variable is read then
     * @throws IllegalStateException if an input was released, or the op is not whole
     */
    public static OpCall<Tensor> applied(Op op, Attributes attributes, Operand[] operands) {
        OpCall<Tensor> call = on(op, attributes, operands);
        // In place, and not by withOutputs: of what each op costs, a copy is a good part.
        AutodiffProvider engine = AutodiffProvider.current();
        call.outputs = call.outputCount() == 1
                ? engine.apply(call)
                : engine.applyAll(call).toArray();
        return call;
    }

    /**
     * A call on tensors and variables, checked and with its output specs.
     *
     * @param op the op
     * @param attributes its settings
     * @param operands its inputs, in the op's order; a variable is read. The call takes the array over
     * @return the call, which has no outputs yet
     * @throws IllegalArgumentException if the op cannot take these inputs; no variable is read then
     */
    public static OpCall<Tensor> on(Op op, Attributes attributes, Operand... operands) {
        Signature signature = op.recentSignatures.find(attributes, operands);
        if (signature == null) {
            signature = settled(op, attributes, operands);
            op.recentSignatures.add(signature);
        }
        for (int i = 0; i < operands.length; i++) {
            Tensor tensor = operands[i].asTensor();
            if (tensor != operands[i]) {
                operands[i] = tensor;
            }
        }
        return new OpCall<>(signature, operands, null);
    }

    private static Signature settled(Op op, Attributes attributes, Operand[] operands) {
        TensorSpec[] specs = new TensorSpec[operands.length];
        for (int i = 0; i < specs.length; i++) {
            Operand operand = operands[i];
            if (operand == null) {
                throw new NullPointerException("the input '" + op.inputName(i) + "' of " + op.name());
            }
            specs[i] = operand.spec();
        }
        List<TensorSpec> outputs = op.infer(of(op, attributes, Arrays.asList(specs)));
        return new Signature(op, attributes, specs, outputs);
    }

    /**
     * The same call in another reading.
     *
     * @param otherInputs the inputs, in the op's order
     * @param <U> what they are
     * @return a call that has this call's input and output specs, and no outputs yet
     */
    public <U> OpCall<U> withInputs(List<? extends U> otherInputs) {
        return new OpCall<>(signature, otherInputs.toArray(), null);
    }

    /**
     * The same call, its output specs settled.
     *
     * @param specs one for each output
     * @return the call
     */
    public OpCall<T> withOutputSpecs(List<TensorSpec> specs) {
        return new OpCall<>(
                new Signature(signature.op, signature.attributes, signature.inputSpecs, specs), inputs, outputs);
    }

    /**
     * The same inputs and outputs as those of another op's call: what tapes are told where a gradient is overridden.
     *
     * @param other differs from this call's op in its gradients only
     * @return the call
     */
    public OpCall<T> asCallOf(Op other) {
        return new OpCall<>(
                new Signature(other, signature.attributes, signature.inputSpecs, Arrays.asList(signature.outputSpecs)),
                inputs,
                outputs);
    }

    /**
     * The same call with its outputs.
     *
     * @param results one for each output
     * @return the call
     */
    public OpCall<T> withOutputs(List<? extends T> results) {
        return new OpCall<>(
                signature,
                inputs,
                results.size() == 1 ? results.get(0) : List.copyOf(results).toArray());
    }

    /** {@return the op that is applied} */
    public Op op() {
        return signature.op;
    }

    /** {@return the op's settings in this call} */
    public Attributes attributes() {
        return signature.attributes;
    }

    /** {@return how many inputs there are} */
    public int inputCount() {
        return inputs.length;
    }

    /** {@return all inputs, in the op's order} */
    @SuppressWarnings("unchecked") // withInputs puts in what is a T
    public List<T> inputs() {
        return (List<T>) Collections.unmodifiableList(Arrays.asList(inputs));
    }

    /**
     * One input by its number.
     *
     * @param index from 0
     * @return the input
     */
    @SuppressWarnings("unchecked") // withInputs puts in what is a T
    public T input(int index) {
        return (T) inputs[index];
    }

    /**
     * One input by its declared name.
     *
     * @param name as in {@link Op#inputs}
     * @return the input
     * @throws IllegalArgumentException if the op has no input of that name, or it stands for any number of inputs
     */
    public T input(String name) {
        int index = op().inputNames().indexOf(name);
        if (index < 0 || op().isVariadic()) {
            throw error("has no single input '" + name + "', its inputs are " + op().inputNames());
        }
        return input(index);
    }

    /**
     * What messages call an input.
     *
     * @param index its number, from 0
     * @return its name in quotes, with its number where one name stands for many
     */
    public String inputName(int index) {
        return "'" + op().inputName(index) + "'";
    }

    /** {@return dtype and shape of each input} */
    public List<TensorSpec> inputSpecs() {
        return Collections.unmodifiableList(Arrays.asList(signature.inputSpecs));
    }

    /**
     * Dtype and shape of one input.
     *
     * @param index from 0
     * @return its spec
     */
    public TensorSpec inputSpec(int index) {
        return signature.inputSpecs[index];
    }

    /** {@return shape and dtype of each output; empty while the shape function runs} */
    public List<TensorSpec> outputSpecs() {
        return Collections.unmodifiableList(Arrays.asList(signature.outputSpecs));
    }

    /** {@return shape and dtype of the first output} */
    public TensorSpec outputSpec() {
        return signature.outputSpecs[0];
    }

    /** {@return how many outputs there are; 0 while the shape function runs} */
    public int outputCount() {
        return signature.outputSpecs.length;
    }

    /** {@return all outputs, in the op's order; empty unless this is the reading of a gradient function} */
    @SuppressWarnings("unchecked") // withOutputs puts in what is a T
    public List<T> outputs() {
        return outputs == null
                ? List.of()
                : outputs instanceof Object[] several
                        ? (List<T>) Collections.unmodifiableList(Arrays.asList(several))
                        : List.of((T) outputs);
    }

    /** {@return the first output} */
    public T output() {
        return output(0);
    }

    /**
     * One output by its number.
     *
     * @param index from 0
     * @return the output
     */
    @SuppressWarnings("unchecked") // withOutputs puts in what is a T
    public T output(int index) {
        Object output = outputs instanceof Object[] several ? several[index] : outputs;
        return (T) Objects.requireNonNull(output);
    }

    /**
     * What an engine makes of op, attributes and specs alone, such as a program: made at the first call that has them, and kept for
     * the others.
     *
     * @param type of what is made: immutable, and with final fields only, since threads may make and see it at the same time
     * @param make makes it of a call that has specs for its inputs
     * @param <P> of what is made
     * @return what was made
     */
    public <P> P prepared(Class<P> type, Function<OpCall<TensorSpec>, P> make) {
        Object present = signature.prepared;
        if (type.isInstance(present)) {
            return type.cast(present);
        }
        P made = make.apply(new OpCall<>(signature, signature.inputSpecs, null));
        signature.prepared = made;
        return made;
    }

    /**
     * The exception for inputs that the op cannot take: its message holds the op's name, what is wrong, and the inputs with
     * their dtypes and shapes.
     *
     * @param problem what is wrong and the way out, as the end of a sentence that begins with the op's name
     * @return the exception, to be thrown
     */
    public InvalidOperandException error(String problem) {
        return new InvalidOperandException(describe() + ": " + problem);
    }

    /**
     * The exception for code of the op that threw another. That of an op below is told as it is.
     *
     * @param code what failed, such as {@code the kernel}
     * @param cause what it threw
     * @return an {@link InvalidOpException}, or, where inputs were refused, an {@link InvalidOperandException}
     */
    public RuntimeException failure(String code, Throwable cause) {
        if (cause instanceof InvalidOpException below) {
            return below;
        }
        String message = code + " of " + describe() + " failed: " + cause + "; " + OpDescription.author(op());
        if (cause instanceof InvalidOperandException) {
            InvalidOperandException told = new InvalidOperandException(message);
            told.initCause(cause);
            return told;
        }
        return new InvalidOpException(message, cause);
    }

    /**
     * The exception for code of the op that gave what does not fit.
     *
     * @param code what is wrong, such as {@code the kernel}
     * @param problem how
     * @return the exception, to be thrown
     */
    public InvalidOpException wrong(String code, String problem) {
        return new InvalidOpException(
                code + " of " + describe() + ": " + problem + "; " + OpDescription.author(op()), null);
    }

    /** {@return the op's name and its inputs' dtypes and shapes, such as {@code mul(x=float64[2], y=float64[])}} */
    public String describe() {
        List<String> described = new ArrayList<>();
        for (int i = 0; i < signature.inputSpecs.length; i++) {
            described.add(op().inputName(i) + "=" + signature.inputSpecs[i]);
        }
        return op().name() + "(" + String.join(", ", described) + ")";
    }

    /**
     * The broadcast shape of two inputs' shapes.
     *
     * @param a one shape
     * @param b the other
     * @return the common shape
     * @throws IllegalArgumentException if there is none
     */
    public Shape broadcast(Shape a, Shape b) {
        @Nullable Shape common = Shape.broadcast(a, b);
        if (common == null) {
            throw error("shapes " + a + " and " + b
                    + " do not broadcast: aligned at the last axis, sizes must be equal or 1");
        }
        return common;
    }

    /** {@return what {@link #describe} says} */
    @Override
    public String toString() {
        return describe();
    }
}
