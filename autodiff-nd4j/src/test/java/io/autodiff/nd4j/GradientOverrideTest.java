package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.GradientFunction;
import io.autodiff.op.GradientOverride;
import io.autodiff.op.InvalidOpException;
import io.autodiff.op.OpRegistry;
import io.autodiff.spi.Executor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Gradients of built-in ops that are overridden for a while. */
class GradientOverrideTest {
    private static final GradientFunction.OfInput GUIDED =
            (c, dy) -> dy.relu().mul(c.output().sign());
    private static final GradientFunction.OfInput STRAIGHT_THROUGH = (c, dy) -> dy;

    private final Tensor x = Tensors.of(new double[] {-1, 2, 3});
    private final Tensor weights = Tensors.of(new double[] {5, -7, 11});

    private Tensor model(Operand at) {
        return at.relu().mul(weights);
    }

    private static double[] gradient(Function<Tensor, Tensor> f, Tensor at) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(at);
            return tape.gradientOrThrow(f.apply(at), at).toDoubleArray();
        }
    }

    @Test
    void guidedBackpropagationIsInForceUntilItIsClosed() {
        double[] own = {0, -7, 11};
        double[] guided = {0, 0, 11};
        assertArrayEquals(own, gradient(this::model, x));
        try (GradientOverride override = GradientOverride.open("relu", "x", GUIDED)) {
            assertArrayEquals(new double[] {0, -14, 33}, model(x).toDoubleArray());
            assertArrayEquals(guided, gradient(this::model, x));
        }
        assertArrayEquals(own, gradient(this::model, x));
    }

    @Test
    void whatCountsIsWhenTheOpIsApplied() {
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            Tensor before = model(x);
            Tensor within;
            try (GradientOverride override = GradientOverride.open("relu", "x", GUIDED)) {
                within = model(x);
                assertArrayEquals(
                        new double[] {0, -7, 11},
                        tape.gradientOrThrow(before, x).toDoubleArray());
            }
            assertArrayEquals(
                    new double[] {0, 0, 11}, tape.gradientOrThrow(within, x).toDoubleArray());
        }
    }

    @Test
    void aCompiledFunctionHasATraceForEachOverride() {
        CompiledFunction f = Functions.compile(this::model);
        CompiledFunction loop =
                Functions.compile(y -> Loops.repeat(2, y, z -> z.round().mul(2)));
        double[] own = {0, -7, 11};
        assertArrayEquals(own, gradient(f::apply, x));
        for (int call = 0; call < 2; call++) {
            try (GradientOverride override = GradientOverride.open("relu", "x", GUIDED);
                    GradientOverride other = GradientOverride.open("round", "x", STRAIGHT_THROUGH)) {
                assertArrayEquals(new double[] {0, 0, 11}, gradient(f::apply, x));
                assertArrayEquals(new double[] {4, 4, 4}, gradient(loop::apply, x));
            }
            assertArrayEquals(own, gradient(f::apply, x));
        }
        assertEquals(2, f.traces(), "the same override is known again");
        assertEquals(1, loop.traces());
    }

    @Test
    void overridesNestAndTheInnerOneHolds() {
        Function<Tensor, Tensor> f = y -> y.sin().relu();
        Tensor at = Tensors.of(1.0);
        try (GradientOverride outer = GradientOverride.open("sin", "x", (c, dy) -> dy.mul(10));
                GradientOverride relu = GradientOverride.open("relu", "x", (c, dy) -> dy.mul(3))) {
            assertArrayEquals(new double[] {30}, gradient(f, at));
            try (GradientOverride inner = GradientOverride.open("sin", "x", (c, dy) -> dy.mul(100))) {
                assertArrayEquals(new double[] {300}, gradient(f, at));
            }
            assertArrayEquals(new double[] {30}, gradient(f, at));
        }
    }

    @Test
    void whatHasNoGradientCanBeGivenOne() {
        try (GradientOverride override = GradientOverride.open("round", "x", STRAIGHT_THROUGH)) {
            assertArrayEquals(new double[] {1, 1, 1}, gradient(Tensor::round, x));
        }
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            assertNull(tape.gradient(x.round(), x));
        }
    }

    @Test
    void aRuleMayUseTheOpsOwn() {
        var own = OpRegistry.shared().op("sin").gradientRule(0);
        try (GradientOverride override = GradientOverride.open("sin", "x", (c, dy) -> own.apply(c, dy.mul(2)))) {
            assertArrayEquals(new double[] {2 * Math.cos(1)}, gradient(Tensor::sin, Tensors.of(1.0)), 1e-15);
        }
    }

    @Test
    void aJointRuleIsOverriddenWhole() {
        assertThrows(
                IllegalStateException.class,
                () -> GradientOverride.open("concat", "inputs", STRAIGHT_THROUGH)
                        .close());
        try (GradientOverride override = GradientOverride.open(
                "mul", (c, dys, needed) -> List.of(dys.get(0), dys.get(0).mul(4)))) {
            Tensor at = Tensors.of(3.0);
            assertArrayEquals(new double[] {5}, gradient(y -> y.mul(y), at));
        }
    }

    @Test
    void otherThreadsKeepTheirGradients() {
        try (GradientOverride override = GradientOverride.open("relu", "x", GUIDED)) {
            assertArrayEquals(
                    new double[] {0, -7, 11},
                    CompletableFuture.supplyAsync(() -> gradient(this::model, x), task -> new Thread(task).start())
                            .join());
            IllegalStateException e = CompletableFuture.supplyAsync(
                            () -> assertThrows(IllegalStateException.class, override::close),
                            task -> new Thread(task).start())
                    .join();
            assertTrue(e.getMessage().contains("closed on the thread that opened it"), e.getMessage());
        }
    }

    @Test
    void mistakesAreTold() {
        assertMessage(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> GradientOverride.open("rleu", "x", GUIDED).close()),
                "'rleu'",
                "relu");
        assertMessage(
                assertThrows(
                        IllegalArgumentException.class,
                        () -> GradientOverride.open("relu", "y", GUIDED).close()),
                "'relu'",
                "'y'",
                "[x]");
        try (GradientOverride override = GradientOverride.open("relu", "x", (c, dy) -> dy.sum());
                GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = model(x);
            assertMessage(
                    assertThrows(InvalidOpException.class, () -> tape.gradient(y, x)),
                    "relu(x=float64[3])",
                    "its gradient is overridden by " + GradientOverrideTest.class.getName());
        }
        assertNull(Executor.replacement());
    }

    @Test
    void closingOutOfOrderClosesThatOneAndIsAnError() {
        GradientOverride outer = GradientOverride.open("relu", "x", GUIDED);
        GradientOverride inner = GradientOverride.open("sin", "x", STRAIGHT_THROUGH);
        assertMessage(assertThrows(IllegalStateException.class, outer::close), "'relu'", "reverse of the order");
        assertArrayEquals(new double[] {0, -7, 11}, gradient(this::model, x));
        assertArrayEquals(new double[] {1, 1, 1}, gradient(Tensor::sin, x));
        inner.close();
        inner.close();
        assertNull(Executor.replacement());
    }

    private static void assertMessage(Exception e, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }
}
