package io.autodiff.optimizer;

import io.autodiff.Tensor;
import io.autodiff.Variable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A gradient and the variable that it is for.
 *
 * <pre>{@code
 * sgd.applyGradients(List.of(GradientAndVariable.of(tape.gradient(loss, x), x)));
 * }</pre>
 *
 * @param gradient of the variable's shape and dtype, or null for an unconnected variable
 * @param variable what it changes
 */
public record GradientAndVariable(@Nullable Tensor gradient, Variable variable) {
    /**
     * Checks that there is a variable.
     *
     * @param gradient of the variable's shape and dtype, or null for an unconnected variable
     * @param variable what it changes
     */
    public GradientAndVariable {
        Objects.requireNonNull(variable, "variable");
    }

    /**
     * Pairs a gradient with its variable.
     *
     * @param gradient of the variable's shape and dtype, or null for an unconnected variable
     * @param variable what it changes
     * @return the pair
     */
    public static GradientAndVariable of(@Nullable Tensor gradient, Variable variable) {
        return new GradientAndVariable(gradient, variable);
    }
}
