package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.Executor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A result is written over an input only where nobody else sees the input, and where each element is read before. */
class InPlaceTest {
    /** Gives its input back as its result. */
    private static final Op SAME = Op.named("same_for_in_place_test")
            .inputs("x")
            .shape(Shapes.sameAs("x"))
            .kernel(INDArray.class, c -> c.input("x"))
            .notDifferentiable()
            .checked();

    @BeforeEach
    void needsACompiler() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
    }

    /** Rows of less than a vector, of whole vectors, and of vectors and a rest; and enough for several parts. */
    private static Tensor matrix(int columns) {
        int rows = columns > 5000 ? 2 : 6;
        return Tensors.of(IntStream.range(0, rows * columns)
                        .mapToDouble(i -> Math.sin(i + 1))
                        .toArray())
                .castTo(DType.FLOAT32)
                .reshape(rows, columns)
                .evaluate();
    }

    /** Checks a program with and without kernels, run after run, and that its argument stays what it is. */
    private static String check(FusionTest.Program program, Tensor x) {
        float[] before = x.toFloatArray();
        List<Tensor> expected = FusionTest.plan(program, List.of(x), null).run(List.of(x));
        CompiledGraph plan = FusionTest.plan(program, List.of(x), Accelerator.compiler());
        for (int run = 0; run < 3; run++) {
            List<Tensor> actual = plan.run(List.of(x));
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(
                        expected.get(i).toFloatArray(),
                        actual.get(i).toFloatArray(),
                        1e-4f,
                        "result " + i + "\n" + plan.describe());
            }
            assertArrayEquals(before, x.toFloatArray(), plan.describe());
        }
        return plan.describe();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 64, 100, 70_001})
    void aTemporaryIsWrittenOver(int columns) {
        String plan = check(
                in -> {
                    Tensor t = in.get(0).transpose();
                    return List.of(t.mul(t).add(t).sin().add(t.mul(0.5f)));
                },
                matrix(columns));
        assertInPlace(1, columns, plan);
    }

    /** Where vectors do not divide what there is, the last one computes some of it again, and nothing is written over. */
    private static void assertInPlace(int times, int columns, String plan) {
        if (columns == 64) {
            assertEquals(times, plan.split("in place of", -1).length - 1, plan);
        } else if (columns == 70_001) {
            assertFalse(plan.contains("in place of"), plan);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 64, 100, 70_001})
    void twoResultsNeverShareMemory(int columns) {
        String plan = check(
                in -> {
                    Tensor t = in.get(0).transpose();
                    return List.of(t.mul(2).add(1), t.sub(3).neg());
                },
                matrix(columns));
        assertInPlace(1, columns, plan);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 64, 100})
    void whatIsReadOtherwiseThanPlaceByPlaceIsNotWrittenOver(int columns) {
        // A row that is repeated, a sum, and what a later step reads, or the caller.
        check(
                in -> {
                    Tensor t = in.get(0).transpose();
                    Tensor row = t.sum(true, 0);
                    return List.of(t.add(row).mul(2), row.mul(3).add(row));
                },
                matrix(columns));
        String later = check(
                in -> {
                    Tensor t = in.get(0).transpose();
                    return List.of(t.mul(2).sin().transpose(), t);
                },
                matrix(columns));
        assertFalse(later.contains("in place of %1"), later);
        String argument = check(in -> List.of(in.get(0).mul(2).sin()), matrix(columns));
        assertFalse(argument.contains("in place of"), argument);
        String widened =
                check(in -> List.of(in.get(0).transpose().castTo(DType.FLOAT64).mul(2)), matrix(columns));
        assertFalse(widened.contains("in place of"), widened);
    }

    /** The plan cannot know that the kernel's result is its input; the run does. */
    @ParameterizedTest
    @ValueSource(ints = {3, 64, 100})
    void whatTwoPlacesHoldIsNotWrittenOver(int columns) {
        check(
                in -> {
                    Tensor t = in.get(0).transpose();
                    Tensor same =
                            Executor.execute(SAME, Attributes.NONE, List.of(t)).get(0);
                    Tensor z = same.mul(2).sin();
                    return List.of(z.transpose(), t.transpose(), t.sum(0));
                },
                matrix(columns));
        // The argument itself, handed through.
        check(
                in -> {
                    Tensor same = Executor.execute(SAME, Attributes.NONE, List.of(in.get(0)))
                            .get(0);
                    return List.of(same.mul(2).sin());
                },
                matrix(columns));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 64, 100})
    void aTemporaryUnderAnotherShapeIsNotCopied(int columns) {
        String plan = check(
                in -> {
                    Tensor t = in.get(0).transpose().reshape(-1);
                    return List.of(t.get(io.autodiff.Index.range(1, 5)), t.get(io.autodiff.Index.range(2, 7)));
                },
                matrix(columns));
        assertTrue(plan.contains("reshape"), plan);
        assertTrue(plan.contains("in place of"), plan);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 100})
    void aRunThatFailsLeavesNothingBehind(int columns) {
        FusionTest.Program program = in -> {
            Tensor t = in.get(0).transpose();
            Tensor z = t.mul(2).sin();
            Tensor divided = in.get(1).floorDiv(in.get(1).sub(1));
            return List.of(z.transpose().add(1), divided);
        };
        Tensor x = matrix(columns);
        Tensor good = Tensors.of(new int[] {3, 4});
        Tensor bad = Tensors.of(new int[] {3, 1});
        CompiledGraph plan = FusionTest.plan(program, List.of(x, good), Accelerator.compiler());
        float[] expected = plan.run(List.of(x, good)).get(0).toFloatArray();
        for (int i = 0; i < 3; i++) {
            assertThrows(RuntimeException.class, () -> plan.run(List.of(x, bad)));
            assertArrayEquals(expected, plan.run(List.of(x, good)).get(0).toFloatArray());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 20_000})
    void severalThreadsRunOnePlan(int columns) {
        FusionTest.Program program = in -> {
            Tensor t = in.get(0).transpose();
            return List.of(t.mul(t).add(t).sin().transpose());
        };
        CompiledGraph plan = FusionTest.plan(program, List.of(matrix(columns)), Accelerator.compiler());
        List<CompletableFuture<Void>> threads = IntStream.range(1, 4)
                .mapToObj(k -> CompletableFuture.runAsync(() -> {
                    Tensor x = matrix(columns).mul(k).evaluate();
                    float[] expected = x.mul(x).add(x).sin().toFloatArray();
                    for (int i = 0; i < 20; i++) {
                        assertArrayEquals(expected, plan.run(List.of(x)).get(0).toFloatArray(), 1e-5f);
                    }
                }))
                .toList();
        threads.forEach(CompletableFuture::join);
    }

    @ParameterizedTest
    @ValueSource(ints = {8})
    void aValueThatSomebodyHasOrReadsKeepsItsMemory(int columns) {
        Value value = Value.ofElements(matrix(columns).spec(), matrix(columns).toFloatArray());
        value.read(array -> {
            assertEquals(null, value.reuse(value.spec()), "it is being read");
            value.close();
            return array;
        });
        assertArrayEquals(matrix(columns).toFloatArray(), value.floats(), "nor is it freed then");
        Node owner = Node.leaf(value.spec(), value, Execution.current());
        assertEquals(null, value.reuse(value.spec()), "a tensor has it");
        assertEquals(Math.sin(1), owner.toDoubleArray()[0], 1e-6);
        Value free = Value.ofElements(value.spec(), value.floats());
        Value next = free.reuse(value.spec());
        assertArrayEquals(value.floats(), next.floats());
        assertThrows(IllegalStateException.class, free::array);
        next.share();
        assertEquals(null, next.reuse(value.spec()), "another place of a plan holds it");
        next.close();
        next.close();
        assertThrows(IllegalStateException.class, next::address);
        assertThrows(IllegalStateException.class, next::pin);
    }
}
