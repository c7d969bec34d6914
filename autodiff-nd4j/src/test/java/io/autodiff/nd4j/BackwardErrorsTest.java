package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.op.GradientFunction;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import io.autodiff.spi.Executor;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a wrong gradient rule is told, and that a tape outlives it. */
class BackwardErrorsTest {
    private final Tensor x = Tensors.of(new double[] {1, 2});

    private static Op identity() {
        return Op.named("my_identity")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> c.input("x").add(0));
    }

    private IllegalStateException failure(Op op) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = op.apply(x);
            return assertThrows(IllegalStateException.class, () -> tape.gradient(y, x));
        }
    }

    private static void assertMessage(IllegalStateException e, String... words) {
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    void aGradientOfAnotherShapeNamesOpAndBothSpecs() {
        assertMessage(
                failure(identity().gradient("x", (c, dy) -> dy.sum())),
                "my_identity",
                "float64[]",
                "float64[2]",
                "input");
    }

    @Test
    void aGradientOfAnotherDtypeNamesOpAndBothSpecs() {
        assertMessage(
                failure(identity().gradient("x", (c, dy) -> dy.castTo(DType.FLOAT32))),
                "my_identity",
                "float32[2]",
                "float64[2]");
    }

    @Test
    void aGradientOfAnotherEngineNamesOpAndEngine() {
        Tensor foreign = (Tensor) Proxy.newProxyInstance(
                Tensor.class.getClassLoader(),
                new Class<?>[] {Tensor.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "spec" -> x.spec();
                    case "dtype" -> x.dtype();
                    case "shape" -> x.shape();
                    case "asTensor" -> proxy;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        assertMessage(
                failure(identity().gradient("x", (c, dy) -> foreign)),
                "my_identity",
                "tensor of another engine",
                foreign.getClass().getName(),
                "'nd4j'",
                "Tensors.of(...)");
    }

    @Test
    void aWrongNumberOfGradientsIsCounted() {
        GradientFunction none = (c, dys, needed) -> List.of();
        assertMessage(failure(identity().gradients(none)), "my_identity", "expected 1", "got 0");
    }

    @Test
    void aRuleThatThrowsIsHeardAndTheTapeGoesOn() {
        RuntimeException boom = new IllegalStateException("boom-in-backward");
        boolean[] failing = {true};
        Op op = identity().gradient("x", (c, dy) -> {
            if (failing[0]) {
                throw boom;
            }
            return dy;
        });
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = op.apply(x);
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> tape.gradient(y, x));
            assertSame(boom, e.getCause());
            assertMessage(
                    e,
                    "the gradient rule for the input 'x' of my_identity(x=float64[2]) failed:",
                    "boom-in-backward",
                    BackwardErrorsTest.class.getName());
            Tensor z = y.mul(3); // still recording
            failing[0] = false;
            assertEquals(6, tape.gradientOrThrow(z, x).sum().item());
        }
        assertEquals(List.of(), Executor.recorders());
    }

    @Test
    void aRuleMaySayUnconnected() {
        Op op = identity().gradient("x", (c, dy) -> null);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            assertNull(tape.gradient(op.apply(x), x));
        }
    }

    @Test
    void aGradientThatReachesAResidualIsAnError() {
        Op op = Op.named("with_residual")
                .inputs("x")
                .outputs("y", "saved")
                .residuals("saved")
                .shapes(c -> List.of(c.input("x"), c.input("x")))
                .kernels(
                        INDArray.class,
                        c -> List.of(c.input("x").mul(2), c.input("x").mul(3)))
                .gradients(
                        (c, dys, needed) -> List.of(dys.get(0).mul(c.outputs().get(1))));
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            List<Tensor> outputs = Executor.execute(op, Attributes.NONE, List.of(x));
            assertEquals(9, tape.gradientOrThrow(outputs.get(0), x).sum().item());
            Tensor sum = outputs.get(0).add(outputs.get(1));
            assertMessage(
                    assertThrows(IllegalStateException.class, () -> tape.gradient(sum, x)),
                    "with_residual",
                    "'saved'",
                    "residual");
        }
    }

    @Test
    void noRuleRunsForWhatDoesNotLeadToASource() {
        Op op = identity().gradient("x", (c, dy) -> {
            throw new AssertionError("not asked for");
        });
        Tensor other = Tensors.of(new double[] {3, 4});
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(List.of(x, other));
            Tensor y = op.apply(x).mul(other);
            assertEquals(3, tape.gradientOrThrow(y, other).sum().item());
        }
    }
}
