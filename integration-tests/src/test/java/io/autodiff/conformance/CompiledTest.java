package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The cases of stage "compiled": compiled functions.
 *
 * <p>One of them is not here: {@code compiled-loop-dynamic-count} repeats a step as often as an argument of the compiled function
 * says. That needs loops whose count is known only when the function runs, and a Java loop is unrolled while tracing.
 */
class CompiledTest {
    private static final String NOT_YET = "compiled-loop-dynamic-count";
    private static final Cases CASES = Cases.of("compiled", CompiledCases::addTo);

    @TestFactory
    Stream<DynamicTest> cases() {
        return CASES.tests();
    }

    @Test
    void everyCaseHasATestButOne() {
        CASES.requireOneTestForEachCase(NOT_YET);
        assertEquals(7, ConformanceCase.ofStage("compiled").size());
    }

    /** The check above would notice a case that is forgotten, and one that is left among the missing ones after it came. */
    @Test
    void aForgottenCaseWouldBeNoticed() {
        assertThrows(AssertionError.class, CASES::requireOneTestForEachCase);
        assertThrows(AssertionError.class, () -> CASES.requireOneTestForEachCase(NOT_YET, "compiled-second-order"));
        assertThrows(AssertionError.class, () -> CASES.requireOneTestForEachCase(NOT_YET, "no-such-case"));
    }
}
