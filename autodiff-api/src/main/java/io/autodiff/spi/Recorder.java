package io.autodiff.spi;

import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.op.OpCall;
import java.util.List;

/**
 * Hears of everything that happens on one thread between {@link Executor#push} and {@link Executor#remove}: gradient tapes and
 * scopes are recorders. Its methods run on that thread and must not call ops.
 *
 * <pre>{@code
 * List<String> names = new ArrayList<>();
 * Recorder log = new Recorder() {
 *     public void applied(OpCall<Tensor> call) { names.add(call.op().name()); }
 * };
 * Executor.push(log);
 * x.sin().mul(2);
 * Executor.remove(log);       // names: [sin, mul]
 * }</pre>
 */
public interface Recorder {
    /**
     * A tensor was made of data.
     *
     * @param leaf the tensor
     */
    default void created(Tensor leaf) {}

    /**
     * An op was applied.
     *
     * @param call the call with its outputs
     */
    default void applied(OpCall<Tensor> call) {}

    /**
     * Tensors that other calls computed are, as far as gradients go, the outputs of one that no engine ever sees: its op has its
     * gradients, and need have nothing else.
     *
     * @param call the call with its outputs
     */
    default void derived(OpCall<Tensor> call) {}

    /**
     * A variable was read.
     *
     * @param variable the variable
     * @param value what it holds
     * @param leaf a new tensor of that value, which belongs to this read
     */
    default void read(Variable variable, Tensor value, Tensor leaf) {}

    /**
     * A variable's value is about to be read, or to be changed, for the first time since the variable was given it. Of arrays only.
     *
     * @param variable the variable
     * @param value what it holds
     */
    default void used(Variable variable, Tensor value) {}

    /**
     * A variable was given a value.
     *
     * @param variable the variable, which has its new value already
     */
    default void assigned(Variable variable) {}

    /** {@return whether a compiled function must apply its ops one by one, for this recorder to hear of them} */
    default boolean hearsEachOp() {
        return false;
    }

    /** {@return tensors that this recorder needs later, and that no inner scope may release} */
    default List<Tensor> held() {
        return List.of();
    }
}
