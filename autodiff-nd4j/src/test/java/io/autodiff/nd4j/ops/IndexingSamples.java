package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.CUBE;
import static io.autodiff.nd4j.ops.SampleTensors.EMPTY;
import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.INTS;
import static io.autodiff.nd4j.ops.SampleTensors.LONGS;
import static io.autodiff.nd4j.ops.SampleTensors.MATRIX;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;
import static io.autodiff.nd4j.ops.SampleTensors.SCALAR;
import static io.autodiff.nd4j.ops.SampleTensors.SPECIAL;
import static io.autodiff.nd4j.ops.SampleTensors.VECTOR;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of the ops that read and write where index tensors point. */
final class IndexingSamples {
    private static final Tensor BOOLS = Tensors.of(new boolean[] {true, false, true});
    /** Rows long enough that they go to ND4J and not through Java. */
    private static final Tensor WIDE =
            Tensors.range(0, 60, 1, DType.FLOAT64).sub(30).div(8).reshape(3, 20);

    private static final Tensor NONE = Tensors.zeros(DType.INT32, 0);
    private static final Tensor PAIRS = Tensors.of(new int[][] {{0, 1}, {1, 2}, {0, 1}});

    private IndexingSamples() {}

    private static Tensor ints(int... indices) {
        return Tensors.of(indices);
    }

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        gathered(samples);
        segmented(samples);
        gatheredByPosition(samples);
        scattered(samples);
        updated(samples);
        return samples;
    }

    private static OpSample gather(Tensor x, Tensor indices, long axis) {
        return OpSample.of("gather", x, indices).with("axis", axis);
    }

    private static void gathered(List<OpSample> samples) {
        samples.add(gather(VECTOR, ints(2, 0, 2, 2), 0).expecting(2, 0.5, 2, 2));
        samples.add(gather(VECTOR, Tensors.of(new long[] {1}), 0).expecting(-1.25));
        samples.add(gather(VECTOR, Tensors.of(1), 0).expecting(-1.25));
        samples.add(gather(VECTOR, Tensors.of(new int[][] {{0, 1}, {1, 2}}), 0).expecting(0.5, -1.25, -1.25, 2));
        samples.add(gather(MATRIX, ints(1, 1, 0), 0).expecting(0.25, 4, -0.5, 0.25, 4, -0.5, 1, -2, 3.5));
        samples.add(gather(MATRIX, ints(2, 0), 1).expecting(3.5, 1, -0.5, 0.25));
        samples.add(gather(MATRIX, Tensors.of(2L), 1).expecting(3.5, -0.5));
        samples.add(gather(MATRIX, Tensors.of(new long[][] {{2}, {2}}), 1).expecting(3.5, 3.5, -0.5, -0.5));
        samples.add(gather(CUBE, ints(2, 0), 1).expecting(5, 6, 1, 2, 9, 7, -1, 0.5));
        samples.add(gather(CUBE, ints(1, 0, 1), 2));
        samples.add(gather(WIDE, ints(2, 0, 2), 0));
        samples.add(gather(SCALAR.reshape(1, 1), ints(0, 0), 1).expecting(1.75, 1.75));
        samples.add(gather(MATRIX, NONE, 1));
        samples.add(gather(EMPTY, ints(1, 0), 1));
        samples.add(gather(EMPTY, NONE, 0));
        samples.add(gather(INTS, ints(1), 0).expecting(4, 5, 6));
        samples.add(gather(BOOLS, ints(1, 2, 0, 1), 0).expecting(0, 1, 1, 0));
        samples.add(gather(LONGS, ints(2, 1, 0), 0).expecting(0x1p63, 0x1p53, -0x1p63));
        samples.add(gather(SPECIAL, ints(3, 0, 1), 0).expecting(-0.0, NAN, INF).valueOnly());
    }

    private static OpSample segments(Tensor x, Tensor segments, long axis, long count) {
        return OpSample.of("unsorted_segment_sum", x, segments).with("axis", axis, "count", count);
    }

    private static void segmented(List<OpSample> samples) {
        samples.add(segments(VECTOR, ints(1, 0, 1), 0, 3).expecting(-1.25, 2.5, 0));
        samples.add(segments(VECTOR, Tensors.of(new long[] {0, 0, 0}), 0, 1).expecting(1.25));
        samples.add(segments(MATRIX, ints(1, 1), 0, 2).expecting(0, 0, 0, 1.25, 2, 3));
        samples.add(segments(MATRIX, ints(1, 0, 1), 1, 2).expecting(-2, 4.5, 4, -0.25));
        samples.add(segments(MATRIX, Tensors.of(new int[][] {{0, 1, 0}, {2, 0, 2}}), 0, 3)
                .expecting(8.5, -2, -0.25));
        samples.add(segments(VECTOR, Tensors.of(1), 0, 2).expecting(0, 0, 0, 0.5, -1.25, 2));
        samples.add(segments(SCALAR, Tensors.of(0L), 0, 1).expecting(1.75));
        samples.add(segments(CUBE, ints(2, 0, 2), 1, 4));
        samples.add(segments(WIDE, ints(1, 1, 0), 0, 3));
        samples.add(segments(WIDE.reshape(1, 3, 20), ints(0, 2, 0), 1, 3));
        samples.add(segments(EMPTY, NONE, 0, 2).expecting(0, 0, 0, 0, 0, 0));
        samples.add(segments(VECTOR.slice(new long[] {0}, Shape.of(0)), NONE, 0, 0));
        samples.add(segments(INTS, ints(1, 1), 0, 2).expecting(0, 0, 0, 5, 7, 9));
        samples.add(segments(LONGS, ints(1, 1, 0), 0, 2).expecting(0x1p63, -0x1p63 + 0x1p53));
        samples.add(segments(Tensors.range(0, 40, 1, DType.INT64).reshape(2, 20), ints(0, 0), 0, 1));
        samples.add(segments(SPECIAL, ints(0, 1, 1, 2, 2), 0, 3)
                .expecting(NAN, NAN, 1e300)
                .valueOnly());
    }

    private static void gatheredByPosition(List<OpSample> samples) {
        samples.add(OpSample.of("gather_nd", MATRIX, PAIRS).expecting(-2, -0.5, -2));
        samples.add(OpSample.of("gather_nd", MATRIX, ints(1, 1)).expecting(4));
        samples.add(OpSample.of("gather_nd", MATRIX, ints(1)).expecting(0.25, 4, -0.5));
        samples.add(OpSample.of("gather_nd", MATRIX, Tensors.of(new long[][][] {{{1}, {0}}, {{1}, {1}}})));
        samples.add(OpSample.of("gather_nd", CUBE, PAIRS).expecting(3, 4, 9, 7, 3, 4));
        samples.add(OpSample.of("gather_nd", CUBE, Tensors.of(new int[][] {{1, 2, 0}, {0, 0, 1}}))
                .expecting(9, 2));
        samples.add(OpSample.of("gather_nd", VECTOR, Tensors.zeros(DType.INT32, 2, 0))
                .expecting(0.5, -1.25, 2, 0.5, -1.25, 2));
        samples.add(
                OpSample.of("gather_nd", SCALAR, Tensors.zeros(DType.INT64, 0)).expecting(1.75));
        samples.add(OpSample.of("gather_nd", MATRIX, Tensors.zeros(DType.INT32, 0, 2)));
        samples.add(OpSample.of("gather_nd", BOOLS, Tensors.of(new int[][] {{2}, {1}}))
                .expecting(1, 0));
        samples.add(OpSample.of("gather_nd", INTS, PAIRS).expecting(2, 6, 2));
        samples.add(OpSample.of("gather_nd", SPECIAL, ints(0)).expecting(NAN).valueOnly());
    }

    private static OpSample scatter(Tensor indices, Tensor updates, long... shape) {
        return OpSample.of("scatter_nd", indices, updates).with("shape", Shape.of(shape));
    }

    private static void scattered(List<OpSample> samples) {
        samples.add(scatter(PAIRS, VECTOR, 2, 3).expecting(0, 2.5, 0, 0, 0, -1.25));
        samples.add(scatter(PAIRS, Tensors.of(new double[][] {{1, 2}, {3, 4}, {5, 6}}), 2, 3, 2)
                .expecting(0, 0, 6, 8, 0, 0, 0, 0, 0, 0, 3, 4));
        samples.add(scatter(ints(1), VECTOR, 2, 3).expecting(0, 0, 0, 0.5, -1.25, 2));
        samples.add(scatter(Tensors.of(new long[][] {{3}, {1}}), Tensors.of(new double[] {9, 8}), 4)
                .expecting(0, 8, 0, 9));
        samples.add(scatter(Tensors.of(new int[][] {{2}, {0}, {2}}), WIDE, 3, 20));
        samples.add(scatter(Tensors.zeros(DType.INT32, 2, 0), MATRIX, 3).expecting(1.25, 2, 3));
        samples.add(scatter(Tensors.zeros(DType.INT32, 0, 1), EMPTY, 2, 3).expecting(0, 0, 0, 0, 0, 0));
        samples.add(scatter(PAIRS, ints(1, 2, 4), 2, 3).expecting(0, 5, 0, 0, 0, 2));
        samples.add(scatter(Tensors.of(new int[][] {{0}, {1}, {1}}), LONGS, 2).valueOnly());
        samples.add(scatter(PAIRS, Tensors.of(new double[] {INF, NAN, 1}), 2, 3)
                .expecting(0, INF, 0, 0, 0, NAN)
                .valueOnly());
    }

    private static OpSample update(Tensor x, Tensor indices, Tensor updates) {
        return OpSample.of("tensor_scatter_update", x, indices, updates);
    }

    private static void updated(List<OpSample> samples) {
        Tensor two = Tensors.of(new double[] {9, 8});
        samples.add(update(VECTOR, Tensors.of(new int[][] {{2}, {0}}), two).expecting(8, -1.25, 9));
        samples.add(update(VECTOR, Tensors.of(new int[][] {{1}, {1}}), two).expecting(0.5, 8, 2));
        samples.add(update(MATRIX, PAIRS, VECTOR).expecting(1, 2, 3.5, 0.25, 4, -1.25));
        samples.add(update(
                        MATRIX,
                        Tensors.of(new long[][] {{1}, {0}, {1}}),
                        Tensors.of(new double[3][3]).add(Tensors.of(new double[][] {{1}, {2}, {3}})))
                .expecting(2, 2, 2, 3, 3, 3));
        samples.add(update(CUBE, PAIRS, Tensors.of(new double[][] {{1, 2}, {3, 4}, {5, 6}})));
        samples.add(update(WIDE, Tensors.of(new int[][] {{2}, {2}}), WIDE.slice(new long[] {0, 0}, Shape.of(2, 20))));
        samples.add(update(MATRIX, ints(1, 2), SCALAR).expecting(1, -2, 3.5, 0.25, 4, 1.75));
        samples.add(update(SCALAR, Tensors.zeros(DType.INT32, 0), SCALAR.neg()).expecting(-1.75));
        samples.add(update(VECTOR, Tensors.zeros(DType.INT32, 2, 0), MATRIX).expecting(0.25, 4, -0.5));
        samples.add(update(MATRIX, Tensors.zeros(DType.INT32, 0, 1), EMPTY).expecting(MATRIX.toDoubleArray()));
        samples.add(update(BOOLS, Tensors.of(new int[][] {{0}, {1}}), Tensors.of(new boolean[] {false, true}))
                .expecting(0, 1, 1));
        samples.add(update(LONGS, ints(1), Tensors.of(Long.MAX_VALUE)).expecting(-0x1p63, 0x1p63, 0x1p63));
        samples.add(update(SPECIAL, Tensors.of(new int[][] {{0}, {4}}), Tensors.of(new double[] {1, NAN}))
                .expecting(1, INF, -INF, -0.0, NAN)
                .valueOnly());
    }
}
