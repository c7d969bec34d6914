package io.autodiff.conformance;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Areas "broadcast", "elementwise", "structure" where it is a choice, and "dtypes" of rounding. */
final class ElementwiseCases {
    private ElementwiseCases() {}

    static void addTo(Cases cases) {
        broadcast(cases);
        functions(cases);
        cases.add("floor-round-none", c -> {
            c.check(gradient(c, Tensor::floor), "floor");
            c.check(gradient(c, Tensor::round), "round");
        });
        cases.add("sign-zero", c -> c.check(gradient(c, Tensor::sign), "g"));
        cases.add("third-order-elementwise-vector", c -> {
            for (int order = 1; order <= 3; order++) {
                c.check(derivative(order, c), "d" + order);
            }
        });
    }

    private static void broadcast(Cases cases) {
        ofTwo(cases, "bcast-add-row", "x", "b", Tensor::add);
        ofTwo(cases, "bcast-mul-col", "x", "b", Tensor::mul);
        ofTwo(cases, "bcast-sub-outer", "a", "b", Tensor::sub);
        ofTwo(cases, "bcast-div-scalar-tensor", "a", "b", Tensor::div);
        ofTwo(cases, "bcast-pow", "x", "y", Tensor::pow);
        ofTwo(cases, "bcast-maximum", "x", "y", Tensor::maximum);
        ofTwo(cases, "bcast-squared-difference", "x", "y", Tensor::squaredDifference);
        cases.add("bcast-incompatible", c -> c.fails(() -> c.constant("a").add(c.constant("b"))));
        ofX(cases, "same-tensor-both-operands", x -> x.mul(x).add(x.div(x)));
        ofX(cases, "fan-out-three-uses", x -> x.sin().add(x.mul(x.exp())).sub(x));
        ofTwo(
                cases,
                "where-select",
                "a",
                "b",
                (a, b) -> Tensors.where(Tensors.of(new boolean[] {true, false, true}), a.mul(a), b.mul(b)));
    }

    private static void functions(Cases cases) {
        ofX(
                cases,
                "unary-battery-1",
                x -> sum(x.exp(), x.log(), x.sqrt(), x.rsqrt(), x.square(), x.reciprocal(), x.neg()));
        ofX(
                cases,
                "unary-battery-trig",
                x -> sum(
                        x.sin(), x.cos(), x.tan(), x.asin(), x.acos(), x.atan(), x.sinh(), x.cosh(), x.tanh(),
                        x.atanh(), x.asinh()));
        ofX(cases, "erf-lgamma-digamma", x -> sum(x.erf(), x.lgamma(), x.digamma()));
        ofTwo(cases, "atan2", "y", "x", Tensor::atan2);
        ofTwo(cases, "floormod", "x", "y", Tensor::floorMod);
        ofX(cases, "log1p-tiny", Tensor::log1p);
        ofX(cases, "expm1-tiny", Tensor::expm1);
        ofX(cases, "float32-large-cancel", x -> x.sum());
    }

    private static Tensor sum(Tensor... addends) {
        return Stream.of(addends).reduce(Tensor::add).orElseThrow();
    }

    static void ofX(Cases cases, String id, UnaryOperator<Tensor> expression) {
        cases.add(id, WeightedSum.of(c -> expression.apply(c.constant("x"))));
    }

    static void ofTwo(Cases cases, String id, String first, String second, BinaryOperator<Tensor> expression) {
        cases.add(id, WeightedSum.of(c -> expression.apply(c.constant(first), c.constant(second))));
    }

    private static Tensor gradient(ConformanceCase c, UnaryOperator<Tensor> expression) {
        Tensor x = c.constant("x");
        try (GradientTape tape = c.watchingTape()) {
            return tape.gradient(expression.apply(x), x);
        }
    }

    /** Of the sum of w exp(x) sin(x), each order on a tape around those of the lower ones. */
    private static Tensor derivative(int order, ConformanceCase c) {
        Tensor x = c.constant("x");
        if (order == 0) {
            return c.constant("w").mul(x.exp()).mul(x.sin()).sum();
        }
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(derivative(order - 1, c), x);
        }
    }
}
