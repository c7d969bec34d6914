package com.example.logit;

import io.autodiff.Tensors;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;

class LogitOpsTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new LogitOps();
    }

    @Override
    protected List<OpSample> samples() {
        return List.of(OpSample.of("logit", Tensors.of(new double[] {0.1, 0.5, 0.75})));
    }
}
