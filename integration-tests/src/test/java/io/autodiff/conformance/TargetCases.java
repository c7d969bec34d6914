package io.autodiff.conformance;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import java.util.List;
import java.util.function.Function;

/** Area "tape", continued: what can be target and source, and with which output gradients. */
final class TargetCases {
    private TargetCases() {}

    static void addTo(Cases cases) {
        cases.add("output-gradients-multi-target-incl-source", c -> {
            Tensor x = c.constant("x");
            Tensor y = c.constant("y");
            try (GradientTape tape = c.watchingTape()) {
                Tensor loss = x.mul(y);
                List<Tensor> outputGradients = List.of(Tensors.of(1.0), Tensors.of(2.0));
                c.check(
                        tape.gradient(List.of(loss, x), List.of(x), outputGradients, UnconnectedGradients.NONE)
                                .get(0),
                        "dx");
            }
        });
        cases.add("output-gradients-vector", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.mul(x);
                List<Tensor> outputGradients = List.of(Tensors.of(new double[] {10, -1, 0.5}));
                c.check(
                        tape.gradient(List.of(y), List.of(x), outputGradients, UnconnectedGradients.NONE)
                                .get(0),
                        "dx");
            }
        });

        oneSource(cases, "target-list-contains-source", "dx", x -> List.of(x, x.mul(x)));
        oneSource(cases, "target-is-source-twice", "dx", x -> List.of(x, x));
        cases.add("target-equals-source-ones", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(x, x), "g1");
            }
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(List.of(x, x), x), "g2");
            }
        });
        cases.add("targets-and-sources-overlap", c -> {
            Tensor x = c.constant("x");
            Tensor y = c.constant("y");
            try (GradientTape tape = c.watchingTape()) {
                Tensor z = y.mul(y);
                c.checkAll(tape.gradient(List.of(x, y, z), List.of(x, y)), "g");
            }
        });
        cases.add("duplicate-sources", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.mul(2);
                c.checkAll(tape.gradient(y, List.of(x, x)), "g");
            }
        });
        cases.add("gradient-wrt-intermediate", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.mul(x);
                Tensor z = y.mul(y);
                c.checkAll(tape.gradient(z, List.of(x, y)), "g");
            }
        });
        cases.add("gradient-of-unrelated-variable", c -> {
            try (GradientTape tape = c.tape()) {
                c.check(tape.gradient(c.variable("x"), c.variable("y")), "g");
            }
        });
        cases.add("empty-sources", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.mul(x);
                c.checkAll(tape.gradient(y, List.of()), "g");
            }
        });
    }

    /** A case of a watched constant x, targets computed of it, and the gradient by x. */
    private static void oneSource(Cases cases, String id, String figure, Function<Tensor, List<Tensor>> targets) {
        cases.add(id, c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(targets.apply(x), x), figure);
            }
        });
    }
}
