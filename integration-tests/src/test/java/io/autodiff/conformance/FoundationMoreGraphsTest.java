package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Long and wide graphs, graphs that several threads share, and graphs that cannot be computed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FoundationMoreGraphsTest {
    // ---- long and wide ----

    /** A walk over paths in place of records would take 2^40 steps. */
    @Test
    void fortyDoublingsAreLinearWork() {
        Variable x = Variable.of(1.0);
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.asTensor();
            for (int i = 0; i < 40; i++) {
                y = y.add(y);
            }
            assertEquals(Math.pow(2, 40), y.item());
            assertEquals(Math.pow(2, 40), tape.gradientOrThrow(y, x).item());
        }
    }

    /** The same for a second order: 40 squarings of 1 have the slope n = 2^40, and n (n - 1) is the second derivative. */
    @Test
    void fortySquaringsAreLinearWorkInTheSecondOrderToo() {
        Variable x = Variable.of(1.0);
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            Tensor y = x.asTensor();
            for (int i = 0; i < 40; i++) {
                y = y.mul(y);
            }
            Tensor slope = inner.gradientOrThrow(y, x);
            double n = Math.pow(2, 40);
            assertEquals(n, slope.item());
            assertEquals(n * (n - 1), outer.gradientOrThrow(slope, x).item(), 1e-12 * n * n);
        }
    }

    @Test
    void aChainOfTwentyThousandOpsNeedsNoStack() {
        int length = 20_000;
        Tensor plain = Tensors.of(new double[] {1, -2});
        for (int i = 0; i < length; i++) {
            plain = plain.add(1);
        }
        assertArrayEquals(new double[] {length + 1, length - 2}, plain.toDoubleArray());

        Variable x = Variable.of(new double[] {1, -2});
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.asTensor();
            for (int i = 0; i < length / 2; i++) {
                y = y.mul(1.0001).neg();
            }
            double factor = Math.pow(1.0001, length / 2.0);
            assertArrayEquals(
                    new double[] {factor, factor}, tape.gradientOrThrow(y, x).toDoubleArray(), 1e-9);
            assertArrayEquals(new double[] {factor, -2 * factor}, y.toDoubleArray(), 1e-9);
        }
    }

    @Test
    void aSumOfManyTermsAddsUp() {
        Variable x = Variable.of(3.0);
        int terms = 2000;
        try (GradientTape tape = GradientTape.open()) {
            List<Tensor> squares = new ArrayList<>();
            for (int i = 0; i < terms; i++) {
                squares.add(x.square());
            }
            Tensor sum = Tensors.stack(0, squares).sum();
            assertEquals(9.0 * terms, sum.item());
            assertEquals(6.0 * terms, tape.gradientOrThrow(sum, x).item());
        }
    }

    @Test
    void aLoopThatNeverReadsItsVariableStaysCorrect() {
        Variable s = Variable.of(new double[] {0, 1});
        int steps = 25_000;
        for (int i = 0; i < steps; i++) {
            s.assignAdd(new double[] {1, 2});
        }
        assertArrayEquals(new double[] {steps, 2 * steps + 1}, s.toDoubleArray());
    }

    // ---- several threads ----

    @Test
    void additionsOfSeveralThreadsAreAllThere() throws Exception {
        Variable x = Variable.of(new double[] {0, 0});
        onFourThreads(i -> {
            for (int k = 0; k < 50; k++) {
                x.assignAdd(new double[] {1, i});
            }
            return x.toDoubleArray();
        });
        assertArrayEquals(new double[] {200, 50 * (0 + 1 + 2 + 3)}, x.toDoubleArray());
    }

    @Test
    void threadsShareWhatIsNotComputedYet() throws Exception {
        Tensor start = Tensors.of(new double[] {1, 2});
        Tensor shared = start;
        for (int i = 0; i < 100; i++) {
            shared = shared.add(start);
        }
        Tensor pending = shared;
        List<Tensor> results = onFourThreads(i -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(pending);
                return tape.gradientOrThrow(pending.square().mul(i), pending);
            }
        });
        // The threads have ended; what they left is read here, together.
        for (int i = 0; i < results.size(); i++) {
            assertArrayEquals(new double[] {202 * i, 404 * i}, results.get(i).toDoubleArray());
        }
        Tensor sum = results.get(0).add(results.get(1)).add(results.get(2)).add(pending);
        assertArrayEquals(new double[] {606 + 101, 1212 + 202}, sum.toDoubleArray());
    }

    private interface Part<T> {
        T of(int thread) throws Exception;
    }

    private static <T> List<T> onFourThreads(Part<T> part) throws Exception {
        List<Callable<T>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int thread = i;
            tasks.add(() -> part.of(thread));
        }
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            executor.shutdown();
        }
    }

    // ---- what cannot be computed ----

    /** In deferred mode the call succeeds and the read fails, in immediate mode the call does. */
    @Test
    void aFailureShowsWhereTheModeSays() {
        Tensor x = Tensors.of(new int[] {6, 7});
        if ("immediate".equals(System.getProperty("autodiff.execution"))) {
            assertThrows(RuntimeException.class, () -> x.floorDiv(0));
            return;
        }
        Tensor failing = x.floorDiv(0);
        Tensor consumer = failing.add(1);
        for (int i = 0; i < 2; i++) {
            RuntimeException thrown = assertThrows(RuntimeException.class, consumer::toIntArray);
            assertTrue(String.valueOf(thrown.getMessage()).contains("floor_div"), thrown::toString);
            assertTrue(failing.toString().contains("shape=[2], dtype=int32"), failing::toString);
        }
    }

    @Test
    void aFailureHarmsNothingElse() {
        Tensor x = Tensors.of(new int[] {6, 7});
        Variable n = Variable.of(new int[] {1, 1});
        Tensor before = x.add(1);
        assertThrows(RuntimeException.class, () -> Tensors.evaluate(before, x.floorDiv(0), x.add(2)));
        assertThrows(RuntimeException.class, () -> n.assign(x.floorDiv(0)).toIntArray());
        Tensor after = before.mul(2);
        assertArrayEquals(new int[] {14, 16}, after.toIntArray());
        assertArrayEquals(new int[] {7, 8}, before.toIntArray());
        assertArrayEquals(new int[] {6, 7}, n.assign(x).toIntArray());
    }
}
