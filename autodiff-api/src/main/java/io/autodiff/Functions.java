package io.autodiff;

import io.autodiff.op.GradientFunction;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Functions of tensors and of code.
 *
 * <pre>{@code
 * Tensor y = Functions.stopGradient(x).mul(x);                                   // dy/dx = x
 * CompiledFunction f = Functions.compile(in -> in.square().add(2));              // traced at its first call
 * Tensor z = f.apply(x);
 * }</pre>
 *
 * <p>A compiled function runs its Java code once for each signature, that is for the dtypes and shapes of its arguments, on tensors
 * without values; calls then run what it computed, without repeated work, and without the Java code. So:
 *
 * <ul>
 *   <li>Java's {@code if} and loops are followed while tracing, and are fixed from then on. Reading a traced value in Java, by
 *       {@code item()} or the like, is an error: {@link Tensors#where} chooses by value.
 *   <li>Variables are read and assigned at each call, in order. Learning rates, random numbers and {@link #hostScalar} are new at each
 *       call. A captured tensor is the same at each call, as tensors are.
 *   <li>What a call assigns and prints, it does when all of it is computed; if it fails, no variable has changed.
 *   <li>Tapes around a call differentiate through it, to any order; tapes inside it work as they do outside.
 *   <li>A Variable cannot be created inside: each call would make another.
 * </ul>
 */
public final class Functions {
    private Functions() {}

    /**
     * Compiles a function of one tensor.
     *
     * @param function the function
     * @return it, compiled; traced at its first call
     */
    public static CompiledFunction compile(Function<? super Tensor, ? extends Operand> function) {
        return new CompiledFunction(Objects.requireNonNull(function, "function"));
    }

    /**
     * Compiles a function of several tensors to several tensors.
     *
     * @param function the function
     * @return it, compiled; traced at its first call
     */
    public static CompiledMany compileMany(Function<List<Tensor>, ? extends List<? extends Operand>> function) {
        return new CompiledMany(Objects.requireNonNull(function, "function"));
    }

    /**
     * Compiles a function without arguments.
     *
     * @param function the function
     * @return it, compiled; traced at its first call
     */
    public static CompiledSupplier compileSupplier(Supplier<? extends Operand> function) {
        return new CompiledSupplier(Objects.requireNonNull(function, "function"));
    }

    /**
     * Compiles code that assigns variables or prints.
     *
     * @param action the code
     * @return it, compiled; traced at its first call
     */
    public static CompiledAction compileAction(Runnable action) {
        return new CompiledAction(Objects.requireNonNull(action, "action"));
    }

    /**
     * The same value, through which no gradient passes.
     *
     * @param x a tensor or variable
     * @return its value
     */
    public static Tensor stopGradient(Operand x) {
        return x.stopGradient();
    }

    /**
     * A function of one tensor whose gradient is given, and not derived from its ops: where the derived one is unstable or infinite,
     * or is to be another than the slope.
     *
     * <pre>{@code
     * Function<Operand, Tensor> log1pExp = Functions.customGradient(
     *         x -> x.exp().add(1).log(),
     *         (c, dy) -> dy.mul(c.input("x").sigmoid()));                         // 1 at 800, and not NaN
     * Function<Operand, Tensor> clipped = Functions.customGradient(x -> x, (c, dy) -> dy.clip(-1, 1));
     * Tensor y = clipped.apply(log1pExp.apply(x));
     * }</pre>
     *
     * <p>No tape hears the function's ops. A gradient of higher order is that of the given one, if it is written with ops; it may use
     * {@code c.input("x")} and {@code c.output()}. The function's inputs are where gradients go: one that is asked for by way of a
     * tensor or variable that the function takes from around it is an error. The gradient may use what is around it.
     *
     * @param forward the function
     * @param backward its gradient: of the call and the output's gradient, of the shape and dtype of the input; null for none
     * @return the function with this gradient; it can be applied any number of times, in compiled functions, too
     */
    public static Function<Operand, Tensor> customGradient(
            Function<? super Tensor, ? extends Operand> forward, GradientFunction.OfInput backward) {
        return customGradient("custom_gradient", forward, backward);
    }

    /**
     * As {@link #customGradient(Function, GradientFunction.OfInput)}, with a name for messages.
     *
     * @param name in snake_case
     * @param forward the function
     * @param backward its gradient
     * @return the function with this gradient
     */
    public static Function<Operand, Tensor> customGradient(
            String name, Function<? super Tensor, ? extends Operand> forward, GradientFunction.OfInput backward) {
        Objects.requireNonNull(forward, "forward");
        Objects.requireNonNull(backward, "backward");
        CustomGradient custom = new CustomGradient(
                name,
                in -> Collections.singletonList(forward.apply(in.get(0))),
                (c, dys, needed) -> Collections.singletonList(backward.apply(c, dys.get(0))));
        return x -> custom.apply(Collections.singletonList(x)).get(0);
    }

    /**
     * A function of several tensors to several tensors whose gradients are given together.
     *
     * <pre>{@code
     * var scaled = Functions.customGradientMany(
     *         in -> List.of(in.get(0).mul(in.get(1))),
     *         (c, dys, needed) -> Arrays.asList(dys.get(0).mul(c.input("x1")), null));    // as if x1 were a constant
     * Tensor y = scaled.apply(List.of(a, b)).get(0);
     * }</pre>
     *
     * @param forward the function
     * @param backward one gradient for each input, null for one that is unconnected or not needed: of the call, whose inputs are
     *     {@code x0}, {@code x1} and so on, or {@code x} where there is one; of the outputs' gradients, zeros for an output that
     *     nothing used; and of which inputs need a gradient
     * @return the function with these gradients, as for {@link #customGradient(Function, GradientFunction.OfInput)}
     */
    public static Function<List<? extends Operand>, List<Tensor>> customGradientMany(
            Function<? super List<Tensor>, ? extends List<? extends Operand>> forward, GradientFunction backward) {
        return customGradientMany("custom_gradient", forward, backward);
    }

    /**
     * As {@link #customGradientMany(Function, GradientFunction)}, with a name for messages.
     *
     * @param name in snake_case
     * @param forward the function
     * @param backward its gradients
     * @return the function with these gradients
     */
    public static Function<List<? extends Operand>, List<Tensor>> customGradientMany(
            String name,
            Function<? super List<Tensor>, ? extends List<? extends Operand>> forward,
            GradientFunction backward) {
        Objects.requireNonNull(forward, "forward");
        return new CustomGradient(name, forward::apply, Objects.requireNonNull(backward, "backward"))::apply;
    }

    /**
     * A scalar that Java gives: now, or inside a compiled function anew at each call. A compiled function asks one supplier object once
     * a call, however often it was given.
     *
     * @param dtype of the scalar
     * @param number what it is; called on the thread that calls the compiled function
     * @return a tensor of rank 0
     * @throws IllegalArgumentException if the dtype cannot hold the number
     */
    public static Tensor hostScalar(DType dtype, Supplier<? extends Number> number) {
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(number, "number");
        Trace trace = Trace.current();
        return trace == null
                ? Literals.scalar(number.get(), dtype, "a scalar of Java")
                : trace.hostScalar(dtype, number);
    }

    /**
     * Prints to standard output: now, or inside a compiled function at each call.
     *
     * @param text what comes first
     * @param operands tensors and variables, printed after it
     */
    public static void print(String text, Operand... operands) {
        Objects.requireNonNull(text, "text");
        List<Tensor> tensors = Results.given("operands", Arrays.asList(Objects.requireNonNull(operands, "operands")));
        effect(
                values -> {
                    StringJoiner line = new StringJoiner(" ").add(text);
                    values.forEach(value -> line.add(value.toString()));
                    System.out.println(line);
                },
                tensors);
    }

    /** Does something with the values of tensors: now, or inside a compiled function at each call. */
    static void effect(Consumer<List<Tensor>> action, List<Tensor> tensors) {
        Trace trace = Trace.current();
        if (trace == null) {
            action.accept(tensors);
        } else {
            trace.effect(action, List.copyOf(tensors));
        }
    }
}
