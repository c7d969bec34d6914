package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The cases of stage "plugins": custom gradients and ops of third parties. */
class PluginsConformanceTest {
    static final Cases CASES = Cases.of("plugins", PluginCases::addTo);

    @TestFactory
    Stream<DynamicTest> cases() {
        return CASES.tests();
    }

    @Test
    void everyCaseHasATest() {
        CASES.requireOneTestForEachCase();
        assertEquals(9, ConformanceCase.ofStage("plugins").size());
    }

    /** The check above would notice a case that is forgotten. */
    @Test
    void aForgottenCaseWouldBeNoticed() {
        assertThrows(AssertionError.class, () -> CASES.requireOneTestForEachCase("custom-gradient-basic"));
        assertThrows(AssertionError.class, () -> CASES.requireOneTestForEachCase("no-such-case"));
    }
}
