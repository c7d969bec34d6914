package io.autodiff.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Variable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code sum(x * sigmoid(1.702 x) + tanh(x) * exp(-x^2))} of a million elements and its gradient; the sum is read in Java. What
 * counts is how often memory is gone over.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ElementwiseSum {
    private static final int SIZE = 1_000_000;
    private static final float SLOPE = 1.702f;
    private static final float[] START = Peers.normal(1, SIZE);

    /** One way to compute the sum and its gradient. */
    abstract static class Peer {
        /** Computes both, and gives the sum. */
        abstract float run();

        /** {@return the gradient, once more, in Java} */
        abstract float[] gradient();
    }

    /** The tape, as a program without compiled functions has it. */
    @State(Scope.Thread)
    public static class Eager extends Peer {
        private final Variable x = Variable.of(START);

        @Override
        float run() {
            try (TensorScope scope = TensorScope.open()) {
                return sum(valueAndGradient(x));
            }
        }

        @Override
        float[] gradient() {
            return valueAndGradient(x).get(1).toFloatArray();
        }

        private static List<Tensor> valueAndGradient(Operand x) {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(x);
                Tensor y = x.mul(x.mul(SLOPE).sigmoid())
                        .add(x.tanh().mul(x.square().neg().exp()))
                        .sum();
                return List.of(y, tape.gradientOrThrow(y, x));
            }
        }

        private static float sum(List<Tensor> results) {
            // Nothing else asks for the gradient.
            results.get(1).evaluate();
            return (float) results.get(0).item();
        }
    }

    /** The same, compiled with the tape inside. */
    @State(Scope.Thread)
    public static class Compiled extends Peer {
        private final Variable x = Variable.of(START);
        private final CompiledMany function = Functions.compileMany(in -> Eager.valueAndGradient(in.get(0)));

        @Override
        float run() {
            try (TensorScope scope = TensorScope.open()) {
                return Eager.sum(function.apply(List.of(x)));
            }
        }

        @Override
        float[] gradient() {
            return function.apply(List.of(x)).get(1).toFloatArray();
        }
    }

    /** The derivative by hand; exponential functions are Java's, of doubles. */
    @State(Scope.Thread)
    public static class PlainJava extends Peer {
        private final float[] x = START.clone();
        private final float[] gradient = new float[SIZE];

        @Override
        float run() {
            double sum = 0;
            for (int i = 0; i < SIZE; i++) {
                double sigmoid = 1 / (1 + Math.exp(-SLOPE * x[i]));
                double tanh = Math.tanh(x[i]);
                double bell = Math.exp(-x[i] * x[i]);
                sum += x[i] * sigmoid + tanh * bell;
                gradient[i] = (float) (sigmoid
                        + SLOPE * x[i] * sigmoid * (1 - sigmoid)
                        + (1 - tanh * tanh) * bell
                        - 2 * x[i] * tanh * bell);
            }
            return (float) sum;
        }

        @Override
        float[] gradient() {
            return gradient.clone();
        }
    }

    /** PyTorch's autograd by way of DJL. */
    @State(Scope.Thread)
    public static class DjlPyTorch extends Peer {
        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray x = manager.create(START);

        /** Asks for x's gradient, once. */
        public DjlPyTorch() {
            x.setRequiresGradient(true);
        }

        @Override
        float run() {
            // The scope frees what the call made; without it, native memory grows.
            try (NDScope scope = new NDScope()) {
                NDArray y = backward();
                // PyTorch adds to the gradient that is there.
                x.getGradient().muli(0);
                return y.getFloat();
            }
        }

        private NDArray backward() {
            try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                NDArray y = x.mul(Activation.sigmoid(x.mul(SLOPE)))
                        .add(x.tanh().mul(x.square().neg().exp()))
                        .sum();
                collector.backward(y);
                return y;
            }
        }

        @Override
        float[] gradient() {
            try (NDScope scope = new NDScope()) {
                backward();
                NDArray dx = x.getGradient();
                float[] gradient = dx.toFloatArray();
                dx.muli(0);
                return gradient;
            }
        }
    }

    /** Throws if one of them computes otherwise than plain Java. */
    static void check() {
        check("the eager sum", new Eager());
        check("the compiled sum", new Compiled());
        check("PyTorch's sum", new DjlPyTorch());
    }

    private static void check(String name, Peer peer) {
        PlainJava plain = new PlainJava();
        float sum = plain.run();
        // Twice: a gradient that is added to the one before would show.
        for (int i = 0; i < 2; i++) {
            Peers.requireClose(name, peer.run(), sum);
            Peers.requireClose("the gradient of " + name, peer.gradient(), plain.gradient());
        }
    }

    @Benchmark
    public float eager(Eager peer) {
        return peer.run();
    }

    @Benchmark
    public float compiled(Compiled peer) {
        return peer.run();
    }

    @Benchmark
    public float plainJava(PlainJava peer) {
        return peer.run();
    }

    @Benchmark
    public float djlPyTorch(DjlPyTorch peer) {
        return peer.run();
    }
}
