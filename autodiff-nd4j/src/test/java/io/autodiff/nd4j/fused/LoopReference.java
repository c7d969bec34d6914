package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.Scalars;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Constant;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.op.ScalarFunction;
import java.util.List;

/**
 * What a program means, in plain Java: one position after the other. Functions of floating numbers are computed in float64 and
 * rounded to the dtype.
 */
final class LoopReference {
    /** One number: a floating one, or an integer. */
    record Scalar(double floating, long integer) {
        static Scalar of(DType dtype, double floating, long integer) {
            return dtype.isFloating()
                    ? new Scalar(dtype == DType.FLOAT32 ? (float) floating : floating, 0)
                    : new Scalar(0, dtype == DType.INT32 ? (int) integer : integer);
        }
    }

    private LoopReference() {}

    /** The element of an input at a position. */
    static int inputIndex(LoopProgram program, int input, int position) {
        List<Boolean> along = program.inputs().get(input).along();
        return index(program, position, axis -> along.get(axis));
    }

    /** The element of a reduced output to which a position belongs. */
    static int reducedIndex(LoopProgram program, int position) {
        return index(program, position, axis -> !program.axes().get(axis).reduced());
    }

    private static int index(LoopProgram program, int position, java.util.function.IntPredicate has) {
        int rest = position;
        int index = 0;
        int stride = 1;
        for (int axis = program.axes().size() - 1; axis >= 0; axis--) {
            int size = (int) program.axes().get(axis).size();
            if (has.test(axis)) {
                index += rest % size * stride;
                stride *= size;
            }
            rest /= size;
        }
        return index;
    }

    /** All numbers at a position. */
    static Scalar[] values(LoopProgram program, List<GuardedMemory> inputs, int position) {
        Scalar[] values = new Scalar[program.instructions().size()];
        for (int i = 0; i < values.length; i++) {
            Instruction instruction = program.instructions().get(i);
            if (instruction instanceof Load load) {
                int index = inputIndex(program, load.input(), position);
                GuardedMemory memory = inputs.get(load.input());
                values[i] = load.dtype().isFloating()
                        ? new Scalar(memory.floating(index), 0)
                        : new Scalar(0, memory.integer(index));
            } else if (instruction instanceof Constant constant) {
                values[i] = Scalar.of(constant.dtype(), constant.value(), (long) constant.value());
            } else {
                Apply apply = (Apply) instruction;
                List<Integer> operands = apply.operands();
                values[i] = apply(
                        apply.function(),
                        apply.dtype(),
                        program.instructions()
                                .get(operands.get(operands.size() - 1))
                                .dtype(),
                        operands.stream().map(operand -> values[operand]).toArray(Scalar[]::new));
            }
        }
        return values;
    }

    /** One function, of numbers of which the last has the other dtype. */
    static Scalar apply(ScalarFunction function, DType dtype, DType given, Scalar... x) {
        return switch (function) {
            case SELECT -> x[0].integer != 0 ? x[1] : x[2];
            case CAST -> cast(given, x[0], dtype);
            case GT, GTE, LT, LTE, EQ, NEQ ->
                new Scalar(
                        0,
                        given.isFloating()
                                ? holds(function, x[0].floating, x[1].floating) ? 1 : 0
                                : holds(function, Long.compare(x[0].integer, x[1].integer), 0) ? 1 : 0);
            default ->
                given.isFloating()
                        ? Scalar.of(
                                dtype, Scalars.floating(function, x[0].floating, x.length > 1 ? x[1].floating : 0), 0)
                        : Scalar.of(dtype, 0, Scalars.integer(function, x[0].integer, x.length > 1 ? x[1].integer : 0));
        };
    }

    private static Scalar cast(DType from, Scalar x, DType to) {
        if (to == DType.BOOL) {
            return new Scalar(0, from.isFloating() ? (x.floating != 0 ? 1 : 0) : x.integer != 0 ? 1 : 0);
        }
        return to == DType.FLOAT32 && !from.isFloating()
                ? new Scalar((float) x.integer, 0)
                : Scalar.of(to, from.isFloating() ? x.floating : x.integer, x.integer);
    }

    private static boolean holds(ScalarFunction function, double a, double b) {
        return switch (function) {
            case GT -> a > b;
            case GTE -> a >= b;
            case LT -> a < b;
            case LTE -> a <= b;
            case EQ -> a == b;
            default -> a != b;
        };
    }
}
