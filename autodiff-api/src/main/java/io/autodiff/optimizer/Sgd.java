package io.autodiff.optimizer;

import io.autodiff.Tensor;
import io.autodiff.Variable;

/**
 * Gradient descent: {@code variable -= learningRate * gradient}.
 *
 * <pre>{@code
 * Sgd sgd = new Sgd(0.01);
 * sgd.applyGradients(List.of(GradientAndVariable.of(dy, x)));
 * sgd.setLearningRate(0.1);
 * }</pre>
 */
public final class Sgd extends Optimizer {
    /**
     * Gradient descent of a learning rate.
     *
     * @param learningRate finite and not negative
     * @throws IllegalArgumentException if it is not
     */
    public Sgd(double learningRate) {
        super(learningRate);
    }

    @Override
    protected void update(Variable variable, Tensor gradient) {
        variable.assignSub(gradient.mul(rate(variable.dtype())));
    }
}
