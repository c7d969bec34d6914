package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.CUBE;
import static io.autodiff.nd4j.ops.SampleTensors.EMPTY;
import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.INTS;
import static io.autodiff.nd4j.ops.SampleTensors.MATRIX;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;
import static io.autodiff.nd4j.ops.SampleTensors.SCALAR;
import static io.autodiff.nd4j.ops.SampleTensors.VECTOR;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of reductions, matrix products, ops of shapes and dtypes, and random ops. */
final class StructureSamples {
    private StructureSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        reductions(samples);
        matrices(samples);
        structure(samples);
        casts(samples);
        random(samples);
        return samples;
    }

    private static OpSample reduce(String op, Tensor x, boolean keepDims, Long... axes) {
        return OpSample.of(op, x).with("axes", List.of(axes), "keepDims", keepDims);
    }

    private static void reductions(List<OpSample> samples) {
        samples.add(reduce("reduce_sum", MATRIX, false, 0L, 1L).expecting(6.25));
        samples.add(reduce("reduce_sum", MATRIX, true, 1L).expecting(2.5, 3.75));
        samples.add(reduce("reduce_sum", MATRIX, false, 0L).expecting(1.25, 2, 3));
        samples.add(reduce("reduce_sum", MATRIX, false).expecting(1, -2, 3.5, 0.25, 4, -0.5));
        samples.add(reduce("reduce_sum", CUBE, false, 0L, 2L).expecting(2.5, 15.25, 27));
        samples.add(reduce("reduce_sum", CUBE, true, 1L));
        samples.add(reduce("reduce_sum", SCALAR, false).expecting(1.75));
        samples.add(reduce("reduce_sum", MATRIX.reshape(2, 1, 3), false, 1L).expecting(1, -2, 3.5, 0.25, 4, -0.5));
        samples.add(reduce("reduce_sum", EMPTY, false, 0L).expecting(0, 0, 0));
        samples.add(reduce("reduce_sum", EMPTY, true, 1L));
        samples.add(reduce("reduce_sum", INTS, false, 0L).expecting(5, 7, 9));
        samples.add(reduce("reduce_sum", Tensors.of(new long[] {1L << 53, 1}), false, 0L)
                .expecting(0x1p53));
        samples.add(reduce("reduce_sum", Tensors.of(new double[] {1, NAN, INF}), false, 0L)
                .expecting(NAN)
                .valueOnly());
        samples.add(reduce("norm2", MATRIX, false, 0L, 1L).expecting(Math.sqrt(33.5625)));
        samples.add(reduce("norm2", MATRIX, true, 1L).expecting(Math.sqrt(17.25), Math.sqrt(16.3125)));
        samples.add(reduce("norm2", CUBE, false, 1L));
        for (boolean keepDims : new boolean[] {false, true}) {
            samples.add(reduce("norm2", VECTOR.reshape(3, 1), keepDims, 1L).expecting(0.5, 1.25, 2));
            samples.add(reduce("norm2", VECTOR.reshape(1, 3), keepDims, 0L).expecting(0.5, 1.25, 2));
            samples.add(
                    reduce("norm2", VECTOR.reshape(3, 1, 1), keepDims, 1L, 2L).expecting(0.5, 1.25, 2));
            samples.add(reduce("norm2", SCALAR.reshape(1, 1), keepDims, 0L).expecting(1.75));
            samples.add(reduce("reduce_sum", VECTOR.reshape(3, 1), keepDims, 1L).expecting(0.5, -1.25, 2));
            samples.add(reduce("reduce_sum", VECTOR.reshape(1, 3), keepDims, 0L).expecting(0.5, -1.25, 2));
        }
        samples.add(reduce("norm2", SCALAR, false).expecting(1.75));
        samples.add(reduce("norm2", EMPTY, false, 0L).expecting(0, 0, 0));
        samples.add(reduce("norm2", Tensors.zeros(DType.FLOAT64, 3), false, 0L)
                .expecting(0)
                .valueOnly());
    }

    private static OpSample matmul(Tensor x, Tensor y, boolean transposeX, boolean transposeY) {
        return OpSample.of("matmul", x, y).with("transposeX", transposeX, "transposeY", transposeY);
    }

    private static void matrices(List<OpSample> samples) {
        Tensor right = Tensors.of(new double[][] {{2, 0.5}, {-1, 1}, {3, 0.75}});
        double[] product = {14.5, 1.125, -5, 3.75};
        samples.add(matmul(MATRIX, right, false, false).expecting(product));
        samples.add(matmul(MATRIX.transpose(), right, true, false).expecting(product));
        samples.add(matmul(MATRIX, right.transpose(), false, true).expecting(product));
        samples.add(matmul(MATRIX.transpose(), right.transpose(), true, true).expecting(product));
        samples.add(
                matmul(VECTOR.reshape(1, 3), VECTOR.reshape(3, 1), false, false).expecting(5.8125));
        samples.add(matmul(VECTOR.reshape(3, 1), VECTOR.reshape(1, 3), false, false));
        samples.add(matmul(Tensors.of(new double[][] {{3}}), Tensors.of(new double[][] {{-2}}), false, false)
                .expecting(-6));
        samples.add(matmul(MATRIX, EMPTY, false, true));
        samples.add(matmul(EMPTY, EMPTY, true, false).expecting(0, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    private static void structure(List<OpSample> samples) {
        samples.add(OpSample.of("reshape", MATRIX).with("shape", Shape.of(3, 2)).expecting(1, -2, 3.5, 0.25, 4, -0.5));
        samples.add(OpSample.of("reshape", SCALAR).with("shape", Shape.of(1, 1)).expecting(1.75));
        samples.add(OpSample.of("reshape", Tensors.of(new double[] {2}))
                .with("shape", Shape.SCALAR)
                .expecting(2));
        samples.add(OpSample.of("reshape", EMPTY).with("shape", Shape.of(3, 0, 2)));
        samples.add(OpSample.of("reshape", INTS).with("shape", Shape.of(6)).expecting(1, 2, 3, 4, 5, 6));
        samples.add(OpSample.of("permute", MATRIX).with("axes", List.of(1L, 0L)).expecting(1, 0.25, -2, 4, 3.5, -0.5));
        samples.add(OpSample.of("permute", CUBE)
                .with("axes", List.of(2L, 0L, 1L))
                .expecting(1, 3, 5, -1, 0.25, 9, 2, 4, 6, 0.5, 8, 7));
        samples.add(OpSample.of("permute", SCALAR).with("axes", List.of()).expecting(1.75));
        samples.add(OpSample.of("permute", EMPTY).with("axes", List.of(1L, 0L)));
        samples.add(OpSample.of("permute", VECTOR.reshape(1, 3, 1))
                .with("axes", List.of(1L, 2L, 0L))
                .expecting(0.5, -1.25, 2));
        samples.add(OpSample.of("broadcast_to", VECTOR)
                .with("shape", Shape.of(2, 3))
                .expecting(0.5, -1.25, 2, 0.5, -1.25, 2));
        samples.add(OpSample.of("broadcast_to", VECTOR.reshape(3, 1))
                .with("shape", Shape.of(3, 2))
                .expecting(0.5, 0.5, -1.25, -1.25, 2, 2));
        samples.add(OpSample.of("broadcast_to", SCALAR)
                .with("shape", Shape.of(1, 2, 1))
                .expecting(1.75, 1.75));
        samples.add(OpSample.of("broadcast_to", SCALAR).with("shape", Shape.of(0, 2)));
        samples.add(OpSample.of("broadcast_to", EMPTY).with("shape", Shape.of(2, 0, 3)));
        samples.add(OpSample.of("broadcast_to", Tensors.of(true))
                .with("shape", Shape.of(2))
                .expecting(1, 1));
        samples.add(OpSample.of("broadcast_to", Tensors.of(new long[] {1, (1L << 53) + 1}))
                .with("shape", Shape.of(1, 2)));
        samples.add(OpSample.of("stop_gradient", MATRIX).expecting(MATRIX.toDoubleArray()));
    }

    private static void casts(List<OpSample> samples) {
        samples.add(OpSample.of("cast", MATRIX).with("dtype", DType.FLOAT64).expecting(MATRIX.toDoubleArray()));
        samples.add(OpSample.of("cast", MATRIX).with("dtype", DType.FLOAT32).expecting(MATRIX.toDoubleArray()));
        samples.add(OpSample.of("cast", Tensors.of(new double[] {-1.7, 1.7, 0x1p31 - 0.5, -0x1p31 - 0.5}))
                .with("dtype", DType.INT32)
                .expecting(-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE)
                .valueOnly());
        samples.add(OpSample.of("cast", Tensors.of(new double[] {-0x1p63, 0x1p62}))
                .with("dtype", DType.INT64)
                .expecting(-0x1p63, 0x1p62)
                .valueOnly());
        samples.add(OpSample.of("cast", Tensors.of(new double[] {0, 0.5, -1, NAN}))
                .with("dtype", DType.BOOL)
                .expecting(0, 1, 1, 1)
                .valueOnly());
        samples.add(OpSample.of("cast", INTS).with("dtype", DType.FLOAT64).expecting(1, 2, 3, 4, 5, 6));
        samples.add(OpSample.of("cast", INTS).with("dtype", DType.INT64).expecting(1, 2, 3, 4, 5, 6));
        samples.add(OpSample.of("cast", Tensors.of(new boolean[] {true, false}))
                .with("dtype", DType.FLOAT32)
                .expecting(1, 0));
        samples.add(OpSample.of("cast", EMPTY).with("dtype", DType.INT32));
    }

    private static void random(List<OpSample> samples) {
        for (String op : List.of("random_uniform", "random_normal")) {
            for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
                samples.add(
                        OpSample.of(op, Tensors.of(7L), Tensors.of(0L)).with("dtype", dtype, "shape", Shape.of(2, 3)));
            }
            for (Shape shape : List.of(Shape.of(0), Shape.of(2, 0, 3), Shape.of(1), Shape.of(1, 2, 1))) {
                samples.add(
                        OpSample.of(op, Tensors.of(7L), Tensors.of(0L)).with("dtype", DType.FLOAT64, "shape", shape));
            }
        }
    }
}
