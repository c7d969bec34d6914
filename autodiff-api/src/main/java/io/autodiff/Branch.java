package io.autodiff;

import io.autodiff.op.TensorSpec;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of two computations, chosen by a tensor. Outside of compiled functions it is a plain Java {@code if}; inside, both are traced, and
 * each call runs the one that its values choose. {@link Tensors#where} chooses element by element, and computes both.
 *
 * <pre>{@code
 * CompiledFunction f = Functions.compile(x -> Branch.cond(x.gt(0), () -> x.log(), () -> x.neg()));
 * f.apply(Tensors.of(-2.0));      // 2.0
 * }</pre>
 *
 * <p>Either side may read and assign variables, use tensors from around it, draw random numbers and print. Tapes differentiate through
 * the side that was chosen, to any order.
 */
public final class Branch {
    private Branch() {}

    /**
     * Computes one of two tensors.
     *
     * @param predicate a bool scalar
     * @param onTrue gives the result where it holds
     * @param onFalse gives it elsewhere, of the same dtype and shape
     * @return the result
     * @throws IllegalArgumentException if the predicate is no bool scalar, or, inside a compiled function, the two differ in dtype or
     *     shape
     */
    public static Tensor cond(
            Operand predicate, Supplier<? extends Operand> onTrue, Supplier<? extends Operand> onFalse) {
        Objects.requireNonNull(onTrue, "onTrue");
        Objects.requireNonNull(onFalse, "onFalse");
        return condMany(
                        predicate,
                        () -> Collections.singletonList(onTrue.get()),
                        () -> Collections.singletonList(onFalse.get()))
                .get(0);
    }

    /**
     * Computes one of two lists of tensors.
     *
     * @param predicate a bool scalar
     * @param onTrue gives the results where it holds
     * @param onFalse gives them elsewhere, as many and of the same dtypes and shapes
     * @return the results
     * @throws IllegalArgumentException as for {@link #cond}
     */
    public static List<Tensor> condMany(
            Operand predicate,
            Supplier<? extends List<? extends Operand>> onTrue,
            Supplier<? extends List<? extends Operand>> onFalse) {
        Objects.requireNonNull(onTrue, "onTrue");
        Objects.requireNonNull(onFalse, "onFalse");
        Tensor chosen = condition("cond", Objects.requireNonNull(predicate, "predicate"));
        if (Trace.current() != null) {
            return staged(chosen, onTrue, onFalse);
        }
        return Results.of("a side of cond", (holds(chosen) ? onTrue : onFalse).get());
    }

    /**
     * Does one of two things.
     *
     * @param predicate a bool scalar
     * @param onTrue code that assigns variables or prints, run where it holds
     * @param onFalse the same for elsewhere
     * @throws IllegalArgumentException if the predicate is no bool scalar
     */
    public static void run(Operand predicate, Runnable onTrue, Runnable onFalse) {
        condMany(
                predicate,
                results(Objects.requireNonNull(onTrue, "onTrue")),
                results(Objects.requireNonNull(onFalse, "onFalse")));
    }

    private static Supplier<List<Tensor>> results(Runnable code) {
        return () -> {
            code.run();
            // An op has an output.
            return List.of(Tensors.of(true));
        };
    }

    static Tensor condition(String where, @Nullable Operand condition) {
        if (condition == null
                || condition.dtype() != DType.BOOL
                || !condition.shape().isScalar()) {
            throw new IllegalArgumentException(where + ": the condition must be a bool scalar, it is "
                    + (condition == null ? "null" : condition.spec())
                    + "; compare, and combine what is compared into one");
        }
        return condition.asTensor();
    }

    static boolean holds(Tensor condition) {
        return condition.item() != 0;
    }

    private static List<Tensor> staged(
            Tensor predicate,
            Supplier<? extends List<? extends Operand>> onTrue,
            Supplier<? extends List<? extends Operand>> onFalse) {
        Trace first = Trace.recorded(List.of(), in -> onTrue.get());
        Trace second = Trace.recorded(List.of(), in -> onFalse.get());
        List<TensorSpec> outputs = first.outputSpecs();
        if (!outputs.equals(second.outputSpecs())) {
            throw new IllegalArgumentException("cond: one side gives " + outputs + ", the other " + second.outputSpecs()
                    + "; inside a compiled function both have the same dtypes and shapes");
        }
        Set<Variable> assigned = new LinkedHashSet<>(first.assigned());
        assigned.addAll(second.assigned());
        StagedOp.Inputs inputs = new StagedOp.Inputs(List.of(predicate), List.copyOf(assigned));
        Region yes = new Region(first, inputs);
        Region no = new Region(second, inputs);
        return StagedOp.apply(
                "cond",
                inputs,
                outputs,
                first.hasEffects() || second.hasEffects(),
                StagedOp.kernel(in -> side(in, yes, no).run(in)),
                in -> side(in, yes, no).gradient(in));
    }

    private static Region side(List<Tensor> inputs, Region yes, Region no) {
        return holds(inputs.get(0)) ? yes : no;
    }
}
