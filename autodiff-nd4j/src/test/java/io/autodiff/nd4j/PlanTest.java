package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledAction;
import io.autodiff.CompiledFunction;
import io.autodiff.CompiledMany;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a compiled function runs: its steps, their memory, and that they compute what eager code does. */
class PlanTest {
    @Test
    void everyScalarResultIsRoundedToItsDtype() {
        Tensor x = Tensors.of(1f);
        CompiledMany f = Functions.compileMany(in -> quotients(in.get(0)));
        List<Tensor> eager = quotients(x);
        List<Tensor> compiled = f.apply(List.of(x));
        for (int i = 0; i < eager.size(); i++) {
            // As doubles: digits beyond the dtype would show.
            assertEquals(eager.get(i).item(), compiled.get(i).item());
        }
        assertEquals(1 / 3f, compiled.get(0).item());
    }

    private static List<Tensor> quotients(Tensor x) {
        Tensor y = x.add(2);
        return List.of(
                x.divNoNan(y),
                x.mul(0.1).mulNoNan(y),
                x.div(y),
                x.div(y).sigmoid(),
                x.castTo(DType.FLOAT64).div(3).castTo(DType.FLOAT32));
    }

    @Test
    void integersThatAreOnlyHandedThroughKeepTheirValue() {
        CompiledMany f = Functions.compileMany(in -> List.of(
                in.get(0).stopGradient(), in.get(1).stopGradient(), in.get(2).sin()));
        List<Tensor> results = f.apply(List.of(Tensors.of(7), Tensors.of(true), Tensors.of(0.5)));
        assertEquals(7, results.get(0).item());
        assertEquals(1, results.get(1).item());
        assertEquals(Math.sin(0.5), results.get(2).item());
    }

    @Test
    void compiledAndEagerStepsAreTheSameToTheLastBit() {
        Variable eager = Variable.of(new float[] {0.3f, -2});
        Variable compiled = Variable.of(new float[] {0.3f, -2});
        Sgd sgd = new Sgd(0.1);
        CompiledAction step = Functions.compileAction(
                () -> sgd.minimize(() -> compiled.sin().mul(compiled).sum(), List.of(compiled)));
        for (int i = 0; i < 20; i++) {
            sgd.minimize(() -> eager.sin().mul(eager).sum(), List.of(eager));
            step.run();
            assertArrayEquals(eager.toFloatArray(), compiled.toFloatArray());
        }
    }

    @Test
    void whatRepeatsOrIsNotNeededOrIsConstantIsNoStep() {
        Tensor captured = Tensors.of(2.0);
        CompiledFunction f = Functions.compile(x -> {
            x.exp().log(); // not needed
            Tensor constant = captured.mul(3).add(1);
            return x.sin().add(x.sin()).mul(constant);
        });
        assertEquals(14 * Math.sin(0.5), f.apply(Tensors.of(0.5)).item(), 1e-15);
        String plan = f.describe();
        for (String once : List.of(" sin(", " add(", " mul(")) {
            assertEquals(2, plan.split(Pattern.quote(once), -1).length, plan);
        }
        assertFalse(plan.contains("exp("), plan);
        assertTrue(plan.contains("[float64[]]:"), plan);
    }

    @Test
    void onlyWhatIsTheSameToTheLastBitIsSimplified() {
        CompiledMany same = Functions.compileMany(in -> {
            Tensor x = in.get(0);
            return List.of(x.mul(1), x.div(1), x.sub(0), Tensors.of(1.0).mul(x));
        });
        CompiledMany other = Functions.compileMany(in -> {
            Tensor x = in.get(0);
            return List.of(x.add(0), x.mul(0), x.rdiv(1), x.sub(-0.0), x.mul(Tensors.ones(DType.FLOAT64, 2, 1)));
        });
        Tensor special = Tensors.of(new double[] {-0.0, 0, Double.NaN, Double.NEGATIVE_INFINITY, 3});
        for (Tensor result : same.apply(List.of(special))) {
            assertArrayEquals(special.toDoubleArray(), result.toDoubleArray());
        }
        assertFalse(same.describe().contains("(%"), same.describe());
        List<Tensor> eager = List.of(special.add(0), special.mul(0), special.rdiv(1), special.sub(-0.0));
        for (int i = 0; i < eager.size(); i++) {
            assertArrayEquals(
                    eager.get(i).toDoubleArray(),
                    other.apply(List.of(special)).get(i).toDoubleArray());
        }
        assertEquals(10, other.apply(List.of(special)).get(4).shape().elements());
        assertEquals(
                5, other.describe().lines().filter(line -> line.contains("(%")).count(), other.describe());
    }

    @Test
    void argumentsConstantsAndResultsOutliveARun() {
        Tensor captured = Tensors.of(new double[] {1, 2});
        CompiledMany f = Functions.compileMany(in -> List.of(
                in.get(0),
                in.get(0).stopGradient(),
                captured,
                captured.add(1),
                in.get(0).mul(2).stopGradient()));
        Tensor x = Tensors.of(new double[] {3, 4});
        for (int i = 0; i < 3; i++) {
            List<Tensor> results = f.apply(List.of(x));
            assertArrayEquals(new double[] {3, 4}, results.get(0).toDoubleArray());
            assertArrayEquals(new double[] {3, 4}, results.get(1).toDoubleArray());
            assertArrayEquals(new double[] {1, 2}, results.get(2).toDoubleArray());
            assertArrayEquals(new double[] {2, 3}, results.get(3).toDoubleArray());
            assertArrayEquals(new double[] {6, 8}, results.get(4).toDoubleArray());
        }
        assertArrayEquals(new double[] {3, 4}, x.toDoubleArray());
    }

    @Test
    void scopesInsideAndOutside() {
        CompiledFunction f = Functions.compile(x -> {
            try (TensorScope scope = TensorScope.open()) {
                return scope.keep(x.mul(2).add(1));
            }
        });
        Tensor kept;
        Tensor dropped;
        try (TensorScope scope = TensorScope.open()) {
            kept = scope.keep(f.apply(Tensors.of(new double[] {1, 2})));
            dropped = f.apply(Tensors.of(new double[] {3, 4}));
        }
        assertArrayEquals(new double[] {3, 5}, kept.toDoubleArray());
        assertThrows(IllegalStateException.class, dropped::toDoubleArray);
        assertArrayEquals(
                new double[] {3, 5}, f.apply(Tensors.of(new double[] {1, 2})).toDoubleArray());
    }

    @Test
    void manyThreadsCallOneFunction() {
        CompiledFunction f = Functions.compile(x -> x.pow(3).add(x.sin().sub(x.sin())));
        List<CompletableFuture<Double>> calls = IntStream.range(0, 64)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> f.apply(Tensors.of((double) i)).item()))
                .toList();
        for (int i = 0; i < calls.size(); i++) {
            assertEquals(Math.pow(i, 3), calls.get(i).join());
        }
        assertEquals(1, f.traces());
    }

    @Test
    void aThousandStepsInOneCall() {
        Variable x = Variable.of(0f);
        Sgd sgd = new Sgd(0.01);
        CompiledSupplier minimum = Functions.compileSupplier(() -> {
            for (int i = 0; i < 1000; i++) {
                sgd.minimize(() -> x.square().sub(x.mul(2)).add(1), List.of(x));
            }
            return x.square().sub(x.mul(2)).add(1);
        });
        assertEquals(0, minimum.get().item(), 1e-6);
        assertEquals(0.999998569, x.item(), 2e-7);
    }
}
