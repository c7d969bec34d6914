package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import io.autodiff.op.Shapes;
import io.autodiff.spi.Executor;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every op of the registry with input that it was not made for, of all kinds. What comes of it is a result, or an exception of Java that
 * names the op; never another kind of exception, and never the end of the process.
 */
class EveryOpSafetyTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.SCALAR,
            Shape.of(0),
            Shape.of(1),
            Shape.of(2, 0),
            Shape.of(3, 2),
            Shape.of(0, 0),
            Shape.of(1, 2, 1, 1, 2));

    private static final long[] NUMBERS = {
        -1, 0, 1, 2, -2, 5, Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, Long.MAX_VALUE, Long.MIN_VALUE
    };

    private static final List<Shape> EXTREME_SHAPES = List.of(
            Shape.SCALAR,
            Shape.of(0),
            Shape.of(3),
            Shape.of(1L << 40),
            Shape.of(Long.MAX_VALUE),
            Shape.of(1L << 31, 1L << 31),
            Shape.of(0, Long.MAX_VALUE),
            Shape.of(1, 2, 1, 1, 2),
            Shape.of(repeated(33, 1)));

    private static final Map<String, OpSample> SAMPLES = samples();

    /** One good call of each op, and of those that have one, with elements in all inputs. */
    private static Map<String, OpSample> samples() {
        Map<String, OpSample> samples = new LinkedHashMap<>();
        List<OpSample> all = new BuiltInOpsTest().samples();
        for (OpSample sample : all) {
            if (sample.inputs().stream()
                    .allMatch(x -> x.shape().elements() > 0 && (x.shape().rank() > 0 || x.dtype() != DType.FLOAT64))) {
                samples.putIfAbsent(sample.op(), sample);
            }
        }
        all.forEach(sample -> samples.putIfAbsent(sample.op(), sample));
        return samples;
    }

    @TestFactory
    Stream<DynamicTest> badInputIsAResultOrAnExceptionThatNamesTheOp() {
        return new BuiltInOps()
                .ops().stream()
                        .map(op -> DynamicTest.dynamicTest(op.name(), () -> {
                            OpSample good = Objects.requireNonNull(SAMPLES.get(op.name()), "no sample");
                            List<String> faults = new ArrayList<>();
                            attempt(faults, op, good.attributes(), good.inputs());
                            assertEquals(List.of(), faults, "the sample itself");
                            BiConsumer<Attributes, List<Tensor>> attempt =
                                    (attributes, inputs) -> attempt(faults, op, attributes, inputs);
                            counts(good, attempt);
                            dtypes(good, attempt);
                            shapes(good, attempt);
                            values(good, (attributes, inputs) -> attemptBoth(faults, op, attributes, inputs));
                            attributes(op, good, attempt);
                            assertEquals(List.of(), faults, () -> faults.size() + " faults");
                        }));
    }

    /** Axes may be told in any order and from the end, or be refused; never are others taken. */
    @TestFactory
    Stream<DynamicTest> anAxisIsTheSameHoweverItIsTold() {
        return SAMPLES.values().stream()
                .filter(sample -> !Collections.disjoint(
                        List.of("axis", "axes"),
                        OpRegistry.shared().op(sample.op()).attributes().keySet()))
                // Its axes are an order.
                .filter(sample -> !sample.op().equals("permute"))
                .map(sample -> DynamicTest.dynamicTest(sample.op(), () -> {
                    Op op = OpRegistry.shared().op(sample.op());
                    Tensor x = Random.seeded(3).normal(DType.FLOAT64, 2, 3, 2);
                    List<Tensor> inputs = sample.inputs().stream()
                            .map(input ->
                                    input.dtype().isFloating() ? x : x.mul(0).castTo(input.dtype()))
                            .toList();
                    boolean one = op.attributes().containsKey("axis");
                    String name = one ? "axis" : "axes";
                    Map<Object, Object> same = one
                            ? Map.of(-1L, 2L, -2L, 1L, -3L, 0L)
                            : Map.of(
                                    List.of(-1L), List.of(2L),
                                    List.of(2L, 0L), List.of(0L, 2L),
                                    List.of(-1L, 1L), List.of(1L, 2L),
                                    List.of(2L, 1L, 0L), List.of(0L, 1L, 2L));
                    same.forEach((told, meant) -> {
                        List<Tensor> actual = tried(op, with(op, sample, name, told), inputs);
                        List<Tensor> expected = tried(op, with(op, sample, name, meant), inputs);
                        for (int i = 0; i < actual.size(); i++) {
                            assertEquals(expected.get(i).spec(), actual.get(i).spec());
                            assertArrayEquals(
                                    expected.get(i).toDoubleArray(),
                                    actual.get(i).toDoubleArray(),
                                    () -> told + "");
                        }
                    });
                }));
    }

    private static Attributes with(Op op, OpSample good, String name, Object value) {
        Map<String, Object> names = new LinkedHashMap<>();
        op.attributes()
                .forEach((attribute, declared) ->
                        names.put(attribute, good.attributes().get(attribute, declared.type())));
        return pairs(names, name, value);
    }

    /** The outputs; none if the call is refused. */
    private static List<Tensor> tried(Op op, Attributes attributes, List<Tensor> inputs) {
        try {
            List<Tensor> outputs = Executor.execute(op, attributes, inputs);
            outputs.forEach(Tensor::evaluate);
            return outputs;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return List.of();
        }
    }

    @Test
    void anotherKindOfExceptionIsFound() {
        Op op = Op.named("tested")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> {
                    throw new StackOverflowError("of a kernel");
                })
                .notDifferentiable();
        List<String> faults = new ArrayList<>();
        attempt(faults, op, Attributes.NONE, List.of(Tensors.of(new double[] {1, 2})));
        assertEquals(List.of("[float64[2]] {} -> java.lang.StackOverflowError: of a kernel"), faults);
    }

    private static void attempt(List<String> faults, Op op, Attributes attributes, List<Tensor> inputs) {
        attempt(
                faults,
                op,
                attributes,
                inputs,
                () -> Executor.execute(op, attributes, inputs).forEach(Tensor::evaluate));
    }

    private static void attempt(List<String> faults, Op op, Attributes attributes, List<Tensor> inputs, Runnable code) {
        try {
            code.run();
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            if (!String.valueOf(e.getMessage()).contains(op.name())) {
                faults.add(describe(attributes, inputs) + " -> no name in: " + e);
            }
        } catch (RuntimeException | Error e) {
            faults.add(describe(attributes, inputs) + " -> " + e);
        }
    }

    /** What depends on values is found as a call runs, and in a compiled function there is other code to find it. */
    private static void attemptBoth(List<String> faults, Op op, Attributes attributes, List<Tensor> inputs) {
        int before = faults.size();
        attempt(faults, op, attributes, inputs);
        List<Tensor> eager = tried(op, attributes, inputs);
        List<Tensor> compiled = new ArrayList<>();
        attempt(faults, op, attributes, inputs, () -> {
            List<Tensor> results = Functions.compileMany(in -> Executor.execute(op, attributes, in))
                    .apply(inputs);
            results.forEach(Tensor::evaluate);
            compiled.addAll(results);
        });
        if (faults.size() == before && eager.size() != compiled.size()) {
            faults.add(describe(attributes, inputs) + " -> " + eager.size() + " results eagerly, " + compiled.size()
                    + " of a compiled function");
        }
    }

    private static String describe(Attributes attributes, List<Tensor> inputs) {
        return inputs.stream().map(Tensor::spec).toList() + " " + attributes;
    }

    private static void counts(OpSample good, BiConsumer<Attributes, List<Tensor>> attempt) {
        attempt.accept(good.attributes(), List.of());
        List<Tensor> inputs = new ArrayList<>(good.inputs());
        inputs.add(inputs.isEmpty() ? Tensors.of(1.0) : inputs.get(0));
        attempt.accept(good.attributes(), inputs);
        for (int i = 0; i < good.inputs().size(); i++) {
            List<Tensor> fewer = new ArrayList<>(good.inputs());
            fewer.remove(i);
            attempt.accept(good.attributes(), fewer);
        }
    }

    private static void dtypes(OpSample good, BiConsumer<Attributes, List<Tensor>> attempt) {
        for (DType dtype : DType.values()) {
            List<Tensor> all = new ArrayList<>();
            for (int i = 0; i < good.inputs().size(); i++) {
                Tensor other = Tensors.ones(dtype, good.inputs().get(i).shape().toArray());
                attempt.accept(good.attributes(), replaced(good.inputs(), i, other));
                all.add(other);
            }
            attempt.accept(good.attributes(), all);
        }
    }

    private static void shapes(OpSample good, BiConsumer<Attributes, List<Tensor>> attempt) {
        for (Shape shape : SHAPES) {
            List<Tensor> all = new ArrayList<>();
            for (int i = 0; i < good.inputs().size(); i++) {
                Tensor other = filled(good.inputs().get(i).dtype(), shape, 1);
                attempt.accept(good.attributes(), replaced(good.inputs(), i, other));
                all.add(other);
            }
            attempt.accept(good.attributes(), all);
        }
    }

    private static void values(OpSample good, BiConsumer<Attributes, List<Tensor>> attempt) {
        for (int i = 0; i < good.inputs().size(); i++) {
            Tensor x = good.inputs().get(i);
            Number[] values = switch (x.dtype()) {
                case BOOL -> new Number[] {0, 1};
                case INT32 -> new Number[] {0, -1, 1000, Integer.MAX_VALUE, Integer.MIN_VALUE};
                case INT64 -> new Number[] {0, -1, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE};
                default ->
                    new Number[] {
                        0,
                        -0.0,
                        -1,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        1e300,
                        -1e300,
                        1e-300
                    };
            };
            for (Number value : values) {
                boolean narrow = x.dtype().isFloating() && x.dtype() != DType.FLOAT64;
                attempt.accept(
                        good.attributes(),
                        replaced(good.inputs(), i, filled(x.dtype(), x.shape(), narrow ? value.floatValue() : value)));
            }
        }
    }

    private static void attributes(Op op, OpSample good, BiConsumer<Attributes, List<Tensor>> attempt) {
        Map<String, Object> names = new LinkedHashMap<>();
        op.attributes()
                .forEach((name, declared) -> names.put(name, good.attributes().get(name, declared.type())));
        attempt.accept(Attributes.NONE, good.inputs());
        attempt.accept(pairs(names, "another", 1L), good.inputs());
        names.forEach((name, value) -> {
            attempt.accept(without(names, name), good.inputs());
            for (Object other : others(value)) {
                attempt.accept(pairs(names, name, other), good.inputs());
            }
        });
    }

    /** Of all types, and of the value's own type the extremes. */
    private static List<Object> others(Object value) {
        List<Object> others = new ArrayList<>(List.of(true, false, 1L, 0.5, "", "nonsense", Double.NaN));
        others.addAll(List.of(DType.values()));
        others.addAll(EXTREME_SHAPES);
        for (long number : NUMBERS) {
            others.add(number);
            others.add(List.of(number));
            others.add(Collections.nCopies(7, number));
        }
        others.add(List.of());
        others.add(List.of(0L, 1L, 2L, 3L, 4L, 5L));
        if (value instanceof List<?> list) {
            for (long number : NUMBERS) {
                others.add(Collections.nCopies(list.size(), number));
                for (int i = 0; i < list.size(); i++) {
                    List<Object> one = new ArrayList<>(list);
                    one.set(i, number);
                    others.add(one);
                }
            }
        }
        return others;
    }

    private static Attributes without(Map<String, Object> names, String name) {
        Map<String, Object> fewer = new LinkedHashMap<>(names);
        fewer.remove(name);
        return pairs(fewer);
    }

    private static Attributes pairs(Map<String, Object> names, String name, Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(names);
        changed.put(name, value);
        return pairs(changed);
    }

    private static Attributes pairs(Map<String, Object> names) {
        return Attributes.ofPairs(names.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toArray());
    }

    private static List<Tensor> replaced(List<Tensor> inputs, int index, Tensor other) {
        List<Tensor> changed = new ArrayList<>(inputs);
        changed.set(index, other);
        return changed;
    }

    private static Tensor filled(DType dtype, Shape shape, Number value) {
        return Tensors.of(value, dtype).broadcastTo(shape);
    }

    private static long[] repeated(int count, long value) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
    }

    @AfterAll
    static void stillRight() {
        Tensor x = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
        assertArrayEquals(new double[] {14, 32, 32, 77}, x.mmul(x, false, true).toDoubleArray());
        assertArrayEquals(new double[] {6, 15}, x.sum(1).toDoubleArray());
    }
}
