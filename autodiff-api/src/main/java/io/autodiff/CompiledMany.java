package io.autodiff;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A function of several tensors to several tensors, traced once for each combination of dtypes and shapes.
 *
 * <pre>{@code
 * CompiledMany f = Functions.compileMany(in -> List.of(in.get(0).add(in.get(1)), in.get(0).mul(in.get(1))));
 * f.apply(List.of(Tensors.of(3.0), Tensors.of(4.0)));      // [7.0, 12.0]
 * }</pre>
 */
public final class CompiledMany extends Compiled implements Function<List<? extends Operand>, List<Tensor>> {
    CompiledMany(Function<List<Tensor>, ? extends List<? extends Operand>> function) {
        super(function);
    }

    /**
     * Calls the function.
     *
     * @param arguments tensors or variables
     * @return its results
     */
    @Override
    public List<Tensor> apply(List<? extends Operand> arguments) {
        for (Operand argument : Objects.requireNonNull(arguments, "arguments")) {
            Objects.requireNonNull(argument, "an argument");
        }
        return call(arguments);
    }
}
