package io.autodiff.nd4j.ops;

import io.autodiff.op.Op;
import io.autodiff.spi.OpProvider;
import java.util.List;
import java.util.stream.Stream;

/**
 * The ops that come with the engine, in the same form as those of plugins.
 *
 * <pre>{@code
 * OpRegistry.shared().provider("sin").name();     // nd4j
 * }</pre>
 */
public final class BuiltInOps implements OpProvider {
    /** For {@link java.util.ServiceLoader}. */
    public BuiltInOps() {}

    @Override
    public String name() {
        return "nd4j";
    }

    @Override
    public List<Op> ops() {
        return Stream.of(
                        ArithmeticOps.OPS,
                        MathOps.OPS,
                        TrigonometricOps.OPS,
                        SpecialOps.OPS,
                        LogicalOps.OPS,
                        ComparisonOps.OPS,
                        ReductionOps.OPS,
                        CumulativeOps.OPS,
                        SortingOps.OPS,
                        AlongAxisOps.OPS,
                        LinalgOps.OPS,
                        SolveOps.OPS,
                        DeterminantOps.OPS,
                        DecompositionOps.OPS,
                        ExponentialOps.OPS,
                        StructureOps.OPS,
                        BlockOps.OPS,
                        IndexingOps.OPS,
                        SegmentOps.OPS,
                        RandomOps.OPS,
                        ConvolutionOps.OPS,
                        PoolingOps.OPS)
                .flatMap(List::stream)
                .toList();
    }
}
