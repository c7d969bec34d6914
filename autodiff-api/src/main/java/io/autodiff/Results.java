package io.autodiff;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What callers hand over, and what their functions give back: null among it is told where it came in, not where it is met. */
final class Results {
    private Results() {}

    /** Operands that a method was given. */
    static List<Tensor> given(String name, List<? extends Operand> operands) {
        List<Tensor> tensors =
                new ArrayList<>(Objects.requireNonNull(operands, name).size());
        for (Operand operand : operands) {
            tensors.add(Objects.requireNonNull(operand, name).asTensor());
        }
        return List.copyOf(tensors);
    }

    /** What a function of the caller's gave. */
    static List<Tensor> of(String function, @Nullable List<? extends @Nullable Operand> results) {
        if (results == null) {
            throw new IllegalArgumentException(function + " gave null in place of a list of tensors or variables");
        }
        List<Tensor> tensors = new ArrayList<>(results.size());
        for (Operand result : results) {
            if (result == null) {
                throw new IllegalArgumentException(function + " gave null in place of a tensor or variable"
                        + (results.size() > 1 ? ", as its result " + tensors.size() : ""));
            }
            tensors.add(result.asTensor());
        }
        return List.copyOf(tensors);
    }
}
