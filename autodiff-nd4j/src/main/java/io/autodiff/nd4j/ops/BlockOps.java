package io.autodiff.nd4j.ops;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Ops that cut blocks out of tensors, put them into others, join them, and turn them round. */
final class BlockOps {
    /** From a position on, every so many-th element of each axis; strides are 1 or more, and {@link #REVERSE} does the rest. */
    static final Op SLICE = Op.named("slice")
            .inputs("x")
            .attribute("begin", List.class)
            .attribute("strides", List.class)
            .attribute("shape", Shape.class)
            .shape(c -> placed(c, c.attributes().shape("shape"), c.input("x").shape()))
            .kernel(
                    INDArray.class,
                    c -> c.input("x").rank() == 0
                            ? c.input("x")
                            : view(c.input("x"), c, c.outputSpec().shape()).dup('c'))
            .kernel(HostArray.class, BlockOps::slice)
            .gradient("x", (c, dy) -> Executor.execute("pad_to", position(c, c.input("x")), dy));

    /** The adjoint of slice: zeros, in which the input's elements are where a slice would find them. */
    static final Op PAD_TO = Op.named("pad_to")
            .inputs("x")
            .attribute("begin", List.class)
            .attribute("strides", List.class)
            .attribute("shape", Shape.class)
            .shape(c -> placed(c, c.input("x").shape(), c.attributes().shape("shape")))
            .kernel(INDArray.class, c -> {
                if (c.input("x").rank() == 0) {
                    return c.input("x");
                }
                INDArray z = NdArrays.allocate(c.outputSpec()).assign(0);
                if (!c.input("x").isEmpty()) {
                    view(z, c, c.inputSpec(0).shape()).assign(c.input("x"));
                }
                return z;
            })
            .kernel(HostArray.class, BlockOps::padTo)
            .gradient("x", (c, dy) -> Executor.execute("slice", position(c, c.input("x")), dy));

    static final Op CONCAT = Op.named("concat")
            .variadicInputs("inputs")
            .attribute("axis", Long.class)
            .shape(BlockOps::concatSpec)
            .kernel(INDArray.class, BlockOps::concat)
            .kernel(HostArray.class, BlockOps::join)
            .gradients(BlockOps::parts);

    static final Op STACK = Op.named("stack")
            .variadicInputs("inputs")
            .attribute("axis", Long.class)
            .shape(BlockOps::stackSpec)
            .kernel(
                    INDArray.class,
                    c -> Nd4j.stack(
                            (int) c.attributes().integer("axis"), c.inputs().toArray(new INDArray[0])))
            .kernel(HostArray.class, BlockOps::join)
            .gradients(BlockOps::parts);

    static final Op REVERSE = Op.named("reverse")
            .inputs("x")
            .attribute("axes", List.class)
            .shape(c -> {
                // No axes here is none; it is the method of Operand for which no axes means all.
                c.input("x").shape().select(c.attributes().longs("axes"));
                return c.input("x");
            })
            .kernel(INDArray.class, BlockOps::reverse)
            .kernel(HostArray.class, BlockOps::turn)
            .gradient("x", (c, dy) -> Executor.execute("reverse", c.attributes(), dy));

    static final List<Op> OPS = List.of(SLICE, PAD_TO, CONCAT, STACK, REVERSE);

    private BlockOps() {}

    /** The spec of the result, once a block of one shape is known to have its place inside the other. */
    private static TensorSpec placed(OpCall<TensorSpec> call, Shape block, Shape whole) {
        long[] begin = call.attributes().longs("begin");
        long[] strides = call.attributes().longs("strides");
        boolean inside = begin.length == whole.rank() && strides.length == whole.rank() && block.rank() == whole.rank();
        for (int axis = 0; inside && axis < begin.length; axis++) {
            long after = whole.size(axis) - begin[axis];
            inside = begin[axis] >= 0
                    && strides[axis] >= 1
                    && (block.size(axis) == 0
                            ? after >= 0
                            : (after - 1) / strides[axis] >= block.size(axis) - 1 && after > 0);
        }
        if (!inside) {
            throw call.error("the block of shape " + block + " that begins at " + Arrays.toString(begin)
                    + " with the strides " + Arrays.toString(strides) + " is not inside the shape " + whole);
        }
        return new TensorSpec(call.input("x").dtype(), call.attributes().shape("shape"));
    }

    /** A block's place, of the same attributes in both directions, and what the other direction comes back to. */
    private static Attributes position(OpCall<Tensor> call, Tensor x) {
        return Attributes.ofPairs(
                "begin",
                call.attributes().get("begin", List.class),
                "strides",
                call.attributes().get("strides", List.class),
                "shape",
                x.shape());
    }

    /** The elements at a block's place, without a copy. ND4J's own intervals refuse strides that end behind the last element. */
    private static INDArray view(INDArray whole, OpCall<INDArray> call, Shape block) {
        long[] begin = call.attributes().longs("begin");
        long[] strides = call.attributes().longs("strides");
        long offset = whole.offset();
        for (int axis = 0; axis < begin.length; axis++) {
            offset += begin[axis] * whole.stride(axis);
            strides[axis] = block.size(axis) == 1 ? 1 : strides[axis] * whole.stride(axis);
        }
        return Nd4j.create(whole.data(), block.toArray(), strides, offset, 'c');
    }

    private static HostArray slice(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        HostArray z = HostArray.allocate(call.outputSpec());
        long[] steps = x.strides();
        long first = place(call, steps);
        z.copy(0, z.strides(), x, first, steps, z.sizes());
        return z;
    }

    private static HostArray padTo(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        HostArray z = HostArray.zeros(call.outputSpec());
        long[] steps = z.strides();
        long first = place(call, steps);
        z.copy(first, steps, x, 0, x.strides(), x.sizes());
        return z;
    }

    /** Where a call's block begins; the strides of the whole become those of the block. */
    private static long place(OpCall<?> call, long[] steps) {
        long[] begin = call.attributes().longs("begin");
        long[] strides = call.attributes().longs("strides");
        long first = 0;
        for (int axis = 0; axis < steps.length; axis++) {
            first += begin[axis] * steps[axis];
            steps[axis] *= strides[axis];
        }
        return first;
    }

    private static TensorSpec concatSpec(OpCall<TensorSpec> call) {
        TensorSpec first = call.input(0);
        long axis = call.attributes().integer("axis");
        if (axis < 0 || axis >= first.shape().rank()) {
            throw call.error(
                    "no axis " + axis + " to join along; " + "stack puts tensors side by side along a new one");
        }
        long[] sizes = first.shape().toArray();
        sizes[(int) axis] = 0;
        for (TensorSpec input : call.inputs()) {
            Shapes.requireSameDType(call, first, input);
            boolean fits = input.shape().rank() == sizes.length;
            for (int i = 0; fits && i < sizes.length; i++) {
                fits = i == axis || input.shape().size(i) == sizes[i];
            }
            if (!fits) {
                throw call.error("the shapes " + first.shape() + " and " + input.shape()
                        + " differ elsewhere than in axis " + axis);
            }
            sizes[(int) axis] += input.shape().size((int) axis);
        }
        return new TensorSpec(first.dtype(), Shape.of(sizes));
    }

    private static INDArray concat(OpCall<INDArray> call) {
        List<INDArray> filled =
                call.inputs().stream().filter(input -> !input.isEmpty()).toList();
        if (filled.size() == 1) {
            return filled.get(0);
        }
        INDArray z = NdArrays.allocate(call.outputSpec());
        Nd4j.exec(DynamicCustomOp.builder("concat")
                .addInputs(filled.toArray(new INDArray[0]))
                .addIntegerArguments(call.attributes().integer("axis"))
                .addOutputs(z)
                .build());
        return z;
    }

    /** Side by side along the axis, which those that are stacked do not have. */
    private static HostArray join(OpCall<HostArray> call) {
        HostArray z = HostArray.allocate(call.outputSpec());
        int axis = (int) call.attributes().integer("axis");
        long[] steps = z.strides();
        long at = 0;
        for (HostArray x : call.inputs()) {
            long[] sizes = x.sizes();
            boolean stacked = sizes.length < steps.length;
            long[] block = stacked ? with(sizes, axis, 1) : sizes;
            long[] from = stacked ? with(x.strides(), axis, 0) : x.strides();
            z.copy(at * steps[axis], steps, x, 0, from, block);
            at += block[axis];
        }
        return z;
    }

    private static long[] with(long[] values, int place, long value) {
        long[] with = new long[values.length + 1];
        System.arraycopy(values, 0, with, 0, place);
        with[place] = value;
        System.arraycopy(values, place, with, place + 1, values.length - place);
        return with;
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

    /** The gradients of joined tensors are the parts of the gradient, one after the other along the axis. */
    private static List<@Nullable Tensor> parts(OpCall<Tensor> call, List<Tensor> outputGradients, boolean[] needed) {
        Tensor dy = outputGradients.get(0);
        int axis = (int) call.attributes().integer("axis");
        long[] begin = new long[dy.shape().rank()];
        List<@Nullable Tensor> gradients = new ArrayList<>();
        for (int i = 0; i < needed.length; i++) {
            Shape input = call.input(i).shape();
            long[] block = dy.shape().toArray();
            block[axis] = input.rank() == block.length ? input.size(axis) : 1;
            gradients.add(needed[i] ? dy.slice(begin, Shape.of(block)).reshape(input) : null);
            begin[axis] += block[axis];
        }
        return gradients;
    }

    private static INDArray reverse(OpCall<INDArray> call) {
        long[] axes = call.attributes().longs("axes");
        if (axes.length == 0) {
            return call.input("x");
        }
        INDArray z = NdArrays.allocate(call.outputSpec());
        Nd4j.exec(DynamicCustomOp.builder("reverse")
                .addInputs(call.input("x"))
                .addIntegerArguments(Arrays.stream(axes)
                        .mapToInt(call.outputSpec().shape()::axis)
                        .toArray())
                .addOutputs(z)
                .build());
        return z;
    }

    private static HostArray turn(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        HostArray z = HostArray.allocate(call.outputSpec());
        long[] steps = x.strides();
        long first = 0;
        for (long number : call.attributes().longs("axes")) {
            int axis = x.spec().shape().axis(number);
            first += (x.spec().shape().size(axis) - 1) * steps[axis];
            steps[axis] = -steps[axis];
        }
        z.copy(0, z.strides(), x, first, steps, x.sizes());
        return z;
    }
}
