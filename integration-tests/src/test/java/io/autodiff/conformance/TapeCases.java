package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import io.autodiff.nd4j.Nd4jTensors;
import java.util.ArrayList;
import java.util.List;

/** Areas "seeds", "tape", "linalg" and "control-flow": one tape, from recording to gradient. */
final class TapeCases {
    private TapeCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-square", c -> {
            Variable x = c.variable("x");
            try (GradientTape tape = c.tape()) {
                Tensor y = x.square();
                c.check(y, "y");
                c.check(tape.gradient(y, x), "dy_dx");
            }
        });
        cases.add("seed-nonpersistent-second-call", c -> {
            Variable x = c.variable("x");
            try (GradientTape tape = c.tape()) {
                Tensor y = x.square();
                Tensor z = x.pow(3);
                tape.gradientOrThrow(y, x);
                c.fails(() -> tape.gradient(z, x));
            }
        });
        cases.add("seed-persistent-two-gradients", c -> {
            Variable x = c.variable("x");
            try (GradientTape tape = c.tape()) {
                Tensor y = x.square();
                Tensor z = x.pow(3);
                c.check(y, "y");
                c.check(z, "z");
                c.check(tape.gradient(y, x), "dy_dx");
                c.check(tape.gradient(z, x), "dz_dx");
            }
        });
        cases.add("seed-multi-source", c -> {
            Variable x1 = c.variable("x1");
            Variable x2 = c.variable("x2");
            try (GradientTape tape = c.tape()) {
                Tensor z = x1.add(5).mul(x2.pow(2));
                c.checkAll(tape.gradient(z, List.of(x1, x2)), "grads");
            }
        });
        cases.add("seed-multi-target-sum", c -> {
            Variable x = c.variable("x");
            try (GradientTape tape = c.tape()) {
                Tensor z1 = x.mul(3);
                Tensor z2 = x.pow(2);
                c.check(tape.gradient(List.of(z1, z2), x), "dx");
            }
        });
        cases.add("seed-vector-target", c -> {
            Variable x = c.variable("x");
            Variable y = c.variable("y");
            try (GradientTape tape = c.tape()) {
                Tensor f = x.pow(2).add(y.pow(2).mul(2)).add(1);
                c.check(f, "f");
                List<Tensor> gradients = tape.gradient(f, List.of(x, y));
                c.check(gradients.get(0), "dx");
                c.check(gradients.get(1), "dy");
            }
        });
        cases.add("seed-persistent-gradient-inside-context", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.mul(x);
                Tensor z = y.mul(y);
                c.check(tape.gradient(z, x), "dz_dx");
                c.check(tape.gradient(y, x), "dy_dx");
            }
        });
        cases.add("seed-2xTx", c -> {
            Tensor x = c.variable("v").reshape(-1, 1);
            try (GradientTape tape = c.tape()) {
                tape.watch(x);
                Tensor y = x.transpose().mmul(x).mul(2);
                c.check(y, "y");
                c.check(tape.gradient(y, x), "dy_dx");
            }
        });
        cases.add("stop-recording", c -> {
            Variable x = c.variable("x");
            List<Tensor> y = new ArrayList<>();
            try (GradientTape tape = c.tape()) {
                tape.stopRecording(() -> y.add(x.mul(x)));
                c.check(tape.gradient(y, x), "g");
            }
        });
        cases.add("tape-reset", c -> {
            Variable v = c.variable("v");
            try (GradientTape tape = c.tape()) {
                Tensor loss = v.mul(v);
                tape.reset();
                loss = loss.add(v.mul(v));
                c.check(tape.gradient(loss, v), "g");
            }
        });
        cases.add("gradient-within-nonpersistent-context", c -> {
            Variable v = c.variable("v");
            try (GradientTape tape = c.tape()) {
                Tensor loss = v.mul(2);
                c.check(tape.gradient(loss, v), "g");
            }
        });
        cases.add("reenter-closed-tape-appends", c -> {
            Tensor x = c.constant("x");
            GradientTape tape = c.watchingTape();
            Tensor y;
            try (tape) {
                y = x.mul(2);
            }
            tape.resume();
            try (tape) {
                Tensor z = y.mul(2);
                c.check(tape.gradient(z, x), "g");
            }
        });
        cases.add("unconnected-none-and-zero", c -> {
            Tensor x = c.constant("x");
            Tensor y = c.constant("y");
            try (GradientTape tape = c.watchingTape()) {
                Tensor z = y.mul(2);
                c.check(tape.gradient(z, x), "none");
                c.check(
                        tape.gradient(List.of(z), List.of(x), null, UnconnectedGradients.ZERO)
                                .get(0),
                        "zero");
            }
        });
        cases.add("leaving-the-library-is-none", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y =
                        Nd4jTensors.wrap(Nd4jTensors.toArray(x).mul(3).add(1)).sum();
                assertEquals(11, y.item());
                c.check(tape.gradient(y, x), "g");
            }
        });
        for (String id : List.of("seed-control-flow-pos", "seed-control-flow-neg")) {
            cases.add(id, c -> {
                Tensor a = c.constant("a");
                try (GradientTape tape = c.watchingTape()) {
                    Tensor result = controlFlow(a);
                    Tensor gradient = tape.gradientOrThrow(result, a);
                    c.check(gradient, "grad");
                    c.check(gradient.item() == result.item() / a.item(), "equals_c_over_a");
                }
            });
        }
    }

    /** A number of doublings and a branch that both depend on the value: the tape records what was run. */
    private static Tensor controlFlow(Operand a) {
        Tensor b = a.mul(2);
        while (b.norm2().item() < 1000) {
            b = b.mul(2);
        }
        return b.sum().item() > 0 ? b : b.mul(100);
    }
}
