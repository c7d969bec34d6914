package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.UnconnectedGradients;
import java.util.List;
import java.util.function.UnaryOperator;

/** Areas "dtypes" and "stop-gradient": where a gradient ends. */
final class DTypeCases {
    private DTypeCases() {}

    static void addTo(Cases cases) {
        gradient(cases, "integer-source-none", x -> x.mul(x));
        gradient(cases, "integer-target-none", x -> x.castTo(DType.INT32));
        gradient(
                cases,
                "cast-through-int-none",
                x -> x.castTo(DType.INT32).castTo(DType.FLOAT64).mul(2));
        gradient(cases, "comparison-result-none", x -> x.gt(1).castTo(DType.FLOAT64));
        gradient(cases, "stop-gradient-product", x -> Functions.stopGradient(x).mul(x));

        cases.add("stop-gradient-only-none", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(Functions.stopGradient(x).mul(2), x), "none");
            }
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.stopGradient().mul(2);
                c.check(
                        tape.gradient(List.of(y), List.of(x), null, UnconnectedGradients.ZERO)
                                .get(0),
                        "zero");
            }
        });
        cases.add("mixed-float-dtypes-error", c -> {
            Tensor x = c.constant("x");
            Tensor k = c.constant("k");
            c.fails(() -> x.mul(k));
            c.fails(() -> {
                try {
                    k.mul(x);
                } catch (IllegalArgumentException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("castTo"), "the way out is in the message");
                    throw e;
                }
            });
        });
    }

    /** A case of a watched constant x and the gradient g of an expression by it. */
    private static void gradient(Cases cases, String id, UnaryOperator<Tensor> expression) {
        cases.add(id, c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(expression.apply(x), x), "g");
            }
        });
    }
}
