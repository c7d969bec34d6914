package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nn.Attention;
import io.autodiff.nn.Losses;
import io.autodiff.nn.Nn;
import io.autodiff.nn.Recurrent;
import java.util.Arrays;
import java.util.List;

/** The parts of networks that {@link Layers} measures, as losses of this library and of DJL. */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the arrays
public enum Layer {
    /** Logits of 128 examples and 1000 classes, beside labels. */
    CROSS_ENTROPY(new long[] {128, 1000}, new long[] {128, 1000}) {
        @Override
        float[] target() {
            return Peers.labels(128, 1000);
        }

        @Override
        Tensor loss(List<Variable> v, Tensor target) {
            return Losses.softmaxCrossEntropy(target, v.get(0));
        }

        @Override
        NDArray loss(NDList v, NDArray target) {
            return v.get(0).logSoftmax(1).mul(target).sum(LAST).mean().neg();
        }
    },
    /** 512 rows of 768. */
    LAYER_NORM(new long[] {512, 768}, new long[] {512, 768}, new long[] {768}, new long[] {768}) {
        @Override
        Tensor loss(List<Variable> v, Tensor target) {
            return Losses.mse(target, Nn.layerNorm(v.get(0), v.get(1), v.get(2), EPSILON));
        }

        @Override
        NDArray loss(NDList v, NDArray target) {
            return mse(
                    target,
                    LayerNorm.layerNorm(v.get(0), new Shape(768), v.get(1), v.get(2), EPSILON)
                            .singletonOrThrow());
        }
    },
    /** 6272 positions of 32 channels, as of 32 images of 14 by 14. */
    BATCH_NORM(new long[] {6272, 32}, new long[] {6272, 32}, new long[] {32}, new long[] {32}) {
        @Override
        Tensor loss(List<Variable> v, Tensor target) {
            return Losses.mse(
                    target,
                    Nn.batchNormTraining(v.get(0), v.get(1), v.get(2), EPSILON, -1)
                            .output());
        }

        @Override
        NDArray loss(NDList v, NDArray target) {
            NDArray mean = v.get(1).getManager().zeros(new Shape(32));
            NDArray variance = v.get(1).getManager().ones(new Shape(32));
            return mse(
                    target,
                    BatchNorm.batchNorm(v.get(0), mean, variance, v.get(1), v.get(2), 1, 0.9f, EPSILON, true)
                            .get(0));
        }
    },
    /** 64 examples, 128 features, 128 units; PyTorch has the weights of each gate in rows. */
    LSTM_CELL(
            new long[] {64, 128},
            new long[] {64, 128},
            new long[] {64, 128},
            new long[] {64, 128},
            new long[] {128, 512},
            new long[] {128, 512},
            new long[] {512}) {
        @Override
        Tensor loss(List<Variable> v, Tensor target) {
            Recurrent.LstmState state =
                    new Recurrent.LstmState(v.get(1).asTensor(), v.get(2).asTensor());
            return Losses.mse(
                    target,
                    Recurrent.lstmCell(v.get(0), state, v.get(3), v.get(4), v.get(5))
                            .output());
        }

        @Override
        NDArray loss(NDList v, NDArray target) {
            NDList state = new NDList(v.get(1).expandDims(0), v.get(2).expandDims(0));
            NDArray none = v.get(5).zerosLike();
            NDList weights = new NDList(v.get(3), v.get(4), v.get(5), none);
            NDArray output = v.get(0)
                    .getNDArrayInternal()
                    .lstm(v.get(0).expandDims(0), state, weights, true, 1, 0, true, false, false)
                    .get(0);
            return mse(target, output.squeeze(0));
        }

        @Override
        boolean isTransposed(int variable) {
            return variable == 3 || variable == 4;
        }
    },
    /** 8 sequences of 64 positions, 8 heads of size 64. */
    ATTENTION(new long[] {8, 8, 64, 64}, new long[] {8, 8, 64, 64}, new long[] {8, 8, 64, 64}, new long[] {8, 8, 64, 64
    }) {
        @Override
        Tensor loss(List<Variable> v, Tensor target) {
            return Losses.mse(target, Attention.scaledDotProduct(v.get(0), v.get(1), v.get(2), null));
        }

        @Override
        NDArray loss(NDList v, NDArray target) {
            NDArray scores = v.get(0).mul(0.125f).matMul(v.get(1).transpose(0, 1, 3, 2));
            return mse(target, scores.softmax(-1).matMul(v.get(2)));
        }
    };

    private static final float EPSILON = 1e-5f;
    private static final int[] LAST = {1};
    /** So large that the gradients show in the losses of the next steps. */
    static final float RATE = 0.1f;

    private final long[] targetShape;
    private final List<long[]> shapes;

    Layer(long[] targetShape, long[]... shapes) {
        this.targetShape = targetShape;
        this.shapes = List.of(shapes);
    }

    private static NDArray mse(NDArray target, NDArray output) {
        return output.sub(target).square().mean();
    }

    /** What is differentiated, of the variables. */
    abstract Tensor loss(List<Variable> v, Tensor target);

    /** The same of DJL. */
    abstract NDArray loss(NDList v, NDArray target);

    /** Whether PyTorch has the transpose of a variable. */
    boolean isTransposed(int variable) {
        return false;
    }

    float[] target() {
        return Peers.normal(99, elements(targetShape));
    }

    private float[] initial(int variable) {
        long[] shape = shapes.get(variable);
        float[] numbers = Peers.normal(variable + 1L, elements(shape));
        // Weights that keep the size of what goes through them.
        float scale = shape.length == 2 && shape[1] == 512 ? 0.09f : 1;
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] *= scale;
        }
        return numbers;
    }

    private static int elements(long... shape) {
        return (int) Arrays.stream(shape).reduce(1, (x, y) -> x * y);
    }

    /** {@return how many variables there are} */
    int variables() {
        return shapes.size();
    }

    Tensor targetTensor() {
        return Tensors.of(target()).reshape(targetShape).evaluate();
    }

    Variable variable(int number) {
        return Variable.of(Tensors.of(initial(number)).reshape(shapes.get(number)));
    }

    NDArray targetArray(ArrayBenchmark.Djl djl) {
        return djl.manager.create(target(), new Shape(targetShape));
    }

    NDArray variable(ArrayBenchmark.Djl djl, int number) {
        NDArray array = djl.manager.create(initial(number), new Shape(shapes.get(number)));
        return isTransposed(number) ? array.transpose().duplicate() : array;
    }
}
