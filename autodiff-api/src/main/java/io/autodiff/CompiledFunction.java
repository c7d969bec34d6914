package io.autodiff;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A function of one tensor, traced once for each dtype and shape of its argument, and run from that trace.
 *
 * <pre>{@code
 * CompiledFunction f = Functions.compile(x -> x.square().add(2));
 * f.apply(Tensors.of(3.0)).item();      // 11.0
 * f.traces();                           // 1
 * }</pre>
 */
public final class CompiledFunction extends Compiled implements Function<Operand, Tensor> {
    CompiledFunction(Function<? super Tensor, ? extends Operand> function) {
        super(arguments -> Collections.singletonList(function.apply(arguments.get(0))));
    }

    /**
     * Calls the function.
     *
     * @param argument a tensor or variable
     * @return its result
     */
    @Override
    public Tensor apply(Operand argument) {
        return call(List.of(Objects.requireNonNull(argument, "argument"))).get(0);
    }
}
