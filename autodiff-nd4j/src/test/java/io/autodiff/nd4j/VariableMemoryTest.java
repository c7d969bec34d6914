package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledAction;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.Functions;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a variable held before a compiled function assigned it is free at once, unless anybody can still read it. */
class VariableMemoryTest {
    private static final int SIZE = 1000;

    private static Variable variable(double number) {
        return Variable.of(Tensors.fill(DType.FLOAT64, Shape.of(SIZE), number));
    }

    private static double[] all(double number) {
        double[] numbers = new double[SIZE];
        Arrays.fill(numbers, number);
        return numbers;
    }

    private static CompiledAction adding(Variable variable, double number) {
        return Functions.compileAction(() -> variable.assignAdd(Tensors.fill(DType.FLOAT64, variable.shape(), number)));
    }

    @Test
    void memoryStaysFlatWithoutTheCollector() {
        Variable large = Variable.of(Tensors.zeros(DType.FLOAT64, 1 << 17));
        CompiledAction step = Functions.compileAction(() -> large.assignAdd(Tensors.onesLike(large)));
        step.run();
        step.run();
        long before = Devices.statistics().liveBytes();
        long most = 0;
        for (int i = 0; i < 100; i++) {
            step.run();
            most = Math.max(most, Devices.statistics().liveBytes());
        }
        // Of the hundred megabytes that were assigned.
        assertTrue(most <= before + (16 << 20), before + ", then " + most);
        assertEquals(102, large.toDoubleArray()[77]);
    }

    @Test
    void whatWasReadBeforeStays() {
        Variable v = variable(1);
        CompiledAction step = adding(v, 1);
        step.run();
        Tensor read = v.asTensor();
        Tensor pending = v.mul(10);
        for (int i = 0; i < 5; i++) {
            step.run();
        }
        assertArrayEquals(all(2), read.toDoubleArray());
        assertArrayEquals(all(20), pending.toDoubleArray());
        assertArrayEquals(all(7), v.toDoubleArray());
    }

    @Test
    void whatWasAssignedEagerlyAndIsPendingStays() {
        Variable v = variable(1);
        CompiledAction step = adding(v, 1);
        step.run();
        v.assignAdd(Tensors.fill(DType.FLOAT64, v.shape(), 5));
        Tensor pending = v.mul(10);
        step.run();
        step.run();
        assertArrayEquals(all(70), pending.toDoubleArray());
        assertArrayEquals(all(9), v.toDoubleArray());
    }

    @Test
    void variablesThatGetTheSameValueDoNotTakeItFromEachOther() {
        Variable v = variable(1);
        Variable w = variable(2);
        CompiledAction add = adding(v, 1);
        CompiledAction copy = Functions.compileAction(() -> w.assign(v));
        CompiledAction both = Functions.compileAction(() -> {
            Tensor sum = v.add(w);
            v.assign(sum);
            w.assign(sum);
        });
        CompiledAction swap = Functions.compileAction(() -> {
            Tensor before = v.asTensor();
            v.assign(w);
            w.assign(before);
        });
        add.run();
        copy.run();
        add.run();
        add.run();
        assertArrayEquals(all(2), w.toDoubleArray());
        assertArrayEquals(all(4), v.toDoubleArray());
        both.run();
        add.run();
        add.run();
        assertArrayEquals(all(6), w.toDoubleArray());
        assertArrayEquals(all(8), v.toDoubleArray());
        for (int i = 0; i < 3; i++) {
            swap.run();
        }
        assertArrayEquals(all(8), w.toDoubleArray());
        assertArrayEquals(all(6), v.toDoubleArray());
    }

    @Test
    void whatIsGivenBackAsAResultStays() {
        Variable v = variable(1);
        CompiledSupplier step = Functions.compileSupplier(() -> {
            Tensor before = v.asTensor();
            v.assign(v.add(1));
            return before;
        });
        CompiledSupplier after = Functions.compileSupplier(() -> {
            v.assign(v.add(1));
            return v.asTensor();
        });
        Tensor first = step.get();
        Tensor second = step.get();
        Tensor third = after.get();
        Tensor fourth = after.get();
        step.get();
        assertArrayEquals(all(1), first.toDoubleArray());
        assertArrayEquals(all(2), second.toDoubleArray());
        assertArrayEquals(all(4), third.toDoubleArray());
        assertArrayEquals(all(5), fourth.toDoubleArray());
        assertArrayEquals(all(6), v.toDoubleArray());
    }

    /** The number is asked for after the variable was read, and before the function runs. */
    @Test
    void aFunctionRunsOnWhatThereWasWhenItWasCalled() {
        Variable v = variable(1);
        CompiledAction step = adding(v, 1);
        CompiledSupplier outer = Functions.compileSupplier(() -> {
            Tensor read = v.mul(10);
            return read.add(Functions.hostScalar(DType.FLOAT64, () -> {
                step.run();
                step.run();
                return 0.5;
            }));
        });
        step.run();
        for (int i = 0; i < 3; i++) {
            double before = v.toDoubleArray()[0];
            assertArrayEquals(all(10 * before + 0.5), outer.get().toDoubleArray());
        }
    }

    @Test
    void scopesAroundOtherScopesLetGoOfWhatIsGone() {
        Variable v = variable(1);
        CompiledAction step = adding(v, 1);
        try (TensorScope around = TensorScope.open()) {
            for (int i = 0; i < 3; i++) {
                try (TensorScope within = TensorScope.open()) {
                    step.run();
                }
                step.run();
            }
        }
        assertArrayEquals(all(7), v.toDoubleArray());
        step.run();
        assertArrayEquals(all(8), v.toDoubleArray());
    }

    @Test
    void anotherThreadReadsWholeValuesWhileTheyChange() throws InterruptedException {
        Variable v = variable(0);
        CompiledAction step = adding(v, 1);
        step.run();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(1);
        CompiledSupplier twice = Functions.compileSupplier(() -> v.mul(2));
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            double last = 0;
            while (!done.get()) {
                for (double[] numbers : new double[][] {
                    v.toDoubleArray(),
                    twice.get().div(2).toDoubleArray(),
                    v.asTensor().toDoubleArray()
                }) {
                    assertArrayEquals(all(numbers[0]), numbers);
                    assertTrue(numbers[0] >= last);
                    last = numbers[0];
                }
                reading.countDown();
            }
        });
        for (int i = 0; i < 300; i++) {
            step.run();
        }
        reading.await();
        for (int i = 0; i < 300; i++) {
            step.run();
        }
        done.set(true);
        reader.join();
        assertArrayEquals(all(601), v.toDoubleArray());
    }
}
