package io.autodiff.op;

import org.jspecify.annotations.Nullable;

/**
 * An op is wrong: its kernel, its shape function or its gradient rule failed, or gave what does not fit. The message names the op, its
 * inputs with dtypes and shapes, and whose the op is, its provider if it has one; the cause is what was thrown.
 *
 * <pre>{@code
 * tape.gradient(y, x);      // the gradient rule of mish(x=float64[2]): it gave float64[] for the input 'x', which is float64[2];
 *                           // the op is of the provider 'acme' (com.acme.AcmeOps, acme-ops-1.2.jar)
 * }</pre>
 */
public final class InvalidOpException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    InvalidOpException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
