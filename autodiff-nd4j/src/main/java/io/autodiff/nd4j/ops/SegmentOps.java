package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The sum over segments; means, and segments in order, are composites of it. */
final class SegmentOps {
    /**
     * The adjoint of {@link IndexingOps#GATHER}: from an axis on, the axes of x are those of the segments' numbers; the result has one
     * axis in their place, of the sums of what has the same number.
     */
    static final Op UNSORTED_SEGMENT_SUM = Op.named("unsorted_segment_sum")
            .inputs("x", "segments")
            .attribute("axis", Long.class)
            .attribute("count", Long.class)
            .shape(SegmentOps::sumSpec)
            .kernel(INDArray.class, c -> Rows.sum(c, c.input("x"), targets(c), rows(c)))
            .kernel(HostArray.class, c -> HostRows.sum(c, c.input("x"), targets(c)))
            .notDifferentiable("segments")
            .gradient(
                    "x",
                    (c, dy) -> Executor.execute(
                            "gather", Attributes.of("axis", c.attributes().integer("axis")), dy, c.input("segments")));

    static final List<Op> OPS = List.of(UNSORTED_SEGMENT_SUM);

    private SegmentOps() {}

    private static TensorSpec sumSpec(OpCall<TensorSpec> call) {
        TensorSpec x = Shapes.require(call, "x", DType::isNumeric, "a numeric dtype");
        Shape segments = Indices.require(call, "segments").shape();
        long axis = call.attributes().integer("axis");
        long count = call.attributes().integer("count");
        boolean fits = axis >= 0 && axis <= x.shape().rank() - segments.rank();
        for (int i = 0; fits && i < segments.rank(); i++) {
            fits = segments.size(i) == x.shape().size((int) axis + i);
        }
        if (!fits) {
            throw call.error("the shape " + segments + " of 'segments' must be that of the axes of 'x' from axis "
                    + axis + " on");
        }
        if (count < 0) {
            throw call.error("there is no negative number of segments: " + count);
        }
        return new TensorSpec(x.dtype(), x.shape().withAxes((int) axis, (int) axis + segments.rank(), count));
    }

    /** The row of the result to which each row of x is added. */
    private static long[] targets(OpCall<?> call) {
        long count = call.attributes().integer("count");
        long[] segments = Indices.checked(call, "segments", count, "the segments");
        long[] targets = new long[Math.toIntExact(outer(call) * segments.length)];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = i / segments.length * count + segments[i % segments.length];
        }
        return targets;
    }

    private static long rows(OpCall<?> call) {
        return outer(call) * call.attributes().integer("count");
    }

    private static long outer(OpCall<?> call) {
        int axis = (int) call.attributes().integer("axis");
        long outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= call.inputSpec(0).shape().size(i);
        }
        return outer;
    }
}
