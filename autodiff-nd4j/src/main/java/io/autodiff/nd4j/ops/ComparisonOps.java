package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.Kernels.custom;

import io.autodiff.DType;
import io.autodiff.Tensors;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Comparisons to bool, and the choice by a bool. */
final class ComparisonOps {
    static final Op GT = comparison("gt", ScalarFunction.GT, "greater", Shapes.ordering("x", "y"));
    static final Op GTE = comparison("gte", ScalarFunction.GTE, "greater_equal", Shapes.ordering("x", "y"));
    static final Op LT = comparison("lt", ScalarFunction.LT, "less", Shapes.ordering("x", "y"));
    static final Op LTE = comparison("lte", ScalarFunction.LTE, "less_equal", Shapes.ordering("x", "y"));
    static final Op EQ = comparison("eq", ScalarFunction.EQ, "equals", Shapes.equality("x", "y"));
    static final Op NEQ = comparison("neq", ScalarFunction.NEQ, "not_equals", Shapes.equality("x", "y"));

    static final Op WHERE = Op.named("where")
            .inputs("condition", "x", "y")
            .shape(ComparisonOps::whereSpec)
            .broadcasting()
            .kernel(
                    INDArray.class,
                    c -> custom(
                            c,
                            "select",
                            c.inputs().stream()
                                    .map(input -> Kernels.broadcast(c, input))
                                    .toList()))
            .elementwise(e -> e.apply(ScalarFunction.SELECT, "condition", "x", "y"))
            .notDifferentiable("condition")
            .gradient("x", (c, dy) -> Tensors.where(c.input("condition"), dy, Tensors.zerosLike(dy)))
            .gradient("y", (c, dy) -> Tensors.where(c.input("condition"), Tensors.zerosLike(dy), dy));

    static final List<Op> OPS = List.of(GT, GTE, LT, LTE, EQ, NEQ, WHERE);

    private ComparisonOps() {}

    private static Op comparison(
            String name, ScalarFunction function, String nd4jName, Function<OpCall<TensorSpec>, TensorSpec> shape) {
        return Op.named(name)
                .inputs("x", "y")
                .shape(shape)
                .broadcasting()
                .kernel(INDArray.class, custom(nd4jName))
                .elementwise(e -> e.apply(function, "x", "y"))
                .notDifferentiable();
    }

    private static TensorSpec whereSpec(OpCall<TensorSpec> call) {
        TensorSpec condition = Shapes.require(call, "condition", dtype -> dtype == DType.BOOL, "the dtype bool");
        TensorSpec x = call.input("x");
        TensorSpec y = call.input("y");
        Shapes.requireSameDType(call, x, y);
        return new TensorSpec(x.dtype(), call.broadcast(condition.shape(), call.broadcast(x.shape(), y.shape())));
    }
}
