package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Tensors;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;

class KeplersEquationTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new KeplersEquation();
    }

    @Override
    protected List<OpSample> samples() {
        return List.of(
                OpSample.of(
                        "eccentric_anomaly",
                        Tensors.of(new double[] {Math.toRadians(5), Math.toRadians(5), 0.2, 0.8, 7, -2.5}),
                        Tensors.of(new double[] {0.1, 0.99, 0.99, 0.5, 0.25, 0.75})),
                OpSample.of("eccentric_anomaly", Tensors.of(new double[][] {{0.2}, {0.8}}), Tensors.of(new double[][] {
                    {0.99}, {0.5}
                })),
                OpSample.of("eccentric_anomaly", Tensors.zeros(DType.FLOAT64, 0), Tensors.zeros(DType.FLOAT64, 0))
                        .expecting(),
                OpSample.of("eccentric_anomaly", Tensors.of(1.25), Tensors.of(0.0))
                        .expecting(1.25)
                        .valueOnly());
    }
}
