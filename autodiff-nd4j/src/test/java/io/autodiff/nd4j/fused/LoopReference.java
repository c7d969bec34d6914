package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.Scalars;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Constant;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.op.ScalarFunction;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

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

    /** The row to which a position belongs. */
    static int row(LoopProgram program, int position) {
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

    /**
     * The number of an instruction at a position, of the numbers that its operands have there; of a reduction, there is {@link
     * #reduced}.
     */
    static Scalar value(
            LoopProgram program, List<GuardedMemory> inputs, int number, int position, IntFunction<Scalar> operands) {
        Instruction instruction = program.instructions().get(number);
        if (instruction instanceof Load load) {
            return of(load.dtype(), inputs.get(load.input()), inputIndex(program, load.input(), position));
        } else if (instruction instanceof Constant constant) {
            return Scalar.of(constant.dtype(), constant.value(), (long) constant.value());
        }
        Apply apply = (Apply) instruction;
        int last = apply.operands().get(apply.operands().size() - 1);
        return apply(
                apply.function(),
                apply.dtype(),
                program.instructions().get(last).dtype(),
                apply.operands().stream().map(operands::apply).toArray(Scalar[]::new));
    }

    /** An element of some memory. */
    static Scalar of(DType dtype, GuardedMemory memory, int index) {
        return dtype.isFloating() ? new Scalar(memory.floating(index), 0) : new Scalar(0, memory.integer(index));
    }

    /** Numbers as one: floating ones in float64 or better, with what they lost in rounding. */
    static final class Sum {
        private final Reduction reduction;
        private final DType dtype;
        private double floating;
        private double lost;
        private double size;
        private long integer;

        Sum(Reduction reduction, DType dtype) {
            this.reduction = reduction;
            this.dtype = dtype;
            floating = reduction.identity(dtype).doubleValue();
            integer = reduction.identity(dtype).longValue();
        }

        void add(Scalar x) {
            if (!dtype.isFloating()) {
                integer = reduction.join(integer, x.integer);
                return;
            }
            double next = reduction.join(floating, x.floating);
            // What a sum lost in rounding, by Neumaier: the reference must be better than what it is to judge.
            lost += Math.abs(floating) >= Math.abs(x.floating)
                    ? floating - next + x.floating
                    : x.floating - next + floating;
            floating = next;
            size += Math.abs(x.floating);
        }

        /** Says whether a kernel's number is right; sums of numbers of all sizes are exact to the sum of their magnitudes. */
        void check(Scalar actual, String where) {
            if (!dtype.isFloating()) {
                assertEquals(dtype == DType.INT32 ? (int) integer : integer, actual.integer, where);
            } else if (reduction == Reduction.SUM) {
                double unit = dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
                if (Double.isNaN(size) || Double.isInfinite(size)) {
                    assertEquals(floating, actual.floating, where);
                } else if (size < (dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE)) {
                    assertEquals(floating + lost, actual.floating, 16 * unit * size, where);
                }
            } else if (reduction == Reduction.PROD) {
                double magnitude = Math.abs(floating);
                if (magnitude > 1e-30 && magnitude < 1e30 && size < 1e30) {
                    double product = dtype == DType.FLOAT32 ? (float) floating : floating;
                    assertEquals(product, actual.floating, 1e-6 * magnitude, where);
                }
            } else {
                assertEquals(floating, actual.floating, 0, where);
            }
        }
    }

    /** For each row the reduction of what an instruction has at its positions. */
    static Sum[] reduced(LoopProgram program, Reduce reduce, GuardedMemory operand) {
        Sum[] sums = new Sum[rows(program)];
        Arrays.setAll(sums, row -> new Sum(reduce.reduction(), reduce.dtype()));
        for (int position = 0; position < program.positions(); position++) {
            sums[row(program, position)].add(of(reduce.dtype(), operand, position));
        }
        return sums;
    }

    static int rows(LoopProgram program) {
        return row(program, (int) program.positions() - 1) + 1;
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
