package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Ops that give a tensor another shape, order of axes, or dtype. {@link BlockOps} cuts tensors up and joins them. */
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
            .kernel(HostArray.class, StructureOps::permuteOnHost)
            .gradient("x", (c, dy) -> dy.permute(inverse(c.attributes().longs("axes"))));

    /** Declared broadcasting, so that the backward pass sums what was repeated. */
    static final Op BROADCAST_TO = Op.named("broadcast_to")
            .inputs("x")
            .attribute("shape", Shape.class)
            .shape(StructureOps::broadcastSpec)
            .broadcasting()
            .kernel(INDArray.class, c -> Kernels.broadcast(c, c.input("x")))
            .kernel(HostArray.class, StructureOps::broadcast)
            .gradient("x", (c, dy) -> dy);

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

    static final List<Op> OPS = List.of(RESHAPE, PERMUTE, BROADCAST_TO, STOP_GRADIENT, CAST);

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

    private static HostArray permuteOnHost(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        HostArray z = HostArray.allocate(call.outputSpec());
        long[] strides = x.strides();
        long[] steps = Arrays.stream(call.attributes().longs("axes"))
                .map(axis -> strides[(int) axis])
                .toArray();
        z.copy(0, z.strides(), x, 0, steps, z.sizes());
        return z;
    }

    /** Along an axis that is repeated, the next element is the same one. */
    private static HostArray broadcast(OpCall<HostArray> call) {
        HostArray x = call.input("x");
        HostArray z = HostArray.allocate(call.outputSpec());
        long[] steps = z.sizes();
        long[] strides = x.strides();
        int added = steps.length - strides.length;
        for (int axis = 0; axis < steps.length; axis++) {
            boolean repeated = axis < added || x.spec().shape().size(axis - added) == 1;
            steps[axis] = repeated ? 0 : strides[axis - added];
        }
        z.copy(0, z.strides(), x, 0, steps, z.sizes());
        return z;
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
