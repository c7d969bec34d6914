package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT32;
import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;

/** The derivative of y = a x^2 + b x + c, and its minimum by gradient descent. */
final class QuadraticChapter {
    /** What 1000 steps of float32 arithmetic come to, at a rate of 0.01 from 0. */
    private static final double AFTER_1000_STEPS = 0.999998569;

    private QuadraticChapter() {}

    static void run(Checks check) {
        check.chapter("y = a x^2 + b x + c");
        derivative(check);
        watchedCoefficients(check);
        secondDerivative(check);
        minimumByApplyGradients(check);
        minimumByMinimize(check);
    }

    private static void derivative(Checks check) {
        Variable x = Variable.of(0.0);
        Tensor a = Tensors.of(1.0);
        Tensor b = Tensors.of(-2.0);
        Tensor c = Tensors.of(1.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = a.mul(x.pow(2)).add(b.mul(x)).add(c);
            check.close("dy/dx at 0, (a, b, c) = (1, -2, 1)", tape.gradient(y, x), FLOAT64, -2);
        }
    }

    private static void watchedCoefficients(Checks check) {
        Variable x = Variable.of(0.0);
        Tensor a = Tensors.of(1.0);
        Tensor b = Tensors.of(-2.0);
        Tensor c = Tensors.of(1.0);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(List.of(a, b, c));
            Tensor y = a.mul(x.pow(2)).add(b.mul(x)).add(c);
            check.gradients("dy/d[x, a, b, c]", tape.gradient(y, List.of(x, a, b, c)), FLOAT64, -2.0, 0.0, 0.0, 1.0);
        }
    }

    private static void secondDerivative(Checks check) {
        Variable x = Variable.of(0.0);
        try (GradientTape outer = GradientTape.open()) {
            Tensor dy;
            try (GradientTape inner = GradientTape.open()) {
                Tensor y = x.pow(2).sub(x.mul(2)).add(1);
                dy = inner.gradientOrThrow(y, x);
            }
            check.close("d2y/dx2", outer.gradient(dy, x), FLOAT64, 2);
        }
    }

    private static void minimumByApplyGradients(Checks check) {
        Variable x = Variable.builder(0f).name("x").build();
        Sgd sgd = new Sgd(0.01);
        for (int step = 0; step < 1000; step++) {
            try (GradientTape tape = GradientTape.open()) {
                Tensor y = y(x);
                Tensor dy = tape.gradientOrThrow(y, x);
                sgd.applyGradients(List.of(GradientAndVariable.of(dy, x)));
            }
        }
        check.close("applyGradients, 1000 times: y", y(x), FLOAT32, 0);
        check.close("x", x, 2e-7, AFTER_1000_STEPS);
    }

    private static void minimumByMinimize(Checks check) {
        Variable x = Variable.builder(0f).name("x").build();
        Sgd sgd = new Sgd(0.01);
        for (int step = 0; step < 1000; step++) {
            sgd.minimize(() -> y(x), List.of(x));
        }
        check.close("minimize, 1000 times: y", y(x), FLOAT32, 0);
        check.close("x", x, 2e-7, AFTER_1000_STEPS);

        sgd.setLearningRate(0.1);
        for (int step = 0; step < 10; step++) {
            sgd.minimize(() -> y(x), List.of(x));
        }
        check.close("10 more at a rate of", sgd.learningRate(), FLOAT64, 0.1);
        check.close("x", x, 3e-7, 0.99999988);
        check.atMost("1 - x, less than after 1000 steps", 1 - x.item(), 1 - AFTER_1000_STEPS);
    }

    private static Tensor y(Variable x) {
        return x.pow(2).sub(x.mul(2)).add(1);
    }
}
