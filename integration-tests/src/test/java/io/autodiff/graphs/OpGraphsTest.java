package io.autodiff.graphs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.fused.CountedKernels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/**
 * Random programs over the whole library of ops: eager and compiled they give the same values and gradients, and gradients, also second
 * ones, agree with finite differences. A failure names the seed and shows the shortest beginning of the program that fails.
 *
 * <p>How many programs there are of each kind is the system property {@code autodiff.test.graphs}, the first seed is {@code
 * autodiff.test.seed}: {@code mvn test -pl integration-tests -am -Dtest=OpGraphsTest -Dautodiff.test.graphs=10000}.
 */
class OpGraphsTest {
    private static final int GRAPHS = Integer.getInteger("autodiff.test.graphs", 250);
    private static final long FIRST = Long.getLong("autodiff.test.seed", 0);
    /** Programs in one test. */
    private static final int BATCH = 25;
    /** One program in so many is also differentiated twice, which takes longer. */
    private static final int TWICE = 5;
    /** So many say something about all. */
    private static final int MANY = 200;

    private static final int SOME = 10;

    /** Of tests that compare compiled programs with eager ones: they run by kernels, too. */
    private static final String COMPILED = "compiled";

    /** Of a stack trace. */
    private static final int FRAMES = 8;

    private interface Check extends Function<OpGraph, @Nullable String> {}

    /** And each row of the tables has its turn. */
    @TestFactory
    @Tag(COMPILED)
    Stream<DynamicTest> float64Agrees() {
        Map<String, Integer> counts = new HashMap<>();
        return batches(
                "float64",
                GRAPHS,
                seed -> counted(counts, OpGraph.random(seed, DType.FLOAT64, OpGraph.FLOATING)),
                Agreement::problem,
                () -> assertAllUsed(OpGraph.FLOATING, counts));
    }

    /** What is compiled has kernels where a run of the tests asks for them, and else none. */
    @Test
    @Tag(COMPILED)
    void compiledProgramsRunByKernelsWhereTheyAreMeantTo() {
        long by = LongStream.range(0, SOME)
                .filter(seed -> {
                    long before = CountedKernels.runs();
                    Agreement.problem(OpGraph.random(seed, DType.FLOAT64, OpGraph.FLOATING));
                    return CountedKernels.runs() > before;
                })
                .count();
        assertTrue(CountedKernels.areWanted() ? by >= 0.9 * SOME : by == 0, () -> by + " of " + SOME);
    }

    @TestFactory
    @Tag(COMPILED)
    Stream<DynamicTest> float32Agrees() {
        return batches(
                "float32",
                GRAPHS / 2,
                seed -> OpGraph.random(seed, DType.FLOAT32, OpGraph.FLOATING),
                Agreement::problem,
                () -> {});
    }

    /** And each row of the tables has its turn. */
    @TestFactory
    Stream<DynamicTest> integersAgree() {
        Map<String, Integer> counts = new HashMap<>();
        return batches(
                "integers",
                GRAPHS,
                seed -> counted(
                        counts, OpGraph.random(seed, seed % 2 == 0 ? DType.INT32 : DType.INT64, OpGraph.INTEGER)),
                Agreement::problem,
                () -> assertAllUsed(OpGraph.INTEGER, counts));
    }

    /** And differences can tell: where they cannot, nothing is checked. */
    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithDifferences() {
        Differences differences = new Differences();
        return batches(
                "differences",
                GRAPHS,
                seed -> OpGraph.random(seed, DType.FLOAT64, OpGraph.SMOOTH),
                graph -> differences.problem(graph, graph.seed() % TWICE == 0),
                () -> assertTrue(
                        differences.decided() >= 0.97 * differences.compared(),
                        () -> differences.decided() + " of " + differences.compared()));
    }

    /** The programs, some in each test; then, if they are many, a look at all of them. */
    private static Stream<DynamicTest> batches(
            String kind, int count, LongFunction<OpGraph> graphs, Check check, Executable atLast) {
        Stream<DynamicTest> batches = LongStream.range(0, (count + BATCH - 1) / BATCH)
                .mapToObj(batch -> {
                    long first = FIRST + batch * BATCH;
                    long last = Math.min(first + BATCH, FIRST + count) - 1;
                    return DynamicTest.dynamicTest(kind + ", seeds " + first + " to " + last, () -> {
                        List<String> failures = LongStream.rangeClosed(first, last)
                                .mapToObj(seed -> failure(seed, graphs, check))
                                .filter(Objects::nonNull)
                                .toList();
                        assertTrue(failures.isEmpty(), () -> kind + ": " + String.join("\n\n", failures));
                    });
                });
        return count < MANY
                ? batches
                : Stream.concat(batches, Stream.of(DynamicTest.dynamicTest(kind + ", all of them", atLast)));
    }

    private static OpGraph counted(Map<String, Integer> counts, OpGraph graph) {
        graph.names().forEach(name -> counts.merge(name, 1, Integer::sum));
        return graph;
    }

    private static void assertAllUsed(List<Row> rows, Map<String, Integer> counts) {
        List<String> rare = rows.stream()
                .map(Row::name)
                .distinct()
                .filter(name -> counts.getOrDefault(name, 0) < 2)
                .toList();
        assertTrue(rare.isEmpty(), () -> "hardly used: " + rare);
    }

    private static @Nullable String failure(long seed, LongFunction<OpGraph> graphs, Check check) {
        OpGraph graph;
        try {
            graph = graphs.apply(seed);
        } catch (RuntimeException | AssertionError e) {
            return "seed " + seed + ", as the program was made: " + text(e);
        }
        String problem = problem(graph, check);
        if (problem == null) {
            return null;
        }
        return graph.steps()
                .mapToObj(graph::upTo)
                .map(shorter -> {
                    String reason = problem(shorter, check);
                    return reason == null ? null : reason + ", where\n" + shorter.describe();
                })
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> problem + ", where\n" + graph.describe());
    }

    private static @Nullable String problem(OpGraph graph, Check check) {
        try {
            return check.apply(graph);
        } catch (RuntimeException e) {
            return text(e);
        }
    }

    private static String text(Throwable e) {
        return e + "\n  at "
                + Arrays.stream(e.getStackTrace())
                        .limit(FRAMES)
                        .map(StackTraceElement::toString)
                        .collect(Collectors.joining("\n  at "));
    }
}
