package io.autodiff.op;

import io.autodiff.DType;
import io.autodiff.Shape;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The usual shape rules, to be given to {@link Op#shape}.
 *
 * <pre>{@code
 * Op.named("add").inputs("x", "y").shape(Shapes.broadcast("x", "y")).broadcasting()
 * }</pre>
 */
public final class Shapes {
    private Shapes() {}

    /**
     * The output is like one input, of any dtype.
     *
     * @param input the input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> sameAs(String input) {
        return c -> c.input(input);
    }

    /**
     * The output is like one input, which must be numeric.
     *
     * @param input the input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> numeric(String input) {
        return c -> require(c, input, DType::isNumeric, "a numeric dtype");
    }

    /**
     * The output is like one input, which must be floating.
     *
     * @param input the input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> floating(String input) {
        return c -> require(c, input, DType::isFloating, "a floating dtype");
    }

    /**
     * Two numeric inputs of one dtype are broadcast.
     *
     * @param x the first input's name
     * @param y the second input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> broadcast(String x, String y) {
        return c -> pair(c, require(c, x, DType::isNumeric, "a numeric dtype"), c.input(y));
    }

    /**
     * Two inputs of one floating dtype are broadcast.
     *
     * @param x the first input's name
     * @param y the second input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> floatingBroadcast(String x, String y) {
        return c -> pair(c, require(c, x, DType::isFloating, "a floating dtype"), c.input(y));
    }

    /**
     * Two numeric inputs of one dtype are broadcast and put in order, to bool.
     *
     * @param x the first input's name
     * @param y the second input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> ordering(String x, String y) {
        Function<OpCall<TensorSpec>, TensorSpec> operands = broadcast(x, y);
        return c -> new TensorSpec(DType.BOOL, operands.apply(c).shape());
    }

    /**
     * Two inputs of one dtype, whichever, are broadcast and compared, to bool.
     *
     * @param x the first input's name
     * @param y the second input's name
     * @return the rule
     */
    public static Function<OpCall<TensorSpec>, TensorSpec> equality(String x, String y) {
        return c -> new TensorSpec(DType.BOOL, pair(c, c.input(x), c.input(y)).shape());
    }

    /**
     * Requires a dtype of an input.
     *
     * @param call the call
     * @param input the input's name
     * @param accepted which dtypes it may have
     * @param description what those are called in the message, such as "a floating dtype"
     * @return the input's spec
     * @throws IllegalArgumentException if it has another dtype
     */
    public static TensorSpec require(
            OpCall<TensorSpec> call, String input, Predicate<DType> accepted, String description) {
        TensorSpec spec = call.input(input);
        if (!accepted.test(spec.dtype())) {
            throw call.error("'" + input + "' must have " + description + ", it is " + spec.dtype() + "; use castTo");
        }
        return spec;
    }

    /**
     * Requires that two inputs have one dtype.
     *
     * @param call the call
     * @param x one input
     * @param y the other
     * @throws IllegalArgumentException if they differ
     */
    public static void requireSameDType(OpCall<TensorSpec> call, TensorSpec x, TensorSpec y) {
        if (x.dtype() != y.dtype()) {
            throw call.error("the dtypes " + x.dtype() + " and " + y.dtype()
                    + " differ; bring one to the other with castTo(DType."
                    + x.dtype().name() + ") or castTo(DType."
                    + y.dtype().name() + ")");
        }
    }

    /**
     * The shape after a reduction.
     *
     * @param shape before it
     * @param reduced for each axis, whether it is reduced
     * @param keepDims whether reduced axes stay, with size 1
     * @return the shape after it
     */
    public static Shape reduced(Shape shape, boolean[] reduced, boolean keepDims) {
        long[] sizes = new long[shape.rank()];
        int rank = 0;
        for (int axis = 0; axis < reduced.length; axis++) {
            if (!reduced[axis] || keepDims) {
                sizes[rank++] = reduced[axis] ? 1 : shape.size(axis);
            }
        }
        return Shape.of(Arrays.copyOf(sizes, rank));
    }

    private static TensorSpec pair(OpCall<TensorSpec> call, TensorSpec x, TensorSpec y) {
        requireSameDType(call, x, y);
        Shape common = call.broadcast(x.shape(), y.shape());
        return common.equals(x.shape()) ? x : common.equals(y.shape()) ? y : new TensorSpec(x.dtype(), common);
    }
}
