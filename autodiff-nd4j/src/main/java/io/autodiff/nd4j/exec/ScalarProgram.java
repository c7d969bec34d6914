package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.nd4j.fused.ScalarKernel;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.nd4j.graph.Evaluator;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.nd4j.ops.Casts;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Elementwise calls on scalars, one after the other, as instructions on registers: nothing is allocated for what lies between the
 * first inputs and the last outputs. Each register has a place for a double and one for a long, and uses one of them: the latter
 * for integers and bool.
 */
final class ScalarProgram {
    /** What an instruction does, and on which places. */
    enum Kind {
        FLOATING,
        INTEGER,
        COMPARE_FLOATING,
        COMPARE_INTEGER,
        SELECT_FLOATING,
        SELECT_INTEGER,
        CAST_FLOATING_TO_FLOATING,
        CAST_INTEGER_TO_FLOATING,
        CAST_FLOATING_TO_INTEGER,
        CAST_INTEGER_TO_INTEGER
    }

    /**
     * One instruction.
     *
     * @param kind what it does
     * @param function the function, where the kind leaves it open
     * @param to the register that it fills
     * @param a the first register that it reads
     * @param b the second; any if there is none
     * @param c the third; any if there is none
     * @param narrows float32 or int32 if the result is rounded or wrapped to that, as the last of a call is; null if not
     * @param call which of the calls it is a part of
     */
    record Instruction(
            Kind kind,
            ScalarFunction function,
            int to,
            int a,
            int b,
            int c,
            @Nullable DType narrows,
            int call) {
        private double floating(double first, double second) {
            double result = ScalarArithmetic.floating(function, first, second);
            return narrows == DType.FLOAT32 ? (float) result : result;
        }
    }

    static final ScalarProgram NONE = new ScalarProgram(
            new Instruction[0],
            new OpCall<?>[0],
            new double[0],
            new int[0],
            new TensorSpec[0],
            new int[0],
            new TensorSpec[0]);

    private final Instruction[] instructions;
    /** What is named if an element is refused. */
    private final OpCall<?>[] calls;

    private final double[] constants;
    /** The same for the places of longs; none where no instruction uses one. */
    private final long[] integerConstants;

    private final int[] inputs;
    private final int[] outputs;
    private final TensorSpec[] inputSpecs;
    private final TensorSpec[] outputSpecs;
    private final HotScalars hot = new HotScalars(this::once);
    private final boolean onScalars;
    /** The whole program, if it is one floating function of inputs: then no registers are needed. */
    private final @Nullable Instruction only;

    ScalarProgram(
            Instruction[] instructions,
            OpCall<?>[] calls,
            double[] constants,
            int[] inputs,
            TensorSpec[] inputSpecs,
            int[] outputs,
            TensorSpec[] outputSpecs) {
        this.instructions = instructions;
        this.calls = calls;
        this.constants = constants;
        this.integerConstants = usesIntegers(instructions, inputSpecs, outputSpecs) ? integers(constants) : new long[0];
        this.inputs = inputs;
        this.inputSpecs = inputSpecs;
        this.outputs = outputs;
        this.outputSpecs = outputSpecs;
        this.onScalars = outputs.length > 0
                && Stream.of(inputSpecs, outputSpecs).flatMap(Stream::of).allMatch(ScalarProgram::isScalar);
        this.only = instructions.length == 1
                        && instructions[0].kind == Kind.FLOATING
                        && constants.length == inputs.length + 1
                ? instructions[0]
                : null;
    }

    /** The program of one call, made once for all calls of an op on the same specs; an empty one if it is not elementwise. */
    static ScalarProgram of(OpCall<?> call) {
        return CallForm.of(call).program;
    }

    /** Whether a call is elementwise, on scalars only, of dtypes that Java has. */
    static boolean takes(OpCall<?> call) {
        return of(call).onScalars;
    }

    /** Whether all inputs and outputs are scalars, of dtypes that Java has. */
    boolean isOnScalars() {
        return onScalars;
    }

    static boolean isScalar(TensorSpec spec) {
        return spec.shape().isScalar() && spec.dtype() != DType.FLOAT16 && spec.dtype() != DType.BFLOAT16;
    }

    /** Also where no instruction does: an integer may be handed through. */
    private static boolean usesIntegers(Instruction[] instructions, TensorSpec[] inputSpecs, TensorSpec[] outputSpecs) {
        return !Stream.of(instructions)
                        .allMatch(i -> i.kind == Kind.FLOATING || i.kind == Kind.CAST_FLOATING_TO_FLOATING)
                || !Stream.of(inputSpecs).allMatch(spec -> spec.dtype().isFloating())
                || !Stream.of(outputSpecs).allMatch(spec -> spec.dtype().isFloating());
    }

    private static long[] integers(double[] constants) {
        long[] integers = new long[constants.length];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (long) constants[i];
        }
        return integers;
    }

    /** Itself as work that is done once. */
    private ScalarLoop once() {
        return new ScalarLoop(inputs.length, null, ScalarCodeWriter.write(this, input -> input));
    }

    /** The outputs, of the values of the inputs. */
    Value[] run(Value[] values) {
        ScalarKernel kernel = hot.after(instructions.length);
        Value[] computed = kernel == null ? null : run(kernel, values);
        // What the machine code refuses is refused in Java, by an exception that says what.
        return computed == null ? interpret(values) : computed;
    }

    private Value @Nullable [] run(ScalarKernel kernel, Value[] values) {
        ScalarLoop loop = kernel.loop();
        long[] words = new long[loop.words()];
        for (int i = 0; i < inputs.length; i++) {
            words[ScalarLoop.argumentWord(i)] = word(values[i]);
        }
        if (!kernel.run(words)) {
            return null;
        }
        Value[] results = new Value[outputs.length];
        for (int i = 0; i < results.length; i++) {
            long word = words[loop.resultWord(i)];
            results[i] = output(i, Double.longBitsToDouble(word), word);
        }
        return results;
    }

    /** A scalar as machine code takes it. */
    static long word(Value value) {
        return value.spec().dtype().isFloating() ? Double.doubleToRawLongBits(value.floating()) : value.integer();
    }

    private Value[] interpret(Value[] values) {
        double[] f = constants.clone();
        long[] n = integerConstants.clone();
        set(values, f, n);
        run(f, n);
        Value[] results = new Value[outputs.length];
        for (int i = 0; i < results.length; i++) {
            int register = outputs[i];
            results[i] = output(i, f[register], n.length == 0 ? 0 : n[register]);
        }
        return results;
    }

    /** The output of a call that this is the program of; null if an input has no value yet. */
    @Nullable
    Node run(OpCall<Tensor> call, Evaluator evaluator) {
        for (int i = 0; i < inputs.length; i++) {
            if (!input(call, i).isComputed()) {
                return null;
            }
        }
        if (only != null) {
            double result = only.floating(
                    input(call, only.a).floating(), input(call, only.b).floating());
            return Node.ofFloating(outputSpecs[0], result, evaluator);
        }
        double[] f = constants.clone();
        long[] n = integerConstants.clone();
        for (int i = 0; i < inputs.length; i++) {
            if (inputSpecs[i].dtype().isFloating()) {
                f[inputs[i]] = input(call, i).floating();
            } else {
                n[inputs[i]] = input(call, i).integer();
            }
        }
        run(f, n);
        return outputSpecs[0].dtype().isFloating()
                ? Node.ofFloating(outputSpecs[0], f[outputs[0]], evaluator)
                : Node.ofInteger(outputSpecs[0], n[outputs[0]], evaluator);
    }

    private static Node input(OpCall<Tensor> call, int index) {
        return (Node) call.input(index);
    }

    /** Puts the inputs into their places. */
    void set(Value[] values, double[] f, long[] n) {
        for (int i = 0; i < inputs.length; i++) {
            if (inputSpecs[i].dtype().isFloating()) {
                f[inputs[i]] = values[i].floating();
            } else {
                n[inputs[i]] = values[i].integer();
            }
        }
    }

    /** One run, on places whose inputs are set. */
    void run(double[] f, long[] n) {
        for (Instruction instruction : instructions) {
            run(instruction, f, n);
        }
    }

    /** An output, of what its places hold. */
    Value output(int output, double f, long n) {
        TensorSpec spec = outputSpecs[output];
        return spec.dtype().isFloating() ? Value.ofFloating(spec, f) : Value.ofInteger(spec, n);
    }

    /** The places of doubles as a run begins. */
    double[] floatingPlaces() {
        return constants.clone();
    }

    /** The places of longs as a run begins. */
    long[] integerPlaces() {
        return integerConstants.clone();
    }

    /** The register that an input is put into before a run. */
    int inputRegister(int input) {
        return inputs[input];
    }

    /** The register that an output is in after a run. */
    int outputRegister(int output) {
        return outputs[output];
    }

    int inputs() {
        return inputs.length;
    }

    int outputs() {
        return outputs.length;
    }

    TensorSpec inputSpec(int input) {
        return inputSpecs[input];
    }

    TensorSpec outputSpec(int output) {
        return outputSpecs[output];
    }

    /** What a register begins with, and holds if no instruction fills it. */
    double constant(int register) {
        return constants[register];
    }

    /** The dtype of the call that an instruction is a part of. */
    DType resultDType(Instruction instruction) {
        return calls[instruction.call].outputSpec().dtype();
    }

    /** What a run does, in order. */
    List<Instruction> instructions() {
        return Collections.unmodifiableList(Arrays.asList(instructions));
    }

    private void run(Instruction i, double[] f, long[] n) {
        int to = i.to;
        switch (i.kind) {
            case FLOATING -> f[to] = ScalarArithmetic.floating(i.function, f[i.a], f[i.b]);
            case INTEGER -> n[to] = ScalarArithmetic.integer(i.function, n[i.a], n[i.b], calls[i.call], 0);
            case COMPARE_FLOATING ->
                n[to] = ScalarArithmetic.compare(i.function, ScalarArithmetic.order(f[i.a], f[i.b]));
            case COMPARE_INTEGER -> n[to] = ScalarArithmetic.compare(i.function, Long.compare(n[i.a], n[i.b]));
            case SELECT_FLOATING -> f[to] = n[i.a] != 0 ? f[i.b] : f[i.c];
            case SELECT_INTEGER -> n[to] = n[i.a] != 0 ? n[i.b] : n[i.c];
            case CAST_FLOATING_TO_FLOATING -> f[to] = f[i.a];
            case CAST_INTEGER_TO_FLOATING -> f[to] = (double) n[i.a];
            case CAST_FLOATING_TO_INTEGER -> n[to] = Casts.toInteger(calls[i.call], f[i.a], 0);
            case CAST_INTEGER_TO_INTEGER -> n[to] = Casts.toInteger(calls[i.call], n[i.a]);
        }
        if (i.narrows == DType.FLOAT32) {
            f[to] = (float) f[to];
        } else if (i.narrows == DType.INT32) {
            n[to] = ScalarArithmetic.wrapped(n[to]);
        }
    }
}
