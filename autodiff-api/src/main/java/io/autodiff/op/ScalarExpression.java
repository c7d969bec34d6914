package io.autodiff.op;

import java.util.ArrayList;
import java.util.List;

/**
 * What an elementwise op computes for one element: said once in the op's definition, and from there interpreted or compiled.
 *
 * <pre>{@code
 * .elementwise(e -> e.constant(1).div(e.constant(1).add(e.input("x").neg().exp())))      // the sigmoid
 * }</pre>
 */
public sealed interface ScalarExpression {
    /**
     * An element of an input.
     *
     * @param index the input's number
     */
    record Input(int index) implements ScalarExpression {}

    /**
     * The same number for each element, in the dtype of what it meets.
     *
     * @param value the number
     */
    record Constant(double value) implements ScalarExpression {}

    /**
     * A function of other expressions.
     *
     * @param function the function
     * @param arguments as many as it takes
     */
    record Apply(ScalarFunction function, List<ScalarExpression> arguments) implements ScalarExpression {
        /**
         * Checks the number of arguments.
         *
         * @param function the function
         * @param arguments as many as it takes
         */
        public Apply {
            arguments = List.copyOf(arguments);
            if (arguments.size() != function.arity()) {
                throw new IllegalArgumentException(
                        function + " takes " + function.arity() + " arguments, not " + arguments.size());
            }
        }
    }

    /**
     * A function of this and other expressions.
     *
     * @param function the function
     * @param others its arguments after this one
     * @return its value
     */
    default ScalarExpression apply(ScalarFunction function, ScalarExpression... others) {
        List<ScalarExpression> arguments = new ArrayList<>();
        arguments.add(this);
        arguments.addAll(List.of(others));
        return new Apply(function, arguments);
    }

    /**
     * The sum.
     *
     * @param y the other addend
     * @return this + y
     */
    default ScalarExpression add(ScalarExpression y) {
        return apply(ScalarFunction.ADD, y);
    }

    /**
     * The difference.
     *
     * @param y what is taken away
     * @return this - y
     */
    default ScalarExpression sub(ScalarExpression y) {
        return apply(ScalarFunction.SUB, y);
    }

    /**
     * The product.
     *
     * @param y the other factor
     * @return this * y
     */
    default ScalarExpression mul(ScalarExpression y) {
        return apply(ScalarFunction.MUL, y);
    }

    /**
     * The quotient.
     *
     * @param y the divisor
     * @return this / y
     */
    default ScalarExpression div(ScalarExpression y) {
        return apply(ScalarFunction.DIV, y);
    }

    /** {@return -this} */
    default ScalarExpression neg() {
        return apply(ScalarFunction.NEG);
    }

    /** {@return e to the power of this} */
    default ScalarExpression exp() {
        return apply(ScalarFunction.EXP);
    }
}
