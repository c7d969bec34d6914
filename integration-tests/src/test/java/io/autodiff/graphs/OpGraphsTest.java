package io.autodiff.graphs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import java.util.ArrayList;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

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

    private static final int SOME = 50;
    /** Of a stack trace. */
    private static final int FRAMES = 8;

    private interface Check extends Function<OpGraph, @Nullable String> {}

    @TestFactory
    Stream<DynamicTest> float64Agrees() {
        return batches(
                "float64", GRAPHS, seed -> OpGraph.random(seed, DType.FLOAT64, OpGraph.FLOATING), Agreement::problem);
    }

    @TestFactory
    Stream<DynamicTest> float32Agrees() {
        return batches(
                "float32",
                GRAPHS / 2,
                seed -> OpGraph.random(seed, DType.FLOAT32, OpGraph.FLOATING),
                Agreement::problem);
    }

    @TestFactory
    Stream<DynamicTest> integersAgree() {
        return batches(
                "integers",
                GRAPHS,
                seed -> OpGraph.random(seed, seed % 2 == 0 ? DType.INT32 : DType.INT64, OpGraph.INTEGER),
                Agreement::problem);
    }

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithDifferences() {
        return batches(
                "differences",
                GRAPHS,
                seed -> OpGraph.random(seed, DType.FLOAT64, OpGraph.SMOOTH),
                graph -> Differences.problem(graph, graph.seed() % TWICE == 0));
    }

    private static Stream<DynamicTest> batches(String kind, int count, LongFunction<OpGraph> graphs, Check check) {
        return LongStream.range(0, (count + BATCH - 1) / BATCH).mapToObj(batch -> {
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

    @Test
    void allRowsAreUsed() {
        Map<String, Integer> counts = new HashMap<>();
        for (long seed = 0; seed < 200; seed++) {
            OpGraph.random(seed, DType.FLOAT64, OpGraph.FLOATING)
                    .names()
                    .forEach(name -> counts.merge(name, 1, Integer::sum));
            OpGraph.random(seed, DType.INT32, OpGraph.INTEGER)
                    .names()
                    .forEach(name -> counts.merge(name, 1, Integer::sum));
        }
        List<String> rare = new ArrayList<>();
        Stream.concat(OpGraph.FLOATING.stream(), OpGraph.INTEGER.stream())
                .map(Row::name)
                .distinct()
                .filter(name -> counts.getOrDefault(name, 0) < 2)
                .forEach(rare::add);
        assertTrue(rare.isEmpty(), () -> "hardly used: " + rare);
    }

    /** Where differences cannot tell, nothing is checked. */
    @Test
    void differencesCanTell() {
        long decided = LongStream.range(0, SOME)
                .mapToObj(seed -> OpGraph.random(seed, DType.FLOAT64, OpGraph.SMOOTH))
                .filter(graph -> Differences.isDecided(graph, true))
                .count();
        assertTrue(decided >= 0.97 * SOME, () -> decided + " of " + SOME);
    }
}
