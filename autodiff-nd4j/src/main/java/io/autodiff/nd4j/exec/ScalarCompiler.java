package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.ScalarProgram.Instruction;
import io.autodiff.nd4j.exec.ScalarProgram.Kind;
import io.autodiff.op.OpCall;
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
import java.util.SortedMap;
import java.util.stream.IntStream;

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
     * @param steps calls that {@link ScalarProgram#takes}, each after those that it reads from
     * @param inputs slots that they read and do not fill, in the order in which the program gets them
     * @param outputs slots that they fill and the program gives
     */
    static ScalarProgram compile(List<Plan.Call> steps, int[] inputs, int[] outputs) {
        OpCall<?>[] calls = steps.stream().map(step -> step.call).toArray(OpCall<?>[]::new);
        return new ScalarCompiler().program(steps, calls, inputs, outputs);
    }

    /**
     * A program of calls, some of whose inputs may be handed through.
     *
     * @param steps as above
     * @param inputs slots that they read and do not fill, with their specs
     * @param outputs slots of inputs, or that the calls fill
     */
    static ScalarProgram compile(List<Plan.Call> steps, SortedMap<Integer, TensorSpec> inputs, int[] outputs) {
        OpCall<?>[] calls = steps.stream().map(step -> step.call).toArray(OpCall<?>[]::new);
        ScalarCompiler compiler = new ScalarCompiler();
        compiler.specs.putAll(inputs);
        int[] slots = inputs.keySet().stream().mapToInt(slot -> slot).toArray();
        return compiler.program(steps, calls, slots, outputs);
    }

    /** A program of one elementwise call; an empty one of any other call. */
    static ScalarProgram compile(OpCall<TensorSpec> call) {
        if (call.op().elementwise() == null) {
            return ScalarProgram.NONE;
        }
        int[] inputs = IntStream.range(0, call.inputCount()).toArray();
        int[] outputs = {inputs.length};
        Plan.Call step = new Plan.Call(call, inputs, outputs);
        return new ScalarCompiler().program(List.of(step), new OpCall<?>[] {call}, inputs, outputs);
    }

    private ScalarProgram program(List<Plan.Call> steps, OpCall<?>[] calls, int[] inputs, int[] outputs) {
        for (int slot : inputs) {
            registers.put(slot, newRegister(0));
        }
        for (int number = 0; number < steps.size(); number++) {
            Plan.Call step = steps.get(number);
            for (int i = 0; i < step.inputs.length; i++) {
                specs.put(step.inputs[i], step.call.inputSpec(i));
            }
            specs.put(step.outputs[0], step.call.outputSpec());
            ScalarExpression meaning = Objects.requireNonNull(step.call.op().elementwise());
            registers.put(step.outputs[0], new Emitter(step, number).emit(meaning));
        }
        return new ScalarProgram(
                instructions.toArray(new Instruction[0]),
                calls,
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

    /** Writes the instructions of one call. */
    private final class Emitter {
        private final Plan.Call step;
        private final int number;

        Emitter(Plan.Call step, int number) {
            this.step = step;
            this.number = number;
        }

        /** The instructions of the whole meaning, the last of which narrows to the call's dtype; and the register of the result. */
        int emit(ScalarExpression meaning) {
            DType result = step.call.outputSpec().dtype();
            int register = emit(meaning, result.isFloating());
            int last = instructions.size() - 1;
            // Registers hold float64 and int64 as they are, and a bool is 0 or 1.
            if ((result == DType.FLOAT32 || result == DType.INT32) && meaning instanceof Apply) {
                Instruction i = instructions.get(last);
                instructions.set(
                        last, new Instruction(i.kind(), i.function(), i.to(), i.a(), i.b(), i.c(), result, i.call()));
            }
            return register;
        }

        /**
         * The instructions of an expression, and the register of its value.
         *
         * @param floating whether a floating number is wanted: what has no dtype of its own, such as a constant, takes that
         */
        private int emit(ScalarExpression expression, boolean floating) {
            if (expression instanceof Input input) {
                int register = Objects.requireNonNull(registers.get(step.inputs[input.index()]));
                return floating && !isFloating(input) ? toFloating(register) : register;
            } else if (expression instanceof Constant constant) {
                return newRegister(constant.value());
            }
            Apply apply = (Apply) expression;
            ScalarFunction function = apply.function();
            List<ScalarExpression> arguments = apply.arguments();
            boolean anyFloating = arguments.stream().anyMatch(this::isFloating);
            return switch (function) {
                case SELECT -> {
                    int condition = emit(arguments.get(0), false);
                    Kind kind = floating ? Kind.SELECT_FLOATING : Kind.SELECT_INTEGER;
                    yield add(
                            kind,
                            function,
                            condition,
                            emit(arguments.get(1), floating),
                            emit(arguments.get(2), floating));
                }
                case CAST -> add(cast(anyFloating), function, arguments, anyFloating);
                case GT, GTE, LT, LTE, EQ, NEQ -> {
                    Kind kind = anyFloating ? Kind.COMPARE_FLOATING : Kind.COMPARE_INTEGER;
                    int register = add(kind, function, arguments, anyFloating);
                    yield floating ? toFloating(register) : register;
                }
                default -> add(floating ? Kind.FLOATING : Kind.INTEGER, function, arguments, floating);
            };
        }

        private Kind cast(boolean fromFloating) {
            boolean toFloating = step.call.outputSpec().dtype().isFloating();
            return fromFloating
                    ? toFloating ? Kind.CAST_FLOATING_TO_FLOATING : Kind.CAST_FLOATING_TO_INTEGER
                    : toFloating ? Kind.CAST_INTEGER_TO_FLOATING : Kind.CAST_INTEGER_TO_INTEGER;
        }

        /** Whether an expression is of a floating dtype; a constant is not, and takes the dtype that is wanted of it. */
        private boolean isFloating(ScalarExpression expression) {
            if (expression instanceof Input input) {
                return step.call.inputSpec(input.index()).dtype().isFloating();
            } else if (expression instanceof Apply apply) {
                List<ScalarExpression> arguments = apply.arguments();
                return switch (apply.function()) {
                    case GT, GTE, LT, LTE, EQ, NEQ -> false;
                    case CAST -> step.call.outputSpec().dtype().isFloating();
                    case SELECT -> isFloating(arguments.get(1)) || isFloating(arguments.get(2));
                    default -> arguments.stream().anyMatch(this::isFloating);
                };
            }
            return false;
        }

        private int toFloating(int register) {
            return add(Kind.CAST_INTEGER_TO_FLOATING, ScalarFunction.CAST, register, 0, 0);
        }

        private int add(Kind kind, ScalarFunction function, List<ScalarExpression> arguments, boolean floating) {
            int a = emit(arguments.get(0), floating);
            return add(kind, function, a, arguments.size() > 1 ? emit(arguments.get(1), floating) : 0, 0);
        }

        private int add(Kind kind, ScalarFunction function, int a, int b, int c) {
            int to = newRegister(0);
            instructions.add(new Instruction(kind, function, to, a, b, c, null, number));
            return to;
        }
    }
}
