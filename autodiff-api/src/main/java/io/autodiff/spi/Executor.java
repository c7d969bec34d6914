package io.autodiff.spi;

import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.OpRegistry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one place where every op passes, eager or traced, built-in or plugin; and where the thread's recorders hear of it.
 *
 * <pre>{@code
 * Tensor y = Executor.execute("sin", x);                                     // what x.sin() does
 * Tensor s = Executor.execute("reduce_sum", Attributes.of("axes", List.of(0L), "keepDims", false), x);
 * }</pre>
 */
public final class Executor {
    /** A thread's recorders, outermost first. */
    private static final class Recorders extends ArrayList<Recorder> {
        private static final long serialVersionUID = 1;

        /** What recorders hear in place of each call; null for the call itself. */
        transient @Nullable UnaryOperator<OpCall<Tensor>> replacement;

        Recorders(List<? extends Recorder> recorders) {
            super(recorders);
        }
    }

    private static final ThreadLocal<Recorders> RECORDERS = ThreadLocal.withInitial(() -> new Recorders(List.of()));

    private Executor() {}

    /**
     * Applies an op: settles the outputs' shapes and dtypes, makes the outputs, and tells the recorders.
     *
     * @param op the op
     * @param attributes its settings
     * @param operands its inputs; a variable is read
     * @return its outputs, whose values may not be computed yet
     * @throws IllegalArgumentException if the op cannot take these inputs
     * @throws IllegalStateException if an input was released, or the op is not whole
     */
    public static List<Tensor> execute(Op op, Attributes attributes, List<? extends Operand> operands) {
        return applied(op, attributes, operands.toArray(new Operand[0])).outputs();
    }

    /** The array is not the caller's any more. */
    private static Tensor output(Op op, Attributes attributes, Operand[] operands) {
        if (!op.hasOneOutput()) {
            throw new IllegalArgumentException("op '" + op.name() + "' has the outputs " + op.outputNames()
                    + "; call execute(op, attributes, List.of(...)) for all of them");
        }
        return applied(op, attributes, operands).output();
    }

    private static OpCall<Tensor> applied(Op op, Attributes attributes, Operand[] operands) {
        OpCall<Tensor> call = OpCall.applied(op, attributes, operands);
        Recorders recorders = RECORDERS.get();
        if (recorders.replacement != null) {
            tell(recorders, recorders.replacement.apply(call));
        } else {
            tell(recorders, call);
        }
        return call;
    }

    private static void tell(Recorders recorders, OpCall<Tensor> call) {
        for (int i = 0; i < recorders.size(); i++) {
            recorders.get(i).applied(call);
        }
    }

    /**
     * Applies an op that has one output.
     *
     * @param op the op
     * @param attributes its settings
     * @param operands its inputs; a variable is read
     * @return its output
     * @throws IllegalArgumentException if the op cannot take these inputs, or has not exactly one output
     */
    public static Tensor execute(Op op, Attributes attributes, Operand... operands) {
        return output(op, attributes, Arrays.copyOf(operands, operands.length, Operand[].class));
    }

    /**
     * Applies an op of the registry that has one output.
     *
     * @param op its name
     * @param attributes its settings
     * @param operands its inputs; a variable is read
     * @return its output
     * @throws IllegalArgumentException if there is no such op, or it cannot take these inputs
     */
    public static Tensor execute(String op, Attributes attributes, Operand... operands) {
        return execute(OpRegistry.shared().op(op), attributes, operands);
    }

    /**
     * Applies an op of the registry that has one output and no attributes.
     *
     * @param op its name
     * @param operands its inputs; a variable is read
     * @return its output
     * @throws IllegalArgumentException if there is no such op, or it cannot take these inputs
     */
    public static Tensor execute(String op, Operand... operands) {
        return execute(op, Attributes.NONE, operands);
    }

    /**
     * Applies an op of the registry that has one output, one input, and no attributes.
     *
     * @param op its name
     * @param x its input; a variable is read
     * @return its output
     * @throws IllegalArgumentException if there is no such op, or it cannot take this input
     */
    public static Tensor execute(String op, Operand x) {
        return output(OpRegistry.shared().op(op), Attributes.NONE, new Operand[] {x});
    }

    /**
     * Applies an op of the registry that has one output, two inputs, and no attributes.
     *
     * @param op its name
     * @param x the first input; a variable is read
     * @param y the second input; a variable is read
     * @return its output
     * @throws IllegalArgumentException if there is no such op, or it cannot take these inputs
     */
    public static Tensor execute(String op, Operand x, Operand y) {
        return output(OpRegistry.shared().op(op), Attributes.NONE, new Operand[] {x, y});
    }

    /**
     * Tells the recorders of a tensor that was made of data. Engines call it for tensors that they make on their own.
     *
     * @param leaf the tensor
     * @return the same tensor
     */
    public static Tensor created(Tensor leaf) {
        List<Recorder> recorders = RECORDERS.get();
        for (int i = 0; i < recorders.size(); i++) {
            recorders.get(i).created(leaf);
        }
        return leaf;
    }

    /**
     * Tells the recorders that a variable was read.
     *
     * @param variable the variable
     * @param value what it holds
     * @param leaf the new tensor of that value that belongs to this read
     * @return the leaf
     */
    public static Tensor read(Variable variable, Tensor value, Tensor leaf) {
        List<Recorder> recorders = RECORDERS.get();
        for (int i = 0; i < recorders.size(); i++) {
            recorders.get(i).read(variable, value, leaf);
        }
        return leaf;
    }

    /**
     * Tells the recorders that a variable's value is used for the first time.
     *
     * @param variable the variable
     * @param value what it holds
     */
    public static void used(Variable variable, Tensor value) {
        List<Recorder> recorders = RECORDERS.get();
        for (int i = 0; i < recorders.size(); i++) {
            recorders.get(i).used(variable, value);
        }
    }

    /**
     * Tells the recorders that a variable was given a value.
     *
     * @param variable the variable
     */
    public static void assigned(Variable variable) {
        List<Recorder> recorders = RECORDERS.get();
        for (int i = 0; i < recorders.size(); i++) {
            recorders.get(i).assigned(variable);
        }
    }

    /**
     * Tells the recorders whose outputs some tensors are as far as gradients go.
     *
     * @param call its outputs are there, and no op that was applied has one of them for an input
     */
    public static void derived(OpCall<Tensor> call) {
        List<Recorder> recorders = RECORDERS.get();
        for (int i = 0; i < recorders.size(); i++) {
            recorders.get(i).derived(call);
        }
    }

    /**
     * Makes a recorder hear of what this thread does from now on.
     *
     * @param recorder not yet pushed
     */
    public static void push(Recorder recorder) {
        RECORDERS.get().add(recorder);
    }

    /**
     * Ends what {@link #push} began.
     *
     * @param recorder one that was pushed on this thread
     * @return whether it was the innermost, as it is when blocks nest
     */
    public static boolean remove(Recorder recorder) {
        ArrayList<Recorder> recorders = RECORDERS.get();
        for (int i = recorders.size() - 1; i >= 0; i--) {
            if (recorders.get(i) == recorder) {
                recorders.remove(i);
                return i == recorders.size();
            }
        }
        return true;
    }

    /**
     * Runs code of which one recorder hears, and none of those that were pushed before; and no call is replaced.
     *
     * @param recorder hears of the code
     * @param code what to run
     */
    public static void isolated(Recorder recorder, Runnable code) {
        within(new Recorders(List.of(recorder)), code);
    }

    /**
     * Runs code of which a recorder hears, and those that were pushed before but for tapes.
     *
     * @param recorder hears of the code
     * @param code what to run
     */
    public static void untaped(Recorder recorder, Runnable code) {
        Recorders outer = RECORDERS.get();
        Recorders inner = new Recorders(
                outer.stream().filter(other -> !other.hearsEachOp()).toList());
        inner.add(recorder);
        inner.replacement = outer.replacement;
        within(inner, code);
    }

    private static void within(Recorders inner, Runnable code) {
        Recorders outer = RECORDERS.get();
        RECORDERS.set(inner);
        try {
            code.run();
        } finally {
            RECORDERS.set(outer);
        }
    }

    /** {@return this thread's recorders, outermost first; a live view} */
    public static List<Recorder> recorders() {
        return Collections.unmodifiableList(RECORDERS.get());
    }

    /** {@return what this thread's recorders hear in place of a call; null for the call itself} */
    public static @Nullable UnaryOperator<OpCall<Tensor>> replacement() {
        return RECORDERS.get().replacement;
    }

    /**
     * Settles what this thread's recorders hear in place of each call. What the call computes stays as it is.
     *
     * @param replacement gives a call of the same inputs and outputs; null for the call itself
     */
    public static void replace(@Nullable UnaryOperator<OpCall<Tensor>> replacement) {
        RECORDERS.get().replacement = replacement;
    }
}
