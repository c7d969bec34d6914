package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.CompiledMany;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Area "compiled", and the errors of compiled functions. */
final class CompiledCases {
    private static final Pattern SGD = Pattern.compile("SGD\\(([0-9.]+)\\)");

    private CompiledCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-compiled-function", c -> {
            CompiledMany f = Functions.compileMany(in -> {
                Tensor x = in.get(0).castTo(DType.FLOAT32);
                try (GradientTape tape = GradientTape.open()) {
                    tape.watch(x);
                    Tensor y = quadratic(x);
                    return List.of(tape.gradientOrThrow(y, x), y);
                }
            });
            c.checkAll(f.apply(List.of(Tensors.of(0f))), "f(0)");
            c.checkAll(f.apply(List.of(Tensors.of(1f))), "f(1)");
            assertEquals(1, f.traces());
            c.checkAll(f.apply(List.of(Tensors.of(1))), "f(int 1)");
            assertEquals(2, f.traces());
        });
        cases.add("compiled-retrace-by-signature", c -> {
            int[] runs = {0};
            CompiledFunction f = Functions.compile(x -> {
                runs[0]++;
                return x.mul(x).add(2);
            });
            c.check(f.apply(Tensors.of(1.0)), "values", 0);
            c.check(f.apply(Tensors.of(3.0)), "values", 1);
            c.check(f.traces(), "traces", 0);
            c.check(f.apply(Tensors.of(2f)), "values", 2);
            c.check(f.traces(), "traces", 1);
            f.apply(Tensors.of(new double[] {1, 2}));
            c.check(f.traces(), "traces", 2);
            f.apply(Tensors.of(new double[] {3, 4}));
            c.check(f.traces(), "traces", 3);
            assertEquals(f.traces(), runs[0], "runs of the Java code");
        });
        cases.add("compiled-loop-dynamic-count", c -> {
            CompiledMany f = Functions.compileMany(in -> {
                Tensor x = in.get(0);
                return List.of(Loops.repeat(in.get(1), x, y -> y.mul(x)));
            });
            CompiledMany within = Functions.compileMany(in -> {
                try (GradientTape tape = GradientTape.open()) {
                    tape.watch(in.get(0));
                    Tensor y = f.apply(in).get(0);
                    return List.of(y, tape.gradientOrThrow(y, in.get(0)));
                }
            });
            Tensor x = c.constant("x");
            for (String n : List.of("0", "3", "5")) {
                List<Tensor> arguments = List.of(x, Tensors.of(Integer.parseInt(n)));
                try (GradientTape tape = c.watchingTape()) {
                    Tensor y = f.apply(arguments).get(0);
                    c.checkAll(List.of(y, tape.gradientOrThrow(y, x)), n);
                }
                c.checkAll(within.apply(arguments), n);
            }
            assertEquals(1, f.traces());
            assertEquals(1, within.traces());
        });
        cases.add("compiled-variable-side-effects-in-order", c -> {
            Variable v = c.variable("v");
            CompiledFunction step = Functions.compile(x -> {
                v.assignAdd(x);
                return v.mul(x);
            });
            c.check(step.apply(Tensors.of(2.0)), "out", 0);
            c.check(step.apply(Tensors.of(2.0)), "out", 1);
            c.check(v, "v");
            assertEquals(1, step.traces());
        });
        cases.add("seed-compiled-minimize-loop", c -> {
            Variable x = c.variable("x");
            Sgd sgd = new Sgd(rate(c));
            int steps = c.setup("steps").getAsInt();
            CompiledSupplier minimum = Functions.compileSupplier(() -> {
                for (int step = 0; step < steps; step++) {
                    try (GradientTape tape = GradientTape.open()) {
                        Tensor dy = tape.gradientOrThrow(quadratic(x), x);
                        sgd.applyGradients(List.of(GradientAndVariable.of(dy, x)));
                    }
                }
                return quadratic(x);
            });
            // The second call is the one that runs no Java code.
            for (int call = 0; call < 2; call++) {
                x.assign(0);
                c.check(minimum.get().item(), "y");
                c.check(x.item(), "x");
            }
            assertEquals(1, minimum.traces());
        });
        cases.add("compiled-second-order", c -> {
            CompiledFunction f = Functions.compile(x -> x.sin().mul(x));
            Tensor x = c.constant("x");
            // The first call traces while the tapes record, the second finds the trace.
            for (int call = 0; call < 2; call++) {
                try (GradientTape outer = c.watchingTape();
                        GradientTape inner = c.watchingTape()) {
                    Tensor y = f.apply(x);
                    c.check(y, "y");
                    Tensor g = inner.gradientOrThrow(y, x);
                    c.check(g, "g");
                    c.check(outer.gradient(g, x), "gg");
                }
            }
            assertEquals(1, f.traces());
        });
        cases.add("compiled-variable-creation-each-call", c -> {
            CompiledFunction f = Functions.compile(x -> Variable.of(1.0).mul(x));
            c.fails(() -> f.apply(Tensors.of(2.0)));
        });
    }

    private static double rate(ConformanceCase c) {
        Matcher sgd = SGD.matcher(c.setup("optimizer").getAsString());
        assertTrue(sgd.matches(), () -> c.id() + " has another optimizer");
        return Double.parseDouble(sgd.group(1));
    }

    /** x^2 - 2x + 1. */
    private static Tensor quadratic(Operand x) {
        return x.pow(2).sub(x.mul(2)).add(1);
    }
}
