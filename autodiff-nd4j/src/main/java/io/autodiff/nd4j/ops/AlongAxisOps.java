package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensors;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;

/**
 * Elements by their positions along one axis, one position for each, and the adjoint of that. In Java, where each position is checked:
 * ND4J gives 0 for one that does not exist, or ends the process.
 */
final class AlongAxisOps {
    static final Op TAKE_ALONG_AXIS = Op.named("take_along_axis")
            .inputs("x", "indices")
            .attribute("axis", Long.class)
            .shape(AlongAxisOps::takeSpec)
            .kernel(HostArray.class, AlongAxisOps::take)
            .gradient("x", (c, dy) -> {
                int axis = axis(c);
                return Tensors.addAlongAxis(
                        dy, c.input("indices"), axis, c.input("x").shape().size(axis));
            })
            .notDifferentiable("indices");

    static final Op ADD_ALONG_AXIS = Op.named("add_along_axis")
            .inputs("x", "indices")
            .attribute("axis", Long.class)
            .attribute("size", Long.class)
            .shape(AlongAxisOps::addSpec)
            .kernel(HostArray.class, AlongAxisOps::add)
            .gradient("x", (c, dy) -> Tensors.takeAlongAxis(dy, c.input("indices"), axis(c)))
            .notDifferentiable("indices");

    static final List<Op> OPS = List.of(TAKE_ALONG_AXIS, ADD_ALONG_AXIS);

    private AlongAxisOps() {}

    private static TensorSpec takeSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        TensorSpec indices = Shapes.require(call, "indices", DType::isInteger, "an integer dtype");
        requireSameBeside(call, x.shape(), indices.shape());
        return new TensorSpec(x.dtype(), indices.shape());
    }

    private static TensorSpec addSpec(OpCall<TensorSpec> call) {
        TensorSpec x = Shapes.require(call, "x", DType::isNumeric, "a numeric dtype");
        TensorSpec indices = Shapes.require(call, "indices", DType::isInteger, "an integer dtype");
        if (!x.shape().equals(indices.shape())) {
            throw call.error("'indices' has not the shape of 'x'; it holds one position for each element");
        }
        long[] sizes = x.shape().toArray();
        sizes[x.shape().axis(axis(call))] = call.attributes().integer("size");
        return new TensorSpec(x.dtype(), Shape.of(sizes));
    }

    private static void requireSameBeside(OpCall<TensorSpec> call, Shape x, Shape indices) {
        int along = x.axis(axis(call));
        boolean same = x.rank() == indices.rank();
        for (int axis = 0; same && axis < x.rank(); axis++) {
            same = axis == along || x.size(axis) == indices.size(axis);
        }
        if (!same) {
            throw call.error("'indices' must have the rank of 'x' and, but for axis " + along
                    + ", its sizes; use reshape and broadcastTo");
        }
    }

    private static HostArray take(OpCall<HostArray> call) {
        Lanes from = lanes(call.input("x"), call);
        Lanes to = lanes(call.input("indices"), call);
        int[] positions = positions(call, from.size());
        long[] sources = new long[positions.length];
        for (int lane = 0; lane < to.count(); lane++) {
            int start = from.start(lane);
            int at = to.start(lane);
            for (int i = 0; i < to.size(); i++, at += to.inner()) {
                sources[at] = start + (long) positions[at] * from.inner();
            }
        }
        HostArray z = HostArray.allocate(call.outputSpec());
        z.takeRuns(call.input("x"), sources, 1);
        return z;
    }

    private static HostArray add(OpCall<HostArray> call) {
        Lanes from = lanes(call.input("x"), call);
        Lanes to = Lanes.of(call.outputSpec().shape(), axis(call));
        int[] positions = positions(call, to.size());
        int[] targets = new int[positions.length];
        for (int lane = 0; lane < from.count(); lane++) {
            int start = to.start(lane);
            int at = from.start(lane);
            for (int i = 0; i < from.size(); i++, at += from.inner()) {
                targets[at] = start + positions[at] * to.inner();
            }
        }
        int elements = Math.toIntExact(call.outputSpec().shape().elements());
        if (!call.outputSpec().dtype().isFloating()) {
            long[] x = call.input("x").longs();
            long[] z = new long[elements];
            for (int i = 0; i < x.length; i++) {
                z[targets[i]] += x[i];
            }
            return HostArray.of(call.outputSpec(), z);
        }
        double[] x = call.input("x").doubles();
        double[] z = new double[elements];
        for (int i = 0; i < x.length; i++) {
            z[targets[i]] += x[i];
        }
        return HostArray.of(call.outputSpec(), z);
    }

    private static int[] positions(OpCall<HostArray> call, int size) {
        long[] indices = call.input("indices").longs();
        int[] positions = new int[indices.length];
        for (int i = 0; i < positions.length; i++) {
            if (indices[i] < 0 || indices[i] >= size) {
                throw call.error("the index " + indices[i] + " at element " + i + " of 'indices' is not in axis "
                        + axis(call) + ", which has the positions 0 to " + (size - 1));
            }
            positions[i] = (int) indices[i];
        }
        return positions;
    }

    private static Lanes lanes(HostArray array, OpCall<HostArray> call) {
        return Lanes.of(array.spec().shape(), axis(call));
    }

    private static int axis(OpCall<?> call) {
        return call.inputSpec(0).shape().axis(call.attributes().integer("axis"));
    }
}
