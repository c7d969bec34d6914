package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.Kernels.transform;
import static io.autodiff.nd4j.ops.Unary.function;
import static io.autodiff.nd4j.ops.Unary.step;

import io.autodiff.Tensors;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Ceil;
import org.nd4j.linalg.api.ops.impl.transforms.same.Floor;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Rint;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;

/** Exponentials, logarithms, roots, magnitude, the positive part and rounding, of one tensor. */
final class MathOps {
    static final Op EXP = function("exp", Exp::new, ScalarFunction.EXP, (c, dy) -> dy.mul(c.output()));

    /** Without a kernel: near 0, ND4J's own loses all its digits. The slope is not output + 1, which loses them below -36. */
    static final Op EXPM1 = function(
            "expm1", ScalarFunction.EXPM1, (c, dy) -> dy.mul(c.input("x").exp()));

    static final Op LOG = function("log", Log::new, ScalarFunction.LOG, (c, dy) -> dy.div(c.input("x")));

    /** Without a kernel: near 0, ND4J's own loses all its digits. */
    static final Op LOG1P = function(
            "log1p", ScalarFunction.LOG1P, (c, dy) -> dy.div(c.input("x").add(1)));

    /** A gradient of 0 stays 0 at x = 0, where the slope is infinite. */
    static final Op SQRT = function(
            "sqrt",
            Sqrt::new,
            ScalarFunction.SQRT,
            (c, dy) -> c.output().rdiv(0.5).mulNoNan(dy));

    /** A gradient of 0 stays 0 at x = 0, where the slope is infinite. */
    static final Op CBRT = function(
            "cbrt",
            ScalarFunction.CBRT,
            (c, dy) -> c.output().square().mul(3).rdiv(1).mulNoNan(dy));

    static final Op SIGMOID = function(
            "sigmoid",
            Sigmoid::new,
            e -> e.constant(1).div(e.constant(1).add(e.neg("x").exp())),
            (c, dy) -> dy.mul(c.output().mul(c.output().rsub(1))));

    /** log(1 + e^x) without overflow, and to full accuracy where it is tiny. */
    static final Op SOFTPLUS = function(
            "softplus",
            e -> e.input("x")
                    .apply(ScalarFunction.MAX, e.constant(0))
                    .add(e.apply(ScalarFunction.ABS, "x").neg().exp().apply(ScalarFunction.LOG1P)),
            (c, dy) -> dy.mul(c.input("x").sigmoid()));

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

    /** The slope at 0 is 0. */
    static final Op RELU = Op.named("relu")
            .inputs("x")
            .shape(Shapes.numeric("x"))
            .elementwise(e -> e.constant(0).apply(ScalarFunction.MAX, e.input("x")))
            .gradient("x", (c, dy) -> Tensors.where(c.input("x").lte(0), Tensors.of(0, dy.dtype()), dy));

    static final Op FLOOR = step("floor", Floor::new, ScalarFunction.FLOOR);

    static final Op CEIL = step("ceil", Ceil::new, ScalarFunction.CEIL);

    /** ND4J's op of this name rounds halves away from 0. */
    static final Op ROUND = step("round", Rint::new, ScalarFunction.ROUND);

    static final List<Op> OPS =
            List.of(EXP, EXPM1, LOG, LOG1P, SQRT, CBRT, SIGMOID, SOFTPLUS, ABS, SIGN, RELU, FLOOR, CEIL, ROUND);

    private MathOps() {}

    /** ND4J's sign of NaN is 0. */
    private static INDArray sign(OpCall<INDArray> call) {
        INDArray sign = transform("x", Sign::new).apply(call);
        INDArray x = call.input("x");
        return x.isR() ? Kernels.custom(call, "select", List.of(x.neq(x), x, sign)) : sign;
    }
}
