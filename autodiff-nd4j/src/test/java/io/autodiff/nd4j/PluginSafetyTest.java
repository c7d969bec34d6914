package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Attribute;
import io.autodiff.op.Attributes;
import io.autodiff.op.Kernel;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import io.autodiff.op.ShapeFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.OpProvider;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Ops of a plugin that are called wrongly, and ops that are wrong: each is told with the op's name, and whose it is. */
class PluginSafetyTest extends BadInput {
    private static final String BLAME = "PluginSafetyTest";
    private static HostArray leaked;

    PluginSafetyTest() {
        calls();
        shapes();
        arrays();
        others();
    }

    /** An op as a provider brings it. */
    private static Op provided(Op op) {
        return new OpRegistry(List.of(new OpProvider() {
                    @Override
                    public String name() {
                        return "test";
                    }

                    @Override
                    public List<Op> ops() {
                        return List.of(op);
                    }
                }))
                .op(op.name());
    }

    private static Op begun() {
        return Op.named("tested").inputs("x", "y").notDifferentiable();
    }

    private void calls() {
        Op op = provided(begun().attribute(Attribute.of("times", Long.class).mustBe("positive", times -> times > 0))
                .shape(Shapes.broadcast("x", "y"))
                .kernel(
                        INDArray.class,
                        c -> c.input("x").add(c.input("y")).muli(c.attributes().integer("times"))));
        Attributes twice = Attributes.of("times", 2L);
        bad("no inputs", () -> Executor.execute(op, twice), "tested", "[x, y]", "got 0");
        bad("one input", () -> Executor.execute(op, twice, VECTOR), "tested", "[x, y]", "got 1");
        bad("three inputs", () -> Executor.execute(op, twice, VECTOR, VECTOR, VECTOR), "tested", "got 3");
        bad(
                "shapes that differ",
                () -> Executor.execute(op, twice, VECTOR, Tensors.of(new double[2])),
                "tested",
                "broadcast");
        bad("dtypes that differ", () -> Executor.execute(op, twice, VECTOR, INTS), "tested", "float64", "int32");
        bad("no attribute", () -> op.apply(VECTOR, VECTOR), "tested", "times", "missing");
        bad(
                "an attribute of another type",
                () -> Executor.execute(op, Attributes.of("times", 2.0), VECTOR, VECTOR),
                "tested",
                "times",
                "Long");
        bad(
                "an attribute out of range",
                () -> Executor.execute(op, Attributes.of("times", 0L), VECTOR, VECTOR),
                "tested",
                "times",
                "positive");
        bad(
                "another attribute",
                () -> Executor.execute(op, Attributes.of("times", 2L, "more", 1L), VECTOR, VECTOR),
                "tested",
                "more");
    }

    private void shapes() {
        shape("null", c -> null, "null", "[output]", BLAME);
        shape("no outputs", c -> List.of(), "[]", "[output]", BLAME);
        shape("two outputs", c -> c.inputs(), "[output]", BLAME);
        shape("an output that is null", c -> Arrays.asList((TensorSpec) null), "[null]", "[output]", BLAME);
        shape("a negative size", c -> List.of(new TensorSpec(c.input(0).dtype(), Shape.of(-1))), "negative");
        shape(
                "a size without end",
                c -> List.of(new TensorSpec(c.input(0).dtype(), Shape.of(Long.MAX_VALUE, 2))),
                "2^63-1");
        shape("what no memory holds", c -> List.of(new TensorSpec(c.input(0).dtype(), Shape.of(1L << 47))), "bytes");
        shape(
                "an exception",
                c -> {
                    throw new UnsupportedOperationException("of the shape");
                },
                "of the shape",
                BLAME);
        shape("an input that is none", c -> List.of(c.input("z")), "'z'", "[x, y]");
        shape("an input beyond", c -> List.of(c.input(2)), "2", BLAME);
        bad(
                "the one shape null",
                () -> provided(begun().shape(c -> null).kernel(INDArray.class, c -> c.input("x")))
                        .apply(VECTOR, VECTOR),
                "tested",
                "null",
                BLAME);
    }

    private void shape(String name, ShapeFunction function, String... words) {
        Op op = provided(begun().shapes(function).kernel(INDArray.class, c -> c.input("x")));
        bad("a shape function that gives " + name, () -> op.apply(VECTOR, VECTOR), with("tested", words));
    }

    private static String[] with(String word, String... words) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = word;
        return all;
    }

    private void arrays() {
        kernel("null", c -> null, "null", BLAME);
        kernel("no arrays", c -> List.of(), "0 results", BLAME);
        kernel("two arrays", c -> c.inputs(), "2 results", BLAME);
        kernel("an array that is null", c -> Arrays.asList((INDArray) null), "null", BLAME);
        array("another shape", x -> x.reshape(3, 1), "float64[3, 1]", "float64[3]", BLAME);
        array("another dtype", x -> x.castTo(DataType.FLOAT), "float32[3]", BLAME);
        array("a dtype that tensors have not", x -> x.castTo(DataType.UINT16), "UINT16", BLAME);
        array(
                "a closed array",
                x -> {
                    INDArray result = x.add(1);
                    result.close();
                    return result;
                },
                "closed",
                BLAME);
        array(
                "a view of a closed array",
                x -> {
                    INDArray whole = Nd4j.zeros(DataType.DOUBLE, 3, 3);
                    INDArray row = whole.getRow(1);
                    whole.close();
                    return row;
                },
                "closed",
                BLAME);
        array(
                "an array of a workspace that was left",
                x -> {
                    try (MemoryWorkspace ignored = workspace()) {
                        return x.add(1);
                    }
                },
                "workspace",
                "PLUGIN",
                BLAME);
        array("an array beyond its buffer", x -> BadArguments.over(new long[] {3}, new long[] {2}, 0), "buffer", BLAME);
        array(
                "an exception",
                x -> {
                    throw new ArrayIndexOutOfBoundsException("of the kernel");
                },
                "of the kernel",
                BLAME);
        array(
                "an error of linking",
                x -> {
                    throw new NoClassDefFoundError("of the kernel");
                },
                "of the kernel",
                BLAME);
        array(
                "no memory",
                x -> {
                    throw new OutOfMemoryError("of the kernel");
                },
                "no memory",
                "of the kernel");
    }

    private static MemoryWorkspace workspace() {
        WorkspaceConfiguration configuration =
                WorkspaceConfiguration.builder().initialSize(1024).build();
        return Nd4j.getWorkspaceManager().getAndActivateWorkspace(configuration, "PLUGIN");
    }

    private void array(String name, Function<INDArray, INDArray> kernel, String... words) {
        kernel(name, c -> List.of(kernel.apply(c.input("x"))), words);
    }

    /** Eagerly and compiled. */
    private void kernel(String name, Kernel<INDArray> kernel, String... words) {
        Op op = provided(begun().shape(Shapes.sameAs("x")).kernels(INDArray.class, kernel));
        bad("a kernel that gives " + name, () -> op.apply(VECTOR, VECTOR), with("tested", words));
        bad(
                "compiled, a kernel that gives " + name,
                () -> Functions.compile(x -> op.apply(x, x)).apply(VECTOR),
                with("tested", words));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // what a caller without generics does
    private void others() {
        Op begun = begun().shape(Shapes.sameAs("x"));
        bad(
                "a kernel that gives no array",
                () -> provided(begun.kernels(INDArray.class, (Kernel) c -> List.of("text")))
                        .apply(VECTOR, VECTOR),
                "tested",
                BLAME);
        bad("a kernel of Java that gives null", () -> host(c -> null).apply(VECTOR, VECTOR), "tested", "null", BLAME);
        bad(
                "a kernel of Java that gives another shape",
                () -> host(c -> List.of(HostArray.zeros(SCALAR.spec()))).apply(VECTOR, VECTOR),
                "tested",
                "float64[]",
                BLAME);
        bad(
                "a kernel of Java that gives what it gave before",
                () -> {
                    Op keeping = host(c -> {
                        leaked = leaked == null ? HostArray.zeros(c.outputSpec()) : leaked;
                        return List.of(leaked);
                    });
                    keeping.apply(VECTOR, VECTOR).evaluate();
                    return keeping.apply(VECTOR, VECTOR);
                },
                "tested",
                "lent",
                BLAME);
        bad(
                "a kernel of tensors that gives null",
                () -> provided(begun.kernels(Tensor.class, c -> null)).apply(VECTOR, VECTOR),
                "tested",
                "null",
                BLAME);
        bad(
                "a kernel of tensors that gives a null tensor",
                () -> provided(begun.kernels(Tensor.class, c -> Arrays.asList((Tensor) null)))
                        .apply(VECTOR, VECTOR),
                "tested",
                "null",
                BLAME);
        bad(
                "a kernel of tensors that gives another shape",
                () -> provided(begun.kernel(Tensor.class, c -> SCALAR)).apply(VECTOR, VECTOR),
                "tested",
                "float64[]",
                BLAME);
        bad(
                "a gradient rule that gives too few",
                () -> {
                    Op op = provided(Op.named("tested")
                            .inputs("x", "y")
                            .shape(Shapes.sameAs("x"))
                            .kernel(INDArray.class, c -> c.input("x").add(c.input("y")))
                            .gradients((c, dys, needed) -> null));
                    try (GradientTape tape = GradientTape.open()) {
                        tape.watch(VECTOR);
                        return tape.gradientOrThrow(op.apply(VECTOR, VECTOR), VECTOR);
                    }
                },
                "tested",
                "expected 2",
                "null",
                BLAME);
        bad("an op that is not whole", () -> begun().apply(VECTOR, VECTOR), "tested", "shape", "kernel");
        bad("a name that is none", () -> Op.named("No Name").apply(VECTOR), "snake_case", "No Name");
    }

    private static Op host(Kernel<HostArray> kernel) {
        return provided(begun().shape(Shapes.sameAs("x")).kernels(HostArray.class, kernel));
    }

    /** What looks wrong and is not. */
    @Test
    void aResultMayBeInAnyFormAndAnybodys() {
        Tensor x = Tensors.of(new double[][] {{1, 2}, {3, 4}});
        List<Function<INDArray, INDArray>> same = List.of(
                array -> array,
                array -> array.reshape('c', 2, 2),
                array -> array.dup('f'),
                array -> array.transpose().dup('c').transpose(),
                array -> Nd4j.concat(0, array, array).get(NDArrayIndex.interval(2, 4)),
                array -> {
                    array.close();
                    return array.dup();
                });
        for (Function<INDArray, INDArray> kernel : same) {
            Op op = provided(begun().shape(Shapes.sameAs("x")).kernel(INDArray.class, c -> kernel.apply(c.input("x"))));
            Tensor y = op.apply(x, x);
            assertArrayEquals(new double[] {2, 4, 6, 8}, y.add(x).toDoubleArray());
            assertArrayEquals(new double[] {1, 2, 3, 4}, x.toDoubleArray());
        }
    }

    @Test
    void oneArrayMayBeTwoOutputs() {
        Op op = provided(Op.named("tested")
                .inputs("x")
                .outputs("a", "b")
                .shapes(c -> List.of(c.input("x"), c.input("x")))
                .kernels(INDArray.class, c -> {
                    INDArray twice = c.input("x").mul(2);
                    return List.of(twice, twice);
                })
                .notDifferentiable());
        List<Tensor> outputs = Executor.execute(op, Attributes.NONE, List.of(VECTOR));
        assertArrayEquals(new double[] {2, 4, 6}, outputs.get(0).toDoubleArray());
        assertArrayEquals(new double[] {2, 4, 6}, outputs.get(1).mul(1).toDoubleArray());
    }

    @Test
    void nullIsToldByName() {
        Op op = provided(begun().shape(Shapes.sameAs("x")).kernel(INDArray.class, c -> c.input("x")));
        for (int call = 0; call < 2; call++) {
            NullPointerException e = assertThrows(NullPointerException.class, () -> op.apply(VECTOR, (Operand) null));
            assertEquals("the input 'y' of tested", e.getMessage());
            op.apply(VECTOR, VECTOR).evaluate();
        }
        assertEquals(
                "name",
                assertThrows(NullPointerException.class, () -> Op.named(null)).getMessage());
    }
}
