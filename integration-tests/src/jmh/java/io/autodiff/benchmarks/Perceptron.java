package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nn.Losses;
import java.util.List;

/**
 * A step of gradient descent for a network of 784 inputs, 256 hidden units with relu and 10 classes, on a batch of 128; the loss
 * (softmax cross-entropy) before the step is read in Java. Five matrix products are most of the work.
 */
public class Perceptron extends ArrayBenchmark {
    private static final int BATCH = 128;
    private static final int INPUTS = 784;
    private static final int HIDDEN = 256;
    private static final int CLASSES = 10;
    private static final float RATE = 0.01f;
    private static final float[] X = Peers.normal(7, BATCH * INPUTS);
    private static final float[] LABELS = Peers.labels(BATCH, CLASSES);
    private static final float[] W1 = Peers.weights(8, INPUTS, HIDDEN);
    private static final float[] W2 = Peers.weights(9, HIDDEN, CLASSES);

    private static final class Network extends Descent {
        private final Tensor x = Tensors.of(Peers.rows(X, INPUTS));
        private final Tensor labels = Tensors.of(Peers.rows(LABELS, CLASSES));
        private final Variable w1 = Variable.of(Peers.rows(W1, HIDDEN));
        private final Variable b1 = Variable.of(new float[HIDDEN]);
        private final Variable w2 = Variable.of(Peers.rows(W2, CLASSES));
        private final Variable b2 = Variable.of(new float[CLASSES]);

        Network() {
            super(RATE);
        }

        @Override
        Tensor loss() {
            Tensor hidden = x.mmul(w1).add(b1).relu();
            return Losses.softmaxCrossEntropy(labels, hidden.mmul(w2).add(b2));
        }

        @Override
        List<Variable> variables() {
            return List.of(w1, b1, w2, b2);
        }
    }

    private static final class DjlNetwork extends DjlDescent {
        private static final int[] LAST = {1};

        private final NDArray x = manager.create(X, new Shape(BATCH, INPUTS));
        private final NDArray labels = manager.create(LABELS, new Shape(BATCH, CLASSES));
        private final NDArray w1 = variable(manager.create(W1, new Shape(INPUTS, HIDDEN)));
        private final NDArray b1 = variable(manager.zeros(new Shape(HIDDEN)));
        private final NDArray w2 = variable(manager.create(W2, new Shape(HIDDEN, CLASSES)));
        private final NDArray b2 = variable(manager.zeros(new Shape(CLASSES)));

        DjlNetwork() {
            super(RATE);
        }

        @Override
        NDArray loss() {
            NDArray hidden = Activation.relu(x.matMul(w1).add(b1));
            NDArray logits = hidden.matMul(w2).add(b2);
            return logits.logSoftmax(1).mul(labels).sum(LAST).mean().neg();
        }
    }

    @Override
    Program program() {
        return new Network();
    }

    @Override
    Djl djl() {
        return new DjlNetwork();
    }
}
