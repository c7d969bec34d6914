package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Every case of stage "ops" has a test in exactly one of the classes that share the stage. */
class OpsConformanceTest {
    /** Its figures are not those of its expression: see {@link OpsReductionTest}. */
    private static final String WRONG_IN_THE_FILE = "double-backward-mean-std";

    private static Cases all() {
        return Cases.together(
                OpsElementwiseTest.CASES,
                OpsReductionTest.CASES,
                OpsStructureTest.CASES,
                OpsLinalgTest.CASES,
                OpsNnTest.CASES);
    }

    @Test
    void everyCaseHasATest() {
        all().requireOneTestForEachCase(WRONG_IN_THE_FILE);
        assertEquals(120, ConformanceCase.ofStage("ops").size());
    }

    /** The checks would notice a case that is forgotten, one that is not in the file, and one with two tests. */
    @Test
    void whatIsWrongWouldBeNoticed() {
        assertThrows(AssertionError.class, () -> all().requireOneTestForEachCase());
        assertThrows(AssertionError.class, () -> all().requireOneTestForEachCase(WRONG_IN_THE_FILE, "no-such-case"));
        assertThrows(AssertionError.class, () -> all().requireOneTestForEachCase(WRONG_IN_THE_FILE, "softmax"));
        assertThrows(IllegalStateException.class, () -> Cases.together(OpsReductionTest.CASES, OpsReductionTest.CASES));
    }
}
