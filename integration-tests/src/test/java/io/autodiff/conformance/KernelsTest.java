package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.fused.CountedKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** The cases run by kernels where they are meant to, and without any where they are not. */
class KernelsTest {
    private static final boolean PLANNED = "planned".equals(System.getProperty("autodiff.execution"));

    private static Stream<DynamicTest> cases() {
        return Stream.of(
                        FoundationTest.CASES,
                        CompiledTest.CASES,
                        PluginsConformanceTest.CASES,
                        OpsElementwiseTest.CASES,
                        OpsReductionTest.CASES,
                        OpsStructureTest.CASES,
                        OpsLinalgTest.CASES,
                        OpsNnTest.CASES)
                .flatMap(Cases::tests);
    }

    @Test
    void casesRunByKernelsWhereTheyAreMeantTo() throws Throwable {
        List<String> without = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (DynamicTest test : cases().toList()) {
            long before = CountedKernels.runs();
            test.getExecutable().execute();
            all.add(test.getDisplayName());
            if (CountedKernels.runs() == before) {
                without.add(test.getDisplayName());
            }
        }
        if (!CountedKernels.areWanted()) {
            assertEquals(all, without);
        } else if (PLANNED) {
            // Those compute nothing: what they expect is an error, or null.
            assertTrue(without.size() <= all.size() / 6, () -> without.size() + " of " + all.size() + ": " + without);
        }
    }
}
