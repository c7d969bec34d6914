package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.products.ProductLibrary;
import io.autodiff.nd4j.products.Products;
import io.autodiff.spi.CompiledGraph;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes one step with a matrix product, and that it computes what the calls do one by one. */
class ProductFusionTest {
    @BeforeEach
    void needsLibraries() {
        assumeTrue(
                Products.libraries().stream().map(ProductLibrary::name).anyMatch("onednn"::equals),
                "there is a library that adds a bias");
    }

    private static CompiledGraph plan(Function<List<Tensor>, List<Tensor>> program, Tensor... inputs) {
        List<Node> placeholders = List.of(inputs).stream()
                .map(input -> Node.placeholder(input.spec(), Execution.current()))
                .toList();
        List<Node> results = program.apply(List.copyOf(placeholders)).stream()
                .map(Node.class::cast)
                .toList();
        return new PlanBuilder(placeholders, () -> null).build(results);
    }

    /** Plans a program, and checks its results against those of plain Java on the same numbers. */
    private static String agrees(Function<List<Tensor>, List<Tensor>> program, double[] expected, Tensor... inputs) {
        CompiledGraph plan = plan(program, inputs);
        double[] actual = plan.run(List.of(inputs)).get(0).toDoubleArray();
        assertEquals(expected.length, actual.length, plan::describe);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    expected[i],
                    actual[i],
                    1e-5 * (1 + Math.abs(expected[i])),
                    "element " + i + "\n" + plan.describe());
        }
        return plan.describe();
    }

    private static Tensor numbers(int seed, long... shape) {
        return Tensors.of(IntStream.range(0, (int) Shape.of(shape).elements())
                        .mapToDouble(i -> Math.sin(seed + 0.7 * i))
                        .toArray())
                .castTo(DType.FLOAT32)
                .reshape(shape)
                .evaluate();
    }

    /** x y + bias, of matrices of which x and y may be transposed. */
    private static double[] product(Tensor x, Tensor y, Tensor bias, boolean transposeX, boolean transposeY) {
        double[] a = x.toDoubleArray();
        double[] b = y.toDoubleArray();
        int rows = (int) x.shape().size(transposeX ? 1 : 0);
        int inner = (int) x.shape().size(transposeX ? 0 : 1);
        int columns = (int) y.shape().size(transposeY ? 0 : 1);
        double[] z = new double[rows * columns];
        for (int i = 0; i < z.length; i++) {
            int row = i / columns;
            int column = i % columns;
            for (int k = 0; k < inner; k++) {
                z[i] += a[transposeX ? k * rows + row : row * inner + k]
                        * b[transposeY ? column * inner + k : k * columns + column];
            }
            z[i] += bias == null ? 0 : bias.toDoubleArray()[column];
        }
        return z;
    }

    private static int steps(String description) {
        return (int) description
                .lines()
                .filter(line -> line.matches("  %.* = [a-z_]+ ?[(\\[].*"))
                .count();
    }

    @Test
    void aBiasIsPartOfTheProduct() {
        Tensor x = numbers(1, 5, 7);
        Tensor w = numbers(2, 7, 3);
        for (Tensor bias : List.of(numbers(3, 3), numbers(4, 1, 3))) {
            double[] expected = product(x, w, bias, false, false);
            String after = agrees(in -> List.of(in.get(0).mmul(in.get(1)).add(in.get(2))), expected, x, w, bias);
            assertEquals(1, steps(after), after);
            String before = agrees(in -> List.of(in.get(2).add(in.get(0).mmul(in.get(1)))), expected, x, w, bias);
            assertEquals(1, steps(before), before);
        }
    }

    @Test
    void whatIsNoRowOrReadElsewhereIsAddedAfterwards() {
        Tensor x = numbers(1, 3, 7);
        Tensor w = numbers(2, 7, 3);
        Tensor column = numbers(3, 3, 1);
        Tensor row = numbers(3, 3);
        String columns = plan(in -> List.of(in.get(0).mmul(in.get(1)).add(in.get(2))), x, w, column)
                .describe();
        assertEquals(2, steps(columns), columns);
        String both = plan(
                        in -> {
                            Tensor z = in.get(0).mmul(in.get(1));
                            return List.of(z.add(in.get(2)), z);
                        },
                        x,
                        w,
                        row)
                .describe();
        assertEquals(2, steps(both), both);
        String vector = plan(
                        in -> List.of(in.get(0).mmul(in.get(1)).add(in.get(2))), x, numbers(4, 7, 1), numbers(5, 1))
                .describe();
        assertEquals(2, steps(vector), vector);
    }

    @Test
    void aTranspositionIsAFlag() {
        Tensor x = numbers(1, 7, 5);
        Tensor y = numbers(2, 3, 7);
        String plan = agrees(
                in -> List.of(in.get(0).transpose().mmul(in.get(1).transpose())),
                product(x, y, null, true, true),
                x,
                y);
        assertEquals(1, steps(plan), plan);
        String back = agrees(
                in -> List.of(in.get(0).transpose().mmul(in.get(1).transpose(), true, false)),
                product(x, numbers(3, 3, 5), null, false, true),
                x,
                numbers(3, 3, 5));
        assertEquals(1, steps(back), back);
    }

    @Test
    void theTranspositionOfABatchIsNone() {
        Tensor x = numbers(1, 2, 3, 4);
        Tensor y = numbers(2, 3, 2, 5);
        CompiledGraph plan = plan(
                in -> List.of(in.get(0)
                        .permute(1, 0, 2)
                        .permute(1, 0, 2)
                        .mmul(in.get(1).permute(1, 0, 2), true, false)),
                numbers(1, 2, 3, 4),
                y);
        assertTrue(plan.describe().contains("permute"), plan::describe);
        Tensor z = plan.run(List.of(x, y)).get(0);
        for (int matrix = 0; matrix < 2; matrix++) {
            Tensor a = x.slice(new long[] {matrix, 0, 0}, Shape.of(1, 3, 4)).reshape(3, 4);
            Tensor b = y.permute(1, 0, 2)
                    .slice(new long[] {matrix, 0, 0}, Shape.of(1, 3, 5))
                    .reshape(3, 5);
            double[] expected = product(a, b, null, true, false);
            double[] actual =
                    z.slice(new long[] {matrix, 0, 0}, Shape.of(1, 4, 5)).toDoubleArray();
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], actual[i], 1e-5);
            }
        }
    }

    @Test
    void aReshapeIsLookedThrough() {
        Tensor x = numbers(1, 2, 3, 4);
        Tensor w = numbers(2, 12, 5);
        String plan = agrees(
                in -> List.of(in.get(0).reshape(2, 12).mmul(in.get(1))),
                product(x.reshape(2, 12).evaluate(), w, null, false, false),
                x,
                w);
        assertEquals(1, steps(plan), plan);
    }

    @Test
    void notANumberComesThroughBiasAndRelu() {
        Tensor x = Tensors.of(new float[][] {{Float.NaN, 1}, {1, Float.NEGATIVE_INFINITY}});
        Tensor w = Tensors.of(new float[][] {{1, 2}, {3, 4}});
        Tensor bias = Tensors.of(new float[] {0.5f, -0.5f});
        CompiledGraph plan =
                plan(in -> List.of(in.get(0).mmul(in.get(1)).add(in.get(2)).relu()), x, w, bias);
        double[] z = plan.run(List.of(x, w, bias)).get(0).toDoubleArray();
        assertTrue(Double.isNaN(z[0]) && Double.isNaN(z[1]), plan::describe);
        assertEquals(0, z[2]);
        assertEquals(0, z[3]);
    }

    @Test
    void gradientsAgreeWithTheirCallsOneByOne() {
        Function<List<Tensor>, List<Tensor>> program = in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(List.of(in.get(1), in.get(2)));
                Tensor y =
                        in.get(0).mmul(in.get(1)).add(in.get(2)).relu().square().sum();
                List<Tensor> gradients = tape.gradient(y, List.of(in.get(1), in.get(2)));
                return List.of(gradients.get(0), gradients.get(1), y);
            }
        };
        Tensor x = numbers(1, 6, 4);
        Tensor w = numbers(2, 4, 5);
        Tensor b = numbers(3, 5);
        List<Tensor> planned = plan(program, x, w, b).run(List.of(x, w, b));
        List<Tensor> wide =
                program.apply(List.of(x.castTo(DType.FLOAT64), w.castTo(DType.FLOAT64), b.castTo(DType.FLOAT64)));
        for (int i = 0; i < 3; i++) {
            double[] expected = wide.get(i).toDoubleArray();
            double[] actual = planned.get(i).toDoubleArray();
            for (int j = 0; j < expected.length; j++) {
                assertEquals(expected[j], actual[j], 1e-4 * (1 + Math.abs(expected[j])));
            }
        }
    }

    @Test
    void aFailureNamesTheCalls() {
        Tensor x = numbers(1, 5, 7);
        Tensor w = numbers(2, 7, 3);
        CompiledGraph plan = plan(in -> List.of(in.get(0).mmul(in.get(1))), x, w);
        // A plan believes what it is told of its arguments; the step does not.
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> plan.run(List.of(x, numbers(2, 6, 3))));
        assertTrue(e.getMessage().contains("matmul") && e.getMessage().contains("float32[7, 3]"), e.getMessage());
        assertFalse(e.getMessage().contains("null"), e.getMessage());
    }
}
