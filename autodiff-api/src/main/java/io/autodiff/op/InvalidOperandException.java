package io.autodiff.op;

/**
 * An op was given inputs that it cannot take. The message names the op, its inputs with dtypes and shapes, and the way out.
 *
 * <pre>{@code
 * x.add(Tensors.of(1f));      // add(x=float64[2], y=float32[]): the dtypes float64 and float32 differ; ...
 * }</pre>
 */
public final class InvalidOperandException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidOperandException(String message) {
        super(message);
    }
}
