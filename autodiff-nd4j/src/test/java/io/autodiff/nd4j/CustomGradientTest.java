package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.op.InvalidOpException;
import io.autodiff.spi.Executor;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Functions with a gradient of their own. */
class CustomGradientTest {
    private final Tensor x = Tensors.of(new double[] {0.5, -2, 3});

    /** x^2, whose gradient is said to be three times what it is. */
    private static final Function<Operand, Tensor> TRIPLED = Functions.customGradient(
            Tensor::square, (c, dy) -> dy.mul(c.input("x")).mul(6));

    private static double[] gradient(Function<Tensor, Tensor> f, Tensor at) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(at);
            return tape.gradientOrThrow(f.apply(at), at).toDoubleArray();
        }
    }

    @Test
    void theGivenGradientIsTakenAndTheValueIsTheFunctions() {
        assertArrayEquals(new double[] {0.25, 4, 9}, TRIPLED.apply(x).toDoubleArray());
        assertArrayEquals(new double[] {3, -12, 18}, gradient(TRIPLED::apply, x));
    }

    @Test
    void higherOrdersAreThoseOfTheGivenGradient() {
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            outer.watch(x);
            inner.watch(x);
            Tensor g = inner.gradientOrThrow(TRIPLED.apply(x), x);
            assertArrayEquals(
                    new double[] {6, 6, 6}, outer.gradientOrThrow(g, x).toDoubleArray());
        }
        GradientCheck.standard()
                .check(
                        in -> Functions.customGradient(
                                        y -> y.exp().add(1).log(),
                                        (c, dy) -> dy.mul(c.input("x").sigmoid()))
                                .apply(in.get(0)),
                        List.of(x));
        GradientCheck.standard()
                .check(
                        in -> Functions.customGradient(Tensor::exp, (c, dy) -> dy.mul(c.output()))
                                .apply(in.get(0)),
                        List.of(x));
    }

    @Test
    void theIdentityIsATensorOfItsOwn() {
        Function<Operand, Tensor> clipped = Functions.customGradient(y -> y, (c, dy) -> dy.clip(-1, 1));
        assertNotSame(x, clipped.apply(x));
        assertArrayEquals(
                new double[] {1, -1, 1}, gradient(y -> clipped.apply(y).square(), x));
        // Both ways from x: one by the function, the other around it.
        assertArrayEquals(
                new double[] {2, 0, 2}, gradient(y -> clipped.apply(y).square().add(y), x));
    }

    @Test
    void itWorksInCompiledFunctionsAndLoops() {
        CompiledFunction f = Functions.compile(y -> TRIPLED.apply(y).add(y));
        CompiledFunction loop = Functions.compile(y -> Loops.repeat(2, y, TRIPLED));
        CompiledFunction inside = Functions.compile(y -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(y);
                return tape.gradientOrThrow(TRIPLED.apply(y), y);
            }
        });
        for (int call = 0; call < 2; call++) {
            assertArrayEquals(new double[] {0.75, 2, 12}, f.apply(x).toDoubleArray());
            assertArrayEquals(new double[] {4, -11, 19}, gradient(f::apply, x));
            // 6 x^2 times 6 x
            assertArrayEquals(new double[] {4.5, -288, 972}, gradient(loop::apply, x), 1e-9);
            assertArrayEquals(new double[] {3, -12, 18}, inside.apply(x).toDoubleArray());
            assertArrayEquals(new double[] {6, 6, 6}, gradient(inside::apply, x));
        }
    }

    @Test
    void severalInputsAndOutputs() {
        boolean[] needed = new boolean[3];
        double[][] gradients = new double[2][];
        var f = Functions.customGradientMany(
                "sum_and_product",
                in -> List.of(in.get(0).add(in.get(1)), in.get(0).mul(in.get(1)), in.get(2)),
                (c, dys, asked) -> {
                    System.arraycopy(asked, 0, needed, 0, 3);
                    gradients[0] = dys.get(0).toDoubleArray();
                    gradients[1] = dys.get(1).toDoubleArray();
                    return Arrays.asList(dys.get(0).add(dys.get(1).mul(c.input("x1"))), null, null);
                });
        Tensor y = Tensors.of(new double[] {1, 2, 3});
        Tensor k = Tensors.of(new int[] {7});
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(List.of(x, y));
            List<Tensor> outputs = f.apply(List.of(x, y, k));
            assertArrayEquals(new double[] {7}, outputs.get(2).toDoubleArray());
            assertArrayEquals(
                    new double[] {2, 4, 6},
                    tape.gradientOrThrow(outputs.get(1).mul(2), x).toDoubleArray());
            assertArrayEquals(new double[] {0, 0, 0}, gradients[0], "zeros for an unused output");
            assertArrayEquals(new double[] {2, 2, 2}, gradients[1]);
            assertTrue(needed[0] && !needed[1] && !needed[2], Arrays.toString(needed));
            assertNull(tape.gradient(outputs.get(0), y), "the rule says that y is unconnected");
            assertTrue(!needed[0] && needed[1], Arrays.toString(needed));
        }
    }

    @Test
    void tapesDoNotHearTheFunctionAndScopesDo() {
        Tensor kept;
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            assertNotNull(TRIPLED.apply(x));
            assertTrue(tape.toString().contains("1 records"), tape.toString());
        }
        try (TensorScope scope = TensorScope.open()) {
            kept = scope.keep(TRIPLED.apply(x));
        }
        assertArrayEquals(new double[] {0.25, 4, 9}, kept.toDoubleArray());
    }

    @Test
    void whatIsTakenFromAroundHasNoSilentGradient() {
        Variable w = Variable.of(2.0);
        Function<Operand, Tensor> f = Functions.customGradient("weighted", y -> y.mul(w), (c, dy) -> dy.mul(w));
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            Tensor y = f.apply(x);
            assertEquals(List.of(w), tape.watchedVariables());
            assertArrayEquals(new double[] {2, 2, 2}, tape.gradientOrThrow(y, x).toDoubleArray());
            assertMessage(
                    assertThrows(InvalidOpException.class, () -> tape.gradient(y, w)),
                    "weighted(",
                    "from around it",
                    "hand it over as an input");
        }
        // What the gradient takes from around it is no matter of the function.
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            inner.watch(x);
            Tensor g = inner.gradientOrThrow(f.apply(x), x);
            assertEquals(3, outer.gradientOrThrow(g, w).item());
        }
    }

    @Test
    void tooFewGradientsAreCounted() {
        var f = Functions.customGradientMany(
                "forgetful", in -> List.of(in.get(0).square()), (c, dys, needed) -> List.of());
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = f.apply(List.of(x)).get(0);
            assertMessage(
                    assertThrows(InvalidOpException.class, () -> tape.gradient(y, x)),
                    "forgetful(x=float64[3])",
                    "expected 1",
                    "got 0");
        }
    }

    @Test
    void aGradientThatThrowsKeepsItsCauseAndTheTape() {
        RuntimeException boom = new UnsupportedOperationException("boom-in-backward");
        boolean[] failing = {true};
        Function<Operand, Tensor> f = Functions.customGradient("explosive", y -> y.mul(2), (c, dy) -> {
            if (failing[0]) {
                throw boom;
            }
            return dy;
        });
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = f.apply(x);
            InvalidOpException e = assertThrows(InvalidOpException.class, () -> tape.gradient(y, x));
            assertSame(boom, e.getCause());
            assertMessage(e, "explosive(x=float64[3])", "boom-in-backward");
            failing[0] = false;
            assertArrayEquals(new double[] {1, 1, 1}, tape.gradientOrThrow(y, x).toDoubleArray());
        }
        assertEquals(List.of(), Executor.recorders());
    }

    @Test
    void aFunctionThatThrowsLeavesTheTapeRecording() {
        Function<Operand, Tensor> f = Functions.customGradient(
                y -> {
                    throw new IllegalStateException("boom-in-forward");
                },
                (c, dy) -> dy);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            assertThrows(IllegalStateException.class, () -> f.apply(x));
            assertArrayEquals(
                    new double[] {1, -4, 6}, tape.gradientOrThrow(x.square(), x).toDoubleArray());
        }
        assertEquals(List.of(), Executor.recorders());
    }

    @Test
    void aGradientOfAnotherShapeIsRefused() {
        Function<Operand, Tensor> f = Functions.customGradient("reducing", y -> y.mul(2), (c, dy) -> dy.sum());
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = f.apply(x);
            assertMessage(
                    assertThrows(InvalidOpException.class, () -> tape.gradient(y, x)),
                    "reducing(x=float64[3])",
                    "float64[]",
                    "'x'");
        }
    }

    private static void assertMessage(Exception e, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }
}
