package io.autodiff.op;

import java.util.List;

/**
 * Computes an op on arrays of one storage class, such as ND4J's INDArray. A kernel leaves its inputs as they are, keeps no
 * reference to them, and returns one array for each output, of the shape and dtype that the op's shape function declared.
 * An input itself may be returned where the op is the identity; any other array must be new.
 *
 * <p>The storage class {@link io.autodiff.Tensor} is that of composites: such a kernel is written with other ops, runs on every engine that
 * has them, and is heard of by no tape; the gradient is the op's own.
 *
 * <pre>{@code
 * Op.named("double").inputs("x").shape(Shapes.floating("x"))
 *     .kernel(INDArray.class, c -> c.input("x").mul(2))
 *     .gradient("x", (c, dy) -> dy.mul(2));
 * }</pre>
 *
 * @param <T> the storage class
 */
@FunctionalInterface
public interface Kernel<T> {
    /**
     * Computes the outputs.
     *
     * @param call the op, its attributes, the input arrays and the declared {@link OpCall#outputSpecs() output specs}
     * @return the output arrays, in the op's order
     */
    List<T> compute(OpCall<T> call);
}
