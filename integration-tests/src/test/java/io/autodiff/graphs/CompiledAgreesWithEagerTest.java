package io.autodiff.graphs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.autodiff.CompiledMany;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.fused.CountedKernels;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Random programs, compiled and not: values, gradients, second gradients, variables and random numbers are the same. */
class CompiledAgreesWithEagerTest {
    private static final int GRAPHS = Integer.getInteger("autodiff.test.graphs", 1000);
    /** One program in so many is also differentiated twice, which takes longer. */
    private static final int NESTED = 20;

    private static final int SOME = 100;
    /** Relative; without kernels, and with them of what need not be looked at closely. */
    private static final double TOLERANCE = 1e-12;

    private static final int CALLS = 2;

    /** From tensors to tensors, or to gradients that may be missing. */
    private interface Program extends Function<List<Tensor>, List<@Nullable Tensor>> {}

    @TestFactory
    @Tag("compiled")
    Stream<DynamicTest> randomGraphs() {
        return LongStream.range(0, GRAPHS).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> agree(seed)));
    }

    /** What is computed of a program: such as its gradients. */
    private interface Way extends Function<RandomGraph, Program> {}

    @SuppressWarnings("UnnecessaryLambda") // one way beside others, which are made of it
    private static final Way VALUES = graph -> in -> List.copyOf(graph.apply(in));

    private static Way gradients(Way way) {
        return graph -> gradients(graph, way.apply(graph), UnconnectedGradients.ZERO);
    }

    private static void agree(long seed) {
        RandomGraph graph = new RandomGraph(seed);
        Way gradients = gradients(VALUES);
        Expected values = new Expected(graph, VALUES);
        Expected expected = new Expected(graph, gradients);

        values.compare("values", CALLS, compiled(VALUES.apply(graph)));
        expected.compare("a tape inside", CALLS, compiled(gradients.apply(graph)));
        expected.compare(
                "a tape outside", 1, gradients(g -> compiled(VALUES.apply(g))).apply(graph));
        if (seed % NESTED == 0) {
            nested(graph, expected);
        }
    }

    private static void nested(RandomGraph graph, Expected first) {
        Way orNull = g -> gradients(g, VALUES.apply(g), UnconnectedGradients.NONE);
        Way second = gradients(g -> squares(gradients(VALUES).apply(g)));

        Program compiled = compiled(VALUES.apply(graph));
        new Expected(graph, orNull)
                .compare("missing gradients", CALLS, gradients(graph, compiled, UnconnectedGradients.NONE));
        first.compare(
                "one in another",
                1,
                compiled(gradients(graph, compiled(VALUES.apply(graph)), UnconnectedGradients.ZERO)));
        Expected expected = new Expected(graph, second);
        expected.compare(
                "tapes inside and outside",
                CALLS,
                gradients(g -> squares(compiled(gradients(VALUES).apply(g)))).apply(graph));
        expected.compare("two tapes inside", CALLS, compiled(second.apply(graph)));
    }

    private static Program compiled(Program program) {
        CompiledMany compiled = Functions.compileMany(program);
        return in -> {
            List<Tensor> results = compiled.apply(in);
            assertEquals(1, compiled.traces());
            return List.copyOf(results);
        };
    }

    /** The gradients of a program's first result by its inputs and by the variable. */
    private static Program gradients(RandomGraph graph, Program program, UnconnectedGradients unconnected) {
        return in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(in);
                Tensor y = program.apply(in).get(0);
                List<Operand> sources = new ArrayList<>(in);
                sources.add(graph.state());
                return tape.gradient(List.of(y), sources, null, unconnected);
            }
        };
    }

    /** One number of all results of a program. */
    private static Program squares(Program program) {
        return in -> {
            Tensor sum = Tensors.zeros(in.get(0).dtype());
            for (Tensor result : program.apply(in)) {
                sum = sum.add(result.tanh().square().sum());
            }
            return List.of(sum);
        };
    }

    /**
     * What comes eagerly of a program, one call after the other: the first one of a compiled function also traces, and a second one finds
     * its memory used.
     */
    private static final class Expected {
        private final RandomGraph graph;
        private final Way way;
        private final List<List<@Nullable Result>> calls = new ArrayList<>();

        Expected(RandomGraph graph, Way way) {
            this.graph = graph;
            this.way = way;
        }

        void compare(String what, int count, Program actual) {
            for (int call = 0; call < count; call++) {
                if (call == calls.size()) {
                    calls.add(results(graph, way.apply(graph), graph.inputs(call)));
                }
                List<@Nullable Result> others = results(graph, actual, graph.inputs(call));
                for (int i = 0; i < others.size(); i++) {
                    String problem = problem(call, i, calls.get(call).get(i), others.get(i));
                    if (problem != null) {
                        fail(what + ", call " + call + ", result " + i + ": " + problem + ", where\n"
                                + graph.describe());
                    }
                }
            }
        }

        private @Nullable String problem(int call, int result, @Nullable Result eager, @Nullable Result compiled) {
            String both = "eager " + eager + ", compiled " + compiled;
            if (eager == null || compiled == null) {
                return eager == null && compiled == null ? null : both;
            } else if (!eager.spec.equals(compiled.spec)) {
                return both;
            } else if (eager.agreesWith(compiled)) {
                return null;
            } else if (!CountedKernels.areWanted()) {
                return both;
            }
            // Kernels compute by other functions, and add in another order.
            String problem = Rounding.problem(
                    graph.dtype(),
                    eager.elements,
                    compiled.elements,
                    () -> Rounding.disturbed(step -> {
                        RandomGraph other = graph.with(step);
                        return Objects.requireNonNull(results(other, way.apply(other), other.inputs(call))
                                        .get(result))
                                .elements;
                    }));
            return problem == null ? null : problem + ": " + both;
        }
    }

    /** What a program gives, and then the variable. */
    private static List<@Nullable Result> results(RandomGraph graph, Program program, List<Tensor> inputs) {
        graph.reset();
        List<@Nullable Operand> all = new ArrayList<>(program.apply(inputs));
        all.add(graph.state());
        return all.stream()
                .map(operand -> operand == null ? null : new Result(operand.spec(), operand.toDoubleArray()))
                .toList();
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Result(TensorSpec spec, double[] elements) {
        boolean finite() {
            return Arrays.stream(elements).allMatch(Double::isFinite);
        }

        boolean agreesWith(Result other) {
            boolean same = true;
            for (int i = 0; same && i < elements.length; i++) {
                double x = elements[i];
                double y = other.elements[i];
                same = Double.compare(x, y) == 0 || Math.abs(x - y) <= TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
            }
            return same;
        }

        @Override
        public String toString() {
            return spec + " " + Arrays.toString(elements);
        }
    }

    /** Agreement of what is empty, or not a number, would say nothing. */
    @Test
    void theProgramsAreLargeAndVariedAndFinite() {
        List<RandomGraph> graphs =
                LongStream.range(0, 1000).mapToObj(RandomGraph::new).toList();
        Map<String, Long> steps = graphs.stream()
                .flatMap(graph -> graph.stepNames().stream())
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
        for (String step : RandomGraph.allStepNames()) {
            assertTrue(steps.getOrDefault(step, 0L) >= 100, () -> step + " of " + steps);
        }
        long finite = graphs.stream()
                .limit(SOME)
                .map(graph -> results(graph, gradients(VALUES).apply(graph), graph.inputs(0)))
                .filter(results -> results.stream().allMatch(result -> result != null && result.finite()))
                .count();
        assertTrue(finite >= 0.99 * SOME, "programs with finite gradients: " + finite);
    }

    /** Agreement to what rounding explains would say little if that were much. */
    @Test
    @Tag("compiled")
    void roundingExplainsLittle() {
        List<Double> relative = new ArrayList<>();
        for (long seed = 0; seed < SOME / 3; seed++) {
            RandomGraph graph = new RandomGraph(seed);
            Function<RandomGraph, List<@Nullable Result>> values =
                    g -> results(g, gradients(VALUES).apply(g), g.inputs(0));
            List<@Nullable Result> expected = values.apply(graph);
            List<List<@Nullable Result>> disturbed = Rounding.disturbed(step -> values.apply(graph.with(step)));
            for (int i = 0; i < expected.size(); i++) {
                int result = i;
                double[] elements = Objects.requireNonNull(expected.get(i)).elements;
                for (int j = 0; j < elements.length; j++) {
                    int element = j;
                    double[] others = disturbed.stream()
                            .mapToDouble(run -> Objects.requireNonNull(run.get(result)).elements[element])
                            .toArray();
                    double unit = graph.dtype() == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
                    relative.add(Rounding.allowed(graph.dtype(), elements[j], others)
                            / (unit * Math.max(1, Math.abs(elements[j]))));
                }
            }
        }
        Collections.sort(relative);
        double most = relative.get((int) (0.97 * relative.size()));
        assertTrue(most <= 1e5, () -> "units in the last place: " + most);
    }

    @Test
    void aDifferenceIsFound() {
        RandomGraph graph = new RandomGraph(1);
        Program other = in -> {
            List<@Nullable Tensor> results = new ArrayList<>(graph.apply(in));
            results.set(0, graph.apply(in).get(0).mul(1 + 1e-11));
            return results;
        };
        assertThrows(AssertionError.class, () -> new Expected(graph, VALUES).compare("scaled", 1, other));
    }
}
