package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.spi.Executor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Memory is freed when a scope closes, and only what nobody needs. */
class TensorScopeTest {
    private static Value value(Tensor tensor) {
        return ((Node) tensor).value();
    }

    /** Its memory was given back: to be used again, so that the array itself need not be closed. */
    private static void assertFreed(Value value) {
        assertThrows(IllegalStateException.class, value::array);
    }

    private static void assertReleased(Tensor tensor) {
        IllegalStateException e = assertThrows(IllegalStateException.class, tensor::toDoubleArray);
        assertTrue(e.getMessage().contains("TensorScope") && e.getMessage().contains("keep"), e.getMessage());
        assertThrows(IllegalStateException.class, () -> tensor.add(1));
        assertTrue(tensor.toString().contains("released"), tensor.toString());
    }

    @Test
    void whatIsNotKeptIsFreedAtOnce() {
        Tensor dropped;
        Tensor kept;
        Value droppedValue;
        try (TensorScope scope = TensorScope.open()) {
            dropped = Tensors.ones(DType.FLOAT64, 1).mul(2);
            kept = scope.keep(dropped.add(1));
            droppedValue = value(dropped);
        }
        assertFreed(droppedValue);
        assertFalse(value(kept).array().wasClosed());
        assertEquals(3, kept.item());
        assertReleased(dropped);
    }

    /** A thread keeps the numbers beside its operands; a scope in which one was first used does not own it. */
    @Test
    void numbersBesideOperandsSurviveTheScopeThatSawThemFirst() {
        Tensor x = Tensors.of(new double[] {1, 2});
        for (int i = 0; i < 3; i++) {
            try (TensorScope scope = TensorScope.open()) {
                assertArrayEquals(new double[] {1234.5, 2469}, x.mul(1234.5).toDoubleArray());
            }
        }
        double[] elsewhere = CompletableFuture.supplyAsync(
                        () -> x.mul(1234.5).add(x.mul(1234.5)).toDoubleArray())
                .join();
        assertArrayEquals(new double[] {2469, 4938}, elsewhere);
    }

    @Test
    void whatIsPendingAndNotKeptIsGoneToo() {
        Tensor dropped;
        try (TensorScope scope = TensorScope.open()) {
            dropped = Tensors.of(1.0).mul(2);
            scope.keep(List.of(Tensors.of(3.0)));
        }
        assertReleased(dropped);
    }

    @Test
    void theValuesOfVariablesSurviveAndWhatTheyWereDoesNot() {
        Variable before = Variable.of(new double[] {1, 2});
        Variable inside;
        Value intermediate;
        try (TensorScope scope = TensorScope.open()) {
            before.assignAdd(new double[] {1, 1});
            intermediate = value(before.asTensor());
            before.assign(before.mul(10));
            inside = Variable.of(new double[] {5, 6});
        }
        assertArrayEquals(new double[] {20, 30}, before.toDoubleArray());
        assertArrayEquals(new double[] {5, 6}, inside.toDoubleArray());
        assertFreed(intermediate);
    }

    @Test
    void aReadThatIsKeptKeepsTheValueThatTheVariableHadThen() {
        Variable x = Variable.of(new double[] {1, 2});
        Tensor read;
        try (TensorScope scope = TensorScope.open()) {
            x.assign(new double[] {3, 4});
            read = scope.keep(x.asTensor());
            x.assign(new double[] {5, 6});
        }
        assertArrayEquals(new double[] {3, 4}, read.toDoubleArray());
        assertArrayEquals(new double[] {5, 6}, x.toDoubleArray());
    }

    @Test
    void readingAVariableInAScopeDoesNotFreeIt() {
        Variable x = Variable.of(new double[] {1, 2});
        Tensor outside = x.asTensor();
        Tensor inside;
        try (TensorScope scope = TensorScope.open()) {
            inside = x.asTensor();
            inside.mul(2).toDoubleArray();
        }
        assertReleased(inside);
        assertArrayEquals(new double[] {1, 2}, outside.toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, x.toDoubleArray());
    }

    @Test
    void whatATapeOutsideRecordedSurvives() {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor y;
            try (TensorScope scope = TensorScope.open()) {
                y = x.square().mul(x);
            }
            assertEquals(27, y.item());
            assertEquals(27, tape.gradientOrThrow(y, x).item());
        }
    }

    @Test
    void whatATapeInsideRecordedDoesNot() {
        Variable x = Variable.of(3.0);
        GradientTape tape;
        Tensor y;
        try (TensorScope scope = TensorScope.open()) {
            tape = GradientTape.builder().persistent(true).open();
            try (tape) {
                y = x.square();
            }
            assertEquals(6, tape.gradientOrThrow(y, x).item());
        }
        assertReleased(y);
        GradientTape closed = tape;
        assertThrows(
                IllegalStateException.class, () -> closed.gradientOrThrow(y, x).item());
    }

    @Test
    void whatIsKeptBelongsToTheScopeAround() {
        Tensor kept;
        try (TensorScope outer = TensorScope.open()) {
            try (TensorScope inner = TensorScope.open()) {
                kept = inner.keep(Tensors.of(1.0).add(1));
            }
            assertEquals(2, kept.item());
        }
        assertReleased(kept);
    }

    @Test
    void aWrappedArrayStaysItsOwners() {
        INDArray mine = Nd4j.createFromArray(1.0, 2.0);
        Tensor wrapped;
        try (TensorScope scope = TensorScope.open()) {
            wrapped = Nd4jTensors.wrap(mine);
            wrapped.mul(2).toDoubleArray();
        }
        assertFalse(mine.wasClosed());
        assertReleased(wrapped);
    }

    @Test
    void anotherThreadsTensorKeepsWhatItWasComputedFrom() {
        Tensor theirs;
        Tensor mine;
        try (TensorScope scope = TensorScope.open()) {
            mine = Tensors.of(new double[] {1, 2}).mul(2);
            Tensor shared = mine;
            theirs = CompletableFuture.supplyAsync(() -> shared.add(1)).join();
        }
        assertArrayEquals(new double[] {3, 5}, theirs.toDoubleArray());
    }

    @Test
    void aFailureInsideClosesTheScopeNonetheless() {
        assertThrows(IllegalArgumentException.class, () -> {
            try (TensorScope scope = TensorScope.open()) {
                Tensors.of(1.0).add(Tensors.of(1));
            }
        });
        assertEquals(List.of(), Executor.recorders());
    }

    @Test
    void scopesAndTapesCloseInReverse() {
        TensorScope outer = TensorScope.open();
        GradientTape inner = GradientTape.open();
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        outer.close();
        assertEquals(List.of(), Executor.recorders());
        assertThrows(IllegalStateException.class, () -> outer.keep(Tensors.of(1)));
    }

    @Test
    void aLoopInScopesIsFlat() {
        Variable w = Variable.of(new float[1000]);
        for (int step = 0; step < 300; step++) {
            try (TensorScope scope = TensorScope.open()) {
                w.assign(w.mul(0.5f).add(1));
            }
        }
        assertEquals(2, w.toFloatArray()[0], 1e-6);
    }
}
