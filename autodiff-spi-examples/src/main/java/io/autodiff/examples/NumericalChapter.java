package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT32;
import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import io.autodiff.transform.NumericalDerivative;
import java.util.List;

/** Central differences beside tapes, several targets, the Hessian, and gradient descent by hand. */
final class NumericalChapter {
    private NumericalChapter() {}

    static void run(Checks check) {
        check.chapter("Numerical derivatives, the Hessian, gradient descent");
        centralDifference(check);
        centralDifferencesOfTwo(check);
        byTape(check);
        constants(check);
        watchedConstants(check);
        twoTargets(check);
        hessian(check);
        descentByAssignSub(check);
        descentByOptimizer(check);
    }

    private static Tensor f(Operand x) {
        return x.square().mul(3).add(x.mul(2)).sub(1);
    }

    private static Tensor g(Operand x1, Operand x2) {
        return x1.add(5).mul(x2.square());
    }

    private static void centralDifference(Checks check) {
        double derivative = NumericalDerivative.of(x -> 3 * x * x + 2 * x - 1, 1, 1e-3);
        check.close("f = 3x^2 + 2x - 1: about f'(1)", derivative, FLOAT64, 8);
    }

    private static void centralDifferencesOfTwo(Checks check) {
        List<Tensor> gradient = NumericalDerivative.gradient(
                x -> g(x.get(0), x.get(1)), List.of(Tensors.of(2.0), Tensors.of(3.0)), 1e-3);
        check.close("g = (x1 + 5) x2^2: about dg/dx1", gradient.get(0), FLOAT64, 9);
        check.close("about dg/dx2", gradient.get(1), FLOAT64, 42);
    }

    private static void byTape(Checks check) {
        Variable x1 = Variable.of(2.0);
        Variable x2 = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor z = g(x1, x2);
            check.close("dg/dx1 by tape", tape.gradient(z, x1), FLOAT64, 9);
            check.refused("then dg/dx2", IllegalStateException.class, "persistent", () -> tape.gradient(z, x2));
        }
        try (GradientTape tape = GradientTape.open()) {
            Tensor z = g(x1, x2);
            check.gradients("[dg/dx1, dg/dx2]", tape.gradient(z, List.of(x1, x2)), FLOAT64, 9.0, 42.0);
        }
    }

    private static void constants(Checks check) {
        Tensor x1 = Tensors.of(2.0);
        Tensor x2 = Tensors.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor z = g(x1, x2);
            check.gradients("of constants", tape.gradient(z, List.of(x1, x2)), FLOAT64, null, null);
        }
    }

    private static void watchedConstants(Checks check) {
        Tensor x1 = Tensors.of(2.0);
        Tensor x2 = Tensors.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(List.of(x1, x2));
            Tensor z = g(x1, x2);
            check.gradients("of watched constants", tape.gradient(z, List.of(x1, x2)), FLOAT64, 9.0, 42.0);
        }
    }

    private static void twoTargets(Checks check) {
        Variable x = Variable.of(5.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor z1 = x.mul(3);
            Tensor z2 = x.square();
            check.close("3x and x^2 at 5, added", tape.gradient(List.of(z1, z2), x), FLOAT64, 13);
        }
    }

    /** dg/dx1 = x2^2 has nothing of x1 in it, so that the first entry is null and not 0. */
    private static void hessian(Checks check) {
        Variable x1 = Variable.of(2.0);
        Variable x2 = Variable.of(3.0);
        List<Variable> x = List.of(x1, x2);
        try (GradientTape outer = GradientTape.builder().persistent(true).open()) {
            Tensor dx1;
            Tensor dx2;
            try (GradientTape inner = GradientTape.builder().persistent(true).open()) {
                Tensor z = g(x1, x2);
                dx1 = inner.gradientOrThrow(z, x1);
                dx2 = inner.gradientOrThrow(z, x2);
            }
            check.gradients("the Hessian of g, first row", outer.gradient(dx1, x), FLOAT64, null, 6.0);
            check.gradients("second row", outer.gradient(dx2, x), FLOAT64, 6.0, 14.0);
        }
    }

    private static void descentByAssignSub(Checks check) {
        Variable x = Variable.of(0f);
        for (int step = 0; step < 100; step++) {
            try (GradientTape tape = GradientTape.open()) {
                Tensor dz = tape.gradientOrThrow(f(x), x);
                x.assignSub(dz.mul(0.1));
            }
        }
        check.close("the minimum of f by assignSub", x, FLOAT32, -0.3333333);
    }

    private static void descentByOptimizer(Checks check) {
        Variable x = Variable.of(0f);
        Sgd sgd = new Sgd(0.1);
        for (int step = 0; step < 100; step++) {
            sgd.minimize(() -> f(x), List.of(x));
        }
        check.close("by the optimizer", x, FLOAT32, -0.3333333);
    }
}
