package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The cases of stage "compiled": compiled functions. */
class CompiledTest {
    static final Cases CASES = Cases.of("compiled", CompiledCases::addTo);

    @TestFactory
    Stream<DynamicTest> cases() {
        return CASES.tests();
    }

    @Test
    void everyCaseHasATest() {
        CASES.requireOneTestForEachCase();
        assertEquals(7, ConformanceCase.ofStage("compiled").size());
    }

    /** The check above would notice a case that is forgotten. */
    @Test
    void aForgottenCaseWouldBeNoticed() {
        assertThrows(AssertionError.class, () -> CASES.requireOneTestForEachCase("compiled-second-order"));
        assertThrows(AssertionError.class, () -> CASES.requireOneTestForEachCase("no-such-case"));
    }
}
