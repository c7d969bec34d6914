package io.autodiff.op;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is said of an op, copied whole at each step so that an op never changes. */
final class OpParts implements Cloneable {
    List<String> inputs = List.of();
    boolean variadic;
    List<String> outputs = List.of("output");
    Map<String, Class<?>> attributes = Map.of();

    @Nullable
    ShapeFunction shape;

    Map<Class<?>, Kernel<?>> kernels = Map.of();

    @Nullable
    ScalarExpression elementwise;

    boolean broadcasting;
    boolean overriding;
    Map<String, GradientFunction.OfInput> gradients = Map.of();

    @Nullable
    GradientFunction jointGradients;

    Set<String> notDifferentiable = Set.of();
    Set<String> residuals = Set.of();

    OpParts copy() {
        try {
            return (OpParts) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
