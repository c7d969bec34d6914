package io.autodiff.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.OpRegistry;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.OpProvider;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
 * <p>For each sample: the result has the declared dtype and shape and the expected elements; first and second-order gradients
 * agree with central differences; the inputs are unchanged; narrower floating dtypes give the same result within their precision;
 * other forms of storage give the same result.
 */
public abstract class OpCompatibilityKit {
    /** For subclasses. */
    protected OpCompatibilityKit() {}

    /** {@return the provider whose ops are tested; the registry has them} */
    protected abstract OpProvider provider();

    /** {@return the table; at least one sample for each op, and a smooth one for each that is differentiable} */
    protected abstract List<OpSample> samples();

    /** {@return the check of gradients; its seed is part of a failure's message} */
    protected GradientCheck gradientCheck() {
        return GradientCheck.standard();
    }

    /** {@return by name, ways to store the same tensor in another form; none unless an engine has them} */
    protected Map<String, UnaryOperator<Tensor>> storageForms() {
        return Map.of();
    }

    @Test
    void everyOpHasASampleAndADifferentiableOneASmoothSample() {
        Set<String> missing = new TreeSet<>();
        for (Op op : provider().ops()) {
            boolean differentiable = op.isDifferentiable(0);
            for (int i = 0; i < op.inputNames().size(); i++) {
                differentiable |= op.isDifferentiable(i);
            }
            boolean needsSmooth = differentiable;
            if (samples().stream().noneMatch(s -> s.op().equals(op.name()) && (s.smooth() || !needsSmooth))) {
                missing.add(op.name());
            }
        }
        assertEquals(Set.of(), missing, "ops without a fitting sample");
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
            List<TensorSpec> declared = op.infer(OpCall.of(
                    op,
                    sample.attributes(),
                    sample.inputs().stream().map(Tensor::spec).toList()));
            List<Tensor> outputs = apply(sample, sample.inputs());
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
        List<OpSample> smooth = samples().stream()
                .filter(OpSample::smooth)
                .filter(sample -> op(sample).outputNames().size() == 1)
                .filter(sample -> differentiableInFloat64(sample))
                .toList();
        return each(smooth, (sample, op) -> {
            List<Tensor> varied = new ArrayList<>();
            List<Integer> positions = new ArrayList<>();
            for (int i = 0; i < sample.inputs().size(); i++) {
                if (op.isDifferentiable(i) && sample.inputs().get(i).dtype() == DType.FLOAT64) {
                    varied.add(sample.inputs().get(i));
                    positions.add(i);
                }
            }
            gradientCheck()
                    .check(
                            in -> {
                                List<Tensor> inputs = new ArrayList<>(sample.inputs());
                                for (int i = 0; i < positions.size(); i++) {
                                    inputs.set(positions.get(i), in.get(i));
                                }
                                return apply(sample, inputs).get(0);
                            },
                            varied);
        });
    }

    @TestFactory
    Stream<DynamicTest> inputsAreUnchanged() {
        return each(samples(), (sample, op) -> {
            List<double[]> before =
                    sample.inputs().stream().map(Tensor::toDoubleArray).toList();
            apply(sample, sample.inputs()).forEach(Tensor::toDoubleArray);
            for (int i = 0; i < before.size(); i++) {
                assertArrayEquals(before.get(i), sample.inputs().get(i).toDoubleArray(), "input " + op.inputNames());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> narrowerDtypesGiveTheSameWithinTheirPrecision() {
        Map<DType, Double> precision = Map.of(DType.FLOAT32, 1e-5, DType.FLOAT16, 2e-2, DType.BFLOAT16, 1e-1);
        List<OpSample> floating = samples().stream()
                .filter(OpSample::smooth)
                .filter(sample -> sample.inputs().stream().anyMatch(input -> input.dtype() == DType.FLOAT64))
                .toList();
        return precision.entrySet().stream()
                .flatMap(entry -> each(" as " + entry.getKey(), floating, (sample, op) -> {
                    List<Tensor> narrow = sample.inputs().stream()
                            .map(input -> input.dtype() == DType.FLOAT64 ? input.castTo(entry.getKey()) : input)
                            .toList();
                    // What rounding the inputs changes is no fault of the op.
                    List<Tensor> rounded = narrow.stream()
                            .map(input -> input.dtype().isFloating() ? input.castTo(DType.FLOAT64) : input)
                            .toList();
                    assertClose(
                            apply(sample, rounded).get(0).toDoubleArray(),
                            apply(sample, narrow).get(0).toDoubleArray(),
                            entry.getValue());
                }));
    }

    @TestFactory
    Stream<DynamicTest> otherFormsOfStorageGiveTheSame() {
        return storageForms().entrySet().stream()
                .flatMap(form -> each(" as " + form.getKey(), samples(), (sample, op) -> {
                    List<Tensor> stored =
                            sample.inputs().stream().map(form.getValue()).toList();
                    List<Tensor> expected = apply(sample, sample.inputs());
                    List<Tensor> actual = apply(sample, stored);
                    for (int i = 0; i < expected.size(); i++) {
                        assertArrayEquals(
                                expected.get(i).toDoubleArray(), actual.get(i).toDoubleArray());
                    }
                }));
    }

    private static boolean differentiableInFloat64(OpSample sample) {
        Op op = op(sample);
        boolean input = false;
        for (int i = 0; i < sample.inputs().size(); i++) {
            input |= op.isDifferentiable(i) && sample.inputs().get(i).dtype() == DType.FLOAT64;
        }
        return input && apply(sample, sample.inputs()).get(0).dtype() == DType.FLOAT64;
    }

    private static Op op(OpSample sample) {
        return OpRegistry.shared().op(sample.op());
    }

    private static List<Tensor> apply(OpSample sample, List<Tensor> inputs) {
        return Executor.execute(op(sample), sample.attributes(), inputs);
    }

    private static Stream<DynamicTest> each(List<OpSample> samples, BiConsumer<OpSample, Op> check) {
        return each("", samples, check);
    }

    private static Stream<DynamicTest> each(String suffix, List<OpSample> samples, BiConsumer<OpSample, Op> check) {
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
