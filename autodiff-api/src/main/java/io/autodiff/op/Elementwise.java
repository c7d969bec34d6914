package io.autodiff.op;

import java.util.List;

/**
 * Writes the {@link ScalarExpression} of an op in terms of its inputs' names.
 *
 * <pre>{@code
 * .elementwise(e -> e.sin("x"))
 * .elementwise(e -> e.add("x", "y"))
 * .elementwise(e -> e.apply(ScalarFunction.SELECT, "condition", "x", "y"))
 * }</pre>
 */
public final class Elementwise {
    private final Op op;

    Elementwise(Op op) {
        this.op = op;
    }

    /**
     * An element of an input.
     *
     * @param name the input's name
     * @return the element
     * @throws IllegalArgumentException if the op has no such input
     */
    public ScalarExpression input(String name) {
        int index = op.inputNames().indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "op '" + op.name() + "' has no input '" + name + "', its inputs are " + op.inputNames());
        }
        return new ScalarExpression.Input(index);
    }

    /**
     * The same number for each element.
     *
     * @param value the number
     * @return the number
     */
    public ScalarExpression constant(double value) {
        return new ScalarExpression.Constant(value);
    }

    /**
     * A function of inputs.
     *
     * @param function the function
     * @param names as many inputs as it takes
     * @return its value
     */
    public ScalarExpression apply(ScalarFunction function, String... names) {
        return new ScalarExpression.Apply(
                function, List.of(names).stream().map(this::input).toList());
    }

    /**
     * The sum of two inputs.
     *
     * @param x one input
     * @param y the other
     * @return x + y
     */
    public ScalarExpression add(String x, String y) {
        return apply(ScalarFunction.ADD, x, y);
    }

    /**
     * The difference of two inputs.
     *
     * @param x one input
     * @param y the other
     * @return x - y
     */
    public ScalarExpression sub(String x, String y) {
        return apply(ScalarFunction.SUB, x, y);
    }

    /**
     * The product of two inputs.
     *
     * @param x one input
     * @param y the other
     * @return x * y
     */
    public ScalarExpression mul(String x, String y) {
        return apply(ScalarFunction.MUL, x, y);
    }

    /**
     * The quotient of two inputs.
     *
     * @param x one input
     * @param y the other
     * @return x / y
     */
    public ScalarExpression div(String x, String y) {
        return apply(ScalarFunction.DIV, x, y);
    }

    /**
     * The power of two inputs.
     *
     * @param x one input
     * @param y the other
     * @return x to the power of y
     */
    public ScalarExpression pow(String x, String y) {
        return apply(ScalarFunction.POW, x, y);
    }

    /**
     * An input negated.
     *
     * @param x the input
     * @return -x
     */
    public ScalarExpression neg(String x) {
        return apply(ScalarFunction.NEG, x);
    }

    /**
     * The exponential of an input.
     *
     * @param x the input
     * @return e to the power of x
     */
    public ScalarExpression exp(String x) {
        return apply(ScalarFunction.EXP, x);
    }

    /**
     * The natural logarithm of an input.
     *
     * @param x the input
     * @return log x
     */
    public ScalarExpression log(String x) {
        return apply(ScalarFunction.LOG, x);
    }

    /**
     * The square root of an input.
     *
     * @param x the input
     * @return its square root
     */
    public ScalarExpression sqrt(String x) {
        return apply(ScalarFunction.SQRT, x);
    }

    /**
     * The sine of an input.
     *
     * @param x the input
     * @return sin x
     */
    public ScalarExpression sin(String x) {
        return apply(ScalarFunction.SIN, x);
    }

    /**
     * The cosine of an input.
     *
     * @param x the input
     * @return cos x
     */
    public ScalarExpression cos(String x) {
        return apply(ScalarFunction.COS, x);
    }

    /**
     * The hyperbolic tangent of an input.
     *
     * @param x the input
     * @return tanh x
     */
    public ScalarExpression tanh(String x) {
        return apply(ScalarFunction.TANH, x);
    }
}
