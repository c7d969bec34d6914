package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;

class FakeQuantizationTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new FakeQuantization();
    }

    @Override
    protected List<OpSample> samples() {
        return List.of(
                of(Tensors.of(new double[] {-1.75, -0.6, 0.1, 0.3, 2.5})).expecting(-1, -0.5, 0, 0.5, 1),
                of(Tensors.of(new double[][] {{0.6}, {-3}})).expecting(0.5, -1),
                of(Tensors.zeros(DType.FLOAT64, 2, 0)).expecting());
    }

    private static OpSample of(Tensor x) {
        return OpSample.of("fake_quantization", x)
                .with("lowest", -1.0, "highest", 1.0, "levels", 5L)
                .withGradientOf(in -> in.get(0).clip(-1, 1));
    }
}
