package io.autodiff;

/**
 * Functions of tensors and of code.
 *
 * <pre>{@code
 * Tensor y = Functions.stopGradient(x).mul(x);      // dy/dx = x
 * }</pre>
 */
public final class Functions {
    private Functions() {}

    /**
     * The same value, through which no gradient passes.
     *
     * @param x a tensor or variable
     * @return its value
     */
    public static Tensor stopGradient(Operand x) {
        return x.stopGradient();
    }
}
