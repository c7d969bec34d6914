package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledAction;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * What a variable held before a compiled function assigned it is free at once, unless anybody can still read it; what it held before a
 * scope assigned it, when the scope closes.
 */
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

    private static long mostLive(int steps, Runnable step) {
        long most = 0;
        for (int i = 0; i < steps; i++) {
            step.run();
            most = Math.max(most, Devices.statistics().liveBytes());
        }
        return most;
    }

    private static void inAScope(Runnable code) {
        try (TensorScope scope = TensorScope.open()) {
            code.run();
        }
    }

    @Test
    void scopesFreeWhatVariablesHeldWithoutTheCollector() {
        Variable large = Variable.of(Tensors.zeros(DType.FLOAT64, 1 << 17));
        Variable moments = Variable.of(Tensors.zeros(DType.FLOAT64, 1 << 17));
        Sgd sgd = new Sgd(0.5);
        for (Runnable step : List.<Runnable>of(
                () -> large.assignAdd(Tensors.onesLike(large)),
                () -> large.assign(large.add(1)),
                () -> sgd.minimize(() -> large.neg().mul(2).sum(), List.of(large))
                        .item(),
                () -> {
                    moments.assign(moments.mul(0.9).add(1));
                    large.assignAdd(moments.sign());
                })) {
            inAScope(step);
            inAScope(step);
            long before = Devices.statistics().liveBytes();
            long most = mostLive(50, () -> inAScope(step));
            // Of the fifty megabytes that were assigned.
            assertTrue(most <= before + (8 << 20), before + ", then " + most);
        }
        assertEquals(4 * 52, large.toDoubleArray()[77]);
    }

    @Test
    void whatAScopeFindsInUseStays() {
        Variable v = variable(1);
        inAScope(() -> v.assignAdd(Tensors.fill(DType.FLOAT64, v.shape(), 1)));
        Tensor read = v.asTensor();
        Tensor pending = v.mul(10);
        inAScope(() -> v.assign(v.mul(2)));
        Tensor compiled = Functions.compile(in -> in).apply(v);
        inAScope(() -> v.assign(v.mul(2)));
        inAScope(() -> v.assign(v.mul(2)));
        assertArrayEquals(all(2), read.toDoubleArray());
        assertArrayEquals(all(20), pending.toDoubleArray());
        assertArrayEquals(all(4), compiled.toDoubleArray());
        assertArrayEquals(all(16), v.toDoubleArray());
    }

    @Test
    void whatAScopeKeepsStays() {
        Variable v = variable(0);
        Variable w = variable(0);
        List<Tensor> kept = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (TensorScope scope = TensorScope.open()) {
                kept.add(scope.keep(v.asTensor()));
                kept.add(scope.keep(v.reshape(1, SIZE)));
                w.assign(v);
                v.assign(v.add(1));
            }
        }
        for (int i = 0; i < kept.size(); i += 2) {
            assertArrayEquals(all(0.5 * i), kept.get(i).toDoubleArray());
            assertArrayEquals(all(0.5 * i), kept.get(i + 1).toDoubleArray());
        }
        assertArrayEquals(all(2), w.toDoubleArray());
        assertArrayEquals(all(3), v.toDoubleArray());
    }

    @Test
    void variablesOfTheSameValueDoNotTakeItFromEachOtherInScopes() {
        Variable v = variable(1);
        Variable w = variable(2);
        Variable u = variable(3);
        inAScope(() -> {
            Tensor sum = v.add(w);
            v.assign(sum);
            w.assign(sum);
            u.assign(w);
        });
        inAScope(() -> v.assign(v.mul(2)));
        inAScope(() -> {
            v.assign(v.mul(2));
            w.assign(w.mul(3));
        });
        inAScope(() -> w.assign(u));
        inAScope(() -> u.assign(u.sub(1)));
        assertArrayEquals(all(12), v.toDoubleArray());
        assertArrayEquals(all(3), w.toDoubleArray());
        assertArrayEquals(all(2), u.toDoubleArray());
    }

    @Test
    void whatATapeAroundAScopeHasRecordedStays() {
        Variable v = variable(3);
        inAScope(() -> v.assign(v.add(0)));
        try (GradientTape tape = GradientTape.open()) {
            Tensor square;
            try (TensorScope scope = TensorScope.open()) {
                square = scope.keep(v.square().sum());
                v.assign(v.mul(5));
                v.assign(v.mul(2));
            }
            assertArrayEquals(all(6), tape.gradientOrThrow(square, v).toDoubleArray());
        }
        assertArrayEquals(all(30), v.toDoubleArray());
    }

    @Test
    void aScopeWithinAnotherLeavesWhatTheOuterOneReads() {
        Variable v = variable(1);
        inAScope(() -> v.assign(v.add(0)));
        try (TensorScope outer = TensorScope.open()) {
            Tensor before = v.asTensor();
            Tensor pending = v.mul(3);
            inAScope(() -> v.assign(v.add(1)));
            inAScope(() -> {
                v.assign(v.add(1));
                v.assign(v.add(1));
            });
            assertArrayEquals(all(1), before.toDoubleArray());
            assertArrayEquals(all(3), pending.toDoubleArray());
        }
        assertArrayEquals(all(4), v.toDoubleArray());
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
