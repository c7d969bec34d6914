package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import io.autodiff.transform.GradientCheck;
import io.autodiff.transform.NumericalDerivative;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Area "numerics": central differences, and the gradient check that is built on them. */
final class NumericsCases {
    private NumericsCases() {}

    static void addTo(Cases cases) {
        cases.add("seed-numerical-derivative", c -> {
            double eps = c.setup("eps").getAsDouble();
            c.check(NumericalDerivative.of(x -> 3 * Math.pow(x, 2) + 2 * x - 1, 1, eps), "f1");
            List<Tensor> at = List.of(Tensors.of(2.0), Tensors.of(3.0));
            c.checkAll(
                    NumericalDerivative.gradient(
                            in -> in.get(0).add(5).mul(in.get(1).pow(2)), at, eps),
                    "g");
        });
        cases.add("gradcheck-accepts-correct", c -> {
            List<Tensor> at = List.of(Tensors.of(c.setup("x").getAsDouble()));
            check(c).check(in -> in.get(0).sin().mul(in.get(0)), at);
            c.check(true, "pass");
        });
        cases.add("gradcheck-rejects-wrong", c -> {
            List<Tensor> at = List.of(Tensors.of(c.setup("x").getAsDouble()));
            check(c).check(in -> sine(1).apply(in.get(0)), at);
            AssertionError thrown = assertThrows(
                    AssertionError.class, () -> check(c).check(in -> sine(1.02).apply(in.get(0)), at));
            String message = String.valueOf(thrown.getMessage());
            assertTrue(message.contains("analytic") && message.contains("numeric"), message);
            assertEquals(
                    1,
                    check(c).mismatches(in -> sine(1.02).apply(in.get(0)), at).size());
            c.check(false, "pass");
        });
    }

    private static GradientCheck check(ConformanceCase c) {
        return GradientCheck.standard()
                .withOrder(1)
                .withEps(c.setup("eps").getAsDouble())
                .withTolerances(c.setup("atol").getAsDouble(), c.setup("rtol").getAsDouble());
    }

    /** The sine with a gradient that is off by a factor. */
    private static Op sine(double factor) {
        return Op.named("sine_of_the_test")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, c -> Transforms.sin(c.input("x"), true))
                .gradient("x", (c, dy) -> dy.mul(c.input("x").cos()).mul(factor));
    }
}
