package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.Branch;
import io.autodiff.CompiledFunction;
import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;
import java.util.function.Function;

/** {@code tf.while_loop} and {@code tf.cond}: compiled functions whose course depends on values, and their gradients. */
final class LoopChapter {
    private LoopChapter() {}

    static void run(Checks check) {
        check.chapter("Loops and branches in compiled functions");
        countIsAnArgument(check);
        newton(check);
        branch(check);
        collatz(check);
    }

    /** x to the power n + 1, by n products. Whatever n is, the body is traced once. */
    private static void countIsAnArgument(Checks check) {
        CompiledMany power =
                Functions.compileMany(in -> List.of(Loops.repeat(in.get(1), in.get(0), y -> y.mul(in.get(0)))));
        Tensor x = Tensors.of(2.0);
        check.close("2 times 2, 4 times", power.apply(List.of(x, Tensors.of(4))).get(0), FLOAT64, 32);
        check.close("9 times", power.apply(List.of(x, Tensors.of(9))).get(0), FLOAT64, 1024);
        check.close("0 times", power.apply(List.of(x, Tensors.of(0))).get(0), FLOAT64, 2);
        Tensor four = Tensors.of(4);
        derivatives(check, "x^5 at 2", t -> power.apply(List.of(t, four)).get(0), x, 80, 160);
        check.same("how often it was traced", power.traces(), 1);
    }

    /** The square root by Newton's method, which ends when it is close enough; the gradient goes back through the steps it took. */
    private static void newton(Checks check) {
        CompiledFunction root = Functions.compile(a -> Loops.whileLoop(
                Tensors.of(1.0),
                r -> r.square().sub(a).abs().gt(1e-12),
                r -> r.add(a.div(r)).mul(0.5)));
        check.close("the root of 2 by Newton", root.apply(Tensors.of(2.0)), FLOAT64, Math.sqrt(2));
        check.close("of 1, where no step is needed", root.apply(Tensors.of(1.0)), FLOAT64, 1);
        derivatives(check, "the root at 9", root::apply, Tensors.of(9.0), 1.0 / 6, -1.0 / 108);
        check.same("how often it was traced", root.traces(), 1);
    }

    /** Both sides are traced; each call runs one, and the gradient is that side's. */
    private static void branch(Checks check) {
        CompiledFunction f = Functions.compile(x -> Branch.cond(x.gt(0), () -> x.log(), () -> x.square()));
        check.close("log x if x > 0, else x^2: at 2", f.apply(Tensors.of(2.0)), FLOAT64, Math.log(2));
        check.close("at -3, where the logarithm is NaN", f.apply(Tensors.of(-3.0)), FLOAT64, 9);
        derivatives(check, "log x at 2", f::apply, Tensors.of(2.0), 0.5, -0.25);
        derivatives(check, "x^2 at -3", f::apply, Tensors.of(-3.0), -6, 2);
        check.same("how often it was traced", f.traces(), 1);
    }

    /** A branch in a loop: halve what is even, else three times it and one more, until it is 1. */
    private static void collatz(Checks check) {
        CompiledFunction steps = Functions.compile(n -> Loops.whileLoop(
                        List.of(n, Tensors.of(0L)),
                        state -> state.get(0).gt(1),
                        state -> List.of(next(state.get(0)), state.get(1).add(1)))
                .get(1));
        check.exactly("Collatz steps from 6", steps.apply(Tensors.of(6L)), "int64[]", 8);
        check.exactly("from 27", steps.apply(Tensors.of(27L)), "int64[]", 111);
        check.same("how often it was traced", steps.traces(), 1);
    }

    private static Tensor next(Tensor n) {
        return Branch.cond(
                n.floorMod(2).eq(0), () -> n.floorDiv(2), () -> n.mul(3).add(1));
    }

    private static void derivatives(
            Checks check, String of, Function<Tensor, Tensor> f, Tensor x, double first, double second) {
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            outer.watch(x);
            inner.watch(x);
            Tensor dy = inner.gradientOrThrow(f.apply(x), x);
            check.close("d/dx of " + of, dy, FLOAT64, first);
            check.close("d2/dx2", outer.gradientOrThrow(dy, x), FLOAT64, second);
        }
    }
}
