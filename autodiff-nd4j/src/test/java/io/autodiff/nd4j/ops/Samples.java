package io.autodiff.nd4j.ops;

import io.autodiff.tck.OpSample;
import java.util.List;
import java.util.stream.Stream;

/** The samples of elementwise ops, for tests of other packages. */
public final class Samples {
    private Samples() {}

    /** All of them, and some others. */
    public static Stream<OpSample> elementwise() {
        return Stream.of(ElementwiseSamples.all(), FunctionSamples.all(), BinarySamples.all(), StructureSamples.all())
                .flatMap(List::stream);
    }
}
