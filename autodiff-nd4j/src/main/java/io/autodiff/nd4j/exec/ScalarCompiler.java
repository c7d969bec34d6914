package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.ScalarProgram.Instruction;
import io.autodiff.nd4j.exec.ScalarProgram.Kind;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarExpression.Apply;
import io.autodiff.op.ScalarExpression.Constant;
import io.autodiff.op.ScalarExpression.Input;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes a {@link ScalarProgram} of scalar calls: of each, the instructions of its op's scalar meaning. */
final class ScalarCompiler {
    private final List<Instruction> instructions = new ArrayList<>();
    /** The number that each register begins with. */
    private final List<Double> constants = new ArrayList<>();
    /** The register of each of the plan's slots. */
    private final Map<Integer, Integer> registers = new HashMap<>();

    private final Map<Integer, TensorSpec> specs = new HashMap<>();

    /**
     * A program of calls.
     *
     * @param steps calls that {@link ScalarInterpreter#takes}, each after those that it reads from
     * @param inputs slots that they read and do not fill, in the order in which the program gets them
     * @param outputs slots that they fill and the program gives
     */
    static ScalarProgram compile(List<Plan.Call> steps, int[] inputs, int[] outputs) {
        return new ScalarCompiler().program(steps, inputs, outputs);
    }

    private ScalarProgram program(List<Plan.Call> steps, int[] inputs, int[] outputs) {
        for (int slot : inputs) {
            registers.put(slot, newRegister(0));
        }
        for (Plan.Call step : steps) {
            for (int i = 0; i < step.inputs.length; i++) {
                specs.put(step.inputs[i], step.call.inputSpec(i));
            }
            specs.put(step.outputs[0], step.call.outputSpec());
            ScalarExpression meaning = Objects.requireNonNull(step.call.op().elementwise());
            registers.put(step.outputs[0], new Emitter(step).emit(meaning, true).register);
        }
        return new ScalarProgram(
                instructions.toArray(new Instruction[0]),
                constants.stream().mapToDouble(constant -> constant).toArray(),
                registersOf(inputs),
                specsOf(inputs),
                registersOf(outputs),
                specsOf(outputs));
    }

    private int newRegister(double constant) {
        constants.add(constant);
        return constants.size() - 1;
    }

    private int[] registersOf(int[] slots) {
        return IntStream.of(slots)
                .map(slot -> Objects.requireNonNull(registers.get(slot)))
                .toArray();
    }

    private TensorSpec[] specsOf(int[] slots) {
        return IntStream.of(slots)
                .mapToObj(slot -> Objects.requireNonNull(specs.get(slot)))
                .toArray(TensorSpec[]::new);
    }

    /** Where a part of an expression is, and whether it is floating; a constant is whatever it meets. */
    private record Operand(int register, boolean floating) {}

    /** Writes the instructions of one call. */
    private final class Emitter {
        private final Plan.Call step;

        Emitter(Plan.Call step) {
            this.step = step;
        }

        /** The instructions of an expression; those of the whole meaning narrow their result to the call's dtype. */
        Operand emit(ScalarExpression expression, boolean whole) {
            if (expression instanceof Input input) {
                int slot = step.inputs[input.index()];
                return new Operand(
                        Objects.requireNonNull(registers.get(slot)),
                        step.call.inputSpec(input.index()).dtype().isFloating());
            } else if (expression instanceof Constant constant) {
                return new Operand(newRegister(constant.value()), false);
            }
            Apply apply = (Apply) expression;
            List<Operand> operands = new ArrayList<>();
            apply.arguments().forEach(argument -> operands.add(emit(argument, false)));
            int to = newRegister(0);
            Kind kind = kind(apply.function(), operands);
            instructions.add(new Instruction(
                    kind,
                    apply.function(),
                    to,
                    at(operands, 0),
                    at(operands, 1),
                    at(operands, 2),
                    whole ? narrowing(step.call.outputSpec().dtype()) : null,
                    step.call));
            return new Operand(to, isFloating(kind));
        }

        private int at(List<Operand> operands, int index) {
            return index < operands.size() ? operands.get(index).register : 0;
        }

        private Kind kind(ScalarFunction function, List<Operand> operands) {
            DType to = step.call.outputSpec().dtype();
            if (function == ScalarFunction.CAST) {
                return operands.get(0).floating
                        ? to.isFloating() ? Kind.CAST_FLOATING_TO_FLOATING : Kind.CAST_FLOATING_TO_INTEGER
                        : to.isFloating() ? Kind.CAST_INTEGER_TO_FLOATING : Kind.CAST_INTEGER_TO_INTEGER;
            }
            if (function == ScalarFunction.SELECT) {
                return operands.get(1).floating || operands.get(2).floating
                        ? Kind.SELECT_FLOATING
                        : Kind.SELECT_INTEGER;
            }
            boolean floating = operands.stream().anyMatch(Operand::floating);
            if (function.isComparison()) {
                return floating ? Kind.COMPARE_FLOATING : Kind.COMPARE_INTEGER;
            }
            return floating ? Kind.FLOATING : Kind.INTEGER;
        }

        /** Registers hold float64 and int64 as they are, and a bool is 0 or 1. */
        private static @Nullable DType narrowing(DType result) {
            return result == DType.FLOAT32 || result == DType.INT32 ? result : null;
        }

        private boolean isFloating(Kind kind) {
            return switch (kind) {
                case FLOATING, SELECT_FLOATING, CAST_FLOATING_TO_FLOATING, CAST_INTEGER_TO_FLOATING -> true;
                default -> false;
            };
        }
    }
}
