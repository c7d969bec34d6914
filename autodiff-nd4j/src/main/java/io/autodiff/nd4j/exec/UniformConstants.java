package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.TensorSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plan's constants that have the same number everywhere, such as the ones with which a backward pass begins: a kernel reads
 * the one number, and not an array of it.
 */
final class UniformConstants {
    private final List<@Nullable Value> initial;
    /** For each constant that was looked at, the slot of its number, or its own. */
    private final Map<Integer, Integer> scalars = new HashMap<>();

    private final Set<Integer> added = new HashSet<>();

    UniformConstants(List<@Nullable Value> initial) {
        this.initial = initial;
    }

    /** The slot of a constant's one number; the same slot if it is no constant, or has several. */
    int scalar(int slot) {
        return scalars.computeIfAbsent(slot, s -> {
            Value constant = s < initial.size() ? initial.get(s) : null;
            Value number = constant == null || constant.spec().shape().isScalar() ? null : number(constant);
            if (number == null) {
                return s;
            }
            initial.add(number);
            added.add(initial.size() - 1);
            return initial.size() - 1;
        });
    }

    /** Whether a slot came from {@link #scalar}. */
    boolean isScalar(int slot) {
        return added.contains(slot);
    }

    /** The number of a constant that is a floating scalar; null of all others. */
    @Nullable
    Double floating(int slot) {
        Value constant = initial.get(slot);
        return constant != null
                        && constant.spec().shape().isScalar()
                        && constant.spec().dtype().isFloating()
                ? constant.floating()
                : null;
    }

    private static @Nullable Value number(Value constant) {
        TensorSpec scalar = new TensorSpec(constant.spec().dtype(), Shape.SCALAR);
        if (scalar.dtype() == DType.FLOAT32 || scalar.dtype() == DType.FLOAT64) {
            double[] elements = constant.doubles();
            for (double element : elements) {
                if (Double.doubleToRawLongBits(element) != Double.doubleToRawLongBits(elements[0])) {
                    return null;
                }
            }
            return Value.ofFloating(scalar, elements[0]);
        } else if (scalar.dtype().isFloating()) {
            return null;
        }
        long[] elements = constant.longs();
        for (long element : elements) {
            if (element != elements[0]) {
                return null;
            }
        }
        return Value.ofInteger(scalar, elements[0]);
    }

    /** Forgets the arrays that no step reads any more. */
    void letGo(List<Plan.Step> steps, Set<Integer> results) {
        Set<Integer> read = new HashSet<>(results);
        steps.forEach(step -> {
            for (int slot : step.inputs) {
                read.add(slot);
            }
        });
        scalars.forEach((slot, number) -> {
            if (!slot.equals(number) && !read.contains(slot)) {
                initial.set(slot, null);
            }
        });
    }
}
