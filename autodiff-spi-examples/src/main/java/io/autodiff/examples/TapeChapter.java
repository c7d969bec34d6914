package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code tf.GradientTape}: one gradient or many, watching, several sources, vectors, nested tapes. */
final class TapeChapter {
    private TapeChapter() {}

    static void run(Checks check) {
        check.chapter("The gradient tape");
        square(check);
        oneGradientOnly(check);
        persistent(check);
        notWatched(check);
        watched(check);
        watchedConstant(check);
        twoVariables(check);
        vectors(check);
        nestedTapes(check);
    }

    private static void square(Checks check) {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.square();
            Tensor dy = tape.gradientOrThrow(y, x);
            check.close("y = x^2 at 3", y, FLOAT64, 9);
            check.close("dy/dx", dy, FLOAT64, 6);
        }
    }

    /** The gradient may also be asked for after the recording has ended, as in TensorFlow's own tutorial. */
    private static void oneGradientOnly(Checks check) {
        Variable x = Variable.of(3.0);
        GradientTape tape = GradientTape.open();
        Tensor y = x.square();
        Tensor z = x.pow(3);
        tape.close();
        check.close("dy/dx, the tape closed", tape.gradient(y, x), FLOAT64, 6);
        check.refused("a second gradient", IllegalStateException.class, "persistent", () -> tape.gradient(z, x));
    }

    private static void persistent(Checks check) {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor y = x.square();
            Tensor z = x.pow(3);
            check.close("persistent: y = x^2", y, FLOAT64, 9);
            check.close("dy/dx", tape.gradient(y, x), FLOAT64, 6);
            check.close("z = x^3", z, FLOAT64, 27);
            check.close("dz/dx", tape.gradient(z, x), FLOAT64, 27);
        }
    }

    private static void notWatched(Checks check) {
        Variable x = Variable.of(3.0);
        try (GradientTape tape =
                GradientTape.builder().watchAccessedVariables(false).open()) {
            Tensor y = x.square();
            check.same("dy/dx, not watched", tape.gradient(y, x), null);
        }
    }

    private static void watched(Checks check) {
        Variable x = Variable.of(3.0);
        try (GradientTape tape =
                GradientTape.builder().watchAccessedVariables(false).open()) {
            tape.watch(x);
            Tensor y = x.square();
            check.close("dy/dx, watched", tape.gradient(y, x), FLOAT64, 6);
        }
    }

    private static void watchedConstant(Checks check) {
        Tensor x = Tensors.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = x.square();
            check.close("dy/dx, x a watched constant", tape.gradient(y, x), FLOAT64, 6);
        }
    }

    private static Tensor f(Operand x, Operand y) {
        return x.square().add(y.square().mul(2)).add(1);
    }

    private static void twoVariables(Checks check) {
        Variable x = Variable.of(3.0);
        Variable y = Variable.of(4.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor f = f(x, y);
            check.close("f = x^2 + 2y^2 + 1 at (3, 4)", f, FLOAT64, 42);
            check.gradients("[df/dx, df/dy]", tape.gradient(f, List.of(x, y)), FLOAT64, 6.0, 16.0);
            check.close("df/dx", tape.gradient(f, x), FLOAT64, 6);
            check.close("df/dy", tape.gradient(f, y), FLOAT64, 16);
        }
    }

    private static void vectors(Checks check) {
        Variable x = Variable.of(new double[] {1, 2, 3});
        Variable y = Variable.of(new double[] {4, 5, 6});
        try (GradientTape tape = GradientTape.open()) {
            Tensor f = f(x, y);
            List<@Nullable Tensor> gradients = tape.gradient(f, List.of(x, y));
            check.close("f at [1, 2, 3], [4, 5, 6]", f, FLOAT64, 34, 55, 82);
            check.close("d sum(f)/dx", gradients.get(0), FLOAT64, 2, 4, 6);
            check.close("d sum(f)/dy", gradients.get(1), FLOAT64, 16, 20, 24);
        }
    }

    private static void nestedTapes(Checks check) {
        Variable x = Variable.of(3.0);
        Variable y = Variable.of(4.0);
        try (GradientTape outer = GradientTape.open()) {
            List<Tensor> first;
            try (GradientTape inner = GradientTape.open()) {
                first = inner.gradientOrThrow(List.of(f(x, y)), List.of(x, y));
            }
            check.gradients("nested tapes: [df/dx, df/dy]", first, FLOAT64, 6.0, 16.0);
            check.gradients("the gradient of df/dx + df/dy", outer.gradient(first, List.of(x, y)), FLOAT64, 2.0, 4.0);
        }
    }
}
