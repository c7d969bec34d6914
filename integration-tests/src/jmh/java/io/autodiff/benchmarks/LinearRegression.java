package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * A step of gradient descent on {@code mean((x w - y)^2)} for 10,000 examples of 20 features; the loss before the step is read in
 * Java. Two products of a matrix with a vector are most of the work.
 */
public class LinearRegression extends ArrayBenchmark {
    private static final int EXAMPLES = 10_000;
    private static final int FEATURES = 20;
    private static final float RATE = 0.01f;
    private static final float[] X = Peers.normal(2, EXAMPLES * FEATURES);
    /** Nothing that the features could explain: the loss stays about 1. */
    private static final float[] Y = Peers.normal(3, EXAMPLES);

    private static final float[] START = Peers.normal(4, FEATURES);

    private static final class Line extends Descent {
        private final Tensor x = Tensors.of(Peers.rows(X, FEATURES));
        private final Tensor y = Tensors.of(Peers.rows(Y, 1));
        private final Variable w = Variable.of(Peers.rows(START, 1));

        Line() {
            super(RATE);
        }

        @Override
        Tensor loss() {
            return x.mmul(w).sub(y).square().mean();
        }

        @Override
        List<Variable> variables() {
            return List.of(w);
        }
    }

    /** The derivative by hand, in floats. */
    private static final class PlainJava implements Peer {
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

    private static final class DjlLine extends DjlDescent {
        private final NDArray x = manager.create(X, new Shape(EXAMPLES, FEATURES));
        private final NDArray y = manager.create(Y, new Shape(EXAMPLES, 1));
        private final NDArray w = variable(manager.create(START, new Shape(FEATURES, 1)));

        DjlLine() {
            super(RATE);
        }

        @Override
        NDArray loss() {
            return x.matMul(w).sub(y).square().mean();
        }
    }

    @Override
    Program program() {
        return new Line();
    }

    @Override
    Djl djl() {
        return new DjlLine();
    }

    @Override
    Peer peer(String method) {
        return method.equals("plainJava") ? new PlainJava() : super.peer(method);
    }

    @Override
    String standard() {
        return "plainJava";
    }

    @Override
    List<String> compared() {
        return List.of("eager", "compiled", "djlPyTorch");
    }

    @Benchmark
    public float plainJava() {
        return step();
    }
}
