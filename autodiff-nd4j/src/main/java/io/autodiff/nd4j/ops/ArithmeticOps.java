package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.Kernels.custom;
import static io.autodiff.nd4j.ops.Kernels.transform;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Elementwise;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.function.BiFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.factory.Nd4j;

/** Arithmetic: what is defined for integers, and division and powers. */
final class ArithmeticOps {
    static final Op ADD = Op.named("add")
            .inputs("x", "y")
            .shape(Shapes.broadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, custom("add"))
            .elementwise(e -> e.add("x", "y"))
            .gradient("x", (c, dy) -> dy)
            .gradient("y", (c, dy) -> dy);

    static final Op SUB = Op.named("sub")
            .inputs("x", "y")
            .shape(Shapes.broadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, custom("subtract"))
            .elementwise(e -> e.sub("x", "y"))
            .gradient("x", (c, dy) -> dy)
            .gradient("y", (c, dy) -> dy.neg());

    static final Op MUL = Op.named("mul")
            .inputs("x", "y")
            .shape(Shapes.broadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, custom("multiply"))
            .elementwise(e -> e.mul("x", "y"))
            .gradient("x", (c, dy) -> dy.mul(c.input("y")))
            .gradient("y", (c, dy) -> dy.mul(c.input("x")));

    static final Op DIV = Op.named("div")
            .inputs("x", "y")
            .shape(Shapes.floatingBroadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, custom("divide"))
            .elementwise(e -> e.div("x", "y"))
            .gradient("x", (c, dy) -> dy.div(c.input("y")))
            .gradient("y", (c, dy) -> dy.mul(c.output()).div(c.input("y")).neg());

    /** x / y, and 0 where y is 0: what gradients need where a limit is 0 / 0. */
    static final Op DIV_NO_NAN = Op.named("div_no_nan")
            .inputs("x", "y")
            .shape(Shapes.floatingBroadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, c -> zeroWhereZero(c, custom(c, "divide", c.inputs())))
            .elementwise(e -> zeroWhereZero(e, e.div("x", "y")))
            .gradient("x", (c, dy) -> dy.divNoNan(c.input("y")))
            .gradient("y", (c, dy) -> dy.mul(c.output()).divNoNan(c.input("y")).neg());

    /** x * y, and 0 where y is 0, whatever x is: a gradient of 0 stays 0 through an infinite slope. */
    static final Op MUL_NO_NAN = Op.named("mul_no_nan")
            .inputs("x", "y")
            .shape(Shapes.floatingBroadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, c -> zeroWhereZero(c, custom(c, "multiply", c.inputs())))
            .elementwise(e -> zeroWhereZero(e, e.mul("x", "y")))
            .gradient("x", (c, dy) -> dy.mulNoNan(c.input("y")))
            .gradient("y", (c, dy) -> c.input("x").mulNoNan(dy));

    /** Without a kernel: a zero divisor would end the process in native code. */
    static final Op FLOOR_DIV = Op.named("floor_div")
            .inputs("x", "y")
            .shape(Shapes.broadcast("x", "y"))
            .broadcasting()
            .elementwise(e -> e.apply(ScalarFunction.FLOOR_DIV, "x", "y"))
            .notDifferentiable();

    /** x - y floor(x / y). Without a kernel: a zero divisor would end the process in native code. */
    static final Op FLOOR_MOD = Op.named("floor_mod")
            .inputs("x", "y")
            .shape(Shapes.broadcast("x", "y"))
            .broadcasting()
            .elementwise(e -> e.apply(ScalarFunction.FLOOR_MOD, "x", "y"))
            .gradient("x", (c, dy) -> dy)
            .gradient(
                    "y", (c, dy) -> dy.mul(c.input("x").floorDiv(c.input("y"))).neg());

    /** Without a kernel, like the lesser: ND4J's own may hide a NaN. */
    static final Op MAXIMUM = extremum("maximum", ScalarFunction.MAX, Tensor::gte);

    static final Op MINIMUM = extremum("minimum", ScalarFunction.MIN, Tensor::lte);

    /** The slope at the origin, where there is none, is 0, as that of a norm is. */
    static final Op HYPOT = Op.named("hypot")
            .inputs("x", "y")
            .shape(Shapes.floatingBroadcast("x", "y"))
            .broadcasting()
            .elementwise(e -> e.apply(ScalarFunction.HYPOT, "x", "y"))
            .gradient("x", (c, dy) -> dy.mul(c.input("x").divNoNan(c.output())))
            .gradient("y", (c, dy) -> dy.mul(c.input("y").divNoNan(c.output())));

    static final Op NEG = Op.named("neg")
            .inputs("x")
            .shape(Shapes.numeric("x"))
            .kernel(INDArray.class, transform("x", Negative::new))
            .elementwise(e -> e.neg("x"))
            .gradient("x", (c, dy) -> dy.neg());

    static final Op SQUARE = Op.named("square")
            .inputs("x")
            .shape(Shapes.numeric("x"))
            .kernel(INDArray.class, transform("x", Square::new))
            .elementwise(e -> e.mul("x", "x"))
            .gradient("x", (c, dy) -> dy.mul(c.input("x").mul(2)));

    /** At y = 0 the slope in x is 0 even at x = 0; at x <= 0, where log x is none, the slope in y is 0. */
    static final Op POW = Op.named("pow")
            .inputs("x", "y")
            .shape(Shapes.floatingBroadcast("x", "y"))
            .broadcasting()
            .kernel(INDArray.class, ArithmeticOps::pow)
            .elementwise(e -> e.pow("x", "y"))
            .gradient("x", (c, dy) -> {
                Tensor y = c.input("y");
                return dy.mul(c.input("x").pow(y.sub(1)).mulNoNan(y));
            })
            .gradient("y", (c, dy) -> {
                Tensor x = c.input("x");
                Tensor log = Tensors.where(x.gt(0), x, Tensors.onesLike(x)).log();
                return dy.mul(c.output().mulNoNan(log));
            });

    static final List<Op> OPS = List.of(
            ADD,
            SUB,
            MUL,
            DIV,
            DIV_NO_NAN,
            MUL_NO_NAN,
            FLOOR_DIV,
            FLOOR_MOD,
            MAXIMUM,
            MINIMUM,
            HYPOT,
            NEG,
            SQUARE,
            POW);

    private ArithmeticOps() {}

    /** All of the gradient goes to the one that is taken, and at a tie to the first. */
    private static Op extremum(String name, ScalarFunction function, BiFunction<Tensor, Tensor, Tensor> firstIsTaken) {
        return Op.named(name)
                .inputs("x", "y")
                .shape(Shapes.broadcast("x", "y"))
                .broadcasting()
                .elementwise(e -> e.apply(function, "x", "y"))
                .gradient("x", (c, dy) -> Tensors.where(firstIsTaken.apply(c.input("x"), c.input("y")), dy, zero(dy)))
                .gradient("y", (c, dy) -> Tensors.where(firstIsTaken.apply(c.input("x"), c.input("y")), zero(dy), dy));
    }

    private static Tensor zero(Tensor dy) {
        return Tensors.of(0, dy.dtype());
    }

    /** In float64: ND4J's float32 power is off by 15 units in the last place where the result is large. */
    private static INDArray pow(OpCall<INDArray> call) {
        if (call.outputSpec().dtype() == DType.FLOAT64) {
            return custom(call, "Pow", call.inputs());
        }
        OpCall<INDArray> wide = call.withOutputSpecs(
                List.of(new TensorSpec(DType.FLOAT64, call.outputSpec().shape())));
        return custom(
                        wide,
                        "Pow",
                        call.inputs().stream()
                                .map(x -> x.castTo(DataType.DOUBLE))
                                .toList())
                .castTo(NdArrays.dataType(call.outputSpec().dtype()));
    }

    private static ScalarExpression zeroWhereZero(Elementwise e, ScalarExpression result) {
        ScalarExpression zero = e.constant(0);
        return e.input("y").apply(ScalarFunction.EQ, zero).apply(ScalarFunction.SELECT, zero, result);
    }

    private static INDArray zeroWhereZero(OpCall<INDArray> call, INDArray result) {
        INDArray y = Kernels.broadcast(call, call.input("y"));
        INDArray zero = Nd4j.scalar(y.dataType(), 0);
        return custom(call, "select", List.of(y.eq(zero), Kernels.broadcast(call, zero), result));
    }
}
