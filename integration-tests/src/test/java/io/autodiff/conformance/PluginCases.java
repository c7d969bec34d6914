package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import io.autodiff.op.Shapes;
import io.autodiff.spi.Executor;
import io.autodiff.spi.OpProvider;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Area "custom-op", and the errors of custom gradients. Each gradient is taken from eager code, and from a compiled function. */
final class PluginCases {
    private record Provider(String name, List<Op> ops) implements OpProvider {}

    private PluginCases() {}

    static void addTo(Cases cases) {
        cases.add("custom-gradient-basic", c -> {
            Variable x = c.variable("x");
            Function<Operand, Tensor> f = Functions.customGradient(
                    Tensor::square, (call, dy) -> dy.mul(2).mul(call.input("x")).add(1));
            for (Function<Operand, Tensor> g : List.of(f, compiled(f))) {
                try (GradientTape tape = c.tape()) {
                    c.check(tape.gradient(g.apply(x), x), "g");
                }
            }
        });
        cases.add("custom-gradient-log1pexp-stable", c -> {
            Tensor x = c.constant("x");
            Function<Tensor, Tensor> naive = in -> in.exp().add(1).log();
            Function<Operand, Tensor> stable = Functions.customGradient(
                    naive,
                    (call, dy) -> dy.mul(call.input("x").exp().add(1).rdiv(1).rsub(1)));
            for (Function<Operand, Tensor> f : List.of(stable, compiled(stable))) {
                try (GradientTape tape = c.watchingTape()) {
                    c.check(tape.gradient(f.apply(x), x), "g");
                }
            }
            try (GradientTape tape = c.watchingTape()) {
                c.check(tape.gradient(naive.apply(x), x), "naive");
            }
        });
        cases.add("custom-gradient-in-training-loop", c -> {
            double rate = c.setup("lr").getAsDouble();
            Function<Operand, Tensor> twice =
                    Functions.customGradient("my_mul", in -> in.mul(2), (call, dy) -> dy.mul(2));
            for (Function<Operand, Tensor> f : List.of(twice, compiled(twice))) {
                Variable x = c.variable("x");
                x.assign(2.0);
                int steps = c.expected("losses").getAsJsonArray().size();
                for (int step = 0; step < steps; step++) {
                    try (GradientTape tape = c.tape()) {
                        Tensor loss = f.apply(x);
                        c.check(loss, "losses", step);
                        x.assignSub(tape.gradientOrThrow(loss, x).mul(rate));
                    }
                }
            }
        });
        cases.add("custom-gradient-too-few", c -> {
            Variable x = c.variable("x");
            var f = Functions.customGradientMany(
                    "too_few", in -> List.of(in.get(0).square()), (call, dys, needed) -> List.of());
            try (GradientTape tape = c.tape()) {
                Tensor y = f.apply(List.of(x)).get(0);
                c.fails("too_few", () -> tape.gradient(y, x));
            }
        });
        cases.add("custom-gradient-throws", c -> {
            c.expected("error");
            Tensor x = c.constant("x");
            RuntimeException thrown = new IllegalStateException("boom-in-backward");
            Function<Operand, Tensor> f = Functions.customGradient(Tensor::square, (call, dy) -> {
                throw thrown;
            });
            for (Function<Operand, Tensor> g : List.of(f, compiled(f))) {
                try (GradientTape tape = c.watchingTape()) {
                    Tensor y = g.apply(x);
                    RuntimeException e = assertThrows(RuntimeException.class, () -> tape.gradient(y, x));
                    assertEquals(thrown, e.getCause());
                    assertTrue(String.valueOf(e.getMessage()).contains("boom-in-backward"), e.getMessage());
                }
                assertEquals(List.of(), Executor.recorders(), "no tape is left active");
            }
        });
        cases.add("custom-gradient-second-order", c -> {
            Tensor x = c.constant("x");
            Function<Operand, Tensor> f = Functions.customGradient(
                    Tensor::square, (call, dy) -> dy.mul(2).mul(call.input("x")));
            for (Function<Operand, Tensor> g : List.of(f, compiled(f))) {
                try (GradientTape outer = c.watchingTape();
                        GradientTape inner = c.watchingTape()) {
                    Tensor slope = inner.gradientOrThrow(g.apply(x), x);
                    c.check(slope, "g");
                    c.check(outer.gradient(slope, x), "gg");
                }
            }
        });
        cases.add("custom-gradient-clip", c -> {
            Variable x = c.variable("x");
            Function<Operand, Tensor> clip = Functions.customGradient(
                    in -> in,
                    (call, dy) -> dy.mul(dy.reshape(-1).norm2().rdiv(0.5).minimum(1)));
            Function<Operand, Tensor> f = in -> clip.apply(in.mul(in));
            for (Function<Operand, Tensor> g : List.of(f, compiled(f))) {
                try (GradientTape tape = c.tape()) {
                    c.check(tape.gradient(g.apply(x), x), "g");
                }
            }
        });
        // An op is refused whose inputs have no gradient and do not say so, at the first call if not before.
        cases.add("unregistered-op-gradient", c -> {
            c.expected("error");
            c.expected("notAcceptable");
            Tensor x = c.constant("x");
            Op op = op("without_gradient");
            try (GradientTape tape = c.watchingTape()) {
                namesTheWayOut(() -> tape.gradient(op.apply(x), x));
            }
            namesTheWayOut(() -> new OpRegistry(List.of(new Provider("forgetful", List.of(op)))));
        });
        cases.add("duplicate-op-registration", c -> {
            c.expected("error");
            Op op = op("same_name").gradient("x", (call, dy) -> dy);
            Provider one = new Provider("one", List.of(op));
            RuntimeException e =
                    assertThrows(IllegalStateException.class, () -> new OpRegistry(List.of(one, other(op))));
            for (String words : List.of("'same_name'", "'one'", "'other'", Provider.class.getName())) {
                assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
            }
        });
    }

    private static OpProvider other(Op op) {
        return new OpProvider() {
            @Override
            public String name() {
                return "other";
            }

            @Override
            public List<Op> ops() {
                return List.of(op);
            }
        };
    }

    private static Op op(String name) {
        return Op.named(name)
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, c -> c.input("x").mul(2));
    }

    private static void namesTheWayOut(Runnable action) {
        RuntimeException e = assertThrows(IllegalStateException.class, action::run);
        for (String words :
                List.of("'without_gradient'", "input 'x'", ".gradient(\"x\"", ".notDifferentiable(\"x\")")) {
            assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
        }
    }

    private static Function<Operand, Tensor> compiled(Function<? super Tensor, ? extends Operand> f) {
        return Functions.compile(f);
    }
}
