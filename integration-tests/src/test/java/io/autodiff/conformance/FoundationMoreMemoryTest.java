package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.optimizer.Sgd;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Scopes of this library, and ND4J's workspaces around it. */
class FoundationMoreMemoryTest {
    @AfterEach
    void nothingIsLeftOnTheThread() {
        assertEquals(List.of(), Executor.recorders());
    }

    // ---- TensorScope ----

    @Test
    void whatIsKeptSurvivesAndTheRestIsRefused() {
        Tensor before = Tensors.of(new double[] {1, 2});
        Tensor kept;
        Tensor leaf;
        Tensor computed;
        Tensor dropped;
        try (TensorScope scope = TensorScope.open()) {
            leaf = Tensors.of(new double[] {10, 20});
            computed = before.mul(leaf);
            assertArrayEquals(new double[] {10, 40}, computed.toDoubleArray());
            dropped = computed.add(1);
            kept = scope.keep(dropped.mul(2));
        }
        assertArrayEquals(new double[] {22, 82}, kept.toDoubleArray());
        assertArrayEquals(new double[] {1, 2}, before.toDoubleArray());
        assertArrayEquals(new double[] {23, 84}, kept.add(before).toDoubleArray());
        for (Tensor released : List.of(leaf, computed, dropped)) {
            assertThrows(IllegalStateException.class, released::toDoubleArray);
            assertThrows(IllegalStateException.class, () -> before.add(released).toDoubleArray());
            assertThrows(IllegalStateException.class, () -> Nd4jTensors.toArray(released));
            assertThrows(
                    IllegalStateException.class, () -> Variable.of(released).toDoubleArray());
            // Printing never throws.
            assertTrue(released.toString().contains("shape=[2], dtype=float64"));
        }
    }

    @Test
    void aKeptViewOutlivesItsOrigin() {
        Tensor view;
        Tensor same;
        try (TensorScope scope = TensorScope.open()) {
            Tensor matrix = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}}).mul(1);
            assertEquals(21, matrix.sum().item());
            view = scope.keep(matrix.transpose().reshape(6));
            same = scope.keep(matrix.stopGradient());
        }
        // Something to overwrite the memory, if it was given back.
        for (int i = 0; i < 20; i++) {
            Tensors.ones(DType.FLOAT64, 2, 3).mul(i).evaluate();
        }
        assertArrayEquals(new double[] {1, 4, 2, 5, 3, 6}, view.toDoubleArray());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, same.toDoubleArray());
    }

    @Test
    void variablesThatAreAssignedOrMadeInAScopeSurvive() {
        Variable x = Variable.of(new double[] {1, 2});
        Variable twin = Variable.of(new double[] {0, 0});
        Variable made;
        Tensor sum;
        try (TensorScope scope = TensorScope.open()) {
            sum = x.add(10);
            twin.assign(sum);
            x.assign(sum);
            x.assignAdd(new double[] {0.5, 0.5});
            made = Variable.of(sum.mul(2));
        }
        assertArrayEquals(new double[] {11.5, 12.5}, x.toDoubleArray());
        assertArrayEquals(new double[] {11, 12}, twin.toDoubleArray());
        assertArrayEquals(new double[] {22, 24}, made.toDoubleArray());
        assertArrayEquals(new double[] {33.5, 36.5}, x.add(made).toDoubleArray());
        assertThrows(IllegalStateException.class, sum::toDoubleArray);
    }

    @Test
    void whatAnOuterTapeRecordedSurvives() {
        Variable x = Variable.of(new double[] {2, 3});
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.exp().log();
            Tensor z;
            try (TensorScope scope = TensorScope.open()) {
                z = y.mul(y).mul(x);
                z.mul(5);
            }
            assertArrayEquals(new double[] {8, 27}, z.toDoubleArray(), 1e-12);
            assertArrayEquals(new double[] {12, 27}, tape.gradientOrThrow(z, x).toDoubleArray(), 1e-12);
        }
    }

    @Test
    void aGradientIsKeptFromATapeInsideTheScope() {
        Variable x = Variable.of(new double[] {2, 3});
        Tensor gradient;
        Tensor loss;
        try (TensorScope scope = TensorScope.open();
                GradientTape tape = GradientTape.open()) {
            loss = x.pow(3).sum();
            gradient = scope.keep(tape.gradientOrThrow(loss, x));
        }
        assertArrayEquals(new double[] {12, 27}, gradient.toDoubleArray());
        assertThrows(IllegalStateException.class, loss::item);
    }

    @Test
    void scopesNest() {
        Tensor toTheEnd;
        Tensor toTheOuter;
        try (TensorScope outer = TensorScope.open()) {
            List<Tensor> both;
            Tensor inOuter = Tensors.of(1.0).add(1);
            try (TensorScope inner = TensorScope.open()) {
                both = inner.keep(List.of(inOuter.mul(3), inOuter.mul(4)));
                assertSame(inOuter, inner.keep(inOuter));
            }
            assertEquals(2, inOuter.item());
            toTheEnd = outer.keep(both.get(0));
            toTheOuter = both.get(1);
            assertEquals(8, toTheOuter.item());
        }
        assertEquals(6, toTheEnd.item());
        assertThrows(IllegalStateException.class, toTheOuter::item);
    }

    @Test
    void aClosedScopeKeepsNothingAndOrderMatters() {
        TensorScope scope = TensorScope.open();
        scope.close();
        scope.close();
        assertThrows(IllegalStateException.class, () -> scope.keep(Tensors.of(1.0)));
        TensorScope outer = TensorScope.open();
        GradientTape inner = GradientTape.open();
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        assertEquals(List.of(), Executor.recorders());
    }

    @Test
    void anotherThreadKeepsWhatItComputedOfAScopesTensor() throws Exception {
        Tensor elsewhere;
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = Tensors.of(new double[] {1, 2}).add(1);
            elsewhere = OtherThread.call(() -> x.mul(10));
        }
        assertArrayEquals(new double[] {20, 30}, elsewhere.toDoubleArray());
    }

    @Test
    void trainingInAScopeForEachStepIsRight() {
        Variable x = Variable.of(new double[] {8, -8});
        Sgd sgd = new Sgd(0.25);
        Tensor loss = Tensors.of(0.0);
        for (int step = 0; step < 5; step++) {
            try (TensorScope scope = TensorScope.open()) {
                loss = scope.keep(sgd.minimize(() -> x.square().sum(), List.of(x)));
            }
        }
        // Each step halves x.
        assertArrayEquals(new double[] {0.25, -0.25}, x.toDoubleArray());
        assertEquals(0.5, loss.item());
    }

    // ---- ND4J workspaces: the library's own arrays never live in one ----

    private static final WorkspaceConfiguration WORKSPACE = WorkspaceConfiguration.builder()
            .initialSize(1 << 16)
            .policyLearning(LearningPolicy.NONE)
            .build();

    private static MemoryWorkspace workspace() {
        return Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "of-the-test");
    }

    /** Writes over what an earlier use of the workspace left in it. */
    private static void overwriteWorkspace() {
        try (MemoryWorkspace ignored = workspace()) {
            for (int i = 0; i < 100; i++) {
                INDArray garbage = Nd4j.valueArrayOf(new long[] {10}, -777.0, DataType.DOUBLE);
                assertTrue(garbage.isAttached());
            }
        }
    }

    @Test
    void tensorsOfAWorkspaceBlockAreRightOutside() {
        Tensor given;
        Tensor computed;
        Tensor pending;
        Tensor copied;
        Tensor wrapped;
        INDArray array;
        Variable x = Variable.of(new double[] {1, 2, 3});
        Tensor gradient;
        try (MemoryWorkspace ignored = workspace()) {
            given = Tensors.of(new double[] {4, 5, 6});
            copied = Nd4jTensors.copyOf(Nd4j.createFromArray(7.0, 8.0, 9.0));
            wrapped = Nd4jTensors.wrap(Nd4j.createFromArray(7.0, 8.0, 9.0));
            computed = given.mul(2);
            assertArrayEquals(new double[] {8, 10, 12}, computed.toDoubleArray());
            pending = given.mul(x).exp().log();
            array = Nd4jTensors.toArray(computed);
            try (GradientTape tape = GradientTape.open()) {
                gradient = tape.gradientOrThrow(x.pow(2), x);
            }
            x.assign(given.add(1));
        }
        overwriteWorkspace();
        assertArrayEquals(new double[] {4, 5, 6}, given.toDoubleArray());
        assertArrayEquals(new double[] {7, 8, 9}, copied.toDoubleArray());
        assertArrayEquals(new double[] {7, 8, 9}, wrapped.toDoubleArray());
        assertArrayEquals(new double[] {8, 10, 12}, computed.toDoubleArray());
        assertArrayEquals(new double[] {4, 10, 18}, pending.toDoubleArray(), 1e-9);
        assertArrayEquals(new double[] {8, 10, 12}, array.toDoubleVector());
        assertArrayEquals(new double[] {2, 4, 6}, gradient.toDoubleArray());
        assertArrayEquals(new double[] {5, 6, 7}, x.toDoubleArray());
    }

    @Test
    void pendingTensorsCanBeComputedInAWorkspace() {
        Tensor pending = Tensors.of(new double[] {1, 2, 3}).mul(2);
        Tensor consumer = pending.add(1);
        double[] inside;
        try (MemoryWorkspace ignored = workspace()) {
            inside = consumer.toDoubleArray();
            double seen = Nd4jTensors.borrow(pending, array -> array.getDouble(2));
            assertEquals(6, seen);
        }
        overwriteWorkspace();
        assertArrayEquals(new double[] {3, 5, 7}, inside);
        assertArrayEquals(new double[] {2, 4, 6}, pending.toDoubleArray());
        assertArrayEquals(new double[] {3, 5, 7}, consumer.toDoubleArray());
        assertArrayEquals(new double[] {6, 10, 14}, consumer.mul(2).toDoubleArray());
    }

    @Test
    void trainingInAWorkspaceForEachStepIsRight() {
        Variable w = Variable.of(new double[] {0, 0});
        Tensor x = Tensors.of(new double[][] {{1, 0}, {0, 2}});
        List<Tensor> losses = new ArrayList<>();
        for (int step = 0; step < 3; step++) {
            try (MemoryWorkspace ignored = workspace();
                    GradientTape tape = GradientTape.open()) {
                Tensor loss = x.mmul(w.reshape(2, 1)).sub(4).square().sum();
                losses.add(loss);
                w.assignSub(tape.gradientOrThrow(loss, w).mul(0.125));
            }
        }
        // w0 <- w0 - (w0 - 4) / 4, and w1 <- w1 - (2 w1 - 4) / 2 = 2 at once.
        assertEquals(32, losses.get(0).item());
        assertEquals(9, losses.get(1).item());
        assertEquals(5.0625, losses.get(2).item());
        assertArrayEquals(new double[] {2.3125, 2}, w.toDoubleArray());
    }
}
