package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.op.ScalarFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pass over memory: a space of positions, and for each of them a list of instructions, each of which gives a number. What
 * is stored is a number at each position, or the reduction of the numbers along some of the axes.
 *
 * <pre>{@code
 * // y = x * x and sum(y), for a vector x
 * new LoopProgram(
 *         List.of(new Axis(1000, true)),
 *         List.of(new Input(DType.FLOAT32, List.of(true))),
 *         List.of(new Load(0, DType.FLOAT32), new Apply(ScalarFunction.MUL, DType.FLOAT32, List.of(0, 0))),
 *         List.of(new Output(1, null), new Output(1, Reduction.SUM)));
 * }</pre>
 *
 * @param axes the space, the last axis being the one whose neighbours are neighbours in memory; at least one
 * @param inputs what is read
 * @param instructions each reads only those before it
 * @param outputs what is stored; at least one
 */
public record LoopProgram(List<Axis> axes, List<Input> inputs, List<Instruction> instructions, List<Output> outputs) {
    /**
     * An axis of the space.
     *
     * @param size at least 1
     * @param reduced whether the reduced outputs reduce it
     */
    public record Axis(long size, boolean reduced) {}

    /**
     * A dense, row-major array.
     *
     * @param dtype of its elements
     * @param along for each axis, whether the array has it; along the others it is repeated
     */
    public record Input(DType dtype, List<Boolean> along) {
        /**
         * Takes a copy of the list.
         *
         * @param dtype of its elements
         * @param along for each axis, whether the array has it
         */
        public Input {
            along = List.copyOf(along);
        }
    }

    /** What gives one number at each position. */
    public sealed interface Instruction {
        /** {@return the dtype of the number} */
        DType dtype();
    }

    /**
     * An element of an input.
     *
     * @param input the input's number
     * @param dtype the input's
     */
    public record Load(int input, DType dtype) implements Instruction {}

    /**
     * The same number everywhere.
     *
     * @param value a whole number where the dtype is an integer, 0 or 1 for bool
     * @param dtype what the number is rounded to
     */
    public record Constant(double value, DType dtype) implements Instruction {}

    /**
     * A function of numbers before it. Except for comparisons, SELECT and CAST, they have the dtype of the result.
     *
     * @param function the function; CAST is to the dtype
     * @param dtype of the result
     * @param operands numbers of instructions
     */
    public record Apply(ScalarFunction function, DType dtype, List<Integer> operands) implements Instruction {
        /**
         * Takes a copy of the list.
         *
         * @param function the function
         * @param dtype of the result
         * @param operands numbers of instructions
         */
        public Apply {
            operands = List.copyOf(operands);
        }
    }

    /**
     * What is stored, densely and row-major: at each position, or at each along the axes that are not reduced.
     *
     * @param instruction whose number it is
     * @param reduction null if it is stored at each position; else some axis is reduced
     */
    public record Output(int instruction, @Nullable Reduction reduction) {}

    /**
     * Checks that the program is well formed.
     *
     * @param axes the space
     * @param inputs what is read
     * @param instructions each reads only those before it
     * @param outputs what is stored
     * @throws IllegalArgumentException if it is not
     */
    public LoopProgram {
        axes = List.copyOf(axes);
        inputs = List.copyOf(inputs);
        instructions = List.copyOf(instructions);
        outputs = List.copyOf(outputs);
        require(!axes.isEmpty() && axes.stream().allMatch(axis -> axis.size > 0), "axes", axes);
        for (Input input : inputs) {
            require(input.along.size() == axes.size() && isStored(input.dtype), "input", input);
        }
        for (int i = 0; i < instructions.size(); i++) {
            Instruction instruction = instructions.get(i);
            if (instruction instanceof Load load) {
                require(load.input < inputs.size() && inputs.get(load.input).dtype == load.dtype, "load", load);
            } else if (instruction instanceof Apply apply) {
                int before = i;
                require(
                        apply.operands.size() == apply.function.arity()
                                && apply.operands.stream().allMatch(o -> o >= 0 && o < before),
                        "instruction " + i,
                        apply);
                require(fits(apply, instructions), "instruction " + i, apply);
            }
        }
        require(!outputs.isEmpty(), "outputs", outputs);
        for (Output output : outputs) {
            require(output.instruction >= 0 && output.instruction < instructions.size(), "output", output);
            require(
                    output.reduction == null
                            || (instructions.get(output.instruction).dtype().isNumeric()
                                    && axes.stream().anyMatch(Axis::reduced)),
                    "output",
                    output);
        }
    }

    private static boolean isStored(DType dtype) {
        return dtype != DType.FLOAT16 && dtype != DType.BFLOAT16;
    }

    private static boolean fits(Apply apply, List<Instruction> instructions) {
        List<DType> given =
                apply.operands.stream().map(o -> instructions.get(o).dtype()).toList();
        if (apply.function == ScalarFunction.SELECT) {
            return given.equals(List.of(DType.BOOL, apply.dtype, apply.dtype));
        }
        if (apply.function == ScalarFunction.CAST) {
            return isStored(apply.dtype);
        }
        DType common = apply.function.isComparison() ? given.get(0) : apply.dtype;
        return given.stream().allMatch(dtype -> dtype == common)
                && (!apply.function.isComparison() || apply.dtype == DType.BOOL);
    }

    private static void require(boolean holds, String what, Object where) {
        if (!holds) {
            throw new IllegalArgumentException("a loop program is not well formed: " + what + " " + where);
        }
    }

    /** {@return the number of positions} */
    public long positions() {
        long product = 1;
        for (Axis axis : axes) {
            product = Math.multiplyExact(product, axis.size);
        }
        return product;
    }

    /** {@return whether some output is reduced} */
    public boolean reduces() {
        return outputs.stream().anyMatch(output -> output.reduction != null);
    }

    /**
     * {@return the number of elements of an input}
     *
     * @param input its number
     */
    public long inputElements(int input) {
        long product = 1;
        for (int axis = 0; axis < axes.size(); axis++) {
            product *= inputs.get(input).along.get(axis) ? axes.get(axis).size : 1;
        }
        return product;
    }

    /**
     * {@return the number of elements of an output}
     *
     * @param output its number
     */
    public long outputElements(int output) {
        long product = 1;
        for (Axis axis : axes) {
            product *= outputs.get(output).reduction != null && axis.reduced ? 1 : axis.size;
        }
        return product;
    }

    /** {@return a text that two programs share if and only if they differ in nothing but the sizes of their axes} */
    public String structure() {
        StringBuilder text = new StringBuilder("axes");
        axes.forEach(axis -> text.append(axis.reduced ? " reduced" : " kept"));
        inputs.forEach(input -> text.append("\ninput ").append(input));
        instructions.forEach(instruction -> text.append('\n').append(instruction));
        outputs.forEach(output -> text.append('\n').append(output));
        return text.toString();
    }
}
