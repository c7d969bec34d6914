package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The cases of stage "foundation": tapes, variables, dtypes, errors, gradient descent. */
class FoundationTest {
    static final Cases CASES = Cases.of(
            "foundation",
            TapeCases::addTo,
            TargetCases::addTo,
            WatchCases::addTo,
            HigherOrderCases::addTo,
            ErrorCases::addTo,
            DTypeCases::addTo,
            VariableCases::addTo,
            OptimizerCases::addTo,
            NumericsCases::addTo,
            RobustnessCases::addTo);

    @TestFactory
    Stream<DynamicTest> cases() {
        return CASES.tests();
    }

    @Test
    void everyCaseHasATest() {
        CASES.requireOneTestForEachCase();
    }

    /** A file that lost lines would pass everything else. */
    @Test
    void theFileIsWhole() {
        assertEquals(233, ConformanceCase.all().size());
        assertEquals(78, ConformanceCase.ofStage("foundation").size());
    }
}
