package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.nd4j.ops.Casts;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.TensorSpec;

/**
 * Elementwise calls on scalars, one after the other, as instructions on registers: nothing is allocated for what lies between the
 * first inputs and the last outputs. Each register has a place for a double and one for a long, and uses one of them: the latter
 * for integers and bool.
 */
final class ScalarProgram {
    /** What an instruction does: on which places, and how it narrows its result. */
    enum Kind {
        FLOATING,
        FLOATING_TO_FLOAT32,
        INTEGER,
        INTEGER_TO_INT32,
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
     * @param call what it is a part of
     */
    record Instruction(Kind kind, ScalarFunction function, int to, int a, int b, int c, OpCall<TensorSpec> call) {}

    private final Instruction[] instructions;
    private final double[] constants;
    /** The same for the places of longs; none where no instruction uses one. */
    private final long[] integerConstants;

    private final int[] inputs;
    private final int[] outputs;
    private final TensorSpec[] inputSpecs;
    private final TensorSpec[] outputSpecs;

    ScalarProgram(
            Instruction[] instructions,
            double[] constants,
            int[] inputs,
            TensorSpec[] inputSpecs,
            int[] outputs,
            TensorSpec[] outputSpecs) {
        this.instructions = instructions;
        this.constants = constants;
        this.integerConstants = usesIntegers(instructions) ? integers(constants) : new long[0];
        this.inputs = inputs;
        this.inputSpecs = inputSpecs;
        this.outputs = outputs;
        this.outputSpecs = outputSpecs;
    }

    private static boolean usesIntegers(Instruction[] instructions) {
        for (Instruction instruction : instructions) {
            switch (instruction.kind) {
                case FLOATING, FLOATING_TO_FLOAT32, CAST_FLOATING_TO_FLOATING -> {}
                default -> {
                    return true;
                }
            }
        }
        return false;
    }

    private static long[] integers(double[] constants) {
        long[] integers = new long[constants.length];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (long) constants[i];
        }
        return integers;
    }

    /** The outputs, of the values of the inputs. */
    Value[] run(Value[] values) {
        double[] f = constants.clone();
        long[] n = integerConstants.clone();
        for (int i = 0; i < inputs.length; i++) {
            if (inputSpecs[i].dtype().isFloating()) {
                f[inputs[i]] = values[i].floating();
            } else {
                n[inputs[i]] = values[i].integer();
            }
        }
        for (Instruction instruction : instructions) {
            run(instruction, f, n);
        }
        Value[] results = new Value[outputs.length];
        for (int i = 0; i < results.length; i++) {
            TensorSpec spec = outputSpecs[i];
            results[i] = spec.dtype().isFloating()
                    ? Value.ofFloating(spec, f[outputs[i]])
                    : Value.ofInteger(spec, n[outputs[i]]);
        }
        return results;
    }

    private static void run(Instruction i, double[] f, long[] n) {
        int to = i.to;
        switch (i.kind) {
            case FLOATING -> f[to] = ScalarArithmetic.floating(i.function, f[i.a], f[i.b]);
            case FLOATING_TO_FLOAT32 -> f[to] = (float) ScalarArithmetic.floating(i.function, f[i.a], f[i.b]);
            case INTEGER -> n[to] = ScalarArithmetic.integer(i.function, n[i.a], n[i.b]);
            case INTEGER_TO_INT32 ->
                n[to] = ScalarArithmetic.wrapped(ScalarArithmetic.integer(i.function, n[i.a], n[i.b]));
            case COMPARE_FLOATING ->
                n[to] = ScalarArithmetic.compare(i.function, ScalarArithmetic.order(f[i.a], f[i.b]));
            case COMPARE_INTEGER -> n[to] = ScalarArithmetic.compare(i.function, Long.compare(n[i.a], n[i.b]));
            case SELECT_FLOATING -> f[to] = n[i.a] != 0 ? f[i.b] : f[i.c];
            case SELECT_INTEGER -> n[to] = n[i.a] != 0 ? n[i.b] : n[i.c];
            case CAST_FLOATING_TO_FLOATING -> f[to] = narrowed(i.call, f[i.a]);
            case CAST_INTEGER_TO_FLOATING -> f[to] = narrowed(i.call, (double) n[i.a]);
            case CAST_FLOATING_TO_INTEGER ->
                n[to] = isBool(i.call) ? (f[i.a] != 0 ? 1 : 0) : Casts.toInteger(i.call, f[i.a], 0);
            case CAST_INTEGER_TO_INTEGER ->
                n[to] = isBool(i.call) ? (n[i.a] != 0 ? 1 : 0) : Casts.toInteger(i.call, n[i.a]);
        }
    }

    private static double narrowed(OpCall<TensorSpec> cast, double wide) {
        return cast.outputSpec().dtype() == DType.FLOAT32 ? (float) wide : wide;
    }

    private static boolean isBool(OpCall<TensorSpec> cast) {
        return cast.outputSpec().dtype() == DType.BOOL;
    }
}
