package io.autodiff.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.autodiff.CompiledSupplier;
import io.autodiff.Functions;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
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
 * A step of gradient descent on {@code mean((x w - y)^2)} for 10,000 examples of 20 features; the loss before the step is read in
 * Java. Two products of a matrix with a vector are most of the work.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinearRegression {
    private static final int EXAMPLES = 10_000;
    private static final int FEATURES = 20;
    private static final float RATE = 0.01f;
    private static final float[] X = Peers.normal(2, EXAMPLES * FEATURES);
    /** Nothing that the features could explain: the loss stays about 1. */
    private static final float[] Y = Peers.normal(3, EXAMPLES);

    private static final float[] START = Peers.normal(4, FEATURES);

    /** One way to descend. Each has its own weights. */
    interface Peer {
        /** Does a step, and gives the loss before it. */
        float step();
    }

    /** The tape, as a program without compiled functions has it. */
    @State(Scope.Thread)
    public static class Eager implements Peer {
        private final Tensor x = Tensors.of(Peers.rows(X, FEATURES));
        private final Tensor y = Tensors.of(Peers.rows(Y, 1));
        private final Variable w = Variable.of(Peers.rows(START, 1));
        private final Sgd sgd = new Sgd(RATE);

        Tensor descend() {
            return sgd.minimize(() -> x.mmul(w).sub(y).square().mean(), List.of(w));
        }

        @Override
        public float step() {
            try (TensorScope scope = TensorScope.open()) {
                return (float) descend().item();
            }
        }
    }

    /** The same step, compiled. */
    @State(Scope.Thread)
    public static class Compiled implements Peer {
        private final Eager eager = new Eager();
        private final CompiledSupplier step = Functions.compileSupplier(eager::descend);

        @Override
        public float step() {
            try (TensorScope scope = TensorScope.open()) {
                return (float) step.get().item();
            }
        }
    }

    /** The derivative by hand, in floats. */
    @State(Scope.Thread)
    public static class PlainJava implements Peer {
        private final float[] w = START.clone();

        @Override
        public float step() {
            double loss = 0;
            float[] gradient = new float[FEATURES];
            for (int example = 0; example < EXAMPLES; example++) {
                int row = example * FEATURES;
                float error = -Y[example];
                for (int i = 0; i < FEATURES; i++) {
                    error += X[row + i] * w[i];
                }
                loss += error * error;
                for (int i = 0; i < FEATURES; i++) {
                    gradient[i] += error * X[row + i];
                }
            }
            for (int i = 0; i < FEATURES; i++) {
                w[i] -= RATE * 2 / EXAMPLES * gradient[i];
            }
            return (float) (loss / EXAMPLES);
        }
    }

    /** PyTorch's autograd by way of DJL. */
    @State(Scope.Thread)
    public static class DjlPyTorch implements Peer {
        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray x = manager.create(X, new Shape(EXAMPLES, FEATURES));
        private final NDArray y = manager.create(Y, new Shape(EXAMPLES, 1));
        private final NDArray w = manager.create(START, new Shape(FEATURES, 1));

        /** Asks for w's gradient, once. */
        public DjlPyTorch() {
            w.setRequiresGradient(true);
        }

        @Override
        public float step() {
            // The scope frees what the step made; without it, native memory grows.
            try (NDScope scope = new NDScope()) {
                NDArray loss;
                try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                    loss = x.matMul(w).sub(y).square().mean();
                    collector.backward(loss);
                }
                NDArray dw = w.getGradient();
                w.subi(dw.mul(RATE));
                // PyTorch adds to the gradient that is there.
                dw.muli(0);
                return loss.getFloat();
            }
        }
    }

    /** Throws if one of them descends otherwise than plain Java. */
    static void check() {
        check("eager regression", new Eager());
        check("compiled regression", new Compiled());
        check("PyTorch's regression", new DjlPyTorch());
    }

    private static void check(String name, Peer peer) {
        PlainJava plain = new PlainJava();
        // Each loss comes from the step before it.
        for (int i = 0; i < 10; i++) {
            Peers.requireClose(name, peer.step(), plain.step());
        }
    }

    @Benchmark
    public float eager(Eager peer) {
        return peer.step();
    }

    @Benchmark
    public float compiled(Compiled peer) {
        return peer.step();
    }

    @Benchmark
    public float plainJava(PlainJava peer) {
        return peer.step();
    }

    @Benchmark
    public float djlPyTorch(DjlPyTorch peer) {
        return peer.step();
    }
}
