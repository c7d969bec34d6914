package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.op.ScalarFunction;
import java.util.List;

/**
 * Instructions on single numbers, each of which reads those before it. A number is held in float64, int64 or as a bool, whatever its
 * dtype; floating functions are computed in float64 and rounded to their dtype.
 *
 * <pre>{@code
 * // the float32 x * x, of an argument
 * new ScalarCode(
 *         List.of(new Argument(0, DType.FLOAT32), new Apply(ScalarFunction.MUL, DType.FLOAT64, DType.FLOAT32, List.of(0, 0))),
 *         List.of(1));
 * }</pre>
 *
 * @param instructions each reads only those before it
 * @param results the numbers of the instructions whose numbers are given
 */
public record ScalarCode(List<Instruction> instructions, List<Integer> results) {
    /** What gives one number. */
    public sealed interface Instruction {
        /** {@return the dtype, which may be wider than that in which the number is held} */
        DType dtype();
    }

    /**
     * A number from outside.
     *
     * @param number which of them
     * @param dtype float64, a number that float32 holds being float32; or int64
     */
    public record Argument(int number, DType dtype) implements Instruction {}

    /**
     * A number that is always the same.
     *
     * @param value a whole number for int64, 0 or 1 for bool
     * @param dtype float64, int64 or bool
     */
    public record Constant(double value, DType dtype) implements Instruction {}

    /**
     * A function. What an integer dtype cannot hold wraps, but for a CAST, which is refused then; so are the floors of a division by
     * 0, and of the least number by -1.
     *
     * @param function the function
     * @param given float64, int64 or bool: what its operands are held in, but for the first of SELECT, a bool
     * @param dtype of the result: to float32 it is rounded
     * @param operands numbers of instructions
     */
    public record Apply(ScalarFunction function, DType given, DType dtype, List<Integer> operands)
            implements Instruction {
        /**
         * Takes a copy of the list.
         *
         * @param function the function
         * @param given what its operands are held in
         * @param dtype of the result
         * @param operands numbers of instructions
         */
        public Apply {
            operands = List.copyOf(operands);
        }
    }

    /**
     * Checks that the code is well formed.
     *
     * @param instructions each reads only those before it
     * @param results numbers of instructions
     * @throws IllegalArgumentException if it is not
     */
    public ScalarCode {
        instructions = List.copyOf(instructions);
        results = List.copyOf(results);
        for (int i = 0; i < instructions.size(); i++) {
            if (instructions.get(i) instanceof Apply apply) {
                require(apply.operands.size() == apply.function.arity(), apply);
                for (int k = 0; k < apply.operands.size(); k++) {
                    int operand = apply.operands.get(k);
                    require(operand >= 0 && operand < i, apply);
                    DType wanted = apply.function == ScalarFunction.SELECT && k == 0 ? DType.BOOL : apply.given;
                    require(held(instructions.get(operand).dtype()) == wanted, apply);
                }
            }
        }
        for (int result : results) {
            require(result >= 0 && result < instructions.size(), results);
        }
    }

    private static void require(boolean holds, Object where) {
        if (!holds) {
            throw new IllegalArgumentException("scalar code is not well formed: " + where);
        }
    }

    /**
     * In what a number is held.
     *
     * @param dtype its dtype
     * @return float64, int64 or bool
     */
    public static DType held(DType dtype) {
        return dtype.isFloating() ? DType.FLOAT64 : dtype == DType.BOOL ? DType.BOOL : DType.INT64;
    }
}
