package io.autodiff.op;

import io.autodiff.Tensor;
import io.autodiff.spi.Executor;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Another gradient for an op, for what this thread computes until the override is closed: of calls of the op, however they are made,
 * tapes record the given rule in place of the op's own. What the calls compute stays as it is.
 *
 * <pre>{@code
 * // Guided backpropagation (Springenberg and others, 2015): only positive gradients pass, and only to positive inputs.
 * try (GradientOverride guided = GradientOverride.open("relu", "x", (c, dy) -> dy.relu().mul(c.output().sign()));
 *         GradientTape tape = GradientTape.open()) {
 *     tape.watch(image);
 *     Tensor saliency = tape.gradientOrThrow(model(image).max(), image);
 * }
 * }</pre>
 *
 * <p>What counts is when the op is applied, and not when the gradient is asked for; calls of before and after have the op's own
 * gradient. Overrides nest; of two of one op, the inner one holds. A compiled function has a trace of its own for each override. An
 * override may give a gradient to an input that has none, such as the straight-through gradient of {@code round}. A rule that needs the
 * op's own asks {@link Op#gradientRule} or {@link Op#differentiate}. To replace an op for good, for all threads, a provider has one of
 * the same name that is {@link Op#overriding()}.
 */
public final class GradientOverride implements AutoCloseable {
    /**
     * What recorders are told, one override around the other. Two with equal rules are equal: a compiled function need not be traced
     * anew where the same override is opened again.
     */
    private record Replacement(
            Op op,
            @Nullable String input,
            Object rule,
            @Nullable UnaryOperator<OpCall<Tensor>> outer,
            Overridden by) implements UnaryOperator<OpCall<Tensor>> {
        @Override
        public OpCall<Tensor> apply(OpCall<Tensor> call) {
            if (call.op() == op) {
                return call.asCallOf(by.op);
            }
            return outer == null ? call : outer.apply(call);
        }

        /** {@return whether both are of one override, though something else may be around them} */
        boolean is(Replacement other) {
            return by.op == other.by.op;
        }

        /** {@return the chain without one of its members} */
        @Nullable
        UnaryOperator<OpCall<Tensor>> without(Replacement removed) {
            if (is(removed)) {
                return outer;
            }
            return outer instanceof Replacement next
                    ? new Replacement(op, input, rule, next.without(removed), by)
                    : this;
        }
    }

    /** The op with the other gradient; any two are equal, as they follow from what else a replacement has. */
    private static final class Overridden {
        private final Op op;

        Overridden(Op op) {
            this.op = op;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Overridden;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    private final Thread owner = Thread.currentThread();
    private final Replacement replacement;
    private boolean open = true;

    private GradientOverride(Op op, @Nullable String input, Object rule, Op overridden) {
        replacement = new Replacement(op, input, rule, Executor.replacement(), new Overridden(overridden.checked()));
        Executor.replace(replacement);
    }

    /**
     * Overrides the gradient of one input of an op.
     *
     * @param op its name in the registry
     * @param input the input's name
     * @param rule the gradient
     * @return the override, to be closed on this thread
     * @throws IllegalArgumentException if there is no such op, or it has no such input
     * @throws IllegalStateException if the gradients of its inputs are given together, or it has several outputs
     */
    public static GradientOverride open(String op, String input, GradientFunction.OfInput rule) {
        return open(OpRegistry.shared().op(op), input, rule);
    }

    /**
     * Overrides the gradient of one input of an op.
     *
     * @param op the op
     * @param input the input's name
     * @param rule the gradient
     * @return the override, to be closed on this thread
     * @throws IllegalArgumentException if the op has no such input
     * @throws IllegalStateException if the gradients of its inputs are given together, or it has several outputs
     */
    public static GradientOverride open(Op op, String input, GradientFunction.OfInput rule) {
        Objects.requireNonNull(rule, "rule");
        if (!op.inputNames().contains(input)) {
            throw new IllegalArgumentException(
                    "op '" + op.name() + "' has no input '" + input + "', its inputs are " + op.inputNames());
        }
        if (op.hasJointGradients() || op.isVariadic() || op.outputNames().size() > 1) {
            throw new IllegalStateException("the gradients of op '" + op.name()
                    + "' are given together: override all of them, by GradientOverride.open(\"" + op.name()
                    + "\", (c, dys, needed) -> ...)");
        }
        return new GradientOverride(op, input, rule, op.withGradient(input, rule, null));
    }

    /**
     * Overrides the gradients of all inputs of an op.
     *
     * @param op its name in the registry
     * @param rule the gradients
     * @return the override, to be closed on this thread
     * @throws IllegalArgumentException if there is no such op
     */
    public static GradientOverride open(String op, GradientFunction rule) {
        return open(OpRegistry.shared().op(op), rule);
    }

    /**
     * Overrides the gradients of all inputs of an op.
     *
     * @param op the op
     * @param rule the gradients
     * @return the override, to be closed on this thread
     */
    public static GradientOverride open(Op op, GradientFunction rule) {
        Objects.requireNonNull(rule, "rule");
        return new GradientOverride(op, null, rule, op.withGradient(null, null, rule));
    }

    /**
     * Ends the override. Closing twice is closing once.
     *
     * @throws IllegalStateException if this is not the thread that opened it, or an override that was opened later is still open; in
     *     the latter case this one is closed nonetheless
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("an override is closed on the thread that opened it, " + owner.getName());
        }
        open = false;
        UnaryOperator<OpCall<Tensor>> present = Executor.replacement();
        boolean innermost = present instanceof Replacement inner && inner.is(replacement);
        if (present instanceof Replacement chain) {
            Executor.replace(chain.without(replacement));
        }
        if (!innermost) {
            throw new IllegalStateException(
                    "overrides close in the reverse of the order in which they were opened; that of '"
                            + replacement.op().name() + "' is closed, one opened after it is not");
        }
    }
}
