package io.autodiff.spi;

import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.Tensor;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine: it makes tensors and computes their values. It knows nothing of tapes or variables, and is found by
 * {@link java.util.ServiceLoader}.
 *
 * <p>Of several engines on the class path, the system property {@code autodiff.provider} chooses one by name; without it the
 * highest {@link #priority} wins, and among equals the name that sorts first. The choice is made at first use and stays.
 *
 * <pre>{@code
 * AutodiffProvider.current().name();      // nd4j
 * }</pre>
 */
public interface AutodiffProvider {
    /** {@return the name by which the system property chooses it} */
    String name();

    /** {@return which engine to take where none is named: the highest; 0 unless there is a reason} */
    default int priority() {
        return 0;
    }

    /**
     * Whether a tensor is of this engine, and so where it computes.
     *
     * @param tensor any
     * @return whether {@link #apply} takes it
     */
    boolean owns(Tensor tensor);

    /**
     * A scalar that has its value.
     *
     * @param dtype its dtype
     * @param value within the dtype's range; for bool, 0 is false
     * @return a tensor of rank 0
     */
    Tensor scalar(DType dtype, Number value);

    /**
     * A tensor that has its value, copied from a Java array.
     *
     * @param spec dtype and shape
     * @param elements in row-major order, as many as the shape has: {@code double[]} for float64, {@code float[]} for the
     *     other floating dtypes, {@code int[]}, {@code long[]} or {@code boolean[]} for theirs
     * @return the tensor
     */
    Tensor constant(TensorSpec spec, Object elements);

    /**
     * A tensor that has its value, copied from an array of the engine's own kind.
     *
     * @param array anything
     * @return the tensor, or null if the engine does not know this kind of object
     * @throws IllegalArgumentException if the array is of that kind and cannot be taken
     */
    @Nullable
    Tensor copyOf(Object array);

    /**
     * Another tensor of the same value: for a variable, each read of which is a tensor of its own.
     *
     * @param tensor a tensor of this engine
     * @return a tensor that shares its value
     */
    Tensor alias(Tensor tensor);

    /**
     * The tensor that a call of one output results in. It may be computed at any time from now on.
     *
     * @param call op, attributes, inputs of this engine, and the output spec, all of them checked
     * @return the output
     * @throws IllegalStateException if an input was released
     */
    Tensor apply(OpCall<Tensor> call);

    /**
     * The tensors that a call results in, as {@link #apply} for any number of outputs.
     *
     * @param call as for {@link #apply}
     * @return one tensor for each output
     * @throws IllegalStateException if an input was released
     */
    List<Tensor> applyAll(OpCall<Tensor> call);

    /**
     * A tensor that has no value and never will: what a traced function computes with. What is computed of it has none either, and
     * asking for one is an {@link IllegalStateException} that says what to do instead.
     *
     * @param spec dtype and shape
     * @return the tensor
     */
    Tensor placeholder(TensorSpec spec);

    /**
     * Prepares what was computed of placeholders, to be run on arguments.
     *
     * @param placeholders all those that the outputs depend on
     * @param outputs tensors of this engine; one that depends on no placeholder is the same at each run
     * @return the graph
     */
    CompiledGraph compile(List<Tensor> placeholders, List<Tensor> outputs);

    /**
     * Computes values that are not computed yet, all in one go.
     *
     * @param roots tensors of this engine
     */
    void evaluate(Collection<? extends Tensor> roots);

    /**
     * Computes some tensors and frees the memory of others at once. Using a released tensor is an
     * {@link IllegalStateException} from then on; memory that a survivor shares stays.
     *
     * @param released tensors of this engine
     * @param surviving tensors of this engine that must keep their values; they win over {@code released}
     */
    void release(Collection<? extends Tensor> released, Collection<? extends Tensor> surviving);

    /**
     * Hears that a variable holds another tensor from now on. Nobody was given the former one itself, but there may be others of the same
     * value. An engine may free the memory at once if there are none; otherwise the collector finds it.
     *
     * @param former what the variable held
     * @param isDone whether each call that has had the former one for an input is computed or released
     */
    default void giveUp(Tensor former, boolean isDone) {}

    /** {@return what the engine holds now} */
    Devices.Statistics statistics();

    /** {@return the name of the GPU that tensors are on; empty if they are on the CPU} */
    String gpuName();

    /**
     * The engine in use.
     *
     * @return the one that the class documentation describes
     * @throws IllegalStateException if the class path has none, or not the one that the system property names
     */
    static AutodiffProvider current() {
        return Services.engine();
    }

    /** {@return every engine that the class path has} */
    static List<AutodiffProvider> installed() {
        return Services.installed(AutodiffProvider.class);
    }
}
