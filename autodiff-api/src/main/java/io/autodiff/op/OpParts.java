package io.autodiff.op;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is said of an op, copied whole at each step so that an op never changes. */
final class OpParts implements Cloneable {
    List<String> inputs = List.of();
    boolean variadic;
    List<String> outputs = List.of("output");
    Map<String, Attribute<?>> attributes = Map.of();

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

    /** The class that has the functions that are not this library's; of several, one that is unloaded first. */
    @Nullable
    Class<?> author;

    /** Notes whose function this is. */
    void by(Object function) {
        // Of a lambda, the class around it.
        Class<?> type = function.getClass().getNestHost();
        if (!Origin.isOwn(type) && (author == null || Origin.isUnloadedBefore(type, author))) {
            author = type;
        }
    }

    boolean gradientOverridden;

    void overrideGradient(
            @Nullable String input, GradientFunction.@Nullable OfInput rule, @Nullable GradientFunction joint) {
        Map<String, GradientFunction.OfInput> rules = new LinkedHashMap<>(gradients);
        Set<String> without = new TreeSet<>(notDifferentiable);
        if (input == null || rule == null) {
            rules.clear();
            without.clear();
        } else {
            rules.put(input, rule);
            without.remove(input);
        }
        gradients = Collections.unmodifiableMap(rules);
        notDifferentiable = Collections.unmodifiableSet(without);
        jointGradients = joint;
        gradientOverridden = true;
        Object function = rule == null ? joint : rule;
        author = function == null ? null : function.getClass().getNestHost();
    }

    OpParts copy() {
        try {
            return (OpParts) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }
}
