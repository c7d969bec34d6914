package io.autodiff;

import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that a thread used last beside an operand, as in {@code x.mul(2)}, each as one tensor for all its uses. Nobody gets hold
 * of these tensors: none can be watched, none belongs to a scope.
 */
final class SharedScalars {
    private static final ThreadLocal<SharedScalars> CURRENT = ThreadLocal.withInitial(SharedScalars::new);

    private static final int BITS = 6;
    /** 2^64 divided by the golden ratio: spreads numbers that differ in few bits over the highest bits of the product. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final long[] numbers = new long[1 << BITS];
    private final @Nullable Tensor[] tensors = new Tensor[1 << BITS];

    private SharedScalars() {}

    /** The scalar of an operand's dtype; a new one in a trace, which would take one of outside for an input. */
    static Tensor beside(Operand operand, Number number) {
        DType dtype = operand.dtype();
        // What a double holds for sure.
        boolean exact = dtype.isFloating() || number instanceof Integer;
        return exact && Trace.current() == null
                ? CURRENT.get().scalar(operand, number.doubleValue(), dtype)
                : Executor.created(made(operand, number, dtype));
    }

    /** Of a double, and not of the number's object, which then need not be made. */
    private Tensor scalar(Operand operand, double number, DType dtype) {
        long bits = Double.doubleToRawLongBits(number);
        int slot = (int) (((bits + dtype.hashCode()) * SPREAD) >>> (Long.SIZE - BITS));
        Tensor present = tensors[slot];
        if (present != null && numbers[slot] == bits && present.dtype() == dtype) {
            return present;
        }
        Tensor made = made(operand, number, dtype);
        numbers[slot] = bits;
        tensors[slot] = made;
        return made;
    }

    /** {@return whether a tensor is one of those that this thread shares} */
    static boolean shares(Operand operand) {
        for (Tensor shared : CURRENT.get().tensors) {
            if (shared == operand) {
                return true;
            }
        }
        return false;
    }

    private static Tensor made(Operand operand, Number number, DType dtype) {
        Number converted = Literals.converted(number, dtype, () -> "the operand " + operand.spec());
        return AutodiffProvider.current().scalar(dtype, converted);
    }
}
