package io.autodiff;

import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * A function without arguments, of variables and captured tensors: traced once.
 *
 * <pre>{@code
 * CompiledSupplier loss = Functions.compileSupplier(() -> x.square().sum());
 * loss.get();
 * }</pre>
 */
public final class CompiledSupplier extends Compiled implements Supplier<Tensor> {
    CompiledSupplier(Supplier<? extends Operand> function) {
        super(arguments -> Collections.singletonList(function.get()));
    }

    /**
     * Calls the function.
     *
     * @return its result
     */
    @Override
    public Tensor get() {
        return call(List.of()).get(0);
    }
}
