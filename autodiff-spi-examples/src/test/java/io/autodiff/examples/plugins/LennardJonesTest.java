package io.autodiff.examples.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Shape;
import io.autodiff.Tensors;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.spi.OpProvider;
import io.autodiff.tck.OpCompatibilityKit;
import io.autodiff.tck.OpSample;
import java.util.List;
import org.junit.jupiter.api.Test;

class LennardJonesTest extends OpCompatibilityKit {
    @Override
    protected OpProvider provider() {
        return new LennardJones();
    }

    @Override
    protected List<OpSample> samples() {
        return List.of(
                OpSample.of(
                        "lennard_jones_energy",
                        Tensors.of(new double[][] {{0.9, 1, 1.2}, {1.5, 2, 3}}),
                        Tensors.of(new double[] {1, 0.5, 2}),
                        Tensors.of(1.1)),
                OpSample.of("lennard_jones_energy", Tensors.of(Math.pow(2, 1.0 / 6)), Tensors.of(2.5), Tensors.of(1.0))
                        .expecting(-2.5));
    }

    @Test
    void theEnergyOfManyPairsIsOneKernel() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
        CompiledFunction total = Functions.compile(r ->
                LennardJones.energy(r.sqrt(), Tensors.of(1.0), Tensors.of(1.0)).sum());
        assertEquals(
                -100,
                total.apply(Tensors.fill(DType.FLOAT64, Shape.of(100), Math.cbrt(2)))
                        .item(),
                1e-9);
        List<String> steps = total.describe()
                .lines()
                .filter(line -> line.matches("  %\\d+ = .*") && !line.matches(".* = (argument|constant).*"))
                .toList();
        assertEquals(1, steps.size(), total::describe);
        assertTrue(steps.get(0).contains(" = fused"), total::describe);
    }
}
