package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Compiled functions in compiled functions that use what the outer one computes. */
class NestedFunctionsTest {
    private static final double[] XS = {0.5, -1.25, 2};

    /** Value, first and second derivative at each of some points. */
    private static List<double[]> derivatives(UnaryOperator<Tensor> f) {
        List<double[]> all = new ArrayList<>();
        for (double x0 : XS) {
            Tensor x = Tensors.of(new double[] {x0, x0 / 3});
            try (GradientTape outer = GradientTape.open()) {
                outer.watch(x);
                Tensor y;
                Tensor dy;
                try (GradientTape inner = GradientTape.open()) {
                    inner.watch(x);
                    y = f.apply(x);
                    dy = inner.gradientOrThrow(y, x);
                }
                Tensor weighted = dy.mul(Tensors.of(new double[] {1, -2}));
                all.add(y.toDoubleArray());
                all.add(dy.toDoubleArray());
                all.add(outer.gradientOrThrow(weighted, x).toDoubleArray());
            }
            all.add(f.apply(x).toDoubleArray());
        }
        return all;
    }

    private static void assertSame(UnaryOperator<Tensor> plain, CompiledFunction compiled) {
        List<double[]> expected = derivatives(plain);
        List<double[]> actual = derivatives(compiled::apply);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), 1e-12, "number " + i);
        }
        GradientCheck.standard().check(in -> compiled.apply(in.get(0)), List.of(Tensors.of(new double[] {0.3, -0.7})));
    }

    @Test
    void anInnerFunctionUsesTheOuterOnesTensors() {
        CompiledFunction f = Functions.compile(x -> {
            Tensor square = x.square();
            CompiledFunction g = Functions.compile(y -> y.mul(square).sin().add(x));
            return g.apply(x.mul(2)).add(g.apply(x));
        });
        assertSame(
                x -> x.mul(2)
                        .mul(x.square())
                        .sin()
                        .add(x)
                        .add(x.mul(x.square()).sin().add(x)),
                f);
        assertEquals(1, f.traces());
    }

    @Test
    void threeFunctionsDeepAndWithAVariable() {
        Variable v = Variable.of(1.5);
        CompiledFunction f = Functions.compile(x -> {
            CompiledFunction g = Functions.compile(y -> {
                CompiledFunction h = Functions.compile(z -> z.mul(x).add(y).mul(v));
                return h.apply(y.exp());
            });
            return g.apply(x.sin());
        });
        assertSame(x -> x.sin().exp().mul(x).add(x.sin()).mul(v), f);
        v.assign(-2);
        assertSame(x -> x.sin().exp().mul(x).add(x.sin()).mul(v), f);
    }

    @Test
    void tapesInTheInnerFunctionAndInTheOuter() {
        CompiledFunction f = Functions.compile(x -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(x);
                CompiledFunction g = Functions.compile(y -> {
                    try (GradientTape inner = GradientTape.open()) {
                        inner.watch(y);
                        return inner.gradientOrThrow(y.pow(3).mul(x), y);
                    }
                });
                return tape.gradientOrThrow(g.apply(x.mul(2)), x);
            }
        });
        // The gradient of 3 (2x)^2 x = 12 x^3.
        assertSame(x -> x.square().mul(36), f);
    }

    @Test
    void theBodyOfALoopCallsIt() {
        CompiledFunction f = Functions.compile(x -> {
            CompiledFunction g = Functions.compile(y -> y.mul(x).add(1));
            return Loops.repeat(3, x, v -> g.apply(v)).add(g.apply(x));
        });
        assertSame(
                x -> {
                    Tensor v = x;
                    for (int i = 0; i < 3; i++) {
                        v = v.mul(x).add(1);
                    }
                    return v.add(x.mul(x).add(1));
                },
                f);
    }

    /** One inner function for all: what it captures is of the outer one that calls it. */
    @Test
    void anInnerFunctionIsTracedForEachOuterOne() {
        Operand[] scale = {Tensors.of(1.0)};
        CompiledFunction g = Functions.compile(y -> y.mul(scale[0]));
        CompiledFunction f1 = Functions.compile(x -> {
            scale[0] = x.add(1);
            return g.apply(x);
        });
        CompiledFunction f2 = Functions.compile(x -> {
            scale[0] = x.exp();
            return g.apply(x).add(g.apply(x));
        });
        Tensor three = Tensors.of(3.0);
        assertEquals(12, f1.apply(three).item());
        assertEquals(2 * 3 * Math.exp(3), f2.apply(three).item(), 1e-12);
        assertEquals(20, f1.apply(Tensors.of(4.0)).item());
        assertEquals(1, g.traces());
        assertTrue(g.describe().contains("part of the function"), g.describe());
        // Its tensors have no values outside of the function.
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> g.apply(three));
        assertTrue(e.getMessage().contains("hand it over as an argument"), e.getMessage());
        scale[0] = Tensors.of(10.0);
        assertEquals(30, g.apply(three).item());
    }
}
