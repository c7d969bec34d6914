package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledAction;
import io.autodiff.CompiledFunction;
import io.autodiff.CompiledMany;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import io.autodiff.spi.Executor;
import io.autodiff.transform.GradientCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompiledFunctionTest {
    @AfterEach
    void nothingIsLeftOnTheThread() {
        assertEquals(List.of(), Executor.recorders());
        assertEquals(4, Tensors.of(2).square().item());
    }

    private static final double[] XS = {0.5, -1.25, 2};

    @Test
    void theJavaCodeRunsOnceForEachSignature() {
        int[] runs = {0};
        CompiledFunction f = Functions.compile(x -> {
            runs[0]++;
            return x.mul(x).add(2);
        });
        assertEquals(0, f.traces());
        assertEquals(3, f.apply(Tensors.of(1.0)).item());
        assertEquals(11, f.apply(Tensors.of(3.0)).item());
        assertEquals(1, f.traces());
        assertEquals(6, f.apply(Tensors.of(2f)).item());
        assertEquals(2, f.traces());
        assertArrayEquals(
                new double[] {3, 6}, f.apply(Tensors.of(new double[] {1, 2})).toDoubleArray());
        assertArrayEquals(
                new double[] {11, 18}, f.apply(Variable.of(new double[] {3, 4})).toDoubleArray());
        assertEquals(3, f.traces());
        assertEquals(3, runs[0]);
    }

    @Test
    void severalArgumentsAndResults() {
        CompiledMany f = Functions.compileMany(
                in -> List.of(in.get(0).add(in.get(1)), in.get(1), in.get(0).mul(in.get(1))));
        List<Tensor> results = f.apply(List.of(Tensors.of(3.0), Tensors.of(4.0)));
        assertEquals(List.of(7.0, 4.0, 12.0), results.stream().map(Tensor::item).toList());
    }

    @Test
    void variablesAreReadAndAssignedInOrderAtEachCall() {
        Variable v = Variable.of(1.0);
        CompiledFunction step = Functions.compile(x -> {
            v.assignAdd(x);
            return v.mul(x);
        });
        assertEquals(6, step.apply(Tensors.of(2.0)).item());
        assertEquals(10, step.apply(Tensors.of(2.0)).item());
        assertEquals(5, v.item());
        v.assign(100.0);
        assertEquals(204, step.apply(Tensors.of(2.0)).item());
        assertEquals(1, step.traces());
    }

    @Test
    void aVariableReadBeforeItsAssignmentHasTheValueOfThen() {
        Variable v = Variable.of(new double[] {1, 2});
        CompiledSupplier swap = Functions.compileSupplier(() -> {
            Tensor before = v.asTensor();
            v.assign(before.mul(10));
            v.assign(v.add(1));
            return before;
        });
        assertArrayEquals(new double[] {1, 2}, swap.get().toDoubleArray());
        assertArrayEquals(new double[] {11, 21}, v.toDoubleArray());
    }

    @Test
    void aFailingCallLeavesVariablesAsTheyWere() {
        Variable v = Variable.of(1);
        CompiledFunction f = Functions.compile(x -> {
            v.assignAdd(x);
            return Tensors.of(10).floorDiv(x);
        });
        assertEquals(5, f.apply(Tensors.of(2)).item());
        assertEquals(3, v.item());
        assertThrows(IllegalArgumentException.class, () -> f.apply(Tensors.of(0)));
        assertEquals(3, v.item());
        assertEquals(2, f.apply(Tensors.of(5)).item());
    }

    @Test
    void tapesInsideWorkAsOutside() {
        CompiledMany f = Functions.compileMany(in -> {
            Tensor x = in.get(0).castTo(DType.FLOAT32);
            try (GradientTape outer = GradientTape.open();
                    GradientTape inner = GradientTape.open()) {
                inner.watch(x);
                outer.watch(x);
                Tensor y = x.pow(3).sub(x.mul(2)).add(1);
                Tensor dy = inner.gradientOrThrow(y, x);
                return List.of(y, dy, outer.gradientOrThrow(dy, x));
            }
        });
        assertEquals(
                List.of(5.0, 10.0, 12.0),
                f.apply(List.of(Tensors.of(2))).stream().map(Tensor::item).toList());
        assertEquals(
                List.of(1.0, -2.0, 0.0),
                f.apply(List.of(Tensors.of(0))).stream().map(Tensor::item).toList());
        assertEquals(1, f.traces());
    }

    @Test
    void gradientsFlowThroughFromOutsideToSecondOrder() {
        Tensor captured = Tensors.of(new double[] {3, 4, 5});
        CompiledFunction f = Functions.compile(x -> x.sin().mul(x).mul(captured).sum());
        GradientCheck.standard().check(in -> f.apply(in.get(0)), List.of(Tensors.of(XS)));
        Tensor x = Tensors.of(XS);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(List.of(x, captured));
            List<Tensor> g = tape.gradientOrThrow(List.of(f.apply(x)), List.of(x, captured));
            double[] byCaptured = Arrays.stream(XS).map(v -> v * Math.sin(v)).toArray();
            assertArrayEquals(byCaptured, g.get(1).toDoubleArray(), 1e-14);
        }
        assertEquals(1, f.traces());
    }

    @Test
    void gradientsByVariablesFlowThroughAndAnAssignmentInsideIsNoPath() {
        Variable v = Variable.of(3.0);
        CompiledFunction f = Functions.compile(x -> {
            Tensor before = v.mul(x);
            v.assign(x.mul(10));
            return before.add(v.square());
        });
        Tensor x = Tensors.of(2.0);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = f.apply(x); // 3x + (10x)^2, where 10x is a value and no path
            assertEquals(406, y.item());
            List<Tensor> g = tape.gradientOrThrow(List.of(y), List.of(x, v));
            assertEquals(3, g.get(0).item());
            assertEquals(2 + 2 * 20, g.get(1).item());
        }
        assertEquals(20, v.item());
    }

    @Test
    void learningRatesAreReadAtEachCall() {
        Variable x = Variable.of(0f);
        Sgd sgd = new Sgd(0.01);
        CompiledAction step = Functions.compileAction(
                () -> sgd.minimize(() -> x.square().sub(x.mul(2)).add(1), List.of(x)));
        for (int i = 0; i < 1000; i++) {
            step.run();
        }
        assertEquals(0.999998569, x.item(), 2e-7);
        double before = x.item();
        sgd.setLearningRate(0.5);
        step.run();
        assertEquals(1, x.item());
        assertTrue(before < 1);
        assertEquals(1, step.traces());
    }

    @Test
    void randomNumbersAreFreshAtEachCallAndThoseOfTheSeed() {
        Random random = Random.seeded(5);
        CompiledSupplier draw = Functions.compileSupplier(() -> random.normal(DType.FLOAT64, 3));
        List<double[]> drawn =
                IntStream.range(0, 3).mapToObj(i -> draw.get().toDoubleArray()).toList();
        Random same = Random.seeded(5);
        for (double[] numbers : drawn) {
            assertArrayEquals(same.normal(DType.FLOAT64, 3).toDoubleArray(), numbers);
        }
        assertFalse(Arrays.equals(drawn.get(0), drawn.get(1)));
    }

    @Test
    void aCompiledFunctionMayCallAnother() {
        Variable v = Variable.of(1.0);
        CompiledFunction inner = Functions.compile(x -> {
            v.assignAdd(x);
            return x.square();
        });
        CompiledFunction outer =
                Functions.compile(x -> inner.apply(x).add(inner.apply(x.mul(2))).add(v));
        assertEquals(9 + 36 + 10, outer.apply(Tensors.of(3.0)).item());
        assertEquals(10, v.item());
        assertEquals(9 + 36 + 19, outer.apply(Tensors.of(3.0)).item());
        GradientCheck.standard()
                .check(
                        in -> {
                            v.assign(0.0);
                            return outer.apply(in.get(0)).sub(v);
                        },
                        List.of(Tensors.of(0.75)));
        assertEquals(1, inner.traces());
        assertEquals(1, outer.traces());
    }

    @Test
    void whatJavaGivesIsNewAtEachCallOfAFunctionInAFunction() {
        Variable x = Variable.of(8.0);
        Sgd sgd = new Sgd(0.25);
        Random random = Random.seeded(5);
        CompiledAction step = Functions.compileAction(() -> sgd.minimize(x::square, List.of(x)));
        CompiledSupplier draw = Functions.compileSupplier(() -> random.uniform(DType.FLOAT64, 2));
        CompiledMany outer = Functions.compileMany(in -> {
            step.run();
            step.run();
            return List.of(draw.get(), draw.get(), random.uniform(DType.FLOAT64, 2));
        });
        Random same = Random.seeded(5);
        for (double expected : new double[] {2, 0.5}) {
            for (Tensor drawn : outer.apply(List.of())) {
                assertArrayEquals(same.uniform(DType.FLOAT64, 2).toDoubleArray(), drawn.toDoubleArray());
            }
            assertEquals(expected, x.item());
        }
        sgd.setLearningRate(0.5);
        outer.apply(List.of());
        assertEquals(0, x.item());
        assertEquals(1, outer.traces());
    }

    @Test
    void printingInAFunctionInAFunctionHappensAtEachCall() {
        List<String> lines = printed(() -> {
            CompiledFunction inner = Functions.compile(x -> {
                Functions.print("inner", x);
                return x.mul(2);
            });
            CompiledFunction outer = Functions.compile(x -> inner.apply(inner.apply(x)));
            outer.apply(Tensors.of(1));
            outer.apply(Tensors.of(5));
        });
        assertEquals(
                List.of("1", "2", "5", "10"),
                lines.stream()
                        .map(line -> line.replaceAll("\\D+(\\d+),.*", "$1"))
                        .toList());
    }

    private static List<String> printed(Runnable code) {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            code.run();
        } finally {
            System.setOut(out);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void printingHappensAtEachCallAndInOrder() {
        List<String> lines = printed(() -> {
            CompiledFunction f = Functions.compile(x -> {
                Functions.print("x", x);
                Functions.print("twice", x.mul(2), x);
                return x;
            });
            f.apply(Tensors.of(1.0));
            f.apply(Tensors.of(2.0));
            Functions.print("eager", Tensors.of(3));
        });
        assertEquals(
                List.of(
                        "x Tensor(1.0, shape=[], dtype=float64)",
                        "twice Tensor(2.0, shape=[], dtype=float64) Tensor(1.0, shape=[], dtype=float64)",
                        "x Tensor(2.0, shape=[], dtype=float64)",
                        "twice Tensor(4.0, shape=[], dtype=float64) Tensor(2.0, shape=[], dtype=float64)",
                        "eager Tensor(3, shape=[], dtype=int32)"),
                lines);
    }

    @Test
    void readingATracedValueIsAnErrorThatSaysWhatToDo() {
        Variable v = Variable.of(1.0);
        for (CompiledFunction f : List.of(
                Functions.compile(x -> x.item() > 0 ? x : x.neg()),
                Functions.compile(x -> x.mul(2).evaluate()),
                Functions.compile(x -> x.add(v.item())),
                Functions.compile(x -> Tensors.of(Nd4jTensors.toArray(x))))) {
            RuntimeException e = assertThrows(RuntimeException.class, () -> f.apply(Tensors.of(1.0)));
            assertTrue(e.getMessage().contains("Tensors.where"), e.getMessage());
            assertEquals(0, f.traces());
        }
        assertEquals(1, v.item());
    }

    @Test
    void aVariableCreatedInsideIsAnError() {
        CompiledFunction f = Functions.compile(x -> Variable.of(x).mul(2));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> f.apply(Tensors.of(1.0)));
        assertTrue(e.getMessage().contains("Variable") && e.getMessage().contains("created"), e.getMessage());
    }

    @Test
    void aTensorOfAnotherTraceIsRefused() {
        List<Tensor> leaked = new ArrayList<>();
        CompiledFunction other = Functions.compile(x -> {
            leaked.add(x);
            return x.mul(2);
        });
        assertEquals(6, other.apply(Tensors.of(3.0)).item());
        CompiledFunction f = Functions.compile(y -> y.mul(leaked.get(0)));
        assertTrue(assertThrows(IllegalStateException.class, () -> f.apply(Tensors.of(1.0)))
                .getMessage()
                .contains("argument"));
        assertThrows(IllegalStateException.class, () -> leaked.get(0).item());
        assertTrue(leaked.get(0).toString().contains("Functions.print"));
    }

    @Test
    void aTapeInsideDoesNotSeeWhatIsOutsideNorTheOtherWayRound() {
        Variable v = Variable.of(3.0);
        CompiledSupplier f = Functions.compileSupplier(() -> v.mul(2));
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.stopRecording(f::get); // traced while the tape is open
            assertEquals(List.of(), tape.watchedVariables());
            assertNull(tape.gradient(v.stopGradient(), v));
            assertEquals(2, tape.gradientOrThrow(f.get(), v).item());
        }
    }
}
