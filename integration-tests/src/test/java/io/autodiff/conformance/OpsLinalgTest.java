package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The cases of stage "ops" that are about linear algebra. */
class OpsLinalgTest {
    static final Cases CASES = Cases.of("ops", LinalgCases::addTo);

    @TestFactory
    Stream<DynamicTest> cases() {
        return CASES.tests();
    }

    /** A case whose id is not in the file would not run. */
    @Test
    void eachCaseRuns() {
        assertEquals(13, CASES.tests().count());
    }
}
