package io.autodiff.nd4j.fused;

import io.autodiff.DType;

/** How the elements along the reduced axes of a {@link LoopProgram} become one. */
public enum Reduction {
    /** The sum; integers wrap. */
    SUM,
    /** The product; integers wrap. */
    PROD,
    /** The greatest; NaN if there is one. */
    MAX,
    /** The least; NaN if there is one. */
    MIN;

    /**
     * What changes nothing, and is the reduction of no elements.
     *
     * @param dtype numeric
     * @return the number, for an integer dtype a whole one
     */
    public Number identity(DType dtype) {
        return switch (this) {
            case SUM -> 0L;
            case PROD -> 1L;
            case MAX -> extreme(dtype, true);
            case MIN -> extreme(dtype, false);
        };
    }

    private static Number extreme(DType dtype, boolean least) {
        return switch (dtype) {
            case INT32 -> (long) (least ? Integer.MIN_VALUE : Integer.MAX_VALUE);
            case INT64 -> least ? Long.MIN_VALUE : Long.MAX_VALUE;
            default -> least ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        };
    }

    /**
     * Joins two parts.
     *
     * @param a one part
     * @param b the other
     * @return the two as one, in float64
     */
    public double join(double a, double b) {
        return switch (this) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    /**
     * Joins two parts.
     *
     * @param a one part
     * @param b the other
     * @return the two as one, in int64
     */
    public long join(long a, long b) {
        return switch (this) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }
}
