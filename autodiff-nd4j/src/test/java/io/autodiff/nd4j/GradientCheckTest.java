package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.GradientFunction;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import io.autodiff.transform.GradientCheck;
import io.autodiff.transform.NumericalDerivative;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The tester is tested: what is wrong must fail it. */
class GradientCheckTest {
    private static final Tensor X = Tensors.of(new double[] {0.7, -1.2, 2.1});
    private static final Tensor SQUARE = Tensors.of(new double[][] {{1, -2}, {3, 0.5}});

    private static Op sine(GradientFunction.OfInput rule) {
        return Op.named("my_sine")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, c -> Transforms.sin(c.input("x"), true))
                .gradient("x", rule);
    }

    private static List<String> mismatches(GradientFunction.OfInput rule) {
        Op sine = sine(rule);
        return GradientCheck.standard().mismatches(in -> sine.apply(in.get(0)), List.of(X));
    }

    @Test
    void aRightRulePasses() {
        assertEquals(List.of(), mismatches((c, dy) -> dy.mul(c.input("x").cos())));
        GradientCheck.standard().check(in -> in.get(0).sin().mul(in.get(0)), List.of(Tensors.of(0.7)));
    }

    @Test
    void aRuleThatIsTwoPercentOffFailsWithBothFigures() {
        Op sine = sine((c, dy) -> dy.mul(c.input("x").cos()).mul(1.02));
        AssertionError e = assertThrows(
                AssertionError.class, () -> GradientCheck.standard().check(in -> sine.apply(in.get(0)), List.of(X)));
        for (String word : List.of("order 1", "input 0", "element 0", "analytic", "numeric", "seed=1")) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    void aFlippedSignFails() {
        assertFalse(mismatches((c, dy) -> dy.mul(c.input("x").cos()).neg()).isEmpty());
    }

    @Test
    void aRuleThatDropsTheOutputGradientFails() {
        assertFalse(mismatches((c, dy) -> c.input("x").cos()).isEmpty());
    }

    @Test
    void aRuleThatReturnsNothingFails() {
        assertFalse(mismatches((c, dy) -> null).isEmpty());
    }

    @Test
    void aRuleOfRightValueThatCannotBeDifferentiatedFailsAtOrderTwoOnly() {
        List<String> found = mismatches((c, dy) -> dy.mul(c.input("x").cos().stopGradient()));
        assertFalse(found.isEmpty());
        assertTrue(found.stream().allMatch(line -> line.startsWith("order 2")), found.toString());
        Op sine = sine((c, dy) -> dy.mul(c.input("x").cos().stopGradient()));
        assertEquals(
                List.of(), GradientCheck.standard().withOrder(1).mismatches(in -> sine.apply(in.get(0)), List.of(X)));
    }

    @Test
    void aTransposedBackwardFails() {
        Op times = Op.named("my_product")
                .inputs("x", "y")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> c.input("x").mmul(c.input("y")))
                .gradient("x", (c, dz) -> dz.mmul(c.input("y"))) // y should be transposed
                .gradient("y", (c, dz) -> c.input("x").mmul(dz, true, false));
        List<String> found = GradientCheck.standard()
                .mismatches(in -> times.apply(in.get(0), in.get(1)), List.of(SQUARE, SQUARE.add(1)));
        assertTrue(found.stream().anyMatch(line -> line.startsWith("order 1, input 0")), found.toString());
        assertTrue(found.stream().noneMatch(line -> line.startsWith("order 1, input 1")), found.toString());
    }

    @Test
    void aMissingUnbroadcastIsAnError() {
        Op plus = Op.named("my_plus")
                .inputs("x", "y")
                .shape(Shapes.broadcast("x", "y"))
                .kernel(INDArray.class, c -> c.input("x").add(c.input("y")))
                .gradient("x", (c, dy) -> dy)
                .gradient("y", (c, dy) -> dy);
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> GradientCheck.standard()
                        .check(
                                in -> plus.apply(in.get(0), in.get(1)),
                                List.of(SQUARE, X.slice(new long[] {0}, io.autodiff.Shape.of(2)))));
        for (String word : List.of("my_plus", "float64[2, 2]", "float64[2]")) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    void onlyFloat64IsChecked() {
        assertThrows(
                IllegalArgumentException.class,
                () -> GradientCheck.standard().check(in -> in.get(0).sin(), List.of(X.castTo(DType.FLOAT32))));
    }

    @Test
    void aThirdOrderIsChecked() {
        GradientCheck.standard()
                .withOrder(3)
                .withEps(1e-5)
                .check(in -> in.get(0).pow(4), List.of(Tensors.of(1.3)));
    }

    @Test
    void numericalDerivativesAreThoseOfTheFormula() {
        assertEquals(8, NumericalDerivative.of(x -> 3 * x * x + 2 * x - 1, 1, 1e-3), 1e-9);
        List<Tensor> gradient = NumericalDerivative.gradient(
                in -> in.get(0).mul(in.get(1)), List.of(SQUARE, Tensors.of(new double[] {2, 3})), 1e-3);
        assertArrayEquals(new double[] {2, 3, 2, 3}, gradient.get(0).toDoubleArray(), 1e-9);
        assertArrayEquals(new double[] {4, -1.5}, gradient.get(1).toDoubleArray(), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> NumericalDerivative.of(x -> x, 1, 0));
    }
}
