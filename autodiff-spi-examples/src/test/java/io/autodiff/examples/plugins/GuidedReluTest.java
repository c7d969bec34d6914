package io.autodiff.examples.plugins;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.GradientOverride;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class GuidedReluTest {
    private static final double[] OWN = {0, -7, 11};
    private static final double[] GUIDED = {0, 0, 11};

    private final Tensor x = Tensors.of(new double[] {-1, 2, 3});

    private static Tensor model(Operand at) {
        return at.relu().mul(Tensors.of(new double[] {5, -7, 11}));
    }

    private double[] gradient(Function<? super Tensor, Tensor> function) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(function.apply(x), x).toDoubleArray();
        }
    }

    @Test
    void holdsUntilItIsClosedAndIsAsIfItHadNotBeen() {
        assertArrayEquals(OWN, gradient(GuidedReluTest::model));
        try (GradientOverride guided = GuidedRelu.open()) {
            assertArrayEquals(new double[] {0, -14, 33}, model(x).toDoubleArray());
            assertArrayEquals(GUIDED, gradient(GuidedReluTest::model));
        }
        assertArrayEquals(OWN, gradient(GuidedReluTest::model));
    }

    @Test
    void holdsInCompiledFunctions() {
        Function<Operand, Tensor> compiled = Functions.compile(GuidedReluTest::model);
        assertArrayEquals(OWN, gradient(compiled));
        try (GradientOverride guided = GuidedRelu.open()) {
            assertArrayEquals(GUIDED, gradient(compiled));
        }
        assertArrayEquals(OWN, gradient(compiled));
    }
}
