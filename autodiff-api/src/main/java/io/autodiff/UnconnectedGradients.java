package io.autodiff;

/**
 * What {@link GradientTape#gradient(java.util.List, java.util.List, java.util.List, UnconnectedGradients)} gives for a
 * source that no differentiable path joins to a target.
 *
 * <pre>{@code
 * tape.gradient(List.of(z), List.of(x), null, UnconnectedGradients.ZERO);   // zeros of x's shape and dtype
 * }</pre>
 */
public enum UnconnectedGradients {
    /** Null: the structural statement that there is no path. */
    NONE,
    /** Zeros of the source's shape and dtype. */
    ZERO
}
