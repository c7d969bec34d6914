package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.products.Products;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.Executor;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What runs of a plan work with is kept, and is of one run at a time. */
class FrameTest {
    private static final int LAYERS = 12;

    @BeforeEach
    void needsKernels() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
        assumeTrue(!Products.libraries().isEmpty(), "there are kernels of matrix products");
    }

    private static Tensor numbers(long... sizes) {
        int count = (int) Shape.of(sizes).elements();
        return Tensors.of(IntStream.range(0, count)
                        .mapToDouble(i -> Math.sin(i + 1))
                        .toArray())
                .castTo(DType.FLOAT32)
                .reshape(sizes)
                .evaluate();
    }

    /** Products, kernels that write over what they read, reductions, and what is needed for long. */
    private static List<Tensor> layers(List<Tensor> in) {
        Tensor x = in.get(0);
        Tensor h = x;
        for (int layer = 0; layer < LAYERS; layer++) {
            Tensor z = h.mmul(in.get(1)).mul(0.1f);
            h = z.tanh().add(z.sub(z.mean(true, 1)).sigmoid()).mul(x);
        }
        return List.of(h.sum());
    }

    /** A result is a list, a tensor, its value and the bookkeeping of them; each step would take a multiple of that. */
    @Test
    void runsOfKernelsAndProductsLeaveNoGarbage() {
        Tensor x = numbers(32, 24);
        Tensor w = numbers(24, 24);
        CompiledGraph plan = FusionTest.plan(FrameTest::layers, List.of(x, w), Accelerator.compiler());
        assertTrue(((Plan) plan).steps().size() >= 2 * LAYERS, plan::describe);
        List<Tensor> arguments = List.of(x, w);
        for (int i = 0; i < 200; i++) {
            plan.run(arguments);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        int runs = 100;
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < runs; i++) {
            plan.run(arguments);
        }
        long each = (threads.getThreadAllocatedBytes(thread) - before) / runs;
        assertTrue(each <= 512, () -> each + " bytes a run\n" + plan.describe());
    }

    @Test
    void whatIsNeededAtTheSameTimeIsNotInTheSamePlace() {
        Plan plan = (Plan)
                FusionTest.plan(FrameTest::layers, List.of(numbers(32, 24), numbers(24, 24)), Accelerator.compiler());
        Buffers buffers = plan.buffers();
        boolean[] live = new boolean[1000];
        int planned = 0;
        for (Plan.Step step : plan.steps()) {
            for (int output = 0; output < step.outputs.length; output++) {
                int slot = step.outputs[output];
                int over = step.isInPlace(output) ? step.inputs[step.inPlace[output]] : -1;
                for (int other = 0; other < live.length; other++) {
                    if (live[other] && other != over) {
                        requireApart(buffers, slot, other, plan);
                    }
                }
                if (buffers.spec(slot) != null) {
                    planned++;
                    live[slot] = true;
                }
            }
            for (int slot : step.ending) {
                live[slot] = false;
            }
        }
        assertTrue(planned >= 2 * LAYERS - 1, plan::describe);
        long all = planned * 4L * 32 * 24;
        assertTrue(buffers.bytes() * 3 < all, buffers.bytes() + " of " + all + " bytes\n" + plan.describe());
    }

    private static void requireApart(Buffers buffers, int slot, int other, Plan plan) {
        TensorSpec one = buffers.spec(slot);
        TensorSpec two = buffers.spec(other);
        if (one != null && two != null) {
            boolean apart = buffers.offset(slot) + one.bytes() <= buffers.offset(other)
                    || buffers.offset(other) + two.bytes() <= buffers.offset(slot);
            assertTrue(apart, () -> "%" + slot + " and %" + other + " overlap in\n" + plan.describe());
        }
    }

    /** Also those that come first to a plan, at the same time. */
    @Test
    void eachOfManyThreadsHasAFrame() {
        Tensor w = numbers(6, 6);
        List<Tensor> inputs = IntStream.range(0, 4)
                .mapToObj(i -> numbers(8, 6).mul(i + 1).evaluate())
                .toList();
        for (int round = 0; round < 20; round++) {
            Plan plan = (Plan) FusionTest.plan(FrameTest::layers, List.of(inputs.get(0), w), Accelerator.compiler());
            CyclicBarrier start = new CyclicBarrier(inputs.size());
            List<CompletableFuture<double[]>> threads = inputs.stream()
                    .map(x -> CompletableFuture.supplyAsync(
                            () -> {
                                await(start);
                                return IntStream.range(0, 50)
                                        .mapToDouble(i ->
                                                plan.run(List.of(x, w)).get(0).item())
                                        .toArray();
                            },
                            task -> new Thread(task).start()))
                    .toList();
            for (int i = 0; i < threads.size(); i++) {
                double[] expected = new double[50];
                Arrays.fill(expected, plan.run(List.of(inputs.get(i), w)).get(0).item());
                assertArrayEquals(expected, threads.get(i).join());
            }
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a graph once more while it runs. */
    private static Op again(AtomicReference<@Nullable Runnable> inner) {
        return Op.named("again_for_frame_test")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> {
                    Runnable run = inner.getAndSet(null);
                    if (run != null) {
                        run.run();
                    }
                    return c.input("x").add(1);
                })
                .notDifferentiable()
                .checked();
    }

    @Test
    void aPlanThatRunsWhileItRunsHasTwoFrames() {
        AtomicReference<@Nullable Runnable> inner = new AtomicReference<>();
        Op again = again(inner);
        FusionTest.Program program = in -> {
            Tensor before = in.get(0).mul(2).sin();
            Tensor between =
                    Executor.execute(again, Attributes.NONE, List.of(before)).get(0);
            return List.of(before.mul(between).add(before).sum(), between.mul(before));
        };
        Tensor x = numbers(30, 20);
        Tensor y = numbers(30, 20).mul(3).evaluate();
        CompiledGraph plan = FusionTest.plan(program, List.of(x), Accelerator.compiler());
        List<Tensor> ofX = plan.run(List.of(x));
        List<Tensor> ofY = plan.run(List.of(y));
        for (int i = 0; i < 3; i++) {
            AtomicReference<List<Tensor>> within = new AtomicReference<>(List.of());
            inner.set(() -> within.set(plan.run(List.of(y))));
            List<Tensor> around = plan.run(List.of(x));
            for (int result = 0; result < 2; result++) {
                assertArrayEquals(
                        ofX.get(result).toFloatArray(), around.get(result).toFloatArray(), plan.describe());
                assertArrayEquals(
                        ofY.get(result).toFloatArray(), within.get().get(result).toFloatArray(), plan.describe());
            }
        }
    }

    /** Its input, which is an intermediate result, comes out of the plan as a result. */
    @Test
    void aResultIsNeverInThePlansOwnMemory() {
        AtomicInteger runs = new AtomicInteger();
        Op same = Op.named("same_for_frame_test")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> {
                    runs.incrementAndGet();
                    return c.input("x");
                })
                .notDifferentiable()
                .checked();
        FusionTest.Program program = in -> {
            Tensor before = in.get(0).mul(2).sin();
            Tensor handed =
                    Executor.execute(same, Attributes.NONE, List.of(before)).get(0);
            return List.of(handed, before.add(1).cos());
        };
        Tensor x = numbers(30, 20);
        CompiledGraph plan = FusionTest.plan(program, List.of(x), Accelerator.compiler());
        List<Tensor> first = plan.run(List.of(x));
        float[] expected = first.get(0).toFloatArray();
        plan.run(List.of(x.mul(7)));
        assertArrayEquals(expected, first.get(0).toFloatArray(), plan.describe());
        assertEquals(2, runs.get());
    }

    @Test
    void anArrayThatIsClosedIsRefusedInEachRun() {
        INDArray array = Nd4jTensors.toArray(numbers(40, 30));
        Tensor wrapped = Nd4jTensors.wrap(array);
        Tensor x = numbers(40, 30);
        CompiledGraph plan =
                FusionTest.plan(in -> List.of(in.get(0).mul(wrapped).sin()), List.of(x), Accelerator.compiler());
        plan.run(List.of(x));
        plan.run(List.of(x));
        array.close();
        for (int i = 0; i < 3; i++) {
            assertThrows(IllegalStateException.class, () -> plan.run(List.of(x)));
        }
    }

    @Test
    void aScopeFreesWhatARunGave() {
        Tensor x = numbers(32, 24);
        CompiledGraph plan = FusionTest.plan(in -> List.of(in.get(0).mul(2).sin()), List.of(x), Accelerator.compiler());
        Tensor result;
        try (TensorScope scope = TensorScope.open()) {
            result = plan.run(List.of(x)).get(0);
        }
        assertThrows(IllegalStateException.class, result::toFloatArray);
    }
}
