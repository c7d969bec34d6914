package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.Unary.function;

import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import java.util.List;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erfc;

/** The error function, the gamma function's logarithm and derivatives, and products with logarithms that are 0 where x is. */
final class SpecialOps {
    private static final double TWO_PER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    static final Op ERF = function("erf", Erf::new, ScalarFunction.ERF, (c, dy) -> dy.mul(bell(c)));

    static final Op ERFC = function(
            "erfc", Erfc::new, ScalarFunction.ERFC, (c, dy) -> dy.mul(bell(c)).neg());

    /** Without a kernel, like the two below: ND4J's own have a few digits. */
    static final Op LGAMMA = function(
            "lgamma", ScalarFunction.LGAMMA, (c, dy) -> dy.mul(c.input("x").digamma()));

    static final Op DIGAMMA = function(
            "digamma", ScalarFunction.DIGAMMA, (c, dy) -> dy.mul(c.input("x").polygamma(1)));

    static final Op POLYGAMMA = Op.named("polygamma")
            .inputs("n", "x")
            .shape(Shapes.floatingBroadcast("n", "x"))
            .broadcasting()
            .elementwise(e -> e.apply(ScalarFunction.POLYGAMMA, "n", "x"))
            .notDifferentiable("n")
            .gradient("x", (c, dy) -> dy.mul(c.input("x").polygamma(c.input("n").add(1))));

    /** The slope in x at x = 0 is 0, as TensorFlow has it. */
    static final Op XLOGY = zeroWhereXIs("xlogy")
            .elementwise(e -> e.input("x")
                    .apply(ScalarFunction.EQ, e.constant(0))
                    .apply(
                            ScalarFunction.SELECT,
                            e.constant(0),
                            e.input("x").mul(e.input("y").apply(ScalarFunction.LOG))))
            .gradient("x", (c, dy) -> dy.mul(isNotZero(c.input("x")).xlogy(c.input("y"))))
            .gradient("y", (c, dy) -> dy.mul(c.input("x").xdivy(c.input("y"))));

    static final Op XLOG1PY = zeroWhereXIs("xlog1py")
            .elementwise(e -> e.input("x")
                    .apply(ScalarFunction.EQ, e.constant(0))
                    .apply(
                            ScalarFunction.SELECT,
                            e.constant(0),
                            e.input("x").mul(e.input("y").apply(ScalarFunction.LOG1P))))
            .gradient("x", (c, dy) -> dy.mul(isNotZero(c.input("x")).xlog1py(c.input("y"))))
            .gradient("y", (c, dy) -> dy.mul(c.input("x").xdivy(c.input("y").add(1))));

    static final Op XDIVY = zeroWhereXIs("xdivy")
            .elementwise(e -> e.input("x")
                    .apply(ScalarFunction.EQ, e.constant(0))
                    .apply(ScalarFunction.SELECT, e.constant(0), e.div("x", "y")))
            .gradient("x", (c, dy) -> dy.mul(isNotZero(c.input("x")).xdivy(c.input("y"))))
            .gradient("y", (c, dy) -> dy.mul(c.output().xdivy(c.input("y"))).neg());

    static final List<Op> OPS = List.of(ERF, ERFC, LGAMMA, DIGAMMA, POLYGAMMA, XLOGY, XLOG1PY, XDIVY);

    private SpecialOps() {}

    private static Op zeroWhereXIs(String name) {
        return Op.named(name)
                .inputs("x", "y")
                .shape(Shapes.floatingBroadcast("x", "y"))
                .broadcasting();
    }

    private static Tensor isNotZero(Operand x) {
        return x.neq(0).castTo(x.dtype());
    }

    /** The derivative of the error function, Abramowitz and Stegun 7.1.19. */
    private static Tensor bell(OpCall<Tensor> call) {
        return call.input("x").square().neg().exp().mul(TWO_PER_SQRT_PI);
    }
}
