package io.autodiff;

import java.util.ArrayList;
import java.util.List;
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
        return new CompiledFunction(function);
    }

    /**
     * Compiles a function of several tensors to several tensors.
     *
     * @param function the function
     * @return it, compiled; traced at its first call
     */
    public static CompiledMany compileMany(Function<List<Tensor>, ? extends List<? extends Operand>> function) {
        return new CompiledMany(function);
    }

    /**
     * Compiles a function without arguments.
     *
     * @param function the function
     * @return it, compiled; traced at its first call
     */
    public static CompiledSupplier compileSupplier(Supplier<? extends Operand> function) {
        return new CompiledSupplier(function);
    }

    /**
     * Compiles code that assigns variables or prints.
     *
     * @param action the code
     * @return it, compiled; traced at its first call
     */
    public static CompiledAction compileAction(Runnable action) {
        return new CompiledAction(action);
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
     * A scalar that Java gives: now, or inside a compiled function anew at each call. A compiled function asks one supplier object once
     * a call, however often it was given.
     *
     * @param dtype of the scalar
     * @param number what it is; called on the thread that calls the compiled function
     * @return a tensor of rank 0
     * @throws IllegalArgumentException if the dtype cannot hold the number
     */
    public static Tensor hostScalar(DType dtype, Supplier<? extends Number> number) {
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
        List<Tensor> tensors = new ArrayList<>();
        for (Operand operand : operands) {
            tensors.add(operand.asTensor());
        }
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
