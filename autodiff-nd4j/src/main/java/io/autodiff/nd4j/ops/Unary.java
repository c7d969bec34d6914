package io.autodiff.nd4j.ops;

import io.autodiff.op.Elementwise;
import io.autodiff.op.GradientFunction;
import io.autodiff.op.Op;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The form of ops that are a function of one floating tensor, each element by itself. */
final class Unary {
    private Unary() {}

    /** A function that ND4J computes to the last few units. */
    static Op function(
            String name,
            Kernels.TransformFactory transform,
            Function<Elementwise, ScalarExpression> meaning,
            GradientFunction.OfInput gradient) {
        return function(name, meaning, gradient).kernel(INDArray.class, Kernels.transform("x", transform));
    }

    /** One that is a scalar function of its own. */
    static Op function(
            String name,
            Kernels.TransformFactory transform,
            ScalarFunction function,
            GradientFunction.OfInput gradient) {
        return function(name, transform, e -> e.apply(function, "x"), gradient);
    }

    /** A function without a kernel: ND4J lacks it, or computes it worse than its scalar meaning is. */
    static Op function(
            String name, Function<Elementwise, ScalarExpression> meaning, GradientFunction.OfInput gradient) {
        return Op.named(name)
                .inputs("x")
                .shape(Shapes.floating("x"))
                .elementwise(meaning)
                .gradient("x", gradient);
    }

    /** One without a kernel that is a scalar function of its own. */
    static Op function(String name, ScalarFunction function, GradientFunction.OfInput gradient) {
        return function(name, e -> e.apply(function, "x"), gradient);
    }

    /** A function whose slope is 0 wherever it has one; like TensorFlow, it has no gradient, in place of one of zeros. */
    static Op step(String name, Kernels.TransformFactory transform, ScalarFunction function) {
        return Op.named(name)
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, Kernels.transform("x", transform))
                .elementwise(e -> e.apply(function, "x"))
                .notDifferentiable();
    }
}
