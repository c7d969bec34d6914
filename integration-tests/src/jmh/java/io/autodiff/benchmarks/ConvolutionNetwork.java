package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nn.ConvOptions;
import io.autodiff.nn.Losses;
import io.autodiff.nn.Nn;
import io.autodiff.nn.PoolOptions;
import java.util.List;

/**
 * A step of gradient descent for a network of a convolution by 3 by 3 from 1 channel to 8, relu, the maxima of 2 by 2, and 10 classes, on
 * 32 images of 28 by 28; the loss (softmax cross-entropy) before the step is read in Java. Here channels are last; PyTorch has them
 * first, as its users do.
 */
public class ConvolutionNetwork extends ArrayBenchmark {
    private static final int BATCH = 32;
    private static final int SIDE = 28;
    private static final int CHANNELS = 8;
    private static final int WINDOW = 3;
    private static final int POOLED = SIDE / 2;
    private static final int FEATURES = POOLED * POOLED * CHANNELS;
    private static final int CLASSES = 10;
    private static final float RATE = 0.01f;
    private static final float[] X = Peers.normal(13, BATCH * SIDE * SIDE);
    private static final float[] LABELS = Peers.labels(BATCH, CLASSES);
    private static final float[] W1 = Peers.weights(14, WINDOW * WINDOW, CHANNELS);
    private static final float[] W2 = Peers.weights(15, FEATURES, CLASSES);

    private static final class Network extends Descent {
        private final Tensor x = Tensors.of(X).reshape(BATCH, SIDE, SIDE, 1).evaluate();
        private final Tensor labels = Tensors.of(Peers.rows(LABELS, CLASSES));
        private final Variable w1 = Variable.of(Tensors.of(W1).reshape(WINDOW, WINDOW, 1, CHANNELS));
        private final Variable b1 = Variable.of(new float[CHANNELS]);
        private final Variable w2 = Variable.of(Peers.rows(W2, CLASSES));
        private final Variable b2 = Variable.of(new float[CLASSES]);

        Network() {
            super(RATE);
        }

        @Override
        Tensor loss() {
            Tensor seen = Nn.conv2d(x, w1, ConvOptions.same()).add(b1).relu();
            Tensor features = Nn.maxPool2d(seen, PoolOptions.window(2)).reshape(BATCH, FEATURES);
            return Losses.softmaxCrossEntropy(labels, features.mmul(w2).add(b2));
        }

        @Override
        List<Variable> variables() {
            return List.of(w1, b1, w2, b2);
        }
    }

    private static final class DjlNetwork extends DjlDescent {
        private static final int[] LAST = {1};
        private static final Shape ONE = new Shape(1, 1);
        private static final Shape TWO = new Shape(2, 2);

        private final NDArray x = manager.create(X, new Shape(BATCH, 1, SIDE, SIDE));
        private final NDArray labels = manager.create(LABELS, new Shape(BATCH, CLASSES));
        private final NDArray w1 = variable(
                manager.create(transposed(W1, WINDOW * WINDOW, CHANNELS), new Shape(CHANNELS, 1, WINDOW, WINDOW)));
        private final NDArray b1 = variable(manager.zeros(new Shape(CHANNELS)));
        private final NDArray w2 = variable(manager.create(channelsFirst(), new Shape(FEATURES, CLASSES)));
        private final NDArray b2 = variable(manager.zeros(new Shape(CLASSES)));

        DjlNetwork() {
            super(RATE);
        }

        /** The weights of the classes, with those of each channel next to each other. */
        private static float[] channelsFirst() {
            float[] weights = new float[W2.length];
            int positions = POOLED * POOLED;
            for (int position = 0; position < positions; position++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    System.arraycopy(
                            W2,
                            (position * CHANNELS + channel) * CLASSES,
                            weights,
                            (channel * positions + position) * CLASSES,
                            CLASSES);
                }
            }
            return weights;
        }

        private static float[] transposed(float[] matrix, int rows, int columns) {
            float[] result = new float[matrix.length];
            for (int i = 0; i < matrix.length; i++) {
                result[i % columns * rows + i / columns] = matrix[i];
            }
            return result;
        }

        @Override
        NDArray loss() {
            NDArray seen = Activation.relu(convolution());
            NDArray pooled = Pool.maxPool2d(seen, TWO, TWO, new Shape(0, 0), false);
            NDArray logits = pooled.reshape(BATCH, FEATURES).matMul(w2).add(b2);
            return logits.logSoftmax(1).mul(labels).sum(LAST).mean().neg();
        }

        private NDArray convolution() {
            NDList result = Conv2d.conv2d(x, w1, b1, ONE, ONE, ONE);
            return result.singletonOrThrow();
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
