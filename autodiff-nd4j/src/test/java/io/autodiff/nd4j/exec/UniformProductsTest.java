package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.spi.CompiledGraph;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A product with a matrix of one number is sums, whose terms are those of the product. */
class UniformProductsTest {
    private static final int SIZE = 34;

    private static Tensor matrix(DType dtype, int seed) {
        return Tensors.of(new SplittableRandom(seed)
                        .doubles((long) SIZE * (SIZE + seed), -1, 1)
                        .toArray())
                .castTo(dtype)
                .reshape(SIZE, -1)
                .evaluate();
    }

    private static CompiledGraph plan(FusionTest.Program program, List<Tensor> inputs) {
        return FusionTest.plan(program, inputs, null);
    }

    private static long products(CompiledGraph plan) {
        return Pattern.compile("matmul\\(").matcher(plan.describe()).results().count();
    }

    @Test
    void theGradientOfASumOfProductsNeedsOneProductMore() {
        FusionTest.Program program = in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(List.of(in.get(1), in.get(2)));
                Tensor sum = in.get(0).mmul(in.get(1)).relu().mmul(in.get(2)).sum();
                List<Tensor> gradients = tape.gradient(sum, List.of(in.get(1), in.get(2)));
                return List.of(sum, gradients.get(0), gradients.get(1));
            }
        };
        Tensor x = matrix(DType.FLOAT64, 0);
        List<Tensor> square = List.of(x, x.sin().evaluate(), x.cos().evaluate());
        CompiledGraph plan = plan(program, square);
        String text = plan.describe();
        assertTrue(text.contains("reduce_sum"), text);
        // Of two in the loss and three in the gradients, two are sums.
        assertEquals(3, products(plan), text);
        // Against the same with a number on the way that is not known to be everywhere.
        FusionTest.Program plain = in -> {
            Tensor h = in.get(0).mmul(in.get(1));
            Tensor r = h.relu();
            Tensor ones = in.get(3);
            Tensor dh = Tensors.where(h.gt(0), ones.mmul(in.get(2).transpose()), Tensors.zerosLike(h));
            return List.of(
                    r.mmul(in.get(2)).sum(),
                    in.get(0).transpose().mmul(dh),
                    r.transpose().mmul(ones));
        };
        Tensor ones = Tensors.ones(DType.FLOAT64, SIZE, SIZE);
        List<Tensor> expected = plan(plain, List.of(square.get(0), square.get(1), square.get(2), ones))
                .run(List.of(square.get(0), square.get(1), square.get(2), ones));
        List<Tensor> actual = plan.run(square);
        for (int i = 0; i < expected.size(); i++) {
            assertClose(expected.get(i), actual.get(i), 1e-11, "result " + i);
        }
    }

    private static void assertClose(Tensor expected, Tensor actual, double tolerance, String where) {
        assertEquals(expected.spec(), actual.spec(), where);
        double[] e = expected.toDoubleArray();
        double[] a = actual.toDoubleArray();
        for (int i = 0; i < e.length; i++) {
            double allowed = Double.isFinite(e[i]) ? tolerance * Math.max(1, Math.abs(e[i])) : 0;
            assertEquals(e[i], a[i], allowed, where + " at " + i);
        }
    }

    /** Each side, each transposition, and a number that is known only when the plan runs, with what IEEE 754 has. */
    @Test
    void eachFormAgreesWithTheProduct() {
        double[] numbers = {1, 0.3, 0, -0.0, Double.POSITIVE_INFINITY, Double.NaN, 1e-300};
        List<BinaryOperator<Tensor>> forms = List.of(
                (u, x) -> u.mmul(x, false, false),
                (u, x) -> u.mmul(x, true, false),
                (u, x) -> u.mmul(x.transpose(), false, true),
                (u, x) -> x.mmul(u.transpose(), true, true),
                (u, x) -> x.mmul(u, true, false),
                (u, x) -> x.transpose().mmul(u, false, false));
        double[] elements = matrix(DType.FLOAT64, 3).toDoubleArray();
        elements[5] = Double.NEGATIVE_INFINITY;
        elements[200] = Double.NaN;
        elements[500] = 0;
        Tensor x = Tensors.of(elements).reshape(SIZE, -1).evaluate();
        for (int form = 0; form < forms.size(); form++) {
            BinaryOperator<Tensor> product = forms.get(form);
            FusionTest.Program uniform =
                    in -> List.of(product.apply(in.get(0).reshape(1, 1).broadcastTo(Shape.of(SIZE, SIZE)), in.get(1)));
            FusionTest.Program plain = in -> List.of(product.apply(in.get(0), in.get(1)));
            for (double number : numbers) {
                Tensor scalar = Tensors.of(number);
                Tensor array = Tensors.fill(DType.FLOAT64, Shape.of(SIZE, SIZE), number);
                CompiledGraph plan = plan(uniform, List.of(scalar, x));
                assertEquals(0, products(plan), plan::describe);
                CompiledGraph other = plan(plain, List.of(array, x));
                assertEquals(1, products(other), other::describe);
                assertClose(
                        other.run(List.of(array, x)).get(0),
                        plan.run(List.of(scalar, x)).get(0),
                        1e-13,
                        "form " + form + " of " + number);
            }
        }
    }

    @Test
    void smallProductsStayProducts() {
        FusionTest.Program program =
                in -> List.of(in.get(0).broadcastTo(Shape.of(4, 4)).mmul(in.get(1)));
        List<Tensor> inputs = List.of(Tensors.of(2.0), Tensors.ones(DType.FLOAT64, 4, 5));
        CompiledGraph plan = plan(program, inputs);
        assertEquals(1, products(plan), plan::describe);
    }
}
