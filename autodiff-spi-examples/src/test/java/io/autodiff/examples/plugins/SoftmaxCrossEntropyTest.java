package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Tensors;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;

/** The first figures are those of the documentation of {@code tf.nn.softmax_cross_entropy_with_logits}. */
class SoftmaxCrossEntropyTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new SoftmaxCrossEntropy();
    }

    @Override
    protected List<OpSample> samples() {
        return List.of(
                OpSample.of(
                                "fused_softmax_cross_entropy",
                                Tensors.of(new double[][] {{4, 2, 1}, {0, 5, 1}}),
                                Tensors.of(new double[][] {{1, 0, 0}, {0, 0.8, 0.2}}))
                        .expecting(0.16984604, 0.82474494)
                        .within(1e-7),
                OpSample.of(
                        "fused_softmax_cross_entropy",
                        Tensors.of(new double[][] {{0.5, -1, 2, 0}}),
                        Tensors.of(new double[][] {{0.5, 2, 0.25, 0}})),
                OpSample.of(
                                "fused_softmax_cross_entropy",
                                Tensors.zeros(DType.FLOAT64, 0, 3),
                                Tensors.zeros(DType.FLOAT64, 0, 3))
                        .expecting(),
                OpSample.of(
                        "softmax_excess",
                        Tensors.zeros(DType.FLOAT64, 0, 3),
                        Tensors.zeros(DType.FLOAT64, 0, 3),
                        Tensors.zeros(DType.FLOAT64, 0, 3)),
                OpSample.of(
                                "softmax_excess",
                                Tensors.of(new double[][] {{0, 0}}),
                                Tensors.of(new double[][] {{0.25, 0.75}}),
                                Tensors.of(new double[][] {{0.25, -0.25}}))
                        .withGradientOf(in ->
                                in.get(0).softmax(1).mul(in.get(1).sum(true, 1)).sub(in.get(1))));
    }
}
