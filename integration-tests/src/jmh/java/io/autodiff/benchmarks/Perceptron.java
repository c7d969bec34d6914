package io.autodiff.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import io.autodiff.CompiledSupplier;
import io.autodiff.Functions;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nn.Losses;
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
 * A step of gradient descent for a network of 784 inputs, 256 hidden units with relu and 10 classes, on a batch of 128; the loss
 * (softmax cross-entropy) before the step is read in Java. Five matrix products are most of the work.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Perceptron {
    private static final int BATCH = 128;
    private static final int INPUTS = 784;
    private static final int HIDDEN = 256;
    private static final int CLASSES = 10;
    private static final float RATE = 0.01f;
    private static final float[] X = Peers.normal(7, BATCH * INPUTS);
    private static final float[] LABELS = labels();
    private static final float[] W1 = scaled(Peers.normal(8, INPUTS * HIDDEN), INPUTS);
    private static final float[] W2 = scaled(Peers.normal(9, HIDDEN * CLASSES), HIDDEN);

    /** One row for each example, with 1 at its class. */
    private static float[] labels() {
        float[] labels = new float[BATCH * CLASSES];
        for (int i = 0; i < BATCH; i++) {
            labels[i * CLASSES + i % CLASSES] = 1;
        }
        return labels;
    }

    /** Weights that keep the size of what goes through them. */
    private static float[] scaled(float[] numbers, int inputs) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] /= (float) Math.sqrt(inputs);
        }
        return numbers;
    }

    /** One way to descend. Each has its own weights. */
    interface Peer {
        /** Does a step, and gives the loss before it. */
        float step();
    }

    /** The tape, as a program without compiled functions has it. */
    @State(Scope.Thread)
    public static class Eager implements Peer {
        private final Tensor x = Tensors.of(Peers.rows(X, INPUTS));
        private final Tensor labels = Tensors.of(Peers.rows(LABELS, CLASSES));
        private final Variable w1 = Variable.of(Peers.rows(W1, HIDDEN));
        private final Variable b1 = Variable.of(new float[HIDDEN]);
        private final Variable w2 = Variable.of(Peers.rows(W2, CLASSES));
        private final Variable b2 = Variable.of(new float[CLASSES]);
        private final List<Variable> variables = List.of(w1, b1, w2, b2);
        private final Sgd sgd = new Sgd(RATE);

        private Tensor loss() {
            Tensor hidden = x.mmul(w1).add(b1).relu();
            return Losses.softmaxCrossEntropy(labels, hidden.mmul(w2).add(b2));
        }

        Tensor descend() {
            return sgd.minimize(this::loss, variables);
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

    /** PyTorch's autograd by way of DJL. */
    @State(Scope.Thread)
    public static class DjlPyTorch implements Peer {
        private static final int[] LAST = {1};

        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray x = manager.create(X, new Shape(BATCH, INPUTS));
        private final NDArray labels = manager.create(LABELS, new Shape(BATCH, CLASSES));
        private final NDArray w1 = manager.create(W1, new Shape(INPUTS, HIDDEN));
        private final NDArray b1 = manager.zeros(new Shape(HIDDEN));
        private final NDArray w2 = manager.create(W2, new Shape(HIDDEN, CLASSES));
        private final NDArray b2 = manager.zeros(new Shape(CLASSES));
        private final List<NDArray> variables = List.of(w1, b1, w2, b2);

        /** Asks for the gradients, once. */
        public DjlPyTorch() {
            variables.forEach(variable -> variable.setRequiresGradient(true));
        }

        @Override
        public float step() {
            // The scope frees what the step made; without it, native memory grows.
            try (NDScope scope = new NDScope()) {
                NDArray loss;
                try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                    NDArray hidden = Activation.relu(x.matMul(w1).add(b1));
                    NDArray logits = hidden.matMul(w2).add(b2);
                    loss = logits.logSoftmax(1).mul(labels).sum(LAST).mean().neg();
                    collector.backward(loss);
                }
                for (NDArray variable : variables) {
                    NDArray gradient = variable.getGradient();
                    variable.subi(gradient.mul(RATE));
                    // PyTorch adds to the gradient that is there.
                    gradient.muli(0);
                }
                return loss.getFloat();
            }
        }
    }

    /** Throws if one of them descends otherwise than PyTorch. */
    static void check() {
        check("the eager network", new Eager());
        check("the compiled network", new Compiled());
    }

    private static void check(String name, Peer peer) {
        DjlPyTorch other = new DjlPyTorch();
        // Each loss comes from the step before it.
        for (int i = 0; i < 10; i++) {
            Peers.requireClose(name, peer.step(), other.step());
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
    public float djlPyTorch(DjlPyTorch peer) {
        return peer.step();
    }
}
