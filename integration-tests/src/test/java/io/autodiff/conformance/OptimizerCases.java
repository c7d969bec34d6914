package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Area "optimizer": gradient descent. The figures of float32 runs have a tolerance of their own. */
final class OptimizerCases {
    private static final Pattern LEARNING_RATE = Pattern.compile("lr=([0-9.]+)");
    private static final Pattern STEPS_AT_RATE = Pattern.compile("(\\d+) at ([0-9.]+)");

    private OptimizerCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-sgd-1000-float32", c -> {
            Variable x = c.variable("x");
            descend(new Sgd(learningRate(c)), x, c.setup("steps").getAsInt());
            c.check(x.item(), "x");
            assertEquals("0.999998569", String.format(Locale.ROOT, "%.9f", x.item()));
            ConformanceCase.assertClose(
                    c.expected("y").getAsDouble(), quadratic(x).item(), 1e-6, () -> "the loss");
        });
        cases.add("sgd-1000-float64", c -> {
            Variable x = c.variable("x");
            descend(new Sgd(learningRate(c)), x, c.setup("steps").getAsInt());
            c.check(x, "x");
        });
        cases.add("seed-learning-rate-changed-midway", c -> {
            Variable x = c.variable("x");
            List<MatchResult> phases = STEPS_AT_RATE
                    .matcher(c.setup("steps").getAsString())
                    .results()
                    .toList();
            assertEquals(2, phases.size());
            Sgd sgd = new Sgd(Double.parseDouble(phases.get(0).group(2)));
            descend(sgd, x, Integer.parseInt(phases.get(0).group(1)));
            double before = x.item();
            sgd.setLearningRate(Double.parseDouble(phases.get(1).group(2)));
            descend(sgd, x, Integer.parseInt(phases.get(1).group(1)));
            c.check(sgd.learningRate(), "lr");
            c.check(x.item(), "x");
            assertTrue(before < x.item() && x.item() <= 1, () -> before + ", then " + x.item());
        });
        cases.add("seed-gd-assign-sub", c -> {
            Variable x = c.variable("x");
            double rate = c.setup("lr").getAsDouble();
            for (int step = 0; step < c.setup("steps").getAsInt(); step++) {
                try (GradientTape tape = c.tape()) {
                    Tensor z = x.pow(2).mul(3).add(x.mul(2)).sub(1);
                    x.assignSub(tape.gradientOrThrow(z, x).mul(rate));
                }
            }
            c.check(x.item(), "x");
        });
        cases.add("opt-sgd", c -> {
            Variable x = c.variable("x");
            Sgd sgd = new Sgd(learningRate(c));
            for (int step = 0; step < c.setup("steps").getAsInt(); step++) {
                sgd.minimize(() -> coupled(x), List.of(x));
                c.check(x, "x", step);
            }
        });
        cases.add("linear-regression-500", c -> {
            Tensor xs = c.float64("xs");
            Tensor ys = c.float64("ys");
            Variable w = Variable.of(0.0);
            Variable b = Variable.of(0.0);
            Sgd sgd = new Sgd(c.setup("lr").getAsDouble());
            double loss = Double.NaN;
            for (int step = 0; step < c.setup("steps").getAsInt(); step++) {
                loss = sgd.minimize(
                                () -> ys.sub(w.mul(xs).add(b)).square().mean().mul(0.5), List.of(w, b))
                        .item();
            }
            c.check(w, "w");
            c.check(b, "b");
            // The loss is far below the tolerance of the case, so it is compared by its digits.
            double expected = c.expected("L").getAsDouble();
            assertEquals(expected, loss, 1e-6 * expected);
        });
    }

    private static double learningRate(ConformanceCase c) {
        return LEARNING_RATE
                .matcher(c.setup("optimizer").getAsString())
                .results()
                .mapToDouble(match -> Double.parseDouble(match.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static void descend(Sgd sgd, Variable x, int steps) {
        for (int step = 0; step < steps; step++) {
            try (GradientTape tape = GradientTape.open()) {
                Tensor y = quadratic(x);
                sgd.applyGradients(List.of(GradientAndVariable.of(tape.gradient(y, x), x)));
            }
        }
    }

    /** x^2 - 2x + 1. */
    private static Tensor quadratic(Operand x) {
        return x.pow(2).sub(x.mul(2)).add(1);
    }

    /** x0^2 + 3 x1^2 + x0 x1. */
    private static Tensor coupled(Operand x) {
        Tensor x0 = x.slice(new long[] {0}, Shape.of(1));
        Tensor x1 = x.slice(new long[] {1}, Shape.of(1));
        return x0.square().add(x1.square().mul(3)).add(x0.mul(x1));
    }
}
