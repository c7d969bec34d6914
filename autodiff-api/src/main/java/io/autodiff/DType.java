package io.autodiff;

import java.util.Locale;

/**
 * The element type of a tensor.
 *
 * <pre>{@code
 * Tensor t = Tensors.of(new float[] {1, 2});
 * t.dtype();                                  // float32
 * t.castTo(DType.FLOAT64).dtype();            // float64
 * }</pre>
 *
 * <p>Two tensors of different dtype never meet in one op without a {@link Operand#castTo cast}.
 */
public enum DType {
    /** IEEE 754 binary16; stored and computed where the engine can. */
    FLOAT16(2),
    /** The upper half of an IEEE 754 binary32; stored and computed where the engine can. */
    BFLOAT16(2),
    /** IEEE 754 binary32, Java's {@code float}. */
    FLOAT32(4),
    /** IEEE 754 binary64, Java's {@code double}. */
    FLOAT64(8),
    /** Java's {@code int}. */
    INT32(4),
    /** Java's {@code long}. */
    INT64(8),
    /** Java's {@code boolean}. */
    BOOL(1);

    private final int bytes;
    private final String text = name().toLowerCase(Locale.ROOT);

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** {@return the size of one element, in bytes} */
    public int bytes() {
        return bytes;
    }

    /** {@return whether this is a floating dtype; only those have gradients} */
    public boolean isFloating() {
        return this == FLOAT64 || this == FLOAT32 || this == FLOAT16 || this == BFLOAT16;
    }

    /** {@return whether this is a signed integer dtype} */
    public boolean isInteger() {
        return this == INT32 || this == INT64;
    }

    /** {@return whether arithmetic is defined: everything but bool} */
    public boolean isNumeric() {
        return this != BOOL;
    }

    /** {@return the name in lower case, such as {@code float32}} */
    @Override
    public String toString() {
        return text;
    }
}
