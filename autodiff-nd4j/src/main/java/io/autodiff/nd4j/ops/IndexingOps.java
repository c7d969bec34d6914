package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Ops that read and write where index tensors point. Indices count from 0 and are checked in Java before ND4J sees them: it reads
 * and writes wherever they point.
 *
 * <p>The pairs of adjoints are gather and {@link SegmentOps#UNSORTED_SEGMENT_SUM}, gather_nd and scatter_nd.
 */
final class IndexingOps {
    /** Slices of x along an axis, in whose place come the axes of the indices. */
    static final Op GATHER = Op.named("gather")
            .inputs("x", "indices")
            .attribute("axis", Long.class)
            .shape(IndexingOps::gatherSpec)
            .kernel(INDArray.class, IndexingOps::gather)
            .kernel(HostArray.class, IndexingOps::gatherOnHost)
            .notDifferentiable("indices")
            .gradient("x", (c, dy) -> {
                long axis = c.attributes().integer("axis");
                long size = c.input("x").shape().size((int) axis);
                return Executor.execute(
                        "unsorted_segment_sum", Attributes.of("axis", axis, "count", size), dy, c.input("indices"));
            });

    /** Each row of the indices, along their last axis, is a position in the first axes of x. */
    static final Op GATHER_ND = Op.named("gather_nd")
            .inputs("x", "indices")
            .shape(c ->
                    new TensorSpec(c.input("x").dtype(), updates(c, c.input("x").shape())))
            .kernel(INDArray.class, IndexingOps::gatherNd)
            .kernel(
                    HostArray.class,
                    c -> HostRows.take(
                            c, c.input("x"), Indices.positions(c, c.inputSpec(0).shape())))
            .notDifferentiable("indices")
            .gradient(
                    "x",
                    (c, dy) -> Executor.execute(
                            "scatter_nd", Attributes.of("shape", c.input("x").shape()), c.input("indices"), dy));

    /** Zeros, to which each update is added at its position. */
    static final Op SCATTER_ND = Op.named("scatter_nd")
            .inputs("indices", "updates")
            .attribute("shape", Shape.class)
            .shape(IndexingOps::scatterSpec)
            .kernel(
                    INDArray.class,
                    c -> Rows.sum(
                            c,
                            c.input("updates"),
                            Indices.positions(c, c.outputSpec().shape()),
                            slices(c.outputSpec().shape(), c.inputSpec(0).shape())))
            .kernel(
                    HostArray.class,
                    c -> HostRows.sum(
                            c,
                            c.input("updates"),
                            Indices.positions(c, c.outputSpec().shape())))
            .notDifferentiable("indices")
            .gradient("updates", (c, dy) -> Executor.execute("gather_nd", dy, c.input("indices")));

    /** x, in which each update takes the place of what was at its position; of several for one position the last. */
    static final Op TENSOR_SCATTER_UPDATE = Op.named("tensor_scatter_update")
            .inputs("x", "indices", "updates")
            .shape(IndexingOps::updateSpec)
            .kernel(
                    INDArray.class,
                    c -> Rows.replace(
                            c,
                            c.input("x"),
                            c.input("updates"),
                            Indices.positions(c, c.inputSpec(0).shape())))
            .kernel(
                    HostArray.class,
                    c -> HostRows.replace(
                            c,
                            c.input("x"),
                            c.input("updates"),
                            Indices.positions(c, c.inputSpec(0).shape())))
            .notDifferentiable("indices")
            .gradient(
                    "x",
                    (c, dy) -> Executor.execute(
                            "tensor_scatter_update", dy, c.input("indices"), Tensors.zerosLike(c.input("updates"))))
            .gradient("updates", IndexingOps::updatesGradient);

    static final List<Op> OPS = List.of(GATHER, GATHER_ND, SCATTER_ND, TENSOR_SCATTER_UPDATE);

    private IndexingOps() {}

    private static TensorSpec gatherSpec(OpCall<TensorSpec> call) {
        Shape x = call.input("x").shape();
        Shape indices = Indices.require(call, "indices").shape();
        long axis = call.attributes().integer("axis");
        if (axis < 0 || axis >= x.rank()) {
            throw call.error("no axis " + axis + " in 'x' to gather along");
        }
        return new TensorSpec(call.input("x").dtype(), x.withAxes((int) axis, (int) axis + 1, indices.toArray()));
    }

    private static INDArray gather(OpCall<INDArray> call) {
        Shape x = call.inputSpec(0).shape();
        int axis = (int) call.attributes().integer("axis");
        long size = x.size(axis);
        long[] indices = Indices.checked(call, "indices", size, "axis " + axis + " of 'x'");
        return Rows.take(call, call.input("x"), elements(x, axis), size, indices);
    }

    private static HostArray gatherOnHost(OpCall<HostArray> call) {
        Shape x = call.inputSpec(0).shape();
        int axis = (int) call.attributes().integer("axis");
        long size = x.size(axis);
        long[] indices = Indices.checked(call, "indices", size, "axis " + axis + " of 'x'");
        long[] rows = new long[Math.toIntExact(elements(x, axis) * indices.length)];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / indices.length * size + indices[i % indices.length];
        }
        return HostRows.take(call, call.input("x"), rows);
    }

    private static INDArray gatherNd(OpCall<INDArray> call) {
        Shape x = call.inputSpec(0).shape();
        long[] positions = Indices.positions(call, x);
        return Rows.take(call, call.input("x"), 1, slices(x, call.inputSpec(1).shape()), positions);
    }

    /** How many elements the first axes of a shape have together. */
    private static long elements(Shape shape, int axes) {
        return Shape.of(Arrays.copyOf(shape.toArray(), axes)).elements();
    }

    /** How many slices there are for the positions that indices of a shape can name. */
    private static long slices(Shape whole, Shape indices) {
        return elements(whole, (int) indices.size(indices.rank() - 1));
    }

    /** The shape of the updates that belong to indices of positions in a shape, or the error that there is none. */
    private static Shape updates(OpCall<TensorSpec> call, Shape whole) {
        Shape indices = Indices.require(call, "indices").shape();
        if (indices.isScalar()) {
            throw call.error("'indices' is a scalar; its last axis holds positions, so that it has rank 1 at least");
        }
        long depth = indices.size(indices.rank() - 1);
        if (depth > whole.rank()) {
            throw call.error("the last axis of 'indices' has size " + depth + ", for positions in the shape " + whole
                    + ", which has rank " + whole.rank());
        }
        long[] batch = Arrays.copyOf(indices.toArray(), indices.rank() - 1);
        return whole.withAxes(0, (int) depth, batch);
    }

    private static void requireUpdates(OpCall<TensorSpec> call, Shape whole) {
        Shape wanted = updates(call, whole);
        if (!wanted.equals(call.input("updates").shape())) {
            throw call.error(
                    "'updates' must have the shape " + wanted + ", which 'indices' of this shape leave of " + whole);
        }
    }

    private static TensorSpec scatterSpec(OpCall<TensorSpec> call) {
        TensorSpec updates = Shapes.require(call, "updates", DType::isNumeric, "a numeric dtype");
        Shape shape = call.attributes().shape("shape");
        requireUpdates(call, shape);
        return new TensorSpec(updates.dtype(), shape);
    }

    private static TensorSpec updateSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        Shapes.requireSameDType(call, x, call.input("updates"));
        requireUpdates(call, x.shape());
        return x;
    }

    /**
     * The part of dy at each position; 0 for an update that a later one for the same position took the place of. To know which those
     * are, the updates' own numbers are written to the positions and read back.
     */
    private static Tensor updatesGradient(OpCall<Tensor> call, Tensor dy) {
        Tensor indices = call.input("indices");
        Shape updates = call.input("updates").shape();
        int batch = indices.shape().rank() - 1;
        Shape numbered = Shape.of(Arrays.copyOf(updates.toArray(), batch));
        int depth = (int) indices.shape().size(batch);
        Shape positions = Shape.of(Arrays.copyOf(dy.shape().toArray(), depth));
        Tensor numbers = Tensors.range(Math.toIntExact(numbered.elements())).reshape(numbered);
        Tensor last =
                Executor.execute("tensor_scatter_update", Tensors.fill(DType.INT32, positions, 0), indices, numbers);
        Tensor kept = Executor.execute("gather_nd", last, indices).eq(numbers);
        long[] columns = Arrays.copyOf(numbered.toArray(), updates.rank());
        Arrays.fill(columns, batch, columns.length, 1);
        Tensor part = Executor.execute("gather_nd", dy, indices);
        return Tensors.where(kept.reshape(columns), part, Tensors.zerosLike(part));
    }
}
