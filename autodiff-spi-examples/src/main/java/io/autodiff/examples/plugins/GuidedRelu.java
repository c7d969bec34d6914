package io.autodiff.examples.plugins;

import io.autodiff.op.GradientOverride;

/**
 * An override of a built-in gradient, chosen explicitly and for a while: guided backpropagation, which shows what in an image makes a
 * network say what it says. A relu lets a gradient through where its input is positive; guided, only a positive gradient, too (J. T.
 * Springenberg and others, <i>Striving for Simplicity: The All Convolutional Net</i>, 2015).
 *
 * <pre>{@code
 * try (GradientOverride guided = GuidedRelu.open(); GradientTape tape = GradientTape.open()) {
 *     tape.watch(image);
 *     Tensor saliency = tape.gradientOrThrow(model(image).max(), image);
 * }
 * }</pre>
 */
public final class GuidedRelu {
    private GuidedRelu() {}

    /**
     * Begins to guide: of every relu that this thread applies from now on, tapes record the other gradient.
     *
     * @return ends it when it is closed, on this thread
     */
    public static GradientOverride open() {
        return GradientOverride.open(
                "relu", "x", (c, dy) -> dy.relu().mul(c.output().sign()));
    }
}
