package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT32;
import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.CompiledAction;
import io.autodiff.CompiledMany;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code tf.function}: functions that are traced once and then run without their Java code. */
final class CompiledChapter {
    /** Where float32 arithmetic ends, at a rate of 0.01 from 0; it is there after 1000 steps, and stays. */
    private static final double END = 0.999998569;

    private CompiledChapter() {}

    static void run(Checks check) {
        check.chapter("Compiled functions");
        derivative(check);
        for (int steps : new int[] {1000, 10_000}) {
            minimumByApplyGradients(check, steps);
            minimumByMinimize(check, steps);
        }
        minimumByJavaLoop(check);
        learningRate(check);
        randomNumbers(check);
    }

    /** The tape is inside. A float32 and an int32 argument are two signatures, each traced at its first call. */
    private static void derivative(Checks check) {
        CompiledMany f = Functions.compileMany(in -> {
            Tensor x = in.get(0).castTo(DType.FLOAT32);
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(x);
                Tensor y = y(x);
                return List.of(tape.gradientOrThrow(y, x), y);
            }
        });
        check.gradients("f(x) = [dy/dx, y] at 0", f.apply(List.of(Tensors.of(0f))), FLOAT32, -2.0, 1.0);
        check.gradients("at 1", f.apply(List.of(Tensors.of(1f))), FLOAT32, 0.0, 0.0);
        check.same("how often f was traced", f.traces(), 1);
        check.gradients("at the int 1", f.apply(List.of(Tensors.of(1))), FLOAT32, 0.0, 0.0);
        check.same("how often f was traced", f.traces(), 2);
    }

    private static void minimumByApplyGradients(Checks check, int steps) {
        Sgd sgd = new Sgd(0.01);
        minimum(check, "applyGradients", steps, x -> {
            try (GradientTape tape = GradientTape.open()) {
                Tensor dy = tape.gradientOrThrow(y(x), x);
                sgd.applyGradients(List.of(GradientAndVariable.of(dy, x)));
            }
        });
    }

    private static void minimumByMinimize(Checks check, int steps) {
        Sgd sgd = new Sgd(0.01);
        minimum(check, "minimize", steps, x -> sgd.minimize(() -> y(x), List.of(x)));
    }

    /** The whole loop is one compiled function. Its body is traced once, however many steps there are. */
    private static void minimum(Checks check, String how, int steps, Consumer<Variable> step) {
        Variable x = Variable.builder(0f).name("x").build();
        Supplier<Tensor> loop = () -> {
            Loops.repeat(steps, () -> step.accept(x));
            return y(x);
        };
        CompiledSupplier compiled = Functions.compileSupplier(loop);
        check.close(how + ", " + steps + " times in one call: y", compiled.get(), FLOAT32, 0);
        check.close("x", x, 2e-7, END);

        x.assign(0);
        double eager = milliseconds(loop);
        check.close("the same loop, not compiled: x", x, 2e-7, END);
        x.assign(0);
        double second = milliseconds(compiled);
        check.close("a second call from 0: x", x, 2e-7, END);
        check.same("how often the loop was traced", compiled.traces(), 1);
        check.note(String.format(
                Locale.ROOT, "wall time: %.1f ms not compiled, %.1f ms compiled (second call)", eager, second));
    }

    /** A loop of Java runs while it is traced: each of its steps is recorded. The numbers are the same, the recording is not. */
    private static void minimumByJavaLoop(Checks check) {
        Variable x = Variable.of(0f);
        Sgd sgd = new Sgd(0.01);
        Runnable step = () -> sgd.minimize(() -> y(x), List.of(x));
        CompiledAction unrolled = Functions.compileAction(() -> {
            for (int i = 0; i < 1000; i++) {
                step.run();
            }
        });
        unrolled.run();
        check.close("a loop of Java, 1000 times: x", x, 2e-7, END);

        CompiledAction loop = Functions.compileAction(() -> Loops.repeat(1000, step));
        x.assign(0);
        loop.run();
        check.close("Loops.repeat, 1000 times: x", x, 2e-7, END);
        check.atMost("what it records, as a part of the other", recorded(loop) / recorded(unrolled), 0.01);
    }

    private static double recorded(CompiledAction action) {
        return action.describe().lines().count();
    }

    private static double milliseconds(Supplier<Tensor> program) {
        long start = System.nanoTime();
        program.get().evaluate();
        return (System.nanoTime() - start) / 1e6;
    }

    private static void learningRate(Checks check) {
        Variable x = Variable.of(0.0);
        Sgd sgd = new Sgd(0.25);
        CompiledAction step = Functions.compileAction(() -> sgd.minimize(() -> y(x), List.of(x)));
        step.run();
        check.close("a compiled step from 0 at rate 0.25: x", x, FLOAT64, 0.5);
        sgd.setLearningRate(0.125);
        step.run();
        check.close("the next at 0.125: x", x, FLOAT64, 0.625);
        check.same("how often the step was traced", step.traces(), 1);
    }

    /** Each call draws on from where the generator is, as each line of eager code does. */
    private static void randomNumbers(Checks check) {
        Random random = Random.seeded(42);
        CompiledSupplier draw = Functions.compileSupplier(() -> random.normal(DType.FLOAT64, 2));
        Tensor first = draw.get();
        Tensor second = draw.get();
        Random same = Random.seeded(42);
        check.close("random numbers, first call", first, FLOAT64, eager(same));
        check.close("second call", second, FLOAT64, eager(same));
        check.same("are any of them equal", anyEqual(first, second), false);
        check.same("how often the draw was traced", draw.traces(), 1);
    }

    private static double[] eager(Random random) {
        return random.normal(DType.FLOAT64, 2).toDoubleArray();
    }

    private static boolean anyEqual(Tensor a, Tensor b) {
        return a.eq(b).castTo(DType.INT32).sum().item() > 0;
    }

    private static Tensor y(Operand x) {
        return x.pow(2).sub(x.mul(2)).add(1);
    }
}
