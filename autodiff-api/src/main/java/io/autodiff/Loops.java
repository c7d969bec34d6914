package io.autodiff;

import io.autodiff.op.TensorSpec;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Loops whose count, or end, is known only when they run. Outside of compiled functions they are plain Java loops; inside, the body is
 * traced once, and runs as often as each call needs it to.
 *
 * <pre>{@code
 * CompiledAction train = Functions.compileAction(() -> Loops.repeat(1000, () -> sgd.minimize(loss, List.of(x))));
 *
 * CompiledMany power = Functions.compileMany(in ->                                    // x^(n + 1)
 *         List.of(Loops.repeat(in.get(1), in.get(0), y -> y.mul(in.get(0)))));
 *
 * Tensor root = Loops.whileLoop(Tensors.of(1.0),                                      // of 2, by Newton
 *         r -> r.square().sub(2).abs().gt(1e-12), r -> r.sub(r.square().sub(2).div(r.mul(2))));
 * }</pre>
 *
 * <p>A body may read and assign variables, use tensors from around it, draw random numbers, print, hold loops, branches and tapes.
 * Tapes differentiate loops to any order; a gradient runs the loop once more, forwards, and keeps what each step started from. The
 * count and the condition have no gradient. In a compiled function learning rates and other numbers that Java gives are asked for once
 * before the loop, and what the body prints appears as it runs.
 */
public final class Loops {
    private Loops() {}

    /**
     * Does something again and again.
     *
     * @param count how often; not at all if it is below 1
     * @param body code that assigns variables or prints
     */
    public static void repeat(long count, Runnable body) {
        repeat(Tensors.of(count), body);
    }

    /**
     * Does something again and again.
     *
     * @param count how often, an int32 or int64 scalar; not at all if it is below 1
     * @param body code that assigns variables or prints
     * @throws IllegalArgumentException if the count is no such scalar
     */
    public static void repeat(Operand count, Runnable body) {
        Objects.requireNonNull(body, "body");
        repeat(count, List.of(), state -> {
            body.run();
            return List.of();
        });
    }

    /**
     * Applies a function to its own result again and again.
     *
     * @param count how often
     * @param state where it starts
     * @param body the function; its result has the state's dtype and shape
     * @return the last result; the start, if the count is below 1
     * @throws IllegalArgumentException if the body gives another dtype or shape
     */
    public static Tensor repeat(long count, Operand state, Function<? super Tensor, ? extends Operand> body) {
        return repeat(Tensors.of(count), state, body);
    }

    /**
     * Applies a function to its own result again and again.
     *
     * @param count how often, an int32 or int64 scalar
     * @param state where it starts
     * @param body the function; its result has the state's dtype and shape
     * @return the last result; the start, if the count is below 1
     * @throws IllegalArgumentException if the count is no such scalar, or the body gives another dtype or shape
     */
    public static Tensor repeat(Operand count, Operand state, Function<? super Tensor, ? extends Operand> body) {
        Objects.requireNonNull(body, "body");
        return repeat(count, Collections.singletonList(state), in -> Collections.singletonList(body.apply(in.get(0))))
                .get(0);
    }

    /**
     * Applies a function of several tensors to its own results again and again.
     *
     * @param count how often, an int32 or int64 scalar
     * @param state where it starts
     * @param body the function; its results have the state's dtypes and shapes
     * @return the last results; the start, if the count is below 1
     * @throws IllegalArgumentException if the count is no such scalar, or the body gives other dtypes or shapes
     */
    public static List<Tensor> repeat(
            Operand count,
            List<? extends Operand> state,
            Function<List<Tensor>, ? extends List<? extends Operand>> body) {
        Objects.requireNonNull(count, "count");
        Objects.requireNonNull(body, "body");
        if (!count.dtype().isInteger() || !count.shape().isScalar()) {
            throw new IllegalArgumentException(
                    "repeat: the count must be an int32 or int64 scalar, it is " + count.spec());
        }
        List<Tensor> start = Results.given("state", state);
        if (Trace.current() == null) {
            List<Tensor> now = start;
            long times = (long) count.item();
            for (long i = 0; i < times; i++) {
                now = next(now, body);
            }
            return now;
        }
        Tensor last = count.castTo(DType.INT64);
        return StagedLoop.run(start, (step, now) -> step.lt(last), now -> next(now, body));
    }

    /**
     * Applies a function to its own result for as long as a condition holds.
     *
     * @param state where it starts
     * @param condition of the state, a bool scalar; it computes, and neither assigns nor prints
     * @param body the function; its result has the state's dtype and shape
     * @return the first state for which the condition does not hold
     * @throws IllegalArgumentException if the condition is no bool scalar, or the body gives another dtype or shape
     */
    public static Tensor whileLoop(
            Operand state,
            Function<? super Tensor, ? extends Operand> condition,
            Function<? super Tensor, ? extends Operand> body) {
        Objects.requireNonNull(condition, "condition");
        Objects.requireNonNull(body, "body");
        return whileLoop(
                        Collections.singletonList(state),
                        in -> condition.apply(in.get(0)),
                        in -> Collections.singletonList(body.apply(in.get(0))))
                .get(0);
    }

    /**
     * Applies a function of several tensors to its own results for as long as a condition holds.
     *
     * @param state where it starts
     * @param condition of the state, a bool scalar; it computes, and neither assigns nor prints
     * @param body the function; its results have the state's dtypes and shapes
     * @return the first state for which the condition does not hold
     * @throws IllegalArgumentException if the condition is no bool scalar, or the body gives other dtypes or shapes
     */
    public static List<Tensor> whileLoop(
            List<? extends Operand> state,
            Function<List<Tensor>, ? extends Operand> condition,
            Function<List<Tensor>, ? extends List<? extends Operand>> body) {
        Objects.requireNonNull(condition, "condition");
        Objects.requireNonNull(body, "body");
        List<Tensor> start = Results.given("state", state);
        if (Trace.current() == null) {
            List<Tensor> now = start;
            while (Branch.holds(Branch.condition("whileLoop", condition.apply(now)))) {
                now = next(now, body);
            }
            return now;
        }
        return StagedLoop.run(
                start, (step, now) -> Branch.condition("whileLoop", condition.apply(now)), now -> next(now, body));
    }

    private static List<Tensor> next(
            List<Tensor> state, Function<List<Tensor>, ? extends List<? extends Operand>> body) {
        List<Tensor> next = Results.of("the body of a loop", body.apply(state));
        List<TensorSpec> before = state.stream().map(Tensor::spec).toList();
        List<TensorSpec> after = next.stream().map(Tensor::spec).toList();
        if (!after.equals(before)) {
            throw new IllegalArgumentException("the body of a loop gives " + after + " for the state " + before
                    + "; number, dtypes and shapes stay what they are from step to step");
        }
        return next;
    }
}
