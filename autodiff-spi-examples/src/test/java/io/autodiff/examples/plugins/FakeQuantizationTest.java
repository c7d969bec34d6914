package io.autodiff.examples.plugins;

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
        return List.of(OpSample.of("fake_quantization", Tensors.of(new double[] {-1.75, -0.6, 0.1, 0.3, 2.5}))
                .with("lowest", -1.0, "highest", 1.0, "levels", 5L)
                .expecting(-1, -0.5, 0, 0.5, 1)
                .withGradientOf(in -> in.get(0).clip(-1, 1)));
    }
}
