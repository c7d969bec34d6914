package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.Nd4jTensors;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.tck.OpSample;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** The kit itself: it finds what is wrong with wrong ops, by the check that is meant to, and nothing wrong with right ones. */
class CompatibilityKitTest {
    private static final String RESULT = "resultIsAsDeclaredAndAsExpected";
    private static final String GRADIENTS = "gradientsAgreeWithCentralDifferences";
    private static final String UNCHANGED = "inputsAreUnchanged";
    private static final String KERNELS = "kernelsByThemselvesLeaveInputsAlone";
    private static final String NARROWER = "narrowerDtypesGiveTheSameWithinTheirPrecision";
    private static final String INTEGERS = "integersAndBoolsGiveWhatFloat64Gives";
    private static final String COMPILED = "compiledFunctionsGiveTheSame";
    private static final String STORAGE = "otherFormsOfStorageGiveTheSame";
    private static final String BROADCAST = "inputsThatBroadcastGiveWhatTheirElementsGive";
    private static final String EMPTY = "emptyInputsGiveEmptyResults";
    private static final String SPECIAL = "specialValuesGiveWhatTheyGiveOneByOne";
    private static final String NOT_A_NUMBER = "notANumberReachesWhatDependsOnIt";
    private static final String SAMPLES = "everyOpHasASampleAndADifferentiableOneASmoothSample";
    private static final String SHAPES = "everyOpHasASampleOfAnEmptyTensorAndOneOfSize1";
    private static final String FOREIGN = "everySampleIsOfThisProvider";

    private static final Tensor VECTOR = Tensors.of(new double[] {0.5, -1.25, 2});
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, -2, 3.5}, {0.25, 4, -0.5}});
    private static final OpSample ONE = OpSample.of("tested", MATRIX);
    private static final OpSample TWO = OpSample.of("tested", MATRIX, MATRIX.add(0.3));

    private record Row(Op op, OpSample sample, Set<String> failures) {}

    private static Row row(Op op, OpSample sample, String... failures) {
        return new Row(op, sample, Set.of(failures));
    }

    /** x squared, without its gradient. */
    private static Op square() {
        return Op.named("tested")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, c -> c.input("x").mul(c.input("x")));
    }

    /** 2 x. */
    private static Op twice(UnaryOperator<INDArray> kernel) {
        return Op.named("tested")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .kernel(INDArray.class, c -> kernel.apply(c.input("x")))
                .gradient("x", (c, dy) -> dy.mul(2));
    }

    /** x y. */
    private static Op product() {
        return Op.named("tested")
                .inputs("x", "y")
                .shape(Shapes.floatingBroadcast("x", "y"))
                .kernel(INDArray.class, Kernels.custom("multiply"))
                .gradient("x", (c, dy) -> dy.mul(c.input("y")))
                .gradient("y", (c, dy) -> dy.mul(c.input("x")));
    }

    /** x squared and 3 x, of which the rule has the slope that is given. */
    private static Op twoOutputs(double secondSlope) {
        return Op.named("tested")
                .inputs("x")
                .outputs("square", "triple")
                .shapes(c -> {
                    TensorSpec x = Shapes.floating("x").apply(c);
                    return List.of(x, x);
                })
                .kernels(INDArray.class, c -> {
                    INDArray x = c.input("x");
                    return List.of(x.mul(x), x.mul(3));
                })
                .gradients((c, dys, needed) -> List.of(
                        dys.get(0).mul(c.input("x").mul(2)).add(dys.get(1).mul(secondSlope))));
    }

    /** The element of y that belongs to an element of the result if y is a row; for a column it is another. */
    private static INDArray sumOfRows(OpCall<INDArray> call) {
        double[] x = NdArrays.doubles(call.input("x"));
        double[] y = NdArrays.doubles(call.input("y"));
        TensorSpec spec = call.outputSpec();
        double[] z = new double[(int) spec.shape().elements()];
        for (int i = 0; i < z.length; i++) {
            z[i] = x[i % x.length] + y[i % y.length];
        }
        return NdArrays.of(new TensorSpec(DType.FLOAT64, spec.shape()), z).castTo(NdArrays.dataType(spec.dtype()));
    }

    private static Op sum() {
        return Op.named("tested")
                .inputs("x", "y")
                .shape(Shapes.floatingBroadcast("x", "y"))
                .broadcasting()
                .elementwise(e -> e.add("x", "y"))
                .gradient("x", (c, dy) -> dy)
                .gradient("y", (c, dy) -> dy);
    }

    private static Op relu() {
        return Op.named("tested")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .elementwise(e -> e.input("x").apply(ScalarFunction.MAX, e.constant(0)))
                .gradient("x", (c, dy) -> dy.mul(c.input("x").gt(0).castTo(dy.dtype())));
    }

    /** NaN for -infinity, of which 0 is the greater. */
    private static INDArray byMask(OpCall<INDArray> call) {
        INDArray x = call.input("x");
        return x.mul(x.gt(0).castTo(x.dataType()));
    }

    private static INDArray twiceWithoutNaN(INDArray x) {
        INDArray twice = x.mul(2);
        BooleanIndexing.replaceWhere(twice, 0, Conditions.isNan());
        return twice;
    }

    private static Op ofSpec(TensorSpec spec) {
        return Op.named("tested")
                .inputs("x")
                .shape(c -> spec)
                .kernel(INDArray.class, c -> c.input("x").mul(2))
                .notDifferentiable();
    }

    private static final Map<String, Row> WRONG = Map.ofEntries(
            Map.entry(
                    "a gradient that is off by 2 %",
                    row(square().gradient("x", (c, dy) -> dy.mul(c.input("x")).mul(2.04)), ONE, GRADIENTS)),
            Map.entry(
                    "a gradient of the other sign",
                    row(square().gradient("x", (c, dy) -> dy.mul(c.input("x")).mul(-2)), ONE, GRADIENTS)),
            Map.entry(
                    "a gradient that is wrong to second order",
                    row(
                            square().gradient(
                                            "x",
                                            (c, dy) -> dy.mul(c.input("x").stopGradient())
                                                    .mul(2)),
                            ONE,
                            GRADIENTS)),
            Map.entry(
                    "a gradient that is not transposed",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(c -> c.input("x"))
                                    .kernel(
                                            INDArray.class,
                                            c -> c.input("x").permute(1, 0).dup('c'))
                                    .gradient("x", (c, dy) -> dy),
                            OpSample.of("tested", MATRIX.mmul(MATRIX, false, true)),
                            GRADIENTS)),
            Map.entry(
                    "a repeated input of an op that does not say so",
                    row(product(), OpSample.of("tested", MATRIX, VECTOR), GRADIENTS)),
            Map.entry(
                    "another gradient than that of the function that is said",
                    row(
                            square().gradient("x", (c, dy) -> dy.mul(3)),
                            ONE.withGradientOf(in -> in.get(0).mul(3.1)),
                            GRADIENTS)),
            Map.entry(
                    "a gradient that reads a value",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(Shapes.floating("x"))
                                    .kernel(INDArray.class, c -> c.input("x").mul(2))
                                    .gradient(
                                            "x",
                                            (c, dy) -> dy.mul(
                                                    2 + 0 * c.input("x").sum().item())),
                            ONE,
                            COMPILED)),
            Map.entry("a wrong gradient of the second output", row(twoOutputs(3.1), ONE, GRADIENTS)),
            Map.entry(
                    "a kernel that changes its input",
                    row(
                            twice(x -> x.muli(2)),
                            OpSample.of("tested", Tensors.of(new double[] {1, 2})),
                            UNCHANGED,
                            KERNELS)),
            Map.entry(
                    "a kernel that gives a part of its input",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(c -> new TensorSpec(c.input("x").dtype(), Shape.of(2)))
                                    .kernel(INDArray.class, c -> c.input("x").get(NDArrayIndex.interval(1, 3)))
                                    .gradient("x", (c, dy) -> dy.pad(new long[][] {{1, 0}})),
                            OpSample.of("tested", VECTOR),
                            KERNELS)),
            Map.entry(
                    "a kernel that gives its input in another shape",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(c -> new TensorSpec(c.input("x").dtype(), Shape.of(3, 1)))
                                    .kernel(INDArray.class, c -> c.input("x").reshape(3, 1))
                                    .gradient("x", (c, dy) -> dy.reshape(3)),
                            OpSample.of("tested", VECTOR),
                            KERNELS)),
            Map.entry(
                    "another shape than declared",
                    row(ofSpec(new TensorSpec(DType.FLOAT64, Shape.of(3, 2))), ONE, RESULT, UNCHANGED, KERNELS)),
            Map.entry(
                    "another dtype than declared",
                    row(ofSpec(new TensorSpec(DType.INT64, Shape.of(2, 3))), ONE, RESULT, UNCHANGED, KERNELS)),
            Map.entry("another result than expected", row(twice(x -> x.mul(2)), ONE.expecting(0), RESULT)),
            Map.entry(
                    "a wrong result beside a scalar meaning",
                    row(sum().kernel(INDArray.class, CompatibilityKitTest::sumOfRows), TWO, BROADCAST)),
            Map.entry(
                    "an infinity that becomes NaN",
                    row(relu().kernel(INDArray.class, CompatibilityKitTest::byMask), ONE, SPECIAL)),
            Map.entry(
                    "a NaN that is taken for 0", row(twice(CompatibilityKitTest::twiceWithoutNaN), ONE, NOT_A_NUMBER)),
            Map.entry(
                    "digits lost in narrower dtypes",
                    row(twice(x -> x.mul(2).addi(1e4).subi(1e4)), ONE, NARROWER)),
            Map.entry(
                    "integers whose fractions are lost",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(Shapes.numeric("x"))
                                    .kernel(INDArray.class, c -> c.input("x").mul(1.5))
                                    .gradient("x", (c, dy) -> dy.mul(1.5)),
                            ONE,
                            INTEGERS)),
            Map.entry(
                    "an elementwise op that refuses empty tensors",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(c -> {
                                        if (c.input("x").shape().elements() == 0) {
                                            throw c.error("is empty");
                                        }
                                        return Shapes.floating("x").apply(c);
                                    })
                                    .elementwise(e -> e.neg("x"))
                                    .gradient("x", (c, dy) -> dy.neg()),
                            ONE,
                            EMPTY)),
            Map.entry("no smooth sample", row(twice(x -> x.mul(2)), ONE.valueOnly(), SAMPLES)));

    private static final Map<String, Row> RIGHT = Map.ofEntries(
            Map.entry("a plain op", row(twice(x -> x.mul(2)), ONE.expecting(2, -4, 7, 0.5, 8, -1))),
            Map.entry("an elementwise op of one input", row(relu(), ONE)),
            Map.entry("an op that broadcasts", row(sum(), OpSample.of("tested", MATRIX, VECTOR))),
            Map.entry(
                    "an op with the gradient of another function",
                    row(
                            square().gradient("x", (c, dy) -> dy.mul(3)),
                            ONE.withGradientOf(in -> in.get(0).mul(3)))),
            Map.entry(
                    "an op of float64 alone",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(c -> Shapes.require(c, "x", d -> d == DType.FLOAT64, "float64"))
                                    .kernel(INDArray.class, c -> c.input("x").mul(2))
                                    .gradient("x", (c, dy) -> dy.mul(2)),
                            ONE)),
            Map.entry("an op of two outputs", row(twoOutputs(3), ONE)),
            Map.entry("an op whose second output is left out", row(twoOutputs(3.1), ONE.withGaugeFree("triple"))),
            Map.entry(
                    "a kernel that reads memory in its order",
                    row(
                            Op.named("tested")
                                    .inputs("x")
                                    .shape(Shapes.floating("x"))
                                    .kernel(INDArray.class, CompatibilityKitTest::twiceByMemory)
                                    .gradient("x", (c, dy) -> dy.mul(2)),
                            ONE)));

    /** As every array that a kernel gets is row-major, this is right; of another it would take the elements in the wrong order. */
    private static INDArray twiceByMemory(OpCall<INDArray> call) {
        double[] elements = call.input("x").castTo(DataType.DOUBLE).data().asDouble();
        for (int i = 0; i < elements.length; i++) {
            elements[i] *= 2;
        }
        TensorSpec spec = call.outputSpec();
        return NdArrays.of(new TensorSpec(DType.FLOAT64, spec.shape()), elements)
                .castTo(NdArrays.dataType(spec.dtype()));
    }

    private static final Map<String, UnaryOperator<Tensor>> FORMS =
            Map.of("in order f", t -> Nd4jTensors.wrap(Nd4jTensors.toArray(t).dup('f')));

    @TestFactory
    Stream<DynamicTest> wrongOpsFailTheCheckThatIsMeantForThem() {
        return each(WRONG);
    }

    @TestFactory
    Stream<DynamicTest> rightOpsPassAllChecks() {
        return each(RIGHT);
    }

    private static Stream<DynamicTest> each(Map<String, Row> rows) {
        return rows.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Row row = entry.getValue();
                    Set<String> failures = new KitOnTrial(List.of(row.op()), List.of(row.sample()), FORMS).failures();
                    assertEquals(row.failures().isEmpty(), failures.isEmpty(), failures::toString);
                    assertTrue(failures.containsAll(row.failures()), failures::toString);
                }));
    }

    @Test
    void anOpWithoutASampleIsFound() throws IllegalAccessException {
        assertEquals(Set.of(SAMPLES), new KitOnTrial(List.of(twice(x -> x.mul(2))), List.of(), FORMS).failures());
    }

    @Test
    void anOpWithoutASampleOfAnEmptyTensorOrOneOfSize1IsFound() throws IllegalAccessException {
        OpSample empty = OpSample.of("tested", Tensors.zeros(DType.FLOAT64, 0, 3));
        OpSample unit = OpSample.of("tested", VECTOR.reshape(1, 3));
        assertEquals(Set.of(), shapesProblems(List.of(ONE, empty, unit), Map.of()));
        assertEquals(Set.of(SHAPES), shapesProblems(List.of(ONE, unit), Map.of()));
        assertEquals(Set.of(SHAPES), shapesProblems(List.of(ONE, empty), Map.of()));
        assertEquals(Set.of(), shapesProblems(List.of(ONE), Map.of("tested", "it takes no such tensor")));
        // An excuse that is none any more.
        assertEquals(Set.of(SHAPES), shapesProblems(List.of(ONE, unit), Map.of("tested", "it takes no such tensor")));
    }

    private static Set<String> shapesProblems(List<OpSample> samples, Map<String, String> excused)
            throws IllegalAccessException {
        return new KitOnTrial(List.of(twice(x -> x.mul(2))), samples, Map.of(), excused).failures();
    }

    @Test
    void aSampleOfAnotherOpIsFound() throws IllegalAccessException {
        KitOnTrial kit =
                new KitOnTrial(List.of(twice(x -> x.mul(2))), List.of(ONE, OpSample.of("other", VECTOR)), FORMS);
        assertTrue(kit.failures().contains(FOREIGN));
    }

    /** What an engine would give that forgot strides: the elements in the order of memory. */
    @Test
    void aFormOfStorageThatIsReadWronglyIsFound() throws IllegalAccessException {
        UnaryOperator<Tensor> forgotten = t -> t.transpose().reshape(t.shape());
        KitOnTrial kit = new KitOnTrial(List.of(twice(x -> x.mul(2))), List.of(ONE), Map.of("in order f", forgotten));
        assertEquals(Set.of(STORAGE), kit.failures());
    }
}
