package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import io.autodiff.nd4j.Nd4jTensors;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Areas "variables" and "inplace": what an assignment changes, and what nobody can change from outside. */
final class VariableCases {
    private VariableCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-variable-assign-int", c -> {
            Variable x = c.variable("x");
            c.check(x.assign(new int[] {3, 4}), "assign");
            c.check(x.assignAdd(new int[] {1, 1}), "assign_add1");
            c.check(x.assignAdd(new int[] {1, 1}), "assign_add2");
            c.check(x.assignSub(new int[] {2, 0}), "assign_sub");
            c.check(x.trainable(), "trainable");
        });
        cases.add("non-trainable-variable", c -> {
            Variable u = c.variable("u");
            try (GradientTape tape = c.tape()) {
                c.check(tape.gradient(u.mul(u), u), "auto");
            }
            try (GradientTape tape = c.tape()) {
                tape.watch(u);
                c.check(tape.gradient(u.mul(u), u), "watched");
            }
        });
        cases.add("assign-between-record-and-gradient", c -> {
            Variable x = c.variable("x");
            GradientTape tape = c.tape();
            Tensor y;
            try (tape) {
                y = x.mul(x);
            }
            x.assign(10);
            c.check(tape.gradient(y, x), "g");
            c.check(x, "x");
        });

        // The library gives the array away as a copy, so the gradient is right whatever is done to it.
        cases.add("inplace-mutation-of-saved-output-detected", c -> {
            c.expected("error");
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.exp();
                Nd4jTensors.toArray(y).muli(2);
                assertArrayEquals(
                        new double[] {Math.E, Math.E * Math.E},
                        tape.gradientOrThrow(y, x).toDoubleArray(),
                        1e-12);
            }
        });
        cases.add("inplace-mutation-not-saved-is-harmless", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                Tensor y = x.add(3);
                Nd4jTensors.toArray(y).muli(2);
                c.check(tape.gradient(y, x), "g");
            }
        });
        cases.add("gradient-does-not-alias-upstream", VariableCases::gradientsDoNotAlias);
    }

    private static void gradientsDoNotAlias(ConformanceCase c) {
        Tensor x = c.constant("x");
        INDArray upstream = Nd4j.createFromArray(1.0, 1.0);
        Tensor outputGradient = Nd4jTensors.wrap(upstream);
        try (GradientTape tape = c.watchingTape()) {
            Tensor y = x.add(x);
            Tensor g = tape.gradient(List.of(y), List.of(x), List.of(outputGradient), UnconnectedGradients.NONE)
                    .get(0);
            c.check(g, "g");
            Nd4jTensors.toArray(g).muli(100);
            c.check(g, "g");
            c.check(outputGradient, "ogAfter");
            c.check(Nd4jTensors.copyOf(upstream), "ogAfter");
            assertArrayEquals(new double[] {2, 4}, y.toDoubleArray());
        }
        // Both sources of z = a + b receive the same upstream gradient.
        Variable a = Variable.of(new double[] {1, 2});
        Variable b = Variable.of(new double[] {3, 4});
        try (GradientTape tape = GradientTape.open()) {
            Tensor z = a.add(b);
            List<Tensor> gradients =
                    tape.gradient(List.of(z), List.of(a, b), List.of(outputGradient), UnconnectedGradients.NONE);
            Nd4jTensors.toArray(gradients.get(0)).muli(100);
            a.assign(gradients.get(0)).assignAdd(new double[] {5, 5});
            c.check(gradients.get(0), "ogAfter");
            c.check(gradients.get(1), "ogAfter");
            c.check(outputGradient, "ogAfter");
        }
    }
}
