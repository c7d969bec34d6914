package io.autodiff.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.OpProvider;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tests every op of a provider by a table of samples. A provider's own test class gives the table:
 *
 * <pre>{@code
 * class MyOpsTest extends OpCompatibilityKit {
 *     protected OpProvider provider() { return new MyOps(); }
 *
 *     protected List<OpSample> samples() {
 *         return List.of(OpSample.of("mish", Tensors.of(new double[] {-1, 0.5, 2})));
 *     }
 * }
 * }</pre>
 *
 * <p>For each sample: results as declared and as expected; gradients of all outputs, of first and second order, against central
 * differences; the kernel by itself, whether it leaves its inputs alone; other dtypes and forms of storage; the same inside of a compiled
 * function. For each elementwise op
 * also inputs made of its samples, that broadcast, are empty or hold special values: against the results of one element at a time.
 */
public abstract class OpCompatibilityKit {
    /** How far functions of Java and of an engine may be apart, in units in the last place. */
    private static final int UNITS = 4;
    /** A change of an element that no sample is too near to a kink for. */
    private static final double STEP = 1e-6;

    private final Map<String, Op> ops = new HashMap<>();

    /** For subclasses. */
    protected OpCompatibilityKit() {}

    /** {@return the provider whose ops are tested; the registry has them} */
    protected abstract OpProvider provider();

    /** {@return the table; a sample for each op, a smooth one if it is differentiable, of empty tensors, and of axes of size 1} */
    protected abstract List<OpSample> samples();

    /** {@return the check of gradients; its seed is part of a failure's message} */
    protected GradientCheck gradientCheck() {
        return GradientCheck.standard();
    }

    /** {@return by name, ways to store the same tensor in another form; none unless an engine has them} */
    protected Map<String, UnaryOperator<Tensor>> storageForms() {
        return Map.of();
    }

    /**
     * Runs a call's kernel by itself, past what the engine does to guard against a bad one.
     *
     * @param call an op on tensors, its output specs settled
     * @return what is wrong, such as an input that was changed or lies in a result's memory, or results of an elementwise op that are
     *     not those of its elements; empty unless an engine looks
     */
    protected List<String> kernelFaults(OpCall<Tensor> call) {
        return List.of();
    }

    @Test
    void everyOpHasASampleAndADifferentiableOneASmoothSample() {
        Set<String> missing = new TreeSet<>();
        List<OpSample> samples = samples();
        for (Op op : provider().ops()) {
            boolean needsSmooth = isDifferentiable(op);
            if (samples.stream().noneMatch(s -> s.op().equals(op.name()) && (s.smooth() || !needsSmooth))) {
                missing.add(op.name());
            }
        }
        assertEquals(Set.of(), missing, "ops without a fitting sample");
    }

    /** {@return by an op's name, why no sample of it can have an empty tensor; elementwise ops need none} */
    protected Map<String, String> opsWithoutEmptySample() {
        return Map.of();
    }

    /** {@return by an op's name, why no sample of it can have an axis of size 1; elementwise ops need none} */
    protected Map<String, String> opsWithoutUnitAxisSample() {
        return Map.of();
    }

    @Test
    void everyOpHasASampleOfAnEmptyTensorAndOneOfSize1() {
        Coverage coverage = new Coverage(provider().ops(), samples());
        assertEquals(Set.of(), coverage.problems(Coverage.EMPTY, opsWithoutEmptySample()), "empty");
        assertEquals(Set.of(), coverage.problems(Coverage.UNIT_AXIS, opsWithoutUnitAxisSample()), "of size 1");
    }

    @Test
    void everySampleIsOfThisProvider() {
        Set<String> ops = provider().ops().stream().map(Op::name).collect(Collectors.toSet());
        Set<String> foreign = samples().stream().map(OpSample::op).collect(Collectors.toCollection(TreeSet::new));
        foreign.removeAll(ops);
        assertEquals(Set.of(), foreign, "samples of ops that the provider does not have");
    }

    @TestFactory
    Stream<DynamicTest> resultIsAsDeclaredAndAsExpected() {
        return each(samples(), (sample, op) -> {
            List<TensorSpec> declared = op.infer(specs(op, sample));
            List<Tensor> outputs = apply(op, sample);
            assertEquals(declared, outputs.stream().map(Tensor::spec).toList());
            for (Tensor output : outputs) {
                assertEquals(output.shape().elements(), output.toDoubleArray().length);
            }
            List<Double> expected = sample.expected();
            if (expected != null) {
                assertClose(
                        expected.stream().mapToDouble(e -> e).toArray(),
                        outputs.get(0).toDoubleArray(),
                        sample.tolerance());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithCentralDifferences() {
        return each(smooth(samples()), (sample, op) -> Differentiation.check(gradientCheck(), sample, op));
    }

    @TestFactory
    Stream<DynamicTest> inputsAreUnchanged() {
        return each(samples(), (sample, op) -> {
            List<double[]> before =
                    sample.inputs().stream().map(Tensor::toDoubleArray).toList();
            apply(op, sample).forEach(Tensor::toDoubleArray);
            for (int i = 0; i < before.size(); i++) {
                assertArrayEquals(before.get(i), sample.inputs().get(i).toDoubleArray(), "input " + op.inputNames());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> kernelsByThemselvesLeaveInputsAlone() {
        return each(samples(), this::checkKernel);
    }

    private void checkKernel(OpSample sample, Op op) {
        OpCall<TensorSpec> call = specs(op, sample);
        assertEquals(
                List.of(), kernelFaults(call.withOutputSpecs(op.infer(call)).withInputs(sample.inputs())));
    }

    @TestFactory
    Stream<DynamicTest> narrowerDtypesGiveTheSameWithinTheirPrecision() {
        Map<DType, Double> precision = Map.of(DType.FLOAT32, 1e-5, DType.FLOAT16, 2e-2, DType.BFLOAT16, 1e-1);
        return precision.entrySet().stream()
                .flatMap(entry -> each(" as " + entry.getKey(), accepting(entry.getKey()), (sample, op) -> {
                    List<Tensor> narrow = Derived.cast(sample.inputs(), entry.getKey());
                    // What rounding the inputs changes is no fault of the op.
                    List<Tensor> wide = apply(op, sample.at(Derived.widened(narrow)));
                    List<Tensor> actual = apply(op, sample.at(narrow));
                    for (int i : Differentiation.stable(sample, op)) {
                        assertClose(wide.get(i).toDoubleArray(), actual.get(i).toDoubleArray(), entry.getValue());
                    }
                }));
    }

    /** Of whole numbers, where the op takes them: float64 has those results exactly. */
    @TestFactory
    Stream<DynamicTest> integersAndBoolsGiveWhatFloat64Gives() {
        return Stream.of(DType.INT32, DType.INT64, DType.BOOL)
                .flatMap(dtype -> each(
                        " as " + dtype,
                        floating().stream()
                                .filter(sample -> Derived.isSmall(sample.inputs()))
                                .filter(sample -> accepts(sample.at(Derived.whole(sample.inputs(), dtype))))
                                .toList(),
                        (sample, op) -> {
                            List<Tensor> whole = Derived.whole(sample.inputs(), dtype);
                            List<Tensor> expected = apply(op, sample.at(Derived.widened(sample.inputs(), whole)));
                            List<Tensor> actual = apply(op, sample.at(whole));
                            for (int i = 0; i < expected.size(); i++) {
                                assertClose(
                                        expected.get(i).toDoubleArray(),
                                        actual.get(i).toDoubleArray(),
                                        0);
                            }
                        }));
    }

    /** Of the first sample of each op: results, and the gradients of their sum, in a function that is traced. */
    @TestFactory
    Stream<DynamicTest> compiledFunctionsGiveTheSame() {
        return each(firstOfEach(samples()), (sample, op) -> {
            List<Tensor> expected = Differentiation.withGradients(op, sample);
            List<Tensor> actual = Functions.compileMany(in -> Differentiation.withGradients(op, sample.at(in)))
                    .apply(sample.inputs());
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.get(i).spec(), actual.get(i).spec());
                assertClose(expected.get(i).toDoubleArray(), actual.get(i).toDoubleArray(), 1e-12);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> otherFormsOfStorageGiveTheSame() {
        return storageForms().entrySet().stream()
                .flatMap(form -> each(" as " + form.getKey(), samples(), (sample, op) -> {
                    List<Tensor> stored =
                            sample.inputs().stream().map(form.getValue()).toList();
                    List<Tensor> expected = apply(op, sample);
                    List<Tensor> actual = apply(op, sample.at(stored));
                    for (int i = 0; i < expected.size(); i++) {
                        assertArrayEquals(
                                expected.get(i).toDoubleArray(), actual.get(i).toDoubleArray());
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> inputsThatBroadcastGiveWhatTheirElementsGive() {
        return each(Derived.broadcast(elementwise()), (sample, op) -> {
            checkElements(sample, op);
            if (sample.smooth() && isDifferentiable(op)) {
                // The op's own samples are for higher orders.
                Differentiation.check(gradientCheck().withOrder(1), sample, op);
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> emptyInputsGiveEmptyResults() {
        return each(Derived.empty(elementwise()), (sample, op) -> {
            Tensor result = apply(op, sample).get(0);
            assertEquals(0, result.toDoubleArray().length);
            assertEquals(specs(op, sample).inputSpec(0).shape(), result.shape());
        });
    }

    @TestFactory
    Stream<DynamicTest> specialValuesGiveWhatTheyGiveOneByOne() {
        return Derived.SPECIAL_DTYPES.stream()
                .flatMap(dtype -> each(
                        " of special values",
                        Derived.special(elementwise(), dtype).stream()
                                .filter(this::accepts)
                                .toList(),
                        this::checkElements));
    }

    /** Of ops that are not elementwise: where a result depends on an element, NaN in its place is seen, or refused. */
    @TestFactory
    Stream<DynamicTest> notANumberReachesWhatDependsOnIt() {
        return each(
                floating().stream()
                        .filter(sample -> op(sample).elementwise() == null)
                        .toList(),
                (sample, op) -> {
                    for (int i = 0; i < sample.inputs().size(); i++) {
                        Tensor x = sample.inputs().get(i);
                        if (x.dtype() == DType.FLOAT64 && x.shape().elements() > 0) {
                            checkNotANumber(sample, op, i, (int) x.shape().elements() / 2);
                        }
                    }
                });
    }

    private static void checkNotANumber(OpSample sample, Op op, int input, int element) {
        List<Tensor> outputs = apply(op, sample);
        List<Tensor> moved;
        List<Tensor> lost;
        try {
            moved = apply(op, Derived.added(sample, input, element, STEP));
            lost = apply(op, Derived.added(sample, input, element, Double.NaN));
            lost.forEach(Tensor::evaluate);
        } catch (InvalidOperandException e) {
            return;
        }
        for (int i : Differentiation.outputs(sample, op)) {
            double[] before = outputs.get(i).toDoubleArray();
            double[] after = moved.get(i).toDoubleArray();
            double[] actual = lost.get(i).toDoubleArray();
            for (int k = 0; k < before.length; k++) {
                String what = "output " + op.outputNames().get(i) + "[" + k + "] for a NaN in input " + input + "["
                        + element + "]";
                assertTrue(
                        Double.isNaN(actual[k]) || Double.compare(before[k], after[k]) == 0, what + ": " + actual[k]);
            }
        }
    }

    /** The result on arrays, against the results on scalars; what no scalar may be, no array may have, so that is left out. */
    private void checkElements(OpSample sample, Op op) {
        Shape shape = op.infer(specs(op, sample)).get(0).shape();
        List<OpSample> scalars = Derived.scalars(sample, shape);
        List<OpSample> allowed = new ArrayList<>();
        List<Double> expected = new ArrayList<>();
        for (OpSample scalar : scalars) {
            try {
                expected.add(apply(op, scalar).get(0).item());
                allowed.add(scalar);
            } catch (InvalidOperandException e) {
                // Such as an integer's zero divisor.
            }
        }
        OpSample array = allowed.size() == scalars.size() ? sample : Derived.joined(sample, allowed);
        // The engine may compute it otherwise than by the op's kernel.
        checkKernel(array, op);
        double[] actual = apply(op, array).get(0).toDoubleArray();
        assertEquals(expected.size(), actual.length, "elements");
        double unit = array.inputs().stream().anyMatch(x -> x.dtype() == DType.FLOAT32) ? 0x1p-23 : 0x1p-52;
        for (int i = 0; i < actual.length; i++) {
            double e = expected.get(i);
            boolean near = Math.abs(actual[i] - e) <= UNITS * unit * Math.abs(e);
            int at = i;
            assertTrue(
                    near || Double.compare(e + 0.0, actual[i] + 0.0) == 0,
                    () -> "of " + allowed.get(at).inputs() + ": alone " + e + ", in an array " + actual[at]);
        }
    }

    /** Of the smooth samples, those of ops that have a gradient in float64. */
    private List<OpSample> smooth(List<OpSample> samples) {
        return samples.stream()
                .filter(OpSample::smooth)
                .filter(sample -> {
                    Op op = op(sample);
                    boolean input = false;
                    for (int i = 0; i < sample.inputs().size(); i++) {
                        input |=
                                op.isDifferentiable(i) && sample.inputs().get(i).dtype() == DType.FLOAT64;
                    }
                    return input && !Differentiation.outputs(sample, op).isEmpty();
                })
                .toList();
    }

    private List<OpSample> floating() {
        return samples().stream()
                .filter(OpSample::smooth)
                .filter(sample -> sample.inputs().stream().anyMatch(input -> input.dtype() == DType.FLOAT64))
                .toList();
    }

    /** The floating samples of ops that take a narrower dtype, too. */
    private List<OpSample> accepting(DType dtype) {
        return floating().stream()
                .filter(sample -> accepts(sample.at(Derived.cast(sample.inputs(), dtype))))
                .toList();
    }

    /** The first sample of each elementwise op that has elements, smooth if there is one. */
    private List<OpSample> elementwise() {
        return firstOfEach(samples().stream()
                .filter(sample -> op(sample).elementwise() != null
                        && sample.inputs().stream().allMatch(x -> x.shape().elements() > 0))
                .toList());
    }

    /** The first sample of each op and attributes, smooth if there is one. */
    private static List<OpSample> firstOfEach(List<OpSample> samples) {
        Map<String, OpSample> first = new LinkedHashMap<>();
        for (boolean smooth : new boolean[] {true, false}) {
            for (OpSample sample : samples) {
                if (sample.smooth() || !smooth) {
                    first.putIfAbsent(sample.op() + sample.attributes(), sample);
                }
            }
        }
        return List.copyOf(first.values());
    }

    private static boolean isDifferentiable(Op op) {
        return IntStream.range(0, op.inputNames().size()).anyMatch(op::isDifferentiable);
    }

    private boolean accepts(OpSample sample) {
        try {
            op(sample).infer(specs(op(sample), sample));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static OpCall<TensorSpec> specs(Op op, OpSample sample) {
        return OpCall.of(
                op,
                sample.attributes(),
                sample.inputs().stream().map(Tensor::spec).toList());
    }

    /** The provider's own op, whoever else has one of its name. */
    private Op op(OpSample sample) {
        return ops.computeIfAbsent(
                sample.op(),
                name -> provider().ops().stream()
                        .filter(op -> op.name().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new IllegalArgumentException("a sample of '" + name + "', which the provider lacks")));
    }

    static List<Tensor> apply(Op op, OpSample sample) {
        return Executor.execute(op, sample.attributes(), sample.inputs());
    }

    private Stream<DynamicTest> each(List<OpSample> samples, BiConsumer<OpSample, Op> check) {
        return each("", samples, check);
    }

    private Stream<DynamicTest> each(String suffix, List<OpSample> samples, BiConsumer<OpSample, Op> check) {
        return samples.stream()
                .map(sample -> DynamicTest.dynamicTest(sample + suffix, () -> check.accept(sample, op(sample))));
    }

    private static void assertClose(double[] expected, double[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, "elements");
        for (int i = 0; i < expected.length; i++) {
            double e = expected[i];
            double a = actual[i];
            boolean near = Double.isFinite(e) && Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
            boolean same = near || Double.compare(e, a) == 0;
            assertTrue(same, "element " + i + ": expected " + e + ", got " + a + ", tolerance " + tolerance);
        }
    }
}
