package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertSame;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import java.util.List;

/** Area "watch": what a tape watches by itself, and what it is told to. */
final class WatchCases {
    private WatchCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-no-autowatch-none", c -> {
            Variable x = c.variable("x");
            try (GradientTape tape = c.tape()) {
                Tensor y = x.square();
                c.check(y, "y");
                c.check(tape.gradient(y, x), "dy_dx");
            }
        });
        cases.add("seed-watch-variable", c -> squareOfWatched(c, c.variable("x")));
        cases.add("seed-watch-constant", c -> squareOfWatched(c, c.constant("x")));
        cases.add("seed-unwatched-constants-none", c -> {
            Tensor x1 = c.constant("x1");
            Tensor x2 = c.constant("x2");
            try (GradientTape tape = c.tape()) {
                Tensor z = x1.add(5).mul(x2.pow(2));
                c.checkAll(tape.gradient(z, List.of(x1, x2)), "grads");
            }
        });
        cases.add("seed-quadratic-watch-list", c -> {
            Variable x = c.variable("x");
            Tensor a = c.constant("a");
            Tensor b = c.constant("b");
            Tensor k = c.constant("c");
            try (GradientTape tape = c.tape()) {
                tape.watch(List.of(a, b, k));
                Tensor y = a.mul(x.pow(2)).add(b.mul(x)).add(k);
                List<Tensor> gradients = tape.gradient(y, List.of(x, a, b, k));
                List<String> names = List.of("x", "a", "b", "c");
                for (int i = 0; i < names.size(); i++) {
                    c.check(gradients.get(i), "grads", names.get(i));
                }
            }
        });
        cases.add("watched-variables-and-reset", c -> {
            Variable v = c.variable("v");
            Variable w = c.variable("w");
            Variable u = c.variable("u");
            try (GradientTape tape = c.tape()) {
                c.check(tape.watchedVariables().size(), "n0");
                w.mul(w).add(v.mul(v)).add(u);
                c.check(tape.watchedVariables().size(), "n1");
                c.check(tape.watchedVariables().contains(u), "hasU");
                tape.reset();
                c.check(tape.watchedVariables().size(), "n2");
            }
        });
        cases.add("late-watch-is-none", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.tape()) {
                Tensor y = x.mul(x);
                tape.watch(x);
                c.check(tape.gradient(y, x), "g");
            }
        });
        cases.add("watch-twice-idempotent", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.tape()) {
                tape.watch(x);
                tape.watch(x);
                Tensor y = x.mul(x);
                c.check(tape.gradient(y, x), "g");
            }
        });
        cases.add("selectively-watch", c -> {
            Variable x1 = c.variable("x1");
            Variable x2 = c.variable("x2");
            try (GradientTape tape = c.tape()) {
                tape.watch(x2);
                Tensor y = x1.pow(2);
                Tensor z = x2.pow(3);
                c.check(tape.watchedVariables().size(), "n");
                assertSame(x2, tape.watchedVariables().get(0));
                c.checkAll(tape.gradient(List.of(y, z), List.of(x1, x2)), "g");
            }
        });
        cases.add("watched-variables-excludes-constants", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.mul(x);
                c.check(tape.watchedVariables().size(), "watched");
                c.check(tape.gradient(y, x), "g");
            }
        });
    }

    private static void squareOfWatched(ConformanceCase c, Operand x) {
        try (GradientTape tape = c.tape()) {
            tape.watch(x);
            Tensor y = x.square();
            c.check(tape.gradient(y, x), "dy_dx");
        }
    }
}
