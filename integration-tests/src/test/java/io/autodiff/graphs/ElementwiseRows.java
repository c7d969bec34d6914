package io.autodiff.graphs;

import static io.autodiff.graphs.Row.binary;
import static io.autodiff.graphs.Row.unary;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;

/** Element by element. */
final class ElementwiseRows {
    /** For every numeric dtype. */
    static final List<Row> NUMERIC = List.of(
            binary("add", Tensor::add),
            binary("sub", Tensor::sub),
            binary("mul", Tensor::mul),
            binary("rsub", Tensor::rsub),
            binary("squaredDifference", (a, b) -> a.squaredDifference(b)),
            unary("neg", Tensor::neg),
            unary("square", Tensor::square),
            unary("abs", Tensor::abs).kinkedAt((a, b) -> a),
            unary("sign", Tensor::sign).kinkedAt((a, b) -> a),
            unary("numbers", a -> a.mul(3).rsub(1).add(2).sub(1)),
            unary("notNeeded", a -> {
                a.neg().square().sum();
                return a.add(1);
            }),
            binary("twice", (a, b) -> a.mul(b).add(1).add(a.mul(b))),
            binary("maximum", (a, b) -> a.maximum(b)).kinkedAt(Tensor::sub),
            binary("minimum", (a, b) -> a.minimum(b)).kinkedAt(Tensor::sub),
            unary("maximumOfNumber", a -> a.maximum(1)).kinkedAt((a, b) -> a.sub(1)),
            unary("clip", a -> a.clip(-1, 1)).kinkedAt((a, b) -> a.square().sub(1)),
            binary("clipByTensors", (a, b) -> a.clip(b.sub(1), b))
                    .kinkedAt((a, b) -> a.sub(b).mul(a.sub(b).add(1))),
            binary("where", (a, b) -> Tensors.where(a.gt(b), a, b.mul(2))).kinkedAt(Tensor::sub),
            binary("whereNumber", (a, b) -> Tensors.where(a.lt(b), a, Tensors.onesLike(a)))
                    .kinkedAt(Tensor::sub),
            binary("gt", (a, b) -> a.gt(b).castTo(a.dtype()).mul(a)).kinkedAt(Tensor::sub),
            binary("gte", (a, b) -> a.gte(b).castTo(a.dtype()).mul(b)).kinkedAt(Tensor::sub),
            binary("lt", (a, b) -> a.lt(b).castTo(a.dtype())).kinkedAt(Tensor::sub),
            binary("lte", (a, b) -> Tensors.where(a.lte(b), b, a)).kinkedAt(Tensor::sub),
            binary("eq", (a, b) -> a.eq(b).castTo(a.dtype()).add(a)).kinkedAt(Tensor::sub),
            binary("neq", (a, b) -> a.neq(b).castTo(a.dtype()).mul(b)).kinkedAt(Tensor::sub),
            binary("and", (a, b) -> Tensors.where(a.gt(0).and(b.lt(1)), a, b)).kinkedAt((a, b) -> a.mul(b.sub(1))),
            binary("or", (a, b) -> Tensors.where(a.gt(1).or(b.gt(0).not()), a, b))
                    .kinkedAt((a, b) -> b.mul(a.sub(1))),
            binary("xor", (a, b) -> a.gt(0).xor(b.gt(0)).castTo(a.dtype()).mul(b))
                    .kinkedAt(Tensor::mul),
            binary("stopGradient", (a, b) -> a.stopGradient().mul(b)).withOtherGradient());

    /** For integers, whose divisors are not 0. */
    static final List<Row> INTEGER = List.of(
            binary("floorDiv", (a, b) -> a.floorDiv(b.abs().add(1))),
            binary("floorDivOfNegative", (a, b) -> a.floorDiv(b.square().add(1).neg())),
            binary("floorMod", (a, b) -> a.floorMod(b.abs().add(1))),
            unary("floorModOfNumber", a -> a.floorMod(-7)),
            binary("trueDiv", (a, b) -> a.div(b.abs().add(1)).floor().castTo(a.dtype())),
            unary("castToFloat32", a -> a.castTo(DType.FLOAT32).mul(0.5).floor().castTo(a.dtype())),
            unary("castToInt64", a -> a.castTo(DType.INT64).add(1).castTo(a.dtype())),
            unary("castToInt32", a -> a.castTo(DType.INT32).mul(2).castTo(a.dtype())),
            unary("castToBool", a -> a.castTo(DType.BOOL).castTo(a.dtype())));

    /** For floating dtypes. */
    static final List<Row> FLOATING = List.of(
            binary("div", (a, b) -> a.div(positive(b))),
            binary("rdiv", (a, b) -> positive(a).rdiv(b)),
            binary("divNoNan", (a, b) -> a.divNoNan(positive(b))),
            binary("divNoNanByZero", (a, b) -> a.divNoNan(b.mul(0))),
            binary("mulNoNan", (a, b) -> a.mulNoNan(b)),
            unary("reciprocal", a -> positive(a).reciprocal()),
            unary("fractions", a -> a.mul(0.5).rsub(1.25).div(3)),
            unary("cube", a -> a.pow(3)),
            unary("powHalf", a -> positive(a).pow(-1.5)),
            binary("pow", (a, b) -> positive(a).pow(b)),
            unary("exp", Tensor::exp),
            unary("expm1", Tensor::expm1),
            unary("log", a -> positive(a).log()),
            unary("log1p", a -> a.square().log1p()),
            unary("sqrt", a -> positive(a).sqrt()),
            unary("rsqrt", a -> positive(a).rsqrt()),
            unary("cbrt", a -> positive(a).neg().cbrt()),
            unary("floor", a -> a.sub(a.floor())).kinkedAt((a, b) -> a.sub(a.round())),
            unary("ceil", a -> a.ceil().mul(a)).kinkedAt((a, b) -> a.sub(a.round())),
            unary("round", a -> a.mul(2).round())
                    .kinkedAt((a, b) -> a.mul(2).sub(a.mul(2).floor()).sub(0.5)),
            binary("floorDiv", (a, b) -> a.floorDiv(positive(b)).add(a)).kinkedAt(ElementwiseRows::fraction),
            binary("floorMod", (a, b) -> a.floorMod(positive(b))).kinkedAt(ElementwiseRows::fraction),
            unary("sin", Tensor::sin),
            unary("cos", Tensor::cos),
            unary("tan", a -> a.mul(0.5).tan()),
            unary("asin", a -> small(a).asin()),
            unary("acos", a -> small(a).acos()),
            unary("atan", Tensor::atan),
            binary("atan2", (a, b) -> a.atan2(positive(b))),
            unary("sinh", Tensor::sinh),
            unary("cosh", Tensor::cosh),
            unary("tanh", Tensor::tanh),
            unary("asinh", Tensor::asinh),
            unary("acosh", a -> positive(a).add(1).acosh()),
            unary("atanh", a -> small(a).atanh()),
            unary("sigmoid", Tensor::sigmoid),
            unary("logSigmoid", a -> a.mul(3).logSigmoid()),
            unary("softplus", a -> a.mul(-3).softplus()),
            unary("erf", Tensor::erf),
            unary("erfc", Tensor::erfc),
            unary("lgamma", a -> positive(a).lgamma()),
            unary("digamma", a -> positive(a).digamma()),
            unary("polygamma", a -> positive(a).add(0.5).polygamma(1)),
            binary("xlogy", (a, b) -> a.xlogy(positive(b))),
            binary("xlog1py", (a, b) -> a.xlog1py(b.square())),
            binary("xdivy", (a, b) -> a.xdivy(positive(b))),
            binary("hypot", (a, b) -> a.hypot(positive(b))),
            unary("isFinite", a -> Tensors.where(a.isFinite().and(a.isNaN().not()), a, a.exp())),
            binary("relu", (a, b) -> a.maximum(0).add(b)).kinkedAt((a, b) -> a),
            unary("castToInt32", a -> a.mul(3).castTo(DType.INT32).castTo(a.dtype()))
                    .kinkedAt((a, b) -> a.mul(3).sub(a.mul(3).round())),
            binary(
                    "castToFloat64",
                    (a, b) -> a.castTo(DType.FLOAT64)
                            .sin()
                            .mul(b.castTo(DType.FLOAT64))
                            .castTo(a.dtype())));

    private ElementwiseRows() {}

    private static Tensor positive(Tensor x) {
        return x.square().add(0.5);
    }

    /** Between -0.8 and 0.8. */
    private static Tensor small(Tensor x) {
        return x.mul(0.4);
    }

    private static Tensor fraction(Tensor a, Tensor b) {
        Tensor quotient = a.div(positive(b));
        return quotient.sub(quotient.round());
    }
}
