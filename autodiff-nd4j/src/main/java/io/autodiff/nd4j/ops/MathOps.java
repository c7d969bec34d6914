package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.Kernels.transform;

import io.autodiff.Tensors;
import io.autodiff.op.Elementwise;
import io.autodiff.op.GradientFunction;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;

/** Elementwise functions of one tensor. */
final class MathOps {
    static final Op EXP = function("exp", Exp::new, e -> e.exp("x"), (c, dy) -> dy.mul(c.output()));

    static final Op LOG = function("log", Log::new, e -> e.log("x"), (c, dy) -> dy.div(c.input("x")));

    /** A gradient of 0 stays 0 at x = 0, where the slope is infinite. */
    static final Op SQRT = function(
            "sqrt", Sqrt::new, e -> e.sqrt("x"), (c, dy) -> c.output().rdiv(0.5).mulNoNan(dy));

    static final Op SIN = function(
            "sin", Sin::new, e -> e.sin("x"), (c, dy) -> dy.mul(c.input("x").cos()));

    static final Op COS = function(
            "cos",
            Cos::new,
            e -> e.cos("x"),
            (c, dy) -> dy.mul(c.input("x").sin().neg()));

    /** Without a kernel: near 0, ND4J's own loses all its digits (at 1e-15 it is off by a tenth). */
    static final Op TANH = Op.named("tanh")
            .inputs("x")
            .shape(Shapes.floating("x"))
            .elementwise(e -> e.tanh("x"))
            .gradient("x", (c, dy) -> dy.mul(c.output().square().rsub(1)));

    static final Op SIGMOID = function(
            "sigmoid",
            Sigmoid::new,
            e -> e.constant(1).div(e.constant(1).add(e.neg("x").exp())),
            (c, dy) -> dy.mul(c.output().mul(c.output().rsub(1))));

    static final Op ABS = Op.named("abs")
            .inputs("x")
            .shape(Shapes.numeric("x"))
            .kernel(INDArray.class, transform("x", Abs::new))
            .elementwise(e -> e.apply(ScalarFunction.ABS, "x"))
            .gradient("x", (c, dy) -> dy.mul(c.input("x").sign()));

    static final Op SIGN = Op.named("sign")
            .inputs("x")
            .shape(Shapes.numeric("x"))
            .kernel(INDArray.class, MathOps::sign)
            .elementwise(e -> e.apply(ScalarFunction.SIGN, "x"))
            .gradient("x", (c, dy) -> Tensors.zerosLike(dy));

    static final List<Op> OPS = List.of(EXP, LOG, SQRT, SIN, COS, TANH, SIGMOID, ABS, SIGN);

    private MathOps() {}

    private static Op function(
            String name,
            Kernels.TransformFactory transform,
            Function<Elementwise, ScalarExpression> meaning,
            GradientFunction.OfInput gradient) {
        return Op.named(name)
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, transform("x", transform))
                .elementwise(meaning)
                .gradient("x", gradient);
    }

    /** ND4J's sign of NaN is 0. */
    private static INDArray sign(OpCall<INDArray> call) {
        INDArray sign = transform("x", Sign::new).apply(call);
        INDArray x = call.input("x");
        return x.isR() ? Kernels.custom(call, "select", List.of(x.neq(x), x, sign)) : sign;
    }
}
