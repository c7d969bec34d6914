package io.autodiff.examples;

import static io.autodiff.examples.Checks.FLOAT64;

import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.examples.plugins.FakeQuantization;
import io.autodiff.examples.plugins.GuidedRelu;
import io.autodiff.examples.plugins.KeplersEquation;
import io.autodiff.examples.plugins.LennardJones;
import io.autodiff.examples.plugins.LogCoshLoss;
import io.autodiff.examples.plugins.SoftmaxCrossEntropy;
import io.autodiff.op.GradientOverride;
import io.autodiff.op.OpRegistry;
import io.autodiff.optimizer.Sgd;
import java.util.ArrayList;
import java.util.List;

/** Programs with the ops of the example plugins. Their figures are not TensorFlow's; each names its source. */
final class PluginChapter {
    private PluginChapter() {}

    static void run(Checks check) {
        check.chapter("Ops of plugins");
        logCosh(check);
        crossEntropy(check);
        orbit(check);
        quantization(check);
        guidance(check);
        dimer(check);
        clusters(check);
    }

    /** Of a large error e, log(cosh(e)) is |e| - log(2); cosh(1000) is infinite. */
    private static void logCosh(Checks check) {
        check.same(
                "who has log_cosh_loss",
                OpRegistry.shared().provider("log_cosh_loss").name(),
                "log-cosh-loss");
        Variable x = Variable.of(1000.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor stable = LogCoshLoss.of(x, Tensors.of(0.0));
            check.close("log(cosh(1000))", stable, FLOAT64, 1000 - Math.log(2));
            check.close("its derivative", tape.gradient(stable, x), FLOAT64, 1);
            check.same("written plainly", x.cosh().log().item(), Double.POSITIVE_INFINITY);
        }
    }

    /** Figures of the documentation of tf.nn.softmax_cross_entropy_with_logits. */
    private static void crossEntropy(Checks check) {
        Tensor logits = Tensors.of(new double[][] {{4, 2, 1}, {0, 5, 1}});
        Tensor labels = Tensors.of(new double[][] {{1, 0, 0}, {0, 0.8, 0.2}});
        check.close(
                "softmax cross-entropy, one native call",
                SoftmaxCrossEntropy.of(logits, labels),
                1e-7,
                0.16984604,
                0.82474494);
    }

    /** J. Meeus, Astronomical Algorithms, 2nd edition, chapter 30: examples 30.a and 30.b. The fit goes the other way. */
    private static void orbit(Checks check) {
        Tensor meanAnomaly = Tensors.of(Math.toRadians(5));
        check.close(
                "eccentric anomaly at 5 degrees, e = 0.1",
                degrees(KeplersEquation.eccentricAnomaly(meanAnomaly, Tensors.of(0.1))),
                1e-7,
                5.554589);
        Variable e = Variable.of(0.5);
        for (int step = 0; step < 8; step++) {
            try (GradientTape tape = GradientTape.open()) {
                Tensor miss = degrees(KeplersEquation.eccentricAnomaly(meanAnomaly, e))
                        .sub(5.554589);
                e.assignSub(miss.div(tape.gradientOrThrow(miss, e)));
            }
        }
        check.close("e of that anomaly, by Newton's method", e, 1e-6, 0.1);
    }

    private static Tensor degrees(Tensor radians) {
        return radians.mul(180 / Math.PI);
    }

    /**
     * A weight that can be 0, 0.5 or 1 learns to be near 0.6: it goes up while it is read as 0.5, and down while it is read as 1, so that it
     * stays where one turns into the other. By the derivative of rounding, which is 0, it would not move.
     */
    private static void quantization(Checks check) {
        Variable weight = Variable.of(0.1);
        Sgd sgd = new Sgd(0.05);
        for (int step = 0; step < 200; step++) {
            sgd.minimize(() -> FakeQuantization.of(weight, 0, 1, 3).sub(0.6).square(), List.of(weight));
        }
        check.close("a quantized weight learns 0.6", weight, 0.05, 0.75);
        check.close("what it is read as", FakeQuantization.of(weight.mul(0.9), 0, 1, 3), FLOAT64, 0.5);
    }

    /** Gradients are 5, -7 and 11; relu passes those of positive inputs, a guided one only the positive of them. */
    private static void guidance(Checks check) {
        Tensor x = Tensors.of(new double[] {-1, 2, 3});
        check.close("gradients through a relu", throughRelu(x), FLOAT64, 0, -7, 11);
        try (GradientOverride guided = GuidedRelu.open()) {
            check.close("guided", throughRelu(x), FLOAT64, 0, 0, 11);
        }
        check.close("and no more", throughRelu(x), FLOAT64, 0, -7, 11);
    }

    private static Tensor throughRelu(Tensor x) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(x.relu().mul(Tensors.of(new double[] {5, -7, 11})), x);
        }
    }

    /** At the best distance, 2^(1/6), the energy is -1 and its second derivative 72 / 2^(1/3): the formula, differentiated by hand. */
    private static void dimer(Checks check) {
        Variable distance = Variable.of(Math.pow(2, 1.0 / 6));
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            Tensor energy = LennardJones.energy(distance, Tensors.of(1.0), Tensors.of(1.0));
            Tensor slope = inner.gradientOrThrow(energy, distance);
            check.close("energy of two atoms at 2^(1/6)", energy, FLOAT64, -1);
            check.close("its slope", slope, FLOAT64, 0);
            check.close("its curvature", outer.gradient(slope, distance), FLOAT64, 72 / Math.cbrt(2));
        }
    }

    /** D. J. Wales and J. P. K. Doye, J. Phys. Chem. A 101 (1997) 5111, table 1: the lowest energies of 4, 7 and 13 atoms. */
    private static void clusters(Checks check) {
        List<double[]> square = List.of(at(1, 1, 1), at(1, -1, -1), at(-1, 1, -1), at(-1, -1, 1));
        check.close("energy of four atoms", relaxed(square, 0.4), 1e-6, -6);
        List<double[]> bipyramid = new ArrayList<>(List.of(at(0, 0, 0.6), at(0, 0, -0.6)));
        List<double[]> icosahedron = new ArrayList<>(List.of(at(0, 0, 0), at(0, 0, 1), at(0, 0, -1)));
        for (int i = 0; i < 5; i++) {
            double angle = 2 * Math.PI * i / 5;
            bipyramid.add(at(Math.cos(angle), Math.sin(angle), 0));
            for (int side : new int[] {1, -1}) {
                double turned = angle + (side > 0 ? 0 : Math.PI / 5);
                icosahedron.add(at(0.9 * Math.cos(turned), 0.9 * Math.sin(turned), 0.45 * side));
            }
        }
        check.close("of seven", relaxed(bipyramid, 1), 1e-6, -16.505384);
        check.close("of thirteen", relaxed(icosahedron, 1.1), 1e-6, -44.326801);
    }

    private static double[] at(double x, double y, double z) {
        return new double[] {x, y, z};
    }

    /** The energy after 1000 steps downhill from where the atoms are. */
    private static Tensor relaxed(List<double[]> atoms, double scale) {
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        for (int i = 0; i < atoms.size(); i++) {
            for (int j = 0; j < i; j++) {
                first.add(i);
                second.add(j);
            }
        }
        Tensor i = Tensors.of(first.stream().mapToInt(n -> n).toArray());
        Tensor j = Tensors.of(second.stream().mapToInt(n -> n).toArray());
        CompiledMany step = Functions.compileMany(in -> {
            Tensor positions = in.get(0);
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(positions);
                Tensor energy = energy(positions, i, j);
                return List.of(
                        positions.sub(tape.gradientOrThrow(energy, positions).mul(0.002)), energy);
            }
        });
        List<Tensor> state = List.of(Tensors.of(atoms.toArray(new double[0][])).mul(scale), Tensors.of(0.0));
        for (int n = 0; n < 1000; n++) {
            state = step.apply(List.of(state.get(0)));
        }
        return state.get(1);
    }

    private static Tensor energy(Operand positions, Tensor i, Tensor j) {
        Tensor distances =
                positions.gather(i).sub(positions.gather(j)).square().sum(1).sqrt();
        return LennardJones.energy(distances, Tensors.of(1.0), Tensors.of(1.0)).sum();
    }
}
