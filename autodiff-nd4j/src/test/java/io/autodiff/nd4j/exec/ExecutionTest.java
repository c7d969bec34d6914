package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.op.Attributes;
import io.autodiff.op.InvalidOpException;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** When kernels run, in what order, and what happens if they fail. */
class ExecutionTest {
    private static final boolean IMMEDIATE = "immediate".equals(System.getProperty("autodiff.execution"));
    private static final boolean PLANNED = "planned".equals(System.getProperty("autodiff.execution"));

    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicBoolean failing = new AtomicBoolean();

    /** Adds 1, counts its runs, and fails on demand. */
    private final Op counted = Op.named("counted")
            .inputs("x")
            .shape(Shapes.floating("x"))
            .kernel(INDArray.class, c -> {
                if (failing.get()) {
                    throw c.error("was told to fail");
                }
                runs.incrementAndGet();
                return c.input("x").add(1);
            })
            .gradient("x", (c, dy) -> dy);

    @Test
    void aCallRunsWhenItsValueIsAskedForAndOnce() {
        Tensor y = counted.apply(Tensors.of(1.0));
        assertEquals(IMMEDIATE ? 1 : 0, runs.get());
        assertEquals(2, y.item());
        assertEquals(2, y.item());
        assertEquals(1, runs.get());
    }

    @Test
    void whatTwoResultsShareRunsOnce() {
        Tensor shared = counted.apply(Tensors.of(1.0));
        Tensor a = shared.mul(2);
        Tensor b = shared.mul(3);
        Tensors.evaluate(a, b);
        assertEquals(1, runs.get());
        assertEquals(4, a.item());
        assertEquals(6, b.item());
        assertEquals(1, runs.get());
    }

    /** So that a training step is one evaluation, whichever of its results is read, and that unread losses do not pile up. */
    @Test
    void whatNobodyUsesRunsWithTheNextEvaluation() {
        Tensor unused = counted.apply(Tensors.of(1.0));
        assertEquals(IMMEDIATE ? 1 : 0, runs.get());
        Tensors.of(new double[] {1}).add(1).item();
        assertEquals(1, runs.get());
        assertEquals(2, unused.item());
        assertEquals(1, runs.get());
    }

    @Test
    void aScalarCallOnScalarsIsComputedAtOnceAndItsFailureIsLeftToItsReader() {
        Tensor y = Tensors.of(1.0).add(1);
        assertEquals(!PLANNED, ((Node) y).pending() == null);
        if (IMMEDIATE) {
            assertThrows(InvalidOperandException.class, ExecutionTest::divideByZero);
            return;
        }
        Tensor failing = divideByZero();
        Tensor after = failing.add(1);
        for (int attempt = 0; attempt < 2; attempt++) {
            InvalidOperandException e = assertThrows(InvalidOperandException.class, after::item);
            assertEquals(
                    "floor_div(x=int32[], y=int32[]): the divisor 'y' is 0 at element 0 of the result", e.getMessage());
        }
        assertEquals(3, Tensors.of(7).floorDiv(2).item());
    }

    @Test
    void aFailureOfWhatNobodyAskedForIsLeftToItsReader() {
        if (IMMEDIATE) {
            return;
        }
        failing.set(true);
        Tensor bad = counted.apply(Tensors.of(1.0));
        assertEquals(2, Tensors.of(new double[] {1}).add(1).item());
        assertThrows(InvalidOperandException.class, bad::item);
        failing.set(false);
        assertEquals(2, bad.item());
    }

    @Test
    void unreadLossesStayFlat() {
        Variable w = Variable.of(new double[] {1, 2});
        List<Tensor> losses = new ArrayList<>();
        for (int i = 0; i < Execution.MOST_PENDING / 2; i++) {
            losses.add(w.mul(i).sum());
        }
        long pending =
                losses.stream().filter(loss -> ((Node) loss).pending() != null).count();
        assertTrue(3 * pending <= Execution.MOST_PENDING, pending + " losses wait");
        assertEquals(3 * 7, losses.get(7).item());
    }

    @Test
    void pendingCallsHoldNoMoreThanSoManyBytes() {
        Tensor sum = Tensors.zeros(DType.FLOAT32, 1 << 20);
        Tensor ones = Tensors.ones(DType.FLOAT32, 1 << 20).evaluate();
        for (int i = 0; i < 100; i++) {
            sum = sum.add(ones);
            assertTrue(Execution.current().pendingBytes() <= Execution.MOST_HELD + (8 << 20));
        }
        assertEquals(100, sum.toFloatArray()[(1 << 20) - 1]);
    }

    @Test
    void aFailureLeavesTheRestPendingAndCanBeRepeated() {
        Tensor before = Tensors.of(1.0).mul(2);
        failing.set(true);
        if (IMMEDIATE) {
            assertThrows(InvalidOperandException.class, () -> counted.apply(before));
            return;
        }
        Tensor failed = counted.apply(before);
        Tensor after = failed.mul(10);
        for (int attempt = 0; attempt < 2; attempt++) {
            InvalidOperandException e = assertThrows(InvalidOperandException.class, after::item);
            assertEquals("counted(x=float64[]): was told to fail", e.getMessage());
        }
        assertTrue(after.toString().contains("was told to fail"), after.toString());
        // A plan that fails gives back all that it had.
        assertEquals(!PLANNED, ((Node) before).pending() == null);
        assertNotNull(((Node) failed).pending());
        failing.set(false);
        assertEquals(30, after.item());
        assertEquals(1, runs.get());
    }

    @Test
    void anUnexpectedFailureNamesTheOpAndKeepsTheCause() {
        RuntimeException cause = new ArithmeticException("from below");
        Op broken = Op.named("broken")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> {
                    throw cause;
                })
                .notDifferentiable();
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> broken.apply(Tensors.of(new float[] {1, 2})).toFloatArray());
        assertEquals(
                "the kernel of broken(x=float32[2]) failed: java.lang.ArithmeticException: from below; the op is of no"
                        + " provider, it is declared by io.autodiff.nd4j.exec.ExecutionTest, autodiff-nd4j",
                e.getMessage());
        assertSame(cause, e.getCause());
    }

    @Test
    void inDebugModeAFailureTellsWhereTheCallWasMade() {
        System.setProperty("autodiff.debug", "true");
        try {
            RuntimeException e = CompletableFuture.supplyAsync(
                            () -> assertThrows(
                                    InvalidOperandException.class,
                                    () -> divideByZero().evaluate()),
                            task -> new Thread(task).start())
                    .join();
            assertEquals(1, e.getSuppressed().length);
            Throwable origin = e.getSuppressed()[0];
            assertEquals("floor_div(x=int32[], y=int32[]) was called here", origin.getMessage());
            assertTrue(Stream.of(origin.getStackTrace())
                    .anyMatch(at -> at.getMethodName().equals("divideByZero")));
        } finally {
            System.clearProperty("autodiff.debug");
        }
    }

    private static Tensor divideByZero() {
        return Tensors.of(1).floorDiv(0);
    }

    @Test
    void aKernelThatGivesAnotherShapeOrDtypeThanDeclaredIsNamed() {
        Op wrongShape = kernel("wrong_shape", x -> x.reshape(1, 2));
        Op wrongDtype = kernel("wrong_dtype", x -> x.castTo(DataType.FLOAT));
        Tensor x = Tensors.of(new double[] {1, 2});
        assertTrue(
                assertThrows(InvalidOpException.class, () -> wrongShape.apply(x).toDoubleArray())
                        .getMessage()
                        .startsWith(
                                "the kernel of wrong_shape(x=float64[2]): it gave float64[1, 2] for the output 'output', which the"
                                        + " shape function declares as float64[2]; "));
        assertTrue(
                assertThrows(InvalidOpException.class, () -> wrongDtype.apply(x).toDoubleArray())
                        .getMessage()
                        .startsWith("the kernel of wrong_dtype(x=float64[2]): it gave float32[2] for the output"));
    }

    @Test
    void aKernelThatGivesAViewOfItsInputDoesNotTieTheTwo() {
        Op view = kernel("view", x -> x.reshape(x.shape()));
        Op same = kernel("same", x -> x);
        Tensor x = Tensors.of(new double[] {1, 2, 3});
        Tensor viewed = view.apply(x).evaluate();
        Tensor kept = same.apply(x).evaluate();
        long input = address(x);
        assertTrue(address(viewed) != input, "a view is copied");
        assertEquals(input, address(kept), "the input itself is shared");
        assertArrayEquals(new double[] {1, 2, 3}, viewed.toDoubleArray());
    }

    private static long address(Tensor tensor) {
        return Nd4jTensors.borrow(tensor, array -> array.data().address());
    }

    private static Op kernel(String name, UnaryOperator<INDArray> kernel) {
        return Op.named(name)
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> kernel.apply(c.input("x")))
                .notDifferentiable();
    }

    @Test
    void severalOutputsOfOneCallAreComputedTogether() {
        Op split = Op.named("split_sign")
                .inputs("x")
                .outputs("positive", "negative")
                .shapes(c -> List.of(c.input("x"), c.input("x")))
                .kernels(INDArray.class, c -> {
                    runs.incrementAndGet();
                    return List.of(c.input("x").add(1), c.input("x").sub(1));
                })
                .gradients((c, dys, needed) -> List.of(dys.get(0).add(dys.get(1).mul(10))));
        Tensor x = Tensors.of(5.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            List<Tensor> outputs = Executor.execute(split, Attributes.NONE, List.of(x));
            assertEquals(6, outputs.get(0).item());
            assertEquals(4, outputs.get(1).item());
            assertEquals(1, runs.get());
            assertEquals(1, tape.gradientOrThrow(outputs.get(0), x).item());
            assertEquals(10, tape.gradientOrThrow(outputs.get(1), x).item());
            assertEquals(
                    11,
                    tape.gradientOrThrow(outputs.get(0).add(outputs.get(1)), x).item());
        }
        assertThrows(IllegalArgumentException.class, () -> split.apply(x));
    }

    @Test
    void anEvaluatedNodeLetsGoOfItsInputs() {
        Node y = (Node) counted.apply(Tensors.of(1.0).mul(2));
        y.item();
        assertNull(y.pending());
    }

    @Test
    void aLongChainOfPendingCallsIsEvaluatedOnTheWay() {
        Tensor x = Tensors.zeros(DType.FLOAT64, 1);
        int longest = 0;
        for (int i = 0; i < 2 * Execution.MOST_PENDING; i++) {
            x = x.add(1);
            longest = i % 999 == 0 ? Math.max(longest, chain((Node) x)) : longest;
        }
        assertTrue(longest <= Execution.MOST_PENDING, "a chain of " + longest);
        assertEquals(2 * Execution.MOST_PENDING, x.item());
    }

    private static int chain(Node end) {
        int length = 0;
        for (Computation c = end.pending(); c != null; c = c.input(0).pending()) {
            length++;
        }
        return length;
    }

    @Test
    void anotherThreadsPendingTensorCanBeUsed() {
        Tensor mine = counted.apply(Tensors.of(1.0));
        Tensor theirs =
                CompletableFuture.supplyAsync(() -> counted.apply(mine).mul(2)).join();
        assertEquals(6, theirs.item());
        assertEquals(2, mine.item());
        assertEquals(2, runs.get());
    }

    @Test
    void manyThreadsReadOneTensorThatIsComputedOnce() {
        Tensor shared = counted.apply(Tensors.of(1.0));
        List<CompletableFuture<Double>> readers = Stream.generate(() -> CompletableFuture.supplyAsync(shared::item))
                .limit(8)
                .toList();
        readers.forEach(reader -> assertEquals(2, reader.join()));
        assertEquals(1, runs.get());
    }

    @Test
    void variablesAreSharedBetweenThreads() {
        Variable x = Variable.of(0.0);
        List<CompletableFuture<Void>> writers = Stream.generate(() -> CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 100; i++) {
                        x.assignAdd(1);
                    }
                }))
                .limit(8)
                .toList();
        writers.forEach(CompletableFuture::join);
        assertEquals(800, x.item());
    }

    @Test
    void aTensorOfAnotherEngineIsRefusedByName() {
        Tensor foreign = (Tensor) Proxy.newProxyInstance(
                ExecutionTest.class.getClassLoader(),
                new Class<?>[] {Tensor.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "spec" -> new TensorSpec(DType.FLOAT64, Shape.SCALAR);
                    case "asTensor" -> proxy;
                    default -> throw new AssertionError(method);
                });
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Tensors.of(1.0).add(foreign));
        assertTrue(e.getMessage().contains("another engine"), e.getMessage());
    }

    @Test
    void fortyDoublingsAreFortyCalls() {
        Tensor x = counted.apply(Tensors.of(0.0));
        for (int i = 0; i < 40; i++) {
            x = x.add(x);
        }
        assertEquals(0x1p40, x.item());
        assertEquals(1, runs.get());
    }

    /** What it computes with is its own affair: a tape would hold it, and a scope free it. */
    @Test
    void aKernelOnTensorsIsOutOfHearingOfTapesAndScopes() {
        Variable factor = Variable.of(3.0);
        Op scaled = Op.named("scaled")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(Tensor.class, c -> c.input("x").mul(factor))
                .gradient("x", (c, dy) -> dy.mul(factor));
        Tensor y;
        try (GradientTape tape = GradientTape.open();
                TensorScope scope = TensorScope.open()) {
            y = scope.keep(scaled.apply(Tensors.of(new double[] {2, 4})));
            assertArrayEquals(new double[] {6, 12}, y.toDoubleArray());
            assertEquals(List.of(), tape.watchedVariables());
        }
        assertArrayEquals(new double[] {6, 12}, y.toDoubleArray());
    }
}
