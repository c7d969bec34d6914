package io.autodiff.nd4j.ops;

import io.autodiff.Shape;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.OpCall;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Reductions by ND4J's, each with what it takes to make that right: ND4J adds up in the dtype itself, element after element, loses
 * NaN in its greatest and least elements, and starts to look for them at a number that may be beyond all elements.
 */
final class ReductionKernels {
    /** As many elements as are added up one after the other. */
    private static final int BLOCK = 256;

    private static final int LEAST_BLOCK = 64;

    /** Squares of anything smaller, or of anything greater than 1 over it, may be beyond the dtype. */
    private static final double SMALL_FLOAT = 0x1p-60;

    private static final double SMALL_DOUBLE = 0x1p-500;

    private ReductionKernels() {}

    /** ND4J's reduction of an array over axes, without them. */
    @FunctionalInterface
    private interface Reduction {
        INDArray apply(INDArray x, int... axes);
    }

    static INDArray sum(OpCall<INDArray> call) {
        return reduce(call, 0, x -> inBlocks(x, INDArray::sum, axes(call)));
    }

    static INDArray prod(OpCall<INDArray> call) {
        return reduce(call, 1, x -> inBlocks(x, INDArray::prod, axes(call)));
    }

    static INDArray max(OpCall<INDArray> call) {
        // ND4J's greatest of integers is never the least of the dtype. It has no such limit at the other end: -1 - x
        // turns them round.
        return call.outputSpec().dtype().isInteger()
                ? reduce(
                        call,
                        0,
                        x -> inBlocks(x.rsub(-1), INDArray::min, axes(call)).rsub(-1))
                : reduce(call, 0, x -> withNan(x, INDArray::max, axes(call)));
    }

    static INDArray min(OpCall<INDArray> call) {
        return reduce(call, 0, x -> withNan(x, INDArray::min, axes(call)));
    }

    static INDArray norm2(OpCall<INDArray> call) {
        if (axes(call).length == 0) {
            return Transforms.abs(call.input("x"), true);
        }
        return reduce(call, 0, x -> {
            INDArray norm = Transforms.sqrt(inBlocks(x.mul(x), INDArray::sum, axes(call)), false);
            double small = x.dataType() == DataType.DOUBLE ? SMALL_DOUBLE : SMALL_FLOAT;
            boolean exact = Arrays.stream(NdArrays.doubles(norm)).allMatch(n -> n > small && n < 1 / small);
            return exact ? norm : scaledNorm(x, axes(call));
        });
    }

    /** The norm of what is divided by its greatest magnitude, times that: no square overflows, or vanishes beside another. */
    private static INDArray scaledNorm(INDArray x, int... axes) {
        INDArray scale = Transforms.abs(x, true).max(true, axes);
        double[] scales = NdArrays.doubles(scale);
        for (int i = 0; i < scales.length; i++) {
            scales[i] = scales[i] == 0 || Double.isInfinite(scales[i]) ? 1 : scales[i];
        }
        INDArray divisor = Nd4j.create(scales, scale.shape(), DataType.DOUBLE).castTo(x.dataType());
        INDArray scaled = x.div(divisor);
        INDArray norm = Transforms.sqrt(inBlocks(scaled.mul(scaled), INDArray::sum, axes), false);
        return norm.mul(divisor.reshape('c', norm.shape()));
    }

    /** Where the greatest or least elements stand, or the first NaN, along the axis of the call. */
    static INDArray position(OpCall<INDArray> call, boolean greatest) {
        INDArray x = call.input("x");
        int axis = call.inputSpec(0).shape().axis(call.attributes().integer("axis"));
        if (hasNan(x)) {
            return firstNan(call, axis, greatest);
        }
        INDArray numbers = x.dataType() == DataType.BOOL ? x.castTo(DataType.INT32) : x;
        INDArray position = greatest ? Nd4j.argMax(numbers, axis) : Nd4j.argMin(numbers, axis);
        return position.reshape('c', call.outputSpec().shape().toArray());
    }

    private static INDArray firstNan(OpCall<INDArray> call, int axis, boolean greatest) {
        double[] x = NdArrays.doubles(call.input("x"));
        Lanes lanes = Lanes.of(Shape.of(call.input("x").shape()), axis);
        long[] positions = new long[lanes.count()];
        for (int lane = 0; lane < positions.length; lane++) {
            int at = lanes.start(lane);
            double best = x[at];
            for (int i = 1; i < lanes.size() && !Double.isNaN(best); i++) {
                double element = x[at += lanes.inner()];
                if (Double.isNaN(element) || (greatest ? element > best : element < best)) {
                    best = element;
                    positions[lane] = i;
                }
            }
        }
        return NdArrays.of(call.outputSpec(), positions);
    }

    /** A reduction of what is not empty, to the shape of the result; of a narrow dtype in float32. */
    private static INDArray reduce(OpCall<INDArray> call, double ofNothing, UnaryOperator<INDArray> reduction) {
        INDArray x = call.input("x");
        if (x.isEmpty()) {
            return NdArrays.allocate(call.outputSpec()).assign(ofNothing);
        }
        if (axes(call).length == 0) {
            return x;
        }
        DataType type = x.dataType();
        boolean narrow = type == DataType.FLOAT16 || type == DataType.BFLOAT16;
        INDArray result = reduction.apply(narrow ? x.castTo(DataType.FLOAT) : x);
        // ND4J keeps an axis of size 1 of some matrices, whatever it was told.
        return (narrow ? result.castTo(type) : result)
                .reshape('c', call.outputSpec().shape().toArray());
    }

    /** The reduction, without the axes. Of more than a block, run by run of neighbouring axes, the last run first. */
    private static INDArray inBlocks(INDArray x, Reduction reduction, int... axes) {
        long[] shape = x.shape();
        long elements = 1;
        for (int axis : axes) {
            elements *= shape[axis];
        }
        if (elements <= BLOCK) {
            return reduction.apply(x, axes);
        }
        INDArray reduced = x;
        long inner = 1;
        int next = axes.length - 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            if (next < 0 || axes[next] != axis) {
                inner *= shape[axis];
                continue;
            }
            long size = shape[axis];
            for (next--; next >= 0 && axes[next] == axis - 1; next--) {
                size *= shape[--axis];
            }
            reduced = middle(reduced.reshape('c', reduced.length() / size / inner, size, inner), reduction);
        }
        return reduced;
    }

    /**
     * The reduction of the middle axis, in blocks whose results are reduced in the same way. The error of a sum then grows with the
     * logarithm of the number of elements (Higham, "The accuracy of floating point summation", 1993), and ND4J is faster on blocks.
     */
    private static INDArray middle(INDArray x, Reduction reduction) {
        long outer = x.size(0);
        long size = x.size(1);
        long inner = x.size(2);
        if (size <= BLOCK) {
            INDArray direct = inner == 1 ? reduction.apply(x.reshape('c', outer, size), 1) : reduction.apply(x, 1);
            return direct.reshape('c', outer, 1, inner);
        }
        long block = block(size);
        long blocks = size / block;
        long whole = blocks * block;
        INDArray results = middle(
                        (whole == size ? x : part(x, 0, whole)).reshape('c', outer * blocks, block, inner), reduction)
                .reshape('c', outer, blocks, inner);
        return middle(
                whole == size ? results : Nd4j.concat(1, results, middle(part(x, whole, size), reduction)), reduction);
    }

    /** A divisor of the size if one will do, as then nothing is left over. */
    private static long block(long size) {
        for (long block = BLOCK; block >= LEAST_BLOCK; block--) {
            if (size % block == 0) {
                return block;
            }
        }
        return BLOCK;
    }

    /** A copy of a range of the middle axis. INDArray's own way loses the elements of some views. */
    private static INDArray part(INDArray x, long from, long to) {
        INDArray z = Nd4j.createUninitialized(x.dataType(), new long[] {x.size(0), to - from, x.size(2)}, 'c');
        Nd4j.exec(DynamicCustomOp.builder("slice")
                .addInputs(x)
                .addIntegerArguments(0, (int) from, 0, (int) x.size(0), (int) (to - from), (int) x.size(2))
                .addOutputs(z)
                .build());
        return z;
    }

    /** The extremum of each group, and NaN where a group has one. */
    private static INDArray withNan(INDArray x, Reduction reduction, int... axes) {
        INDArray extremum = inBlocks(x, reduction, axes);
        if (!hasNan(x)) {
            return extremum;
        }
        INDArray found =
                inBlocks(x.neq(x).castTo(x.dataType()), INDArray::max, axes).reshape('c', extremum.shape());
        INDArray z = Nd4j.createUninitialized(x.dataType(), extremum.shape(), 'c');
        Nd4j.exec(DynamicCustomOp.builder("select")
                .addInputs(found.gt(0), Nd4j.valueArrayOf(extremum.shape(), Double.NaN, x.dataType()), extremum)
                .addOutputs(z)
                .build());
        return z;
    }

    /** Whether there may be one: the sum is NaN then, and where infinities of both signs meet. */
    private static boolean hasNan(INDArray x) {
        return x.isR()
                && Double.isNaN(inBlocks(x.reshape('c', new long[] {x.length()}), INDArray::sum, 0)
                        .getDouble(0));
    }

    /** In ascending order, which the blocks of a sum are made by. */
    private static int[] axes(OpCall<INDArray> call) {
        return Arrays.stream(call.attributes().longs("axes"))
                .mapToInt(call.inputSpec(0).shape()::axis)
                .sorted()
                .toArray();
    }
}
