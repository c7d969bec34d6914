package io.autodiff.graphs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.Tensor;
import io.autodiff.fused.CountedKernels;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Thousands of small programs, eagerly and compiled: each with several sizes, one of them and none among these, of inputs stored in any
 * form, with NaN, infinities, huge numbers and the smallest among them. As many as the system property {@code
 * autodiff.test.smallGraphs} says, from the seed {@code autodiff.test.seed} on.
 */
class ManyGraphsTest {
    private static final int GRAPHS = Integer.getInteger("autodiff.test.smallGraphs", 3000);
    private static final long FIRST = Long.getLong("autodiff.test.seed", 0);
    /** Programs of one structure. */
    private static final int SIZES = Forms.SIZES.size();

    private static final int SOME = 50;
    /** Structures of one test. */
    private static final int BATCH = 25;

    /** What came of a program: its results, or that it was refused. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    private record Outcome(
            List<TensorSpec> specs,
            List<double[]> elements,
            @Nullable RuntimeException refusal) {
        static Outcome of(Function<List<Tensor>, List<Tensor>> program, List<Tensor> inputs) {
            try {
                List<Tensor> results = program.apply(inputs);
                return new Outcome(
                        results.stream().map(Tensor::spec).toList(),
                        results.stream().map(Tensor::toDoubleArray).toList(),
                        null);
            } catch (IllegalArgumentException | IllegalStateException e) {
                return new Outcome(List.of(), List.of(), e);
            }
        }
    }

    @TestFactory
    @Tag("compiled")
    Stream<DynamicTest> compiledAgreesWithEager() {
        AtomicInteger computed = new AtomicInteger();
        int structures = (GRAPHS + SIZES - 1) / SIZES;
        long before = CountedKernels.runs();
        Stream<DynamicTest> tests = LongStream.range(0, (structures + BATCH - 1) / BATCH)
                .mapToObj(batch -> {
                    long first = FIRST + batch * BATCH;
                    long last = Math.min(first + BATCH, FIRST + structures) - 1;
                    return DynamicTest.dynamicTest("seeds " + first + " to " + last, () -> {
                        List<String> problems = LongStream.rangeClosed(first, last)
                                .mapToObj(seed -> problems(seed, computed))
                                .flatMap(List::stream)
                                .toList();
                        assertEquals(List.of(), problems, () -> String.join("\n\n", problems));
                    });
                });
        return Stream.concat(
                tests, Stream.of(DynamicTest.dynamicTest("most are computed, by kernels where these are wanted", () -> {
                    assertTrue(computed.get() >= 0.8 * structures * SIZES, computed::toString);
                    long kernels = CountedKernels.runs() - before;
                    assertTrue(
                            CountedKernels.areWanted() ? kernels >= computed.get() / 2 : kernels == 0,
                            () -> kernels + " runs of kernels");
                })));
    }

    /** A part in a thousand, or one number in its place: nearly always more than rounding explains. */
    @Test
    void aDifferenceIsFound() {
        List<UnaryOperator<double[]>> faults = List.of(
                numbers -> Arrays.stream(numbers).map(x -> x * 1.001).toArray(),
                numbers -> Arrays.stream(numbers)
                        .map(x -> Double.isNaN(x) ? 0 : x + 0.001)
                        .toArray());
        for (UnaryOperator<double[]> fault : faults) {
            long found = LongStream.range(0, SOME)
                    .filter(seed -> {
                        SmallGraph graph = new SmallGraph(seed);
                        List<Tensor> inputs = inputs(graph, new Forms(seed), Forms.SIZES.get(0), false);
                        Outcome right = Outcome.of(in -> graph.apply(in, x -> x), inputs);
                        List<double[]> wrong =
                                right.elements.stream().map(fault).toList();
                        return problem(graph, inputs, right, new Outcome(right.specs, wrong, right.refusal)) != null;
                    })
                    .count();
            assertTrue(found >= 0.8 * SOME, () -> found + " of " + SOME);
        }
    }

    private static List<Tensor> inputs(SmallGraph graph, Forms forms, long[] sizes, boolean special) {
        return graph.shapes(sizes[0], sizes[1]).stream()
                .map(shape -> forms.tensor(graph.dtype(), shape, special))
                .toList();
    }

    private static List<String> problems(long seed, AtomicInteger computed) {
        SmallGraph graph = new SmallGraph(seed);
        Forms forms = new Forms(seed);
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < SIZES; i++) {
            long[] sizes = Forms.SIZES.get(i);
            List<Tensor> inputs = inputs(graph, forms, sizes, (seed + i) % 2 == 0);
            Outcome eager = Outcome.of(in -> graph.apply(in, x -> x), inputs);
            computed.addAndGet(eager.refusal == null ? 1 : 0);
            CompiledMany compiled = Functions.compileMany(in -> graph.apply(in, x -> x));
            String problem = problem(graph, inputs, eager, Outcome.of(compiled::apply, inputs));
            if (problem != null) {
                problems.add(problem + ", of\n"
                        + String.join(
                                "\n",
                                inputs.stream()
                                        .map(x -> Arrays.toString(x.toDoubleArray()))
                                        .toList()) + "\n"
                        + graph.describe(inputs));
                break;
            }
        }
        return problems;
    }

    private static @Nullable String problem(SmallGraph graph, List<Tensor> inputs, Outcome eager, Outcome compiled) {
        if (eager.refusal != null || compiled.refusal != null || !eager.specs.equals(compiled.specs)) {
            boolean both = eager.refusal != null && compiled.refusal != null;
            return both ? null : "eager " + eager + ", compiled " + compiled;
        }
        for (int i = 0; i < eager.elements.size(); i++) {
            int result = i;
            String problem = Rounding.problem(
                    eager.specs.get(i).dtype(),
                    eager.elements.get(i),
                    compiled.elements.get(i),
                    () -> Rounding.disturbed(
                            step -> disturbed(graph, inputs, step).get(result)));
            if (problem != null) {
                return "eager and compiled, result " + i + " " + eager.specs.get(i) + ", " + problem;
            }
        }
        return null;
    }

    private static List<double[]> disturbed(SmallGraph graph, List<Tensor> inputs, UnaryOperator<Tensor> step) {
        return graph.apply(inputs, step).stream().map(Tensor::toDoubleArray).toList();
    }
}
