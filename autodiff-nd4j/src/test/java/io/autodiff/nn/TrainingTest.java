package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledMany;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A small network of most layers learns to tell rows from columns, and does so compiled as it does eagerly. */
class TrainingTest {
    private static final int IMAGES = 32;
    private static final int SIZE = 8;
    private static final int STEPS = 80;

    /** Images of one bright row or one bright column, in noise. */
    private static Tensor images(Random random) {
        double[][][][] bars = new double[IMAGES][SIZE][SIZE][1];
        for (int image = 0; image < IMAGES; image++) {
            for (int i = 0; i < SIZE; i++) {
                int at = image / 2 % SIZE;
                bars[image][image % 2 == 0 ? at : i][image % 2 == 0 ? i : at][0] = 1;
            }
        }
        return Tensors.of(bars)
                .add(random.normal(DType.FLOAT64, IMAGES, SIZE, SIZE, 1).mul(0.1));
    }

    private static Tensor labels() {
        int[] labels = new int[IMAGES];
        for (int image = 0; image < IMAGES; image++) {
            labels[image] = image % 2;
        }
        return Tensors.of(labels);
    }

    /** The network, its weights drawn from one seed, and its dropout from another. */
    private static final class Network {
        private final Random random = Random.seeded(4);
        private final Random chances = Random.seeded(5);
        private final Variable kernel = weights(3, 3, 1, 4);
        private final Variable depthwise = weights(3, 3, 4, 1);
        private final Variable gamma = Variable.of(new double[] {1, 1, 1, 1});
        private final Variable beta = Variable.of(new double[4]);
        private final Variable dense = weights(4, 2);
        private final List<Variable> all = List.of(kernel, depthwise, gamma, beta, dense);
        private final Sgd sgd = new Sgd(0.3);

        private Variable weights(long... sizes) {
            return Variable.of(random.normal(DType.FLOAT64, sizes).mul(0.5));
        }

        Tensor step(Operand x, Operand labels) {
            return sgd.minimize(() -> loss(x, labels), all);
        }

        private Tensor loss(Operand x, Operand labels) {
            Tensor h = Nn.conv2d(x, kernel, ConvOptions.same());
            Tensor n = Nn.batchNormTraining(h, gamma, beta, 1e-3, -1).output().relu();
            Tensor p = Nn.maxPool2d(n, PoolOptions.window(2));
            Tensor d = Nn.gelu(Nn.depthwiseConv2d(p, depthwise, ConvOptions.valid()));
            Tensor pooled = Nn.avgPool2d(d, PoolOptions.window(2)).reshape(IMAGES, -1);
            Tensor kept = Nn.dropout(pooled, 0.1, true, chances);
            return Losses.sparseSoftmaxCrossEntropy(labels, kept.mmul(dense));
        }
    }

    @Test
    void eagerAndCompiledTrainingAgreeAndLearn() {
        Tensor x = images(Random.seeded(3));
        Tensor labels = labels();
        Network eager = new Network();
        Network traced = new Network();
        CompiledMany compiled = Functions.compileMany(in -> List.of(traced.step(in.get(0), in.get(1))));
        double first = eager.step(x, labels).item();
        double last = first;
        assertEquals(first, compiled.apply(List.of(x, labels)).get(0).item(), 1e-12);
        for (int step = 1; step < STEPS; step++) {
            last = eager.step(x, labels).item();
            assertEquals(last, compiled.apply(List.of(x, labels)).get(0).item(), 1e-8, "step " + step);
        }
        assertEquals(1, compiled.traces());
        double reached = last;
        assertTrue(reached < 0.7 * first, () -> "the loss went from " + first + " to " + reached);
    }
}
