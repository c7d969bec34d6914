package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.Arrays;
import java.util.List;

/**
 * {@code sum(relu(x w1) w2)} of matrices of 1024 by 1024, and its gradients by w1 and w2; the sum is read in Java. Five large products
 * are nearly all of the work.
 */
public class MatrixProducts extends ArrayBenchmark {
    private static final int SIZE = 1024;
    private static final float[] X = Peers.normal(10, SIZE * SIZE);
    private static final float[] W1 = Peers.weights(11, SIZE, SIZE);
    private static final float[] W2 = Peers.weights(12, SIZE, SIZE);

    private static final class ValueAndGradients extends Program {
        private final Tensor x = Tensors.of(Peers.rows(X, SIZE));
        private final Variable w1 = Variable.of(Peers.rows(W1, SIZE));
        private final Variable w2 = Variable.of(Peers.rows(W2, SIZE));
        private final Variable dw1 = gradient();
        private final Variable dw2 = gradient();

        private static Variable gradient() {
            return Variable.builder(new float[SIZE][SIZE]).trainable(false).build();
        }

        @Override
        Tensor run() {
            try (GradientTape tape = GradientTape.open()) {
                Tensor sum = x.mmul(w1).relu().mmul(w2).sum();
                List<Tensor> gradients = tape.gradient(sum, List.of(w1, w2));
                dw1.assign(gradients.get(0));
                dw2.assign(gradients.get(1));
                return sum;
            }
        }
    }

    private static final class DjlValueAndGradients extends Djl {
        private final NDArray x = manager.create(X, new Shape(SIZE, SIZE));
        private final NDArray w1 = variable(manager.create(W1, new Shape(SIZE, SIZE)));
        private final NDArray w2 = variable(manager.create(W2, new Shape(SIZE, SIZE)));
        /** Those of the last step, where they are wanted in Java. */
        private final float[][] kept = new float[2][0];

        private boolean keeps;

        @Override
        NDArray loss() {
            return Activation.relu(x.matMul(w1)).matMul(w2).sum();
        }

        @Override
        void use(NDArray variable, NDArray gradient) {
            if (keeps) {
                kept[variable.equals(w1) ? 0 : 1] = gradient.toFloatArray();
            }
        }
    }

    @Override
    Program program() {
        return new ValueAndGradients();
    }

    @Override
    Djl djl() {
        return new DjlValueAndGradients();
    }

    @Override
    void check() {
        DjlValueAndGradients other = new DjlValueAndGradients();
        other.keeps = true;
        float sum = other.step();
        for (String method : compared()) {
            ValueAndGradients program = new ValueAndGradients();
            Peer peer = method.equals("eager") ? program.eager() : program.compiled();
            // Twice: a gradient that is added to the one before would show.
            for (int i = 0; i < 2; i++) {
                // A sum of a million numbers that cancel, in another order.
                float scale = (float) Math.sqrt(SIZE) * SIZE;
                Peers.requireClose("the sum, " + method, new float[] {peer.step(), scale}, new float[] {sum, scale});
                List<Variable> gradients = Arrays.asList(program.dw1, program.dw2);
                for (int j = 0; j < 2; j++) {
                    Peers.requireClose(
                            "gradient " + j + ", " + method, gradients.get(j).toFloatArray(), other.kept[j]);
                }
            }
        }
    }
}
