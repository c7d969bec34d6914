package io.autodiff.optimizer;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.spi.AutodiffProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes variables so that a loss becomes smaller. A subclass says what one gradient does to one variable, in tensor ops.
 *
 * <pre>{@code
 * Optimizer sgd = new Sgd(0.01);
 * for (int step = 0; step < 1000; step++) {
 *     sgd.minimize(() -> x.square().sub(x.mul(2)).add(1), List.of(x));
 * }
 * }</pre>
 */
public abstract class Optimizer {
    private double learningRate;
    /** One object, so that a compiled function asks once a call. */
    private final Supplier<Double> currentRate = this::learningRate;

    /**
     * An optimizer of a learning rate.
     *
     * @param learningRate finite and not negative
     * @throws IllegalArgumentException if it is not
     */
    protected Optimizer(double learningRate) {
        this.learningRate = valid(learningRate);
    }

    /** {@return the learning rate that the next step takes} */
    public double learningRate() {
        return learningRate;
    }

    /**
     * Changes the learning rate for the steps that follow.
     *
     * @param newRate finite and not negative
     * @throws IllegalArgumentException if it is not
     */
    public void setLearningRate(double newRate) {
        learningRate = valid(newRate);
    }

    /**
     * Changes each variable by its gradient. A pair whose gradient is null is passed over.
     *
     * @param gradientsAndVariables the pairs
     * @throws IllegalArgumentException if there is no gradient in any pair, one does not fit its variable, or that is not floating; no
     *     variable is changed then
     */
    public void applyGradients(List<GradientAndVariable> gradientsAndVariables) {
        Objects.requireNonNull(gradientsAndVariables, "gradientsAndVariables");
        boolean any = false;
        for (GradientAndVariable pair : gradientsAndVariables) {
            Tensor gradient = Objects.requireNonNull(pair, "a pair of gradient and variable")
                    .gradient();
            if (gradient != null) {
                any = true;
                requireFit(gradient, pair.variable());
            }
        }
        if (!any) {
            throw new IllegalArgumentException("No gradients are there for any variable of "
                    + gradientsAndVariables.stream()
                            .map(pair -> pair.variable().name())
                            .toList()
                    + "; was each one watched, and used in the loss?");
        }
        for (GradientAndVariable pair : gradientsAndVariables) {
            Tensor gradient = pair.gradient();
            if (gradient != null) {
                update(pair.variable(), gradient);
            }
        }
    }

    private static void requireFit(Tensor gradient, Variable variable) {
        if (!AutodiffProvider.current().owns(gradient)) {
            throw new IllegalArgumentException("the gradient of the variable '" + variable.name()
                    + "' is a tensor of another engine, " + gradient.getClass().getName()
                    + "; copy its elements with Tensors.of(...)");
        }
        if (!gradient.dtype().isFloating()) {
            throw new IllegalArgumentException("the variable '" + variable.name() + "', which is " + variable.spec()
                    + ", cannot follow a gradient: its dtype is not floating");
        }
        if (!gradient.spec().equals(variable.spec())) {
            throw new IllegalArgumentException("the gradient " + gradient.spec() + " does not fit the variable '"
                    + variable.name() + "', which is " + variable.spec());
        }
    }

    /**
     * One step: computes the loss on a tape of its own and applies its gradients.
     *
     * @param loss computes the loss from the variables; a loss that is not scalar is summed
     * @param variables to be changed, trainable or not
     * @return the loss before the step
     * @throws IllegalArgumentException if the loss depends on none of the variables
     */
    public Tensor minimize(Supplier<? extends Operand> loss, List<Variable> variables) {
        Objects.requireNonNull(loss, "loss");
        Objects.requireNonNull(variables, "variables");
        Tensor value;
        List<@Nullable Tensor> gradients;
        try (GradientTape tape =
                GradientTape.builder().watchAccessedVariables(false).open()) {
            tape.watch(variables);
            Operand computed = loss.get();
            if (computed == null) {
                throw new IllegalArgumentException("the loss is null; its function gives a tensor or variable");
            }
            value = computed.asTensor();
            gradients = tape.gradient(value, variables);
        }
        List<GradientAndVariable> pairs = new ArrayList<>();
        for (int i = 0; i < variables.size(); i++) {
            pairs.add(GradientAndVariable.of(gradients.get(i), variables.get(i)));
        }
        applyGradients(pairs);
        return value;
    }

    /**
     * The learning rate as a tensor, which inside a compiled function is read at each call.
     *
     * @param dtype floating
     * @return a scalar
     */
    protected final Tensor rate(DType dtype) {
        return Functions.hostScalar(dtype, currentRate);
    }

    /**
     * Changes one variable by its gradient.
     *
     * @param variable to be changed
     * @param gradient of its shape and dtype
     */
    protected abstract void update(Variable variable, Tensor gradient);

    private static double valid(double rate) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a learning rate is finite and not negative, not " + rate);
        }
        return rate;
    }
}
