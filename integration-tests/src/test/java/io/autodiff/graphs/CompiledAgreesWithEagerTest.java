package io.autodiff.graphs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Random programs, compiled and not: values, gradients, second gradients, variables and random numbers are the same. */
class CompiledAgreesWithEagerTest {
    private static final int GRAPHS = 1000;
    /** One program in so many is also differentiated twice, which takes longer. */
    private static final int NESTED = 20;

    private static final int SOME = 100;
    private static final double TOLERANCE = 1e-12;

    /** From tensors to tensors, or to gradients that may be missing. */
    private interface Program extends Function<List<Tensor>, List<@Nullable Tensor>> {}

    @TestFactory
    Stream<DynamicTest> randomGraphs() {
        return LongStream.range(0, GRAPHS).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> agree(seed)));
    }

    private static void agree(long seed) {
        RandomGraph graph = new RandomGraph(seed);
        Program eager = in -> List.copyOf(graph.apply(in));
        UnaryOperator<Program> gradients = program -> gradients(graph, program, UnconnectedGradients.ZERO);
        Program first = gradients.apply(eager);

        compare(graph, "values", calls(graph, eager, 2), compiled(eager));
        List<List<@Nullable Result>> expected = calls(graph, first, 2);
        compare(graph, "a tape inside", expected, compiled(first));
        compare(graph, "a tape outside", expected.subList(0, 1), gradients.apply(compiled(eager)));
        if (seed % NESTED == 0) {
            nested(graph, eager, first, gradients);
        }
    }

    private static void nested(RandomGraph graph, Program eager, Program first, UnaryOperator<Program> gradients) {
        UnaryOperator<Program> orNull = program -> gradients(graph, program, UnconnectedGradients.NONE);
        UnaryOperator<Program> second = program -> gradients.apply(squares(program));

        compare(graph, "missing gradients", calls(graph, orNull.apply(eager), 2), orNull.apply(compiled(eager)));
        compare(graph, "one in another", calls(graph, first, 1), compiled(gradients.apply(compiled(eager))));
        List<List<@Nullable Result>> expected = calls(graph, second.apply(first), 2);
        compare(graph, "tapes inside and outside", expected, second.apply(compiled(first)));
        compare(graph, "two tapes inside", expected, compiled(second.apply(first)));
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

    /** What several calls give: the first one of a compiled function also traces, and a second one finds its memory used. */
    private static List<List<@Nullable Result>> calls(RandomGraph graph, Program program, int count) {
        return IntStream.range(0, count)
                .mapToObj(call -> results(graph, program, graph.inputs(call)))
                .toList();
    }

    private static void compare(RandomGraph graph, String what, List<List<@Nullable Result>> expected, Program actual) {
        List<List<@Nullable Result>> calls = calls(graph, actual, expected.size());
        for (int call = 0; call < calls.size(); call++) {
            compare(graph, what + ", call " + call, expected.get(call), calls.get(call));
        }
    }

    /** What a program gives, and then the variable. */
    private static List<@Nullable Result> results(RandomGraph graph, Program program, List<Tensor> inputs) {
        graph.reset();
        List<@Nullable Operand> all = new ArrayList<>(program.apply(inputs));
        all.add(graph.state());
        return all.stream()
                .map(operand -> operand == null
                        ? null
                        : new Result(
                                operand.spec().toString(),
                                Arrays.stream(operand.toDoubleArray()).boxed().toList()))
                .toList();
    }

    private static boolean agree(@Nullable Result a, @Nullable Result b) {
        return (a == null && b == null) || (a != null && b != null && a.agreesWith(b));
    }

    private record Result(String spec, List<Double> elements) {
        boolean finite() {
            return elements.stream().allMatch(Double::isFinite);
        }

        boolean agreesWith(Result other) {
            boolean same = spec.equals(other.spec);
            for (int i = 0; same && i < elements.size(); i++) {
                double x = elements.get(i);
                double y = other.elements.get(i);
                same = Double.compare(x, y) == 0 || Math.abs(x - y) <= TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
            }
            return same;
        }
    }

    private static void compare(
            RandomGraph graph, String what, List<@Nullable Result> expected, List<@Nullable Result> actual) {
        assertEquals(expected.size(), actual.size(), what);
        for (int i = 0; i < expected.size(); i++) {
            Result a = expected.get(i);
            Result b = actual.get(i);
            if (!agree(a, b)) {
                fail(what + ", result " + i + ": eager " + a + ", compiled " + b + ", where\n" + graph.describe());
            }
        }
    }

    /** Agreement of what is empty, or not a number, would say nothing. */
    @Test
    void theProgramsAreLargeAndVariedAndFinite() {
        List<RandomGraph> graphs =
                LongStream.range(0, GRAPHS).mapToObj(RandomGraph::new).toList();
        Map<String, Long> steps = graphs.stream()
                .flatMap(graph -> graph.stepNames().stream())
                .collect(Collectors.groupingBy(name -> name, Collectors.counting()));
        for (String step : RandomGraph.allStepNames()) {
            assertTrue(steps.getOrDefault(step, 0L) >= 100, () -> step + " of " + steps);
        }
        long finite = graphs.stream()
                .limit(SOME)
                .map(graph -> {
                    Program gradients = gradients(graph, in -> List.copyOf(graph.apply(in)), UnconnectedGradients.ZERO);
                    return results(graph, gradients, graph.inputs(0));
                })
                .filter(results -> results.stream().allMatch(result -> result != null && result.finite()))
                .count();
        assertTrue(finite >= 0.99 * SOME, "programs with finite gradients: " + finite);
    }

    @Test
    void aDifferenceIsFound() {
        RandomGraph graph = new RandomGraph(1);
        Program eager = in -> List.copyOf(graph.apply(in));
        Program other = in -> {
            List<@Nullable Tensor> results = new ArrayList<>(graph.apply(in));
            results.set(0, graph.apply(in).get(0).mul(1 + 1e-11));
            return results;
        };
        assertThrows(AssertionError.class, () -> compare(graph, "scaled", calls(graph, eager, 1), other));
    }
}
