package io.autodiff.conformance;

import static io.autodiff.conformance.ElementwiseCases.ofTwo;
import static io.autodiff.conformance.ElementwiseCases.ofX;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;

/** Area "edge" of what goes element by element: where slopes are infinite, values overflow, or frameworks disagree. */
final class EdgeCases {
    private EdgeCases() {}

    static void addTo(Cases cases) {
        ofX(cases, "abs-at-zero", Tensor::abs);
        ofX(cases, "sqrt-at-zero", Tensor::sqrt);
        ofX(cases, "sqrt-at-zero-with-zero-upstream", Tensor::sqrt);
        ofX(cases, "log-at-zero-and-negative", Tensor::log);
        powers(cases);
        ofTwo(cases, "minimum-tie", "x", "y", Tensor::minimum);
        ofTwo(cases, "divide-by-zero", "x", "y", Tensor::div);
        ofTwo(cases, "div-no-nan", "x", "y", Tensor::divNoNan);
        ofTwo(cases, "xlogy-zero", "x", "y", Tensor::xlogy);
        ofX(cases, "where-safe-sqrt", x -> {
            Tensor inside = Tensors.where(x.gt(0), x, Tensors.onesLike(x));
            return Tensors.where(x.gt(0), inside.sqrt(), Tensors.zerosLike(x));
        });
        ofX(cases, "where-log-nan-leak", x -> Tensors.where(x.gt(0), x.log(), Tensors.zerosLike(x)));
        ofX(cases, "sigmoid-saturation", Tensor::sigmoid);
        ofX(cases, "tanh-saturation", Tensor::tanh);
        ofX(cases, "softplus-extremes", Tensor::softplus);
        ofX(cases, "log-sigmoid-extremes", Tensor::logSigmoid);
        ofX(cases, "nan-propagates-not-hidden", x -> x.mul(x));
    }

    private static void powers(Cases cases) {
        ofTwo(cases, "pow-0-2", "x", "y", Tensor::pow);
        ofTwo(cases, "pow-0-0", "x", "y", Tensor::pow);
        ofTwo(cases, "pow-negative-base-int-exponent", "x", "y", Tensor::pow);
        ofX(cases, "pow-scalar-exponent-at-zero", x -> x.pow(3));
        // The file expects TensorFlow's NaN, and prefers the 0 that it accepts beside that.
        cases.add("pow-0-0-wrt-base", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(x);
                Tensor value = x.pow(c.constant("y"));
                c.check(value, "value");
                Tensor loss = value.mul(c.float64("w"));
                c.check(loss, "loss");
                c.expected("grads", "x");
                assertEquals(0.0, tape.gradientOrThrow(loss, x).item());
            }
        });
    }
}
