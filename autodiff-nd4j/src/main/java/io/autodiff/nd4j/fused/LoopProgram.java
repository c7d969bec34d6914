package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.op.ScalarFunction;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A space of positions, and for each of them a list of instructions, each of which gives a number. Some axes are reduced: the
 * positions that differ along them only are a row, though it may be a column or a block. A reduction gives all positions of a row the
 * same number, and instructions may read it as any other. What is stored is a number of each position, of each row, or one of all
 * rows together.
 *
 * <pre>{@code
 * // y = x / sum(x) along the rows of a matrix x, and the sums
 * new LoopProgram(
 *         List.of(new Axis(100, false), new Axis(1000, true)),
 *         List.of(new Input(DType.FLOAT32, List.of(true, true))),
 *         List.of(
 *                 new Load(0, DType.FLOAT32),
 *                 new Reduce(Reduction.SUM, DType.FLOAT32, 0),
 *                 new Apply(ScalarFunction.DIV, DType.FLOAT32, List.of(0, 1))),
 *         List.of(Output.ofPositions(2), Output.ofRows(1)));
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
     * @param reduced whether rows lie along it
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
     * The numbers of an instruction along a row as one number, which all positions of the row have. Some axis is reduced.
     *
     * @param reduction how they become one
     * @param dtype the operand's, numeric
     * @param operand the number of the instruction
     */
    public record Reduce(Reduction reduction, DType dtype, int operand) implements Instruction {}

    /** Of what an output has an element each. */
    public enum Extent {
        /** Of positions. */
        POSITION,
        /** Of rows. */
        ROW,
        /** Of the whole program. */
        PROGRAM
    }

    /**
     * What is stored, densely and row-major along the axes that it has.
     *
     * @param instruction whose number it is; if it is stored for rows or for the program, one that is the same along a row
     * @param extent of what it has an element each
     * @param total how the numbers of rows become one, if it is stored for the program; else null
     */
    public record Output(
            int instruction, Extent extent, @Nullable Reduction total) {
        /**
         * {@return an output with an element for each position}
         *
         * @param instruction whose number it is
         */
        public static Output ofPositions(int instruction) {
            return new Output(instruction, Extent.POSITION, null);
        }

        /**
         * {@return an output with an element for each row}
         *
         * @param instruction whose number it is
         */
        public static Output ofRows(int instruction) {
            return new Output(instruction, Extent.ROW, null);
        }

        /**
         * {@return an output of one element}
         *
         * @param instruction whose number it is
         * @param total how the numbers of rows become one
         */
        public static Output ofAll(int instruction, Reduction total) {
            return new Output(instruction, Extent.PROGRAM, total);
        }
    }

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
            require(isWellFormed(i, axes, inputs, instructions), "instruction " + i, instructions.get(i));
        }
        require(!outputs.isEmpty(), "outputs", outputs);
        boolean[] ofRows = ofRows(axes, inputs, instructions);
        for (Output output : outputs) {
            require(output.instruction >= 0 && output.instruction < instructions.size(), "output", output);
            require((output.total != null) == (output.extent == Extent.PROGRAM), "output", output);
            require(output.extent == Extent.POSITION || ofRows[output.instruction], "output", output);
            require(
                    output.total == null
                            || instructions.get(output.instruction).dtype().isNumeric(),
                    "output",
                    output);
        }
    }

    private static boolean isWellFormed(
            int number, List<Axis> axes, List<Input> inputs, List<Instruction> instructions) {
        Instruction instruction = instructions.get(number);
        if (instruction instanceof Load load) {
            return load.input >= 0 && load.input < inputs.size() && inputs.get(load.input).dtype == load.dtype;
        } else if (instruction instanceof Apply apply) {
            return apply.operands.size() == apply.function.arity()
                    && apply.operands.stream().allMatch(o -> o >= 0 && o < number)
                    && fits(apply, instructions);
        } else if (instruction instanceof Reduce reduce) {
            return reduce.operand >= 0
                    && reduce.operand < number
                    && instructions.get(reduce.operand).dtype() == reduce.dtype
                    && reduce.dtype.isNumeric()
                    && axes.stream().anyMatch(Axis::reduced);
        }
        return true;
    }

    private static boolean[] ofRows(List<Axis> axes, List<Input> inputs, List<Instruction> instructions) {
        boolean[] result = new boolean[instructions.size()];
        for (int i = 0; i < result.length; i++) {
            Instruction instruction = instructions.get(i);
            if (instruction instanceof Load load) {
                List<Boolean> along = inputs.get(load.input).along;
                result[i] =
                        IntStream.range(0, axes.size()).noneMatch(axis -> axes.get(axis).reduced && along.get(axis));
            } else if (instruction instanceof Apply apply) {
                result[i] = apply.operands.stream().allMatch(operand -> result[operand]);
            } else {
                result[i] = true;
            }
        }
        return result;
    }

    /** For each instruction, whether its number is the same along each row. */
    boolean[] ofRows() {
        return ofRows(axes, inputs, instructions);
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

    /** {@return whether there are rows: something is reduced, or stored for rows or for the program} */
    public boolean hasRows() {
        return instructions.stream().anyMatch(Reduce.class::isInstance)
                || outputs.stream().anyMatch(output -> output.extent != Extent.POSITION);
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
            product *= switch (outputs.get(output).extent) {
                case POSITION -> axis.size;
                case ROW -> axis.reduced ? 1 : axis.size;
                case PROGRAM -> 1;
            };
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
