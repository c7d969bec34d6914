package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Ops that move elements and do not compute with them. */
final class StructureOps {
    static final Op RESHAPE = Op.named("reshape")
            .inputs("x")
            .attribute("shape", Shape.class)
            .shape(StructureOps::reshapeSpec)
            .kernel(INDArray.class, c -> c.input("x").dup('c').reshape('c', sizes(c)))
            .gradient("x", (c, dy) -> dy.reshape(c.input("x").shape()));

    static final Op PERMUTE = Op.named("permute")
            .inputs("x")
            .attribute("axes", List.class)
            .shape(StructureOps::permuteSpec)
            .kernel(INDArray.class, StructureOps::permute)
            .gradient("x", (c, dy) -> dy.permute(inverse(c.attributes().longs("axes"))));

    /** Declared broadcasting, so that the backward pass sums what was repeated. */
    static final Op BROADCAST_TO = Op.named("broadcast_to")
            .inputs("x")
            .attribute("shape", Shape.class)
            .shape(StructureOps::broadcastSpec)
            .broadcasting()
            .kernel(INDArray.class, c -> Kernels.broadcast(c, c.input("x")))
            .gradient("x", (c, dy) -> dy);

    static final Op SLICE = Op.named("slice")
            .inputs("x")
            .attribute("begin", List.class)
            .attribute("shape", Shape.class)
            .shape(StructureOps::sliceSpec)
            .kernel(INDArray.class, c -> block(c.input("x"), c, c.attributes().shape("shape")))
            .gradient(
                    "x",
                    (c, dy) -> Executor.execute(
                            "pad_to",
                            Attributes.of(
                                    "begin",
                                    c.attributes().get("begin", List.class),
                                    "shape",
                                    c.input("x").shape()),
                            dy));

    /** The adjoint of slice: a tensor of zeros in which the input is the block that begins at a position. */
    static final Op PAD_TO = Op.named("pad_to")
            .inputs("x")
            .attribute("begin", List.class)
            .attribute("shape", Shape.class)
            .shape(StructureOps::padSpec)
            .kernel(INDArray.class, c -> {
                INDArray z = NdArrays.allocate(c.outputSpec()).assign(0);
                if (!c.input("x").isEmpty()) {
                    z.put(indices(c, Shape.of(c.input("x").shape())), c.input("x"));
                }
                return z;
            })
            .gradient(
                    "x",
                    (c, dy) ->
                            dy.slice(c.attributes().longs("begin"), c.input("x").shape()));

    static final Op STACK = Op.named("stack")
            .variadicInputs("inputs")
            .attribute("axis", Long.class)
            .shape(StructureOps::stackSpec)
            .kernel(
                    INDArray.class,
                    c -> Nd4j.stack(
                            (int) c.attributes().integer("axis"), c.inputs().toArray(new INDArray[0])))
            .gradients(StructureOps::unstack);

    static final Op STOP_GRADIENT = Op.named("stop_gradient")
            .inputs("x")
            .shape(Shapes.sameAs("x"))
            .kernel(INDArray.class, c -> c.input("x"))
            .elementwise(e -> e.input("x"))
            .notDifferentiable();

    static final Op CAST = Op.named("cast")
            .inputs("x")
            .attribute("dtype", DType.class)
            .shape(c ->
                    new TensorSpec(c.attributes().dtype("dtype"), c.input("x").shape()))
            .kernel(INDArray.class, StructureOps::cast)
            .elementwise(e -> e.apply(ScalarFunction.CAST, "x"))
            .gradient("x", (c, dy) -> dy.castTo(c.input("x").dtype()));

    static final List<Op> OPS = List.of(RESHAPE, PERMUTE, BROADCAST_TO, SLICE, PAD_TO, STACK, STOP_GRADIENT, CAST);

    private StructureOps() {}

    private static long[] sizes(OpCall<INDArray> call) {
        return call.outputSpec().shape().toArray();
    }

    private static TensorSpec reshapeSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        Shape shape = call.attributes().shape("shape");
        if (shape.elements() != x.shape().elements()) {
            throw call.error("the shape " + shape + " has " + shape.elements() + " elements, 'x' has "
                    + x.shape().elements());
        }
        return new TensorSpec(x.dtype(), shape);
    }

    private static TensorSpec permuteSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        long[] axes = call.attributes().longs("axes");
        boolean[] seen = new boolean[x.shape().rank()];
        long[] sizes = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            if (axes.length != seen.length || axes[i] < 0 || axes[i] >= seen.length || seen[(int) axes[i]]) {
                break;
            }
            seen[(int) axes[i]] = true;
            sizes[i] = x.shape().size((int) axes[i]);
        }
        for (boolean named : seen) {
            if (!named) {
                throw call.error("axes " + Arrays.toString(axes) + " must name each axis from 0 to "
                        + (x.shape().rank() - 1) + " once");
            }
        }
        if (axes.length != seen.length) {
            throw call.error("axes " + Arrays.toString(axes) + " are too many for 'x'");
        }
        return new TensorSpec(x.dtype(), Shape.of(sizes));
    }

    private static INDArray permute(OpCall<INDArray> call) {
        long[] axes = call.attributes().longs("axes");
        INDArray x = call.input("x");
        return axes.length == 0 ? x : x.permute(ints(axes)).dup('c');
    }

    private static int[] inverse(long[] axes) {
        int[] inverse = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            inverse[(int) axes[i]] = i;
        }
        return inverse;
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    private static TensorSpec broadcastSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        Shape shape = call.attributes().shape("shape");
        if (!shape.equals(call.broadcast(x.shape(), shape))) {
            throw call.error("the shape " + x.shape() + " does not broadcast to " + shape);
        }
        return new TensorSpec(x.dtype(), shape);
    }

    private static TensorSpec sliceSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        requireBlock(call, call.attributes().shape("shape"), x.shape());
        return new TensorSpec(x.dtype(), call.attributes().shape("shape"));
    }

    private static TensorSpec padSpec(OpCall<TensorSpec> call) {
        TensorSpec x = call.input("x");
        requireBlock(call, x.shape(), call.attributes().shape("shape"));
        return new TensorSpec(x.dtype(), call.attributes().shape("shape"));
    }

    private static void requireBlock(OpCall<TensorSpec> call, Shape block, Shape whole) {
        long[] begin = call.attributes().longs("begin");
        boolean inside = begin.length == whole.rank() && block.rank() == whole.rank();
        for (int axis = 0; inside && axis < begin.length; axis++) {
            inside = begin[axis] >= 0 && begin[axis] <= whole.size(axis) - block.size(axis);
        }
        if (!inside) {
            throw call.error("the block of shape " + block + " that begins at " + Arrays.toString(begin)
                    + " is not inside the shape " + whole);
        }
    }

    private static INDArrayIndex[] indices(OpCall<INDArray> call, Shape block) {
        long[] begin = call.attributes().longs("begin");
        INDArrayIndex[] indices = new INDArrayIndex[begin.length];
        for (int axis = 0; axis < begin.length; axis++) {
            indices[axis] = NDArrayIndex.interval(begin[axis], begin[axis] + block.size(axis));
        }
        return indices;
    }

    private static INDArray block(INDArray x, OpCall<INDArray> call, Shape block) {
        return x.rank() == 0 ? x : x.get(indices(call, block)).dup('c').reshape('c', block.toArray());
    }

    private static TensorSpec stackSpec(OpCall<TensorSpec> call) {
        TensorSpec first = call.input(0);
        for (TensorSpec input : call.inputs()) {
            Shapes.requireSameDType(call, first, input);
            if (!input.shape().equals(first.shape())) {
                throw call.error(
                        "the shapes " + first.shape() + " and " + input.shape() + " differ; a stack is of one shape");
            }
        }
        long axis = call.attributes().integer("axis");
        if (axis < 0 || axis > first.shape().rank()) {
            throw call.error("no axis " + axis + " in the result of rank "
                    + (first.shape().rank() + 1));
        }
        long[] sizes = new long[first.shape().rank() + 1];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = i == axis ? call.inputs().size() : first.shape().size(i < axis ? i : i - 1);
        }
        return new TensorSpec(first.dtype(), Shape.of(sizes));
    }

    private static List<@Nullable Tensor> unstack(OpCall<Tensor> call, List<Tensor> outputGradients, boolean[] needed) {
        Tensor dy = outputGradients.get(0);
        int axis = (int) call.attributes().integer("axis");
        long[] block = dy.shape().toArray();
        block[axis] = 1;
        List<@Nullable Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < needed.length; i++) {
            long[] begin = new long[block.length];
            begin[axis] = i;
            gradients.add(
                    needed[i]
                            ? dy.slice(begin, Shape.of(block))
                                    .reshape(call.input(i).shape())
                            : null);
        }
        return gradients;
    }

    private static INDArray cast(OpCall<INDArray> call) {
        INDArray x = call.input("x");
        DType from = call.inputSpecs().get(0).dtype();
        DType to = call.outputSpec().dtype();
        if (from == to) {
            return x;
        }
        if (to.isInteger() && from.isFloating()) {
            double[] elements = NdArrays.doubles(x);
            for (int i = 0; i < elements.length; i++) {
                Casts.toInteger(call, elements[i], i);
            }
        } else if (to == DType.INT32 && from == DType.INT64) {
            for (long element : NdArrays.longs(x)) {
                Casts.toInteger(call, element);
            }
        }
        return x.castTo(NdArrays.dataType(to));
    }
}
