package io.autodiff.conformance;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import java.util.List;

/** Area "higher-order": gradients of gradients, by nested tapes. */
final class HigherOrderCases {
    private HigherOrderCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-hessian-with-none", c -> {
            Variable x1 = c.variable("x1");
            Variable x2 = c.variable("x2");
            GradientTape.Builder persistent = GradientTape.builder().persistent(true);
            try (GradientTape outer = persistent.open();
                    GradientTape inner = persistent.open()) {
                Tensor z = x1.add(5).mul(x2.pow(2));
                List<Tensor> first = inner.gradient(z, List.of(x1, x2));
                for (int row = 0; row < first.size(); row++) {
                    c.checkAll(outer.gradient(first.get(row), List.of(x1, x2)), "H", row);
                }
            }
        });
        cases.add("seed-second-order-inside-outer", c -> {
            Variable x = c.variable("x");
            Variable y = c.variable("y");
            try (GradientTape outer = c.tape()) {
                List<Tensor> first;
                try (GradientTape inner = c.tape()) {
                    Tensor f = x.pow(2).add(y.pow(2).mul(2)).add(1);
                    c.check(f, "f");
                    first = inner.gradient(f, List.of(x, y));
                }
                c.checkAll(first, "first");
                c.checkAll(outer.gradient(first, List.of(x, y)), "second");
            }
        });
        cases.add("seed-second-derivative-quadratic", c -> {
            Variable x = c.variable("x");
            try (GradientTape outer = c.tape();
                    GradientTape inner = c.tape()) {
                Tensor y = x.pow(2).sub(x.mul(2)).add(1);
                Tensor dy = inner.gradientOrThrow(y, x);
                c.check(outer.gradient(dy, x), "d2");
            }
        });
        cases.add("nested-tape-inner-constant-gradient", c -> {
            Tensor x = c.constant("x");
            try (GradientTape outer = c.watchingTape()) {
                Tensor y = x.mul(x);
                Tensor innerGradient;
                try (GradientTape inner = GradientTape.open()) {
                    inner.watch(y);
                    Tensor z = y.mul(2);
                    innerGradient = inner.gradientOrThrow(z, y);
                }
                c.check(innerGradient, "inner");
                c.check(outer.gradient(y.add(innerGradient), x), "outer");
            }
        });
        cases.add("fifth-order-nested", c -> {
            int orders = c.expected("d").getAsJsonArray().size();
            for (int order = 0; order < orders; order++) {
                c.check(derivative(order, c.constant("x")), "d", order);
            }
        });
        cases.add("second-order-of-linear-is-none", c -> {
            Tensor x = c.constant("x");
            try (GradientTape outer = c.watchingTape();
                    GradientTape inner = c.watchingTape()) {
                Tensor g = inner.gradientOrThrow(x.mul(2), x);
                c.check(g, "g");
                c.check(outer.gradient(g, x), "gg");
            }
        });
        cases.add("second-order-of-linear-zero-mode", c -> {
            Tensor x = c.constant("x");
            try (GradientTape outer = c.watchingTape();
                    GradientTape inner = c.watchingTape()) {
                Tensor g = inner.gradientOrThrow(x.mul(2), x);
                c.check(
                        outer.gradient(List.of(g), List.of(x), null, UnconnectedGradients.ZERO)
                                .get(0),
                        "gg");
            }
        });
    }

    /** The derivative of sin(x) exp(x), each order on a tape around those of the lower ones. */
    private static Tensor derivative(int order, Tensor x) {
        if (order == 0) {
            return x.sin().mul(x.exp());
        }
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(derivative(order - 1, x), x);
        }
    }
}
