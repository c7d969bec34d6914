package io.autodiff.op;

import io.autodiff.DType;
import io.autodiff.Shape;
import java.util.Objects;

/**
 * What is known of a tensor before its value is: dtype and shape.
 *
 * <pre>{@code
 * new TensorSpec(DType.FLOAT32, Shape.of(2, 3)).toString();     // float32[2, 3]
 * }</pre>
 *
 * @param dtype the element type
 * @param shape the sizes of the axes
 */
public record TensorSpec(DType dtype, Shape shape) {
    /**
     * Checks that neither part is null.
     *
     * @param dtype the element type
     * @param shape the sizes of the axes
     */
    public TensorSpec {
        Objects.requireNonNull(dtype, "dtype");
        Objects.requireNonNull(shape, "shape");
    }

    /** {@return the size of all elements, in bytes} */
    public long bytes() {
        return shape.elements() * dtype.bytes();
    }

    /** {@return dtype and shape, such as {@code float32[2, 3]}} */
    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
