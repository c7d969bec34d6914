package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Callers may be inside an ND4J workspace, which overwrites its memory in each turn: no tensor lives there. */
class WorkspaceTest {
    private static final WorkspaceConfiguration CONFIGURATION =
            WorkspaceConfiguration.builder().initialSize(1 << 20).build();

    /** Three turns of one workspace, each of which makes garbage over what the one before left. */
    private static <R> List<R> turns(Supplier<R> code) {
        List<R> results = new ArrayList<>();
        for (int turn = 0; turn < 3; turn++) {
            try (MemoryWorkspace workspace =
                    Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, "WORKSPACE_TEST")) {
                assertTrue(Nd4j.create(2).isAttached(), "the test is inside a workspace");
                results.add(code.get());
                Nd4j.valueArrayOf(new long[] {1000}, -1.0);
            }
        }
        return results;
    }

    @Test
    void tensorsMadeAndComputedInsideAreRightOutside() {
        Variable x = Variable.of(new double[] {1, 2, 3});
        List<Tensor> results = turns(() -> {
            try (GradientTape tape = GradientTape.open()) {
                Tensor y = x.square().mul(Tensors.of(new double[] {1, 2, 3})).evaluate();
                return tape.gradientOrThrow(y, x).evaluate();
            }
        });
        results.forEach(g -> assertArrayEquals(new double[] {2, 8, 18}, g.toDoubleArray()));
    }

    @Test
    void whatIsPendingInsideIsRightOutside() {
        List<Tensor> results =
                turns(() -> Random.seeded(1).normal(DType.FLOAT64, 100).mul(0).add(2));
        results.forEach(t -> assertEquals(200, t.sum().item()));
    }

    @Test
    void variablesAssignedInsideKeepTheirValues() {
        Variable x = Variable.of(new double[] {0, 0});
        turns(() -> x.assignAdd(new double[] {1, 2}).evaluate());
        assertArrayEquals(new double[] {3, 6}, x.toDoubleArray());
    }

    @Test
    void arraysFromInsideAreCopiedEvenWhenWrapped() {
        List<Tensor> copies = turns(() -> Nd4jTensors.copyOf(Nd4j.createFromArray(1.0, 2.0)));
        List<Tensor> wrapped =
                turns(() -> Nd4jTensors.wrap(Nd4j.createFromArray(1.0, 2.0).mul(1)));
        copies.forEach(t -> assertArrayEquals(new double[] {1, 2}, t.toDoubleArray()));
        wrapped.forEach(t -> assertArrayEquals(new double[] {1, 2}, t.toDoubleArray()));
    }

    @Test
    void theArrayThatIsGivenOutLivesOutside() {
        List<INDArray> arrays =
                turns(() -> Nd4jTensors.toArray(Tensors.of(new double[] {1, 2}).mul(2)));
        for (INDArray array : arrays) {
            assertFalse(array.isAttached());
            assertArrayEquals(new double[] {2, 4}, array.toDoubleVector());
        }
    }

    @Test
    void aScopeWorksInside() {
        List<Tensor> kept = turns(() -> {
            try (TensorScope scope = TensorScope.open()) {
                return scope.keep(Tensors.ones(DType.FLOAT64, 100).mul(3).sum());
            }
        });
        kept.forEach(t -> assertEquals(300, t.item()));
    }
}
