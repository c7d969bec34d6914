package io.autodiff;

/**
 * What {@link Operand#pad(long[][], PadMode)} puts around a tensor.
 *
 * <pre>{@code
 * x.pad(new long[][] {{2, 1}}, PadMode.REFLECT);       // [1, 2, 3] becomes [3, 2, 1, 2, 3, 2]
 * x.pad(new long[][] {{2, 1}}, PadMode.SYMMETRIC);     // [1, 2, 3] becomes [2, 1, 1, 2, 3, 3]
 * x.pad(new long[][] {{2, 1}}, PadMode.CONSTANT);      // [1, 2, 3] becomes [0, 0, 1, 2, 3, 0]
 * }</pre>
 */
public enum PadMode {
    /** Zeros; false for bool. */
    CONSTANT,
    /** The tensor mirrored at its first and last element, which are not repeated. */
    REFLECT,
    /** The tensor mirrored at its edges, so that the first and last element come twice. */
    SYMMETRIC
}
