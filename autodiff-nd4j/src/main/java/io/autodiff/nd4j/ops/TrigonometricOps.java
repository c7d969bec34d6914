package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.Kernels.custom;
import static io.autodiff.nd4j.ops.Unary.function;

import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ACos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ACosh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ASin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ATan;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ATanh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cosh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sinh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tan;

/** Trigonometric and hyperbolic functions and their inverses. Derivatives: Abramowitz and Stegun, 4.3.105, 4.4.52, 4.5.71, 4.6.37. */
final class TrigonometricOps {
    static final Op SIN = function(
            "sin", Sin::new, ScalarFunction.SIN, (c, dy) -> dy.mul(c.input("x").cos()));

    static final Op COS = function(
            "cos",
            Cos::new,
            ScalarFunction.COS,
            (c, dy) -> dy.mul(c.input("x").sin().neg()));

    static final Op TAN = function(
            "tan",
            Tan::new,
            ScalarFunction.TAN,
            (c, dy) -> dy.mul(c.output().square().add(1)));

    static final Op ASIN = function(
            "asin",
            ASin::new,
            ScalarFunction.ASIN,
            (c, dy) -> dy.div(oneMinusSquare(c).sqrt()));

    static final Op ACOS = function(
            "acos",
            ACos::new,
            ScalarFunction.ACOS,
            (c, dy) -> dy.div(oneMinusSquare(c).sqrt()).neg());

    static final Op ATAN = function(
            "atan",
            ATan::new,
            ScalarFunction.ATAN,
            (c, dy) -> dy.div(c.input("x").square().add(1)));

    static final Op SINH = function(
            "sinh",
            Sinh::new,
            ScalarFunction.SINH,
            (c, dy) -> dy.mul(c.input("x").cosh()));

    static final Op COSH = function(
            "cosh",
            Cosh::new,
            ScalarFunction.COSH,
            (c, dy) -> dy.mul(c.input("x").sinh()));

    /** Without a kernel: near 0, ND4J's own loses all its digits (at 1e-15 it is off by a tenth). */
    static final Op TANH = function(
            "tanh", ScalarFunction.TANH, (c, dy) -> dy.mul(c.output().square().rsub(1)));

    /** Without a kernel, for the reason that tanh has none. */
    static final Op ASINH = function(
            "asinh", ScalarFunction.ASINH, (c, dy) -> dy.div(c.input("x").hypot(1)));

    /** Two roots, since x^2 is beyond the numbers long before x is. */
    static final Op ACOSH = function(
            "acosh",
            ACosh::new,
            ScalarFunction.ACOSH,
            (c, dy) ->
                    dy.div(c.input("x").sub(1).sqrt()).div(c.input("x").add(1).sqrt()));

    static final Op ATANH = function("atanh", ATanh::new, ScalarFunction.ATANH, (c, dy) -> dy.div(oneMinusSquare(c)));

    /** The angle of the point (x, y); at the origin, where it has no gradient, that is NaN. */
    static final Op ATAN2 = Op.named("atan2")
            .inputs("y", "x")
            .shape(Shapes.floatingBroadcast("y", "x"))
            .broadcasting()
            .kernel(INDArray.class, custom("tf_atan2"))
            .elementwise(e -> e.apply(ScalarFunction.ATAN2, "y", "x"))
            .gradient("y", (c, dy) -> dy.mul(perSquaredRadius(c, "x")))
            .gradient("x", (c, dy) -> dy.mul(perSquaredRadius(c, "y")).neg());

    static final List<Op> OPS = List.of(SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ASINH, ACOSH, ATANH, ATAN2);

    private TrigonometricOps() {}

    /** As a product: near 1, where a square would have lost the digits, both differences are exact. */
    private static Tensor oneMinusSquare(OpCall<Tensor> call) {
        Tensor x = call.input("x");
        return x.rsub(1).mul(x.add(1));
    }

    /** Divided twice, since the square of the radius may be beyond the numbers, or 0. */
    private static Tensor perSquaredRadius(OpCall<Tensor> call, String coordinate) {
        Tensor radius = call.input("x").hypot(call.input("y"));
        return call.input(coordinate).div(radius).div(radius);
    }
}
