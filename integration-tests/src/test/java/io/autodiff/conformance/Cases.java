package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** The bodies of one stage's cases, by id; and the tests that they make together with the figures of the file. */
final class Cases {
    private final String stage;
    private final Map<String, ThrowingConsumer<ConformanceCase>> bodies = new TreeMap<>();

    /** Gathers the bodies of a stage from one class for each area. */
    @SafeVarargs
    static Cases of(String stage, Consumer<Cases>... areas) {
        Cases cases = new Cases(stage);
        for (Consumer<Cases> area : areas) {
            area.accept(cases);
        }
        return cases;
    }

    /** Puts together what several test classes have of one stage; a case that two of them have is an error. */
    static Cases together(Cases... classes) {
        Cases all = new Cases(classes[0].stage);
        for (Cases cases : classes) {
            assertEquals(all.stage, cases.stage, "the stage");
            cases.bodies.forEach(all::add);
        }
        return all;
    }

    private Cases(String stage) {
        this.stage = stage;
    }

    /** Adds the body of one case. */
    void add(String id, ThrowingConsumer<ConformanceCase> body) {
        if (bodies.put(id, body) != null) {
            throw new IllegalStateException("two tests for the case " + id);
        }
    }

    /** {@return a test for each case of the stage that has a body, displayed as the case's id} */
    Stream<DynamicTest> tests() {
        return ConformanceCase.ofStage(stage).stream()
                .filter(c -> bodies.containsKey(c.id()))
                .map(c -> DynamicTest.dynamicTest(c.id(), () -> {
                    bodies.get(c.id()).accept(c);
                    c.requireAllChecked();
                }));
    }

    /** Fails unless the stage's cases in the file are those with a body and the given ones, which have none yet. */
    void requireOneTestForEachCase(String... notYet) {
        Set<String> known = new TreeSet<>(bodies.keySet());
        for (String id : notYet) {
            assertTrue(known.add(id), () -> id + " has a test");
        }
        List<String> ids =
                ConformanceCase.ofStage(stage).stream().map(ConformanceCase::id).toList();
        assertEquals(
                new TreeSet<>(ids), known, "the cases of the file, and those that have a test or are not there yet");
        assertEquals(ids.size(), known.size(), "an id stands twice in the file");
    }
}
