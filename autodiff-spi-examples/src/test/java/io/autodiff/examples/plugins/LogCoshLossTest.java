package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Tensors;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;

class LogCoshLossTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new LogCoshLoss();
    }

    @Override
    protected List<OpSample> samples() {
        return List.of(
                OpSample.of(
                        "log_cosh_loss",
                        Tensors.of(new double[][] {{0.1, -2, 30}, {1, 0.5, -0.25}}),
                        Tensors.of(new double[][] {{0.3, 1, -20}, {1.5, 0.5, 4}})),
                OpSample.of("log_cosh_loss", Tensors.of(new double[][] {{0.1, -2, 30}}), Tensors.of(new double[][] {
                    {0.3, 1, -20}
                })),
                OpSample.of("log_cosh_loss", Tensors.zeros(DType.FLOAT64, 0, 3), Tensors.zeros(DType.FLOAT64, 0, 3))
                        .expecting(Double.NaN)
                        .valueOnly(),
                OpSample.of("log_cosh_loss", Tensors.of(1000.0), Tensors.of(0.0))
                        .expecting(1000 - Math.log(2)));
    }
}
