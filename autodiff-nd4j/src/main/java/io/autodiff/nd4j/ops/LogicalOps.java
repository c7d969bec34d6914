package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.op.Elementwise;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.function.Function;

/** Bools of bools, and what kind of number a floating element is. None has a gradient, and none needs a kernel. */
final class LogicalOps {
    static final Op AND = ofTwo("logical_and", ScalarFunction.AND);
    static final Op OR = ofTwo("logical_or", ScalarFunction.OR);
    static final Op XOR = ofTwo("logical_xor", ScalarFunction.XOR);

    static final Op NOT = Op.named("logical_not")
            .inputs("x")
            .shape(c -> bool(c, "x"))
            .elementwise(e -> e.apply(ScalarFunction.NOT, "x"))
            .notDifferentiable();

    static final Op IS_NAN = ofNumber("is_nan", e -> e.apply(ScalarFunction.NEQ, "x", "x"));

    static final Op IS_INFINITE = ofNumber(
            "is_infinite",
            e -> e.apply(ScalarFunction.ABS, "x").apply(ScalarFunction.EQ, e.constant(Double.POSITIVE_INFINITY)));

    /** NaN is less than nothing. */
    static final Op IS_FINITE = ofNumber(
            "is_finite",
            e -> e.apply(ScalarFunction.ABS, "x").apply(ScalarFunction.LT, e.constant(Double.POSITIVE_INFINITY)));

    static final List<Op> OPS = List.of(AND, OR, XOR, NOT, IS_NAN, IS_INFINITE, IS_FINITE);

    private LogicalOps() {}

    private static Op ofTwo(String name, ScalarFunction function) {
        return Op.named(name)
                .inputs("x", "y")
                .shape(c -> new TensorSpec(
                        DType.BOOL,
                        c.broadcast(bool(c, "x").shape(), bool(c, "y").shape())))
                .broadcasting()
                .elementwise(e -> e.apply(function, "x", "y"))
                .notDifferentiable();
    }

    private static TensorSpec bool(OpCall<TensorSpec> call, String input) {
        return Shapes.require(call, input, dtype -> dtype == DType.BOOL, "the dtype bool");
    }

    private static Op ofNumber(String name, Function<Elementwise, ScalarExpression> meaning) {
        Function<OpCall<TensorSpec>, TensorSpec> floating = Shapes.floating("x");
        return Op.named(name)
                .inputs("x")
                .shape(c -> new TensorSpec(DType.BOOL, floating.apply(c).shape()))
                .elementwise(meaning)
                .notDifferentiable();
    }
}
