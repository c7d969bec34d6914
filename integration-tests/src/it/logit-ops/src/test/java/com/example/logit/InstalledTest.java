package com.example.logit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.op.OpRegistry;
import io.autodiff.spi.Executor;
import io.autodiff.transform.GradientCheck;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstalledTest {
    @Test
    void theOpIsFoundByItsName() {
        assertEquals("logit-ops", OpRegistry.shared().provider("logit").name());
        assertEquals(Math.log(3), Executor.execute("logit", Tensors.of(0.75)).item(), 1e-15);
    }

    @Test
    void gradientsOfAnyOrder() {
        Variable x = Variable.of(0.25);
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            Tensor slope = inner.gradientOrThrow(LogitOps.logit(x), x);
            assertEquals(16.0 / 3, slope.item(), 1e-14);
            assertEquals(-128.0 / 9, outer.gradientOrThrow(slope, x).item(), 1e-13);
        }
    }

    @Test
    void theOpInAFunction() {
        GradientCheck.standard()
                .check(in -> LogitOps.logit(in.get(0).sigmoid()).square(), List.of(Tensors.of(new double[] {-1, 0.5})));
    }
}
