package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;

/** Area "errors": the exception's type, the words in its message, and what must be as it was. */
final class ErrorCases {
    private ErrorCases() {}

    static void addTo(Cases cases) {
        cases.add("output-gradients-bad-shape", c -> badOutputGradient(c, Tensors.of(new double[] {1, 1, 1})));
        cases.add("output-gradients-bad-dtype", c -> badOutputGradient(c, Tensors.of(new float[] {1, 1})));
        // The API takes operands and an enum, so that these two errors are the compiler's.
        cases.add("watch-non-tensor", c -> {
            c.expected("error");
            Snippet.of("GradientTape.open().watch(new double[] {1, 2});").failsWith("double[]");
            Snippet.of("GradientTape.open().watch(new Object());").failsWith("Object");
            Snippet.of("GradientTape.open().watch(Tensors.of(1.0));").compiles();
        });
        cases.add("unconnected-bad-value", c -> {
            c.expected("error");
            String call = "GradientTape.open().gradient("
                    + "java.util.List.of(Tensors.of(1.0)), java.util.List.of(Tensors.of(1.0)), null, %s);";
            Snippet.of(String.format(call, "\"nonsense\"")).failsWith("String cannot be converted");
            Snippet.of(String.format(call, "UnconnectedGradients.ZERO")).compiles();
        });
        cases.add("reenter-active-tape", c -> {
            try (GradientTape tape = c.tape()) {
                c.fails(tape::resume);
            }
        });
        cases.add("null-target", c -> {
            Tensor x = c.constant("x");
            try (GradientTape tape = c.watchingTape()) {
                c.fails(() -> namesTarget(() -> tape.gradient((Operand) null, List.of(x))));
                c.fails(() -> namesTarget(() -> tape.gradient((List<Tensor>) null, List.of(x))));
            }
        });
        cases.add("assign-shape-mismatch", c -> {
            Variable x = c.variable("x");
            double[] before = x.toDoubleArray();
            c.fails(() -> x.assign(new double[] {1, 2, 3}));
            assertArrayEquals(before, x.toDoubleArray(), "x after the error");
        });
        cases.add("assign-dtype-mismatch", c -> {
            Variable x = c.variable("x");
            double[] before = x.toDoubleArray();
            c.fails(() -> x.assign(Tensors.of(new int[] {3, 4})));
            assertArrayEquals(before, x.toDoubleArray(), "x after the error");
        });
        cases.add("opt-all-none-error", c -> {
            Variable y = c.variable("y");
            c.fails(() -> new Sgd(0.1).applyGradients(List.of(GradientAndVariable.of(null, y))));
        });
    }

    private static void badOutputGradient(ConformanceCase c, Tensor outputGradient) {
        Tensor x = c.constant("x");
        try (GradientTape tape = c.watchingTape()) {
            Tensor y = x.mul(x);
            c.fails(() -> tape.gradient(List.of(y), List.of(x), List.of(outputGradient), UnconnectedGradients.NONE));
        }
    }

    private static void namesTarget(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("target"), () -> "names the argument: " + e);
            throw e;
        }
    }
}
