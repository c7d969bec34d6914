package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.products.Products;
import io.autodiff.spi.CompiledGraph;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which calls become one kernel, and that it computes what they do one by one. */
class FusionTest {
    /** A function of tensors, to be made a plan. */
    interface Program extends Function<List<Tensor>, List<Tensor>> {}

    @BeforeEach
    void needsACompiler() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
    }

    static CompiledGraph plan(Program program, List<Tensor> inputs, KernelCompiler kernels) {
        List<Node> placeholders = inputs.stream()
                .map(input -> Node.placeholder(input.spec(), Execution.current()))
                .toList();
        List<Node> results = program.apply(List.copyOf(placeholders)).stream()
                .map(Node.class::cast)
                .toList();
        return new PlanBuilder(placeholders, () -> kernels).build(results);
    }

    private static CompiledGraph fused(Program program, Tensor... inputs) {
        return plan(program, List.of(inputs), Accelerator.compiler());
    }

    private static int count(String name, CompiledGraph plan) {
        return (int) Pattern.compile("^  %.* = " + name + " ?[(\\[]", Pattern.MULTILINE)
                .matcher(plan.describe())
                .results()
                .count();
    }

    /** Runs a program both ways. */
    static void assertAgree(Program program, List<Tensor> inputs, double tolerance, String about) {
        List<Tensor> expected = plan(program, inputs, null).run(inputs);
        CompiledGraph fused = plan(program, inputs, Accelerator.compiler());
        List<Tensor> actual = fused.run(inputs);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).spec(), actual.get(i).spec(), about);
            double[] e = expected.get(i).toDoubleArray();
            double[] a = actual.get(i).toDoubleArray();
            for (int j = 0; j < e.length; j++) {
                double allowed = Double.isFinite(e[j]) ? tolerance * Math.max(1, Math.abs(e[j])) : 0;
                String where = about + ": element " + j + " of result " + i + "\n" + fused.describe();
                assertEquals(e[j], a[j], allowed, where);
            }
        }
    }

    private static Tensor numbers(DType dtype, long... shape) {
        int count = (int) Shape.of(shape).elements();
        return Tensors.of(IntStream.range(0, count)
                        .mapToDouble(i -> Math.sin(i + 1) * 2)
                        .toArray())
                .castTo(dtype)
                .reshape(shape)
                .evaluate();
    }

    private static Tensor loss(Tensor x) {
        return x.mul(x.mul(1.702).sigmoid())
                .add(x.tanh().mul(x.square().neg().exp()))
                .sum();
    }

    private static List<Tensor> lossAndGradient(List<Tensor> in) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(in.get(0));
            Tensor y = loss(in.get(0));
            return List.of(y, tape.gradientOrThrow(y, in.get(0)));
        }
    }

    @Test
    void aLossAndItsGradientAreOneKernel() {
        Tensor x = numbers(DType.FLOAT32, 1000);
        CompiledGraph plan = fused(FusionTest::lossAndGradient, x);
        assertEquals(1, count("fused", plan), plan::describe);
        assertEquals(1, count("\\w+", plan), plan::describe);
        assertAgree(FusionTest::lossAndGradient, List.of(x), 1e-5, "float32");
        assertAgree(FusionTest::lossAndGradient, List.of(numbers(DType.FLOAT64, 10, 33)), 1e-12, "float64");
    }

    @Test
    void theOnesThatAGradientBeginsWithAreNoArray() {
        CompiledGraph plan = fused(FusionTest::lossAndGradient, numbers(DType.FLOAT32, 1000));
        assertFalse(
                Pattern.compile("constant float32\\[\\d")
                        .matcher(plan.describe())
                        .find(),
                plan::describe);
    }

    @Test
    void whatLiesBetweenIsNotJumpedOver() {
        // tanh is needed by the product, and needs the sine by way of the matrix product.
        Program program = in -> {
            Tensor sine = in.get(0).sin();
            Tensor between = sine.mmul(in.get(1));
            return List.of(sine.mul(between.tanh()).exp());
        };
        Tensor a = numbers(DType.FLOAT64, 20, 20);
        CompiledGraph plan = fused(program, a, a);
        assertEquals(1, count(Products.libraries().isEmpty() ? "matmul" : "product", plan), plan::describe);
        assertEquals(2, count("fused", plan), plan::describe);
        assertAgree(program, List.of(a, a), 1e-12, "around a matrix product");
    }

    @Test
    void groupsThatWouldNeedEachOtherStayApart() {
        Program program = in -> {
            Tensor a1 = in.get(0).sin().add(1);
            Tensor b1 = in.get(1).mul(a1.sum(0)).add(2);
            Tensor b2 = in.get(1).cos().mul(3);
            Tensor a2 = in.get(0).mul(b2.sum()).add(a1);
            return List.of(b1, a2, b2);
        };
        assertAgree(program, List.of(numbers(DType.FLOAT64, 5, 7), numbers(DType.FLOAT64, 7)), 1e-12, "two groups");
    }

    /** From c by way of s, which is with a, to r, which comes before c, and to t: so c and t are not one. */
    @Test
    void aPathThatLeavesAGroupFromAnEarlierMemberIsSeen() {
        Program program = in -> {
            Tensor a = in.get(0).sin().mul(2);
            Tensor r = a.mmul(in.get(1));
            Tensor c = in.get(1).cos().mul(3);
            Tensor s = a.mul(c.mmul(in.get(0)));
            Tensor t = r.mmul(in.get(0)).mul(c);
            return List.of(r, s, t);
        };
        Tensor x = numbers(DType.FLOAT64, 4, 4);
        assertAgree(program, List.of(x, x.mul(0.5).evaluate()), 1e-11, "a way back");
    }

    /** A softmax of rows, and sums of another kind, which are in another kernel. */
    @Test
    void rowsAndColumnsAreApart() {
        Program softmax = in -> {
            Tensor e = in.get(0).exp();
            return List.of(e.div(e.sum(true, 1)), e.sum(0), e.sum());
        };
        Tensor x = numbers(DType.FLOAT32, 9, 37);
        CompiledGraph plan = fused(softmax, x);
        assertTrue(count("fused", plan) >= 1, plan::describe);
        assertAgree(softmax, List.of(x), 1e-6, "softmax");
        assertAgree(softmax, List.of(numbers(DType.FLOAT64, 130, 3)), 1e-13, "softmax");
    }

    @Test
    void reductionsOverAnyAxesAgree() {
        for (int[] axes : new int[][] {{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}}) {
            for (boolean keep : new boolean[] {false, true}) {
                Program program = in -> List.of(
                        in.get(0).mul(in.get(1)).sum(keep, axes),
                        in.get(0).mul(3).add(1));
                List<Tensor> inputs = List.of(numbers(DType.FLOAT32, 6, 5, 35), numbers(DType.FLOAT32, 5, 1));
                assertAgree(program, inputs, 1e-5, "axes " + List.of(axes.length, keep));
                List<Tensor> integers = inputs.stream()
                        .map(x -> x.mul(50).castTo(DType.INT32).evaluate())
                        .toList();
                assertAgree(program, integers, 0, "int32");
            }
        }
    }

    @Test
    void viewsAndColumnMajorArraysAreRead() {
        INDArray base = Nd4j.linspace(DataType.DOUBLE, -2, 0.25, 48).reshape('c', 6, 8);
        Program program = in -> List.of(
                in.get(0).mul(2).add(in.get(0).sin()), in.get(0).square().sum());
        for (INDArray array : List.of(
                base.get(
                        org.nd4j.linalg.indexing.NDArrayIndex.interval(2, 5),
                        org.nd4j.linalg.indexing.NDArrayIndex.all()),
                base.transpose(),
                base.dup('f'),
                base.getColumn(3),
                base.getRow(4))) {
            Tensor wrapped = Nd4jTensors.wrap(array);
            assertAgree(program, List.of(wrapped), 1e-13, "a view of " + wrapped.spec());
            assertEquals(
                    array.mul(2).add(org.nd4j.linalg.ops.transforms.Transforms.sin(array)),
                    Nd4jTensors.toArray(
                            fused(program, wrapped).run(List.of(wrapped)).get(0)));
        }
    }

    @Test
    void sizesOfOneAndNoneAgree() {
        Program program = in -> List.of(
                in.get(0).mul(in.get(1)).add(1), in.get(0).add(in.get(1)).sum());
        for (long[][] shapes : new long[][][] {
            {{1}, {1}}, {{1, 1}, {1}}, {{}, {1, 1, 1}}, {{4, 1}, {1, 5}}, {{0, 3}, {3}}, {{3, 1}, {0}}, {{1, 7}, {}}
        }) {
            List<Tensor> inputs = List.of(numbers(DType.FLOAT64, shapes[0]), numbers(DType.FLOAT64, shapes[1]));
            assertAgree(
                    program,
                    inputs,
                    1e-14,
                    inputs.get(0).spec() + " and " + inputs.get(1).spec());
        }
    }

    @Test
    void aCastToAnIntegerIsLeftToTheOpThatChecksIt() {
        Program program = in -> List.of(in.get(0).mul(2).castTo(DType.INT32).add(1));
        Tensor x = Tensors.of(new double[] {1e30, 2});
        CompiledGraph plan = fused(program, x);
        assertEquals(1, count("cast", plan), plan::describe);
        IllegalArgumentException e = org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class, () -> plan.run(List.of(x)));
        assertTrue(e.getMessage().contains("cast") && e.getMessage().contains("2.0E30"), e.getMessage());
    }

    @Test
    void sumsDependOnNoThread() {
        Tensor x = numbers(DType.FLOAT32, 300_001);
        CompiledGraph plan = fused(FusionTest::lossAndGradient, x);
        List<Tensor> first = plan.run(List.of(x));
        List<CompletableFuture<List<Tensor>>> others = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> plan.run(List.of(x))))
                .toList();
        for (CompletableFuture<List<Tensor>> other : others) {
            assertEquals(first.get(0).item(), other.join().get(0).item());
            org.junit.jupiter.api.Assertions.assertArrayEquals(
                    first.get(1).toFloatArray(), other.join().get(1).toFloatArray());
        }
        double exact = 0;
        for (float v : x.toFloatArray()) {
            exact += v / (1 + Math.exp(-1.702 * v)) + Math.tanh(v) * Math.exp(-v * v);
        }
        assertEquals(exact, first.get(0).item(), 1e-6 * exact);
    }

    @Test
    void anOpThatOverridesABuiltInIsNotTakenForIt() {
        io.autodiff.op.Op sum = io.autodiff.op.Op.named("reduce_sum")
                .inputs("x")
                .shape(c -> new io.autodiff.op.TensorSpec(c.input("x").dtype(), Shape.SCALAR))
                .kernel(INDArray.class, c -> Nd4j.scalar(c.input("x").dataType(), 42))
                .notDifferentiable();
        Program program = in -> List.of(sum.apply(in.get(0).mul(2).add(1)));
        Tensor x = numbers(DType.FLOAT64, 5);
        assertEquals(42, fused(program, x).run(List.of(x)).get(0).item());
    }

    @Test
    void withoutACompilerNothingIsJoined() {
        Tensor x = numbers(DType.FLOAT64, 50);
        CompiledGraph plan = plan(FusionTest::lossAndGradient, List.of(x), null);
        assertEquals(0, count("fused", plan), plan::describe);
    }
}
