package io.autodiff.graphs;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of steps that {@link OpGraph random graphs} are made of: a new op is one more row.
 *
 * <p>What a step is given is between about -2 and 2 (integers: -99 and 99), so that a row keeps an op within its domain by itself, as in
 * {@code x.square().add(0.5).log()}. Its result has the dtype of its operands and any size.
 *
 * @param name in descriptions
 * @param maker of steps
 * @param smooth whether gradients are those of the value, so that finite differences agree with them
 */
record Row(String name, Maker maker, boolean smooth) {
    /** Chooses what is left open, such as axes, to fit the operands. */
    interface Maker {
        /** {@return a step, or null if the shapes do not fit} */
        @Nullable
        Step make(Shape a, Shape b, Choice choice);
    }

    /**
     * What is computed of two operands; many look at the first one only.
     *
     * @param arguments in descriptions
     * @param function the computation
     * @param kinks of the same operands, something that is 0 where the function jumps, or its slope does: where it comes near 0, no step is
     *     made; null for a smooth function
     */
    record Step(
            String arguments,
            BinaryOperator<Tensor> function,
            @Nullable BinaryOperator<Tensor> kinks) {
        Step kinkedAt(BinaryOperator<Tensor> newKinks) {
            return new Step(arguments, function, newKinks);
        }
    }

    /** A step of both operands. */
    static Step step(BinaryOperator<Tensor> function, Object... arguments) {
        return new Step(Arrays.deepToString(arguments), function, null);
    }

    /** A step of the first operand. */
    static Step step(UnaryOperator<Tensor> function, Object... arguments) {
        return step((a, b) -> function.apply(a), arguments);
    }

    /** A row of steps with arguments. */
    static Row shaped(String name, Maker maker) {
        return new Row(name, maker, true);
    }

    /** The same, for a first operand with so many axes at least. */
    static Row ranked(String name, int rank, Maker maker) {
        return shaped(name, (a, b, choice) -> a.rank() < rank ? null : maker.make(a, b, choice));
    }

    /** A function of one operand of any shape. */
    static Row unary(String name, UnaryOperator<Tensor> function) {
        return shaped(name, (a, b, choice) -> step(function));
    }

    /** A function of two operands of any shapes. */
    static Row both(String name, BinaryOperator<Tensor> function) {
        return shaped(name, (a, b, choice) -> step(function));
    }

    /** A function of two operands, broadcast. */
    static Row binary(String name, BinaryOperator<Tensor> function) {
        return shaped(name, (a, b, choice) -> Shape.broadcast(a, b) == null ? null : step(function));
    }

    /** The row whose steps have kinks. */
    Row kinkedAt(BinaryOperator<Tensor> kinks) {
        return new Row(
                name,
                (a, b, choice) -> {
                    Step step = maker.make(a, b, choice);
                    return step == null ? null : step.kinkedAt(kinks);
                },
                smooth);
    }

    /** The row for operands that have elements. */
    Row filled() {
        return new Row(
                name,
                (a, b, choice) -> a.elements() == 0 || b.elements() == 0 ? null : maker.make(a, b, choice),
                smooth);
    }

    /** The row whose gradients are not those of the value. */
    Row withOtherGradient() {
        return new Row(name, maker, false);
    }

    /** Kinks where two elements are equal. */
    static Tensor gaps(Tensor x) {
        long count = x.shape().elements();
        if (count < 2) {
            return Tensors.ones(x.dtype());
        }
        Tensor sorted = x.reshape(-1).sort();
        Shape shorter = Shape.of(count - 1);
        return sorted.slice(new long[] {1}, shorter).sub(sorted.slice(new long[] {0}, shorter));
    }
}
