package io.autodiff.op;

import java.util.List;

/**
 * Settles shape and dtype of an op's outputs from those of its inputs, and refuses what the op cannot take. It runs in the
 * call, before any kernel, and depends on the call alone: what it gave for one call holds for the next of the same attributes and
 * input specs, for which it may not be asked again. {@link Shapes} has the usual ones.
 *
 * <pre>{@code
 * Op.named("first").inputs("x", "y").shape(c -> c.input("x"))
 * }</pre>
 */
@FunctionalInterface
public interface ShapeFunction {
    /**
     * Settles the output specs.
     *
     * @param call the op, its attributes, and the input specs
     * @return one spec for each output
     * @throws IllegalArgumentException if the op cannot take these inputs; make it with {@link OpCall#error}
     */
    List<TensorSpec> infer(OpCall<TensorSpec> call);
}
