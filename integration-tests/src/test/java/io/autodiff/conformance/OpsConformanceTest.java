package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every case of stage "ops" has a test in exactly one of the classes that share the stage. */
class OpsConformanceTest {
    /** Of neural networks; these have no tests yet. */
    private static final String[] NOT_YET = {
        "batchnorm-training",
        "conv2d-multichannel-same",
        "conv2d-valid-nhwc",
        "double-backward-softmax",
        "elu-gelu-selu",
        "gelu-exact",
        "l2-normalize",
        "leaky-relu-at-zero",
        "log-softmax",
        "maxpool-2x2",
        "mlp-2-layer-vs-reference",
        "mse-mae-huber",
        "relu-at-zero",
        "relu6-at-kinks",
        "sigmoid-xent-extreme",
        "softmax",
        "softmax-axis0",
        "softmax-xent-soft-labels",
        "sparse-softmax-xent",
        "swish-softsign-hardtanh",
    };

    /** Its figures are not those of its expression: see {@link OpsReductionTest}. */
    private static final String WRONG_IN_THE_FILE = "double-backward-mean-std";

    private static Cases all() {
        return Cases.together(
                OpsElementwiseTest.CASES, OpsReductionTest.CASES, OpsStructureTest.CASES, OpsLinalgTest.CASES);
    }

    private static String[] notHere(String... more) {
        return Stream.of(Arrays.stream(NOT_YET), Stream.of(WRONG_IN_THE_FILE), Arrays.stream(more))
                .flatMap(ids -> ids)
                .toArray(String[]::new);
    }

    @Test
    void everyCaseHasATest() {
        all().requireOneTestForEachCase(notHere());
        assertEquals(120, ConformanceCase.ofStage("ops").size());
    }

    /** The checks would notice a case that is forgotten, one that is not in the file, and one with two tests. */
    @Test
    void whatIsWrongWouldBeNoticed() {
        assertThrows(AssertionError.class, () -> all().requireOneTestForEachCase());
        assertThrows(AssertionError.class, () -> all().requireOneTestForEachCase(notHere("no-such-case")));
        assertThrows(AssertionError.class, () -> all().requireOneTestForEachCase(notHere("sort-ascending")));
        assertThrows(IllegalStateException.class, () -> Cases.together(OpsReductionTest.CASES, OpsReductionTest.CASES));
    }
}
