package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradient descent, beyond the cases of the file. */
class FoundationMoreOptimizerTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
    void theRateTakesTheVariablesDType(DType dtype) {
        Variable x = Variable.builder(new double[] {1, -2}).dtype(dtype).build();
        new Sgd(0.25).applyGradients(List.of(GradientAndVariable.of(Tensors.of(new double[] {2, 4}, dtype), x)));
        assertEquals(dtype, x.dtype());
        assertArrayEquals(new double[] {0.5, -3}, x.toDoubleArray());
    }

    @Test
    void aNullGradientIsPassedOver() {
        Variable x = Variable.of(1.0);
        Variable y = Variable.of(7.0);
        new Sgd(0.5)
                .applyGradients(List.of(GradientAndVariable.of(null, y), GradientAndVariable.of(Tensors.of(4.0), x)));
        assertEquals(-1, x.item());
        assertEquals(7, y.item());
    }

    @Test
    void aGradientThatDoesNotFitChangesNoVariable() {
        Variable x = Variable.builder(1.0).name("first").build();
        Variable y = Variable.builder(7.0).name("second").build();
        GradientAndVariable good = GradientAndVariable.of(Tensors.of(4.0), x);
        for (Tensor bad : List.of(Tensors.of(4f), Tensors.of(new double[] {4}))) {
            IllegalArgumentException thrown = assertThrows(
                    IllegalArgumentException.class,
                    () -> new Sgd(0.5).applyGradients(List.of(good, GradientAndVariable.of(bad, y))));
            assertTrue(String.valueOf(thrown.getMessage()).contains("second"), thrown::toString);
            assertEquals(1, x.item());
        }
    }

    @Test
    void minimizeGivesTheLossBeforeTheStepAndMovesOnlyItsVariables() {
        Variable x = Variable.of(new double[] {1, 2});
        Variable frozen = Variable.builder(3.0).trainable(false).build();
        Variable other = Variable.of(5.0);
        Sgd sgd = new Sgd(0.1);
        Tensor loss = sgd.minimize(() -> x.square().mul(frozen).mul(other), List.of(x, frozen));
        // A loss that is not scalar is summed: d/dx = 2 x * 15, d/dfrozen = (1 + 4) * 5.
        assertArrayEquals(new double[] {15, 60}, loss.toDoubleArray());
        assertArrayEquals(new double[] {-2, -4}, x.toDoubleArray(), 1e-12);
        assertEquals(0.5, frozen.item(), 1e-12);
        assertEquals(5, other.item());
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> sgd.minimize(() -> x.square(), List.of(other)));
        assertTrue(String.valueOf(thrown.getMessage()).contains("No gradients"), thrown::toString);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void aRateIsFiniteAndNotNegative(double rate) {
        assertThrows(IllegalArgumentException.class, () -> new Sgd(rate));
        Sgd sgd = new Sgd(0.5);
        assertThrows(IllegalArgumentException.class, () -> sgd.setLearningRate(rate));
        assertEquals(0.5, sgd.learningRate());
    }

    /** The assignment cuts the path from the value before the step: only the last read counts, with 2 * 1.5. */
    @Test
    void aStepHasNoGradientPathThroughTheVariable() {
        Variable x = Variable.of(3.0);
        try (GradientTape outer = GradientTape.open()) {
            new Sgd(0.25).minimize(x::square, List.of(x));
            assertEquals(1.5, x.item());
            assertEquals(3, outer.gradientOrThrow(x.square(), x).item());
        }
    }
}
