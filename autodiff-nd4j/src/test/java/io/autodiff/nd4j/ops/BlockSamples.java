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

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of the ops that cut tensors up, join them and turn them round. */
final class BlockSamples {
    private static final Tensor BOOLS = Tensors.of(new boolean[][] {{true, false, false}, {true, true, false}});
    private static final Tensor ROW = VECTOR.reshape(1, 3);
    private static final Tensor ONE = SCALAR.reshape(1, 1);

    private BlockSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        slices(samples);
        placed(samples);
        concatenations(samples);
        stacks(samples);
        reversed(samples);
        return samples;
    }

    private static OpSample slice(Tensor x, List<Long> begin, List<Long> strides, long... sizes) {
        return OpSample.of("slice", x).with("begin", begin, "strides", strides, "shape", Shape.of(sizes));
    }

    private static void slices(List<OpSample> samples) {
        samples.add(slice(MATRIX, List.of(0L, 1L), List.of(1L, 1L), 2, 2).expecting(-2, 3.5, 4, -0.5));
        samples.add(slice(MATRIX, List.of(1L, 2L), List.of(1L, 1L), 1, 1).expecting(-0.5));
        samples.add(slice(VECTOR, List.of(1L), List.of(1L), 2).expecting(-1.25, 2));
        samples.add(slice(VECTOR, List.of(3L), List.of(1L), 0));
        samples.add(slice(SCALAR, List.of(), List.of()).expecting(1.75));
        samples.add(
                slice(CUBE, List.of(1L, 0L, 1L), List.of(1L, 1L, 1L), 1, 3, 1).expecting(0.5, 8, 7));
        samples.add(slice(MATRIX, List.of(0L, 0L), List.of(1L, 2L), 2, 2).expecting(1, 3.5, 0.25, -0.5));
        samples.add(slice(MATRIX, List.of(1L, 1L), List.of(5L, 7L), 1, 1).expecting(4));
        samples.add(
                slice(CUBE, List.of(0L, 0L, 1L), List.of(1L, 2L, 1L), 2, 2, 1).expecting(2, 6, 0.5, 7));
        samples.add(slice(CUBE, List.of(0L, 1L, 0L), List.of(Long.MAX_VALUE, 2L, 1L), 1, 1, 2)
                .expecting(3, 4));
        samples.add(slice(ROW, List.of(0L, 0L), List.of(1L, 2L), 1, 2).expecting(0.5, 2));
        samples.add(slice(ONE, List.of(0L, 0L), List.of(1L, 1L), 1, 1).expecting(1.75));
        samples.add(slice(EMPTY, List.of(0L, 1L), List.of(1L, 1L), 0, 2));
        samples.add(slice(INTS, List.of(0L, 0L), List.of(1L, 2L), 2, 2).expecting(1, 3, 4, 6));
        samples.add(slice(BOOLS, List.of(0L, 0L), List.of(1L, 2L), 2, 2).expecting(1, 0, 1, 0));
        samples.add(slice(LONGS, List.of(0L), List.of(2L), 2).expecting(-0x1p63, 0x1p63));
        samples.add(
                slice(SPECIAL, List.of(0L), List.of(3L), 2).expecting(NAN, -0.0).valueOnly());
    }

    private static OpSample place(Tensor x, List<Long> begin, List<Long> strides, long... sizes) {
        return OpSample.of("pad_to", x).with("begin", begin, "strides", strides, "shape", Shape.of(sizes));
    }

    private static void placed(List<OpSample> samples) {
        samples.add(place(VECTOR, List.of(1L), List.of(1L), 5).expecting(0, 0.5, -1.25, 2, 0));
        samples.add(
                place(MATRIX, List.of(1L, 0L), List.of(1L, 1L), 3, 3).expecting(0, 0, 0, 1, -2, 3.5, 0.25, 4, -0.5));
        samples.add(place(SCALAR, List.of(), List.of()).expecting(1.75));
        samples.add(place(EMPTY, List.of(1L, 0L), List.of(1L, 1L), 1, 3).expecting(0, 0, 0));
        samples.add(place(CUBE, List.of(0L, 1L, 0L), List.of(1L, 1L, 1L), 2, 4, 3));
        samples.add(place(VECTOR, List.of(1L), List.of(2L), 6).expecting(0, 0.5, 0, -1.25, 0, 2));
        samples.add(place(MATRIX, List.of(0L, 0L), List.of(3L, 2L), 4, 5)
                .expecting(1, 0, -2, 0, 3.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.25, 0, 4, 0, -0.5));
        samples.add(place(ONE, List.of(1L, 0L), List.of(9L, 9L), 2, 1).expecting(0, 1.75));
        samples.add(place(BOOLS, List.of(0L, 0L), List.of(1L, 1L), 2, 4).expecting(1, 0, 0, 0, 1, 1, 0, 0));
        samples.add(place(LONGS, List.of(0L), List.of(1L), 4).expecting(-0x1p63, 0x1p53, 0x1p63, 0));
        samples.add(place(SPECIAL, List.of(0L), List.of(1L), 6)
                .expecting(NAN, INF, -INF, -0.0, 1e300, 0)
                .valueOnly());
    }

    private static OpSample join(String op, long axis, Tensor... inputs) {
        return OpSample.of(op, inputs).with("axis", axis);
    }

    private static void concatenations(List<OpSample> samples) {
        samples.add(join("concat", 0, VECTOR, VECTOR.mul(2)).expecting(0.5, -1.25, 2, 1, -2.5, 4));
        samples.add(join("concat", 0, MATRIX, ROW).expecting(1, -2, 3.5, 0.25, 4, -0.5, 0.5, -1.25, 2));
        samples.add(join("concat", 1, MATRIX, Tensors.of(new double[][] {{7}, {8}}), MATRIX)
                .expecting(1, -2, 3.5, 7, 1, -2, 3.5, 0.25, 4, -0.5, 8, 0.25, 4, -0.5));
        samples.add(join("concat", 2, CUBE, CUBE.mul(2)));
        samples.add(join("concat", 1, CUBE, CUBE.square(), CUBE));
        samples.add(join("concat", 0, MATRIX).expecting(MATRIX.toDoubleArray()));
        samples.add(join("concat", 0, EMPTY, MATRIX, EMPTY).expecting(MATRIX.toDoubleArray()));
        samples.add(join("concat", 0, EMPTY, EMPTY));
        samples.add(join("concat", 1, ONE, ONE).expecting(1.75, 1.75));
        samples.add(join("concat", 1, BOOLS, BOOLS).expecting(1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0));
        samples.add(join("concat", 0, LONGS, LONGS).expecting(-0x1p63, 0x1p53, 0x1p63, -0x1p63, 0x1p53, 0x1p63));
        samples.add(join("concat", 0, INTS, INTS).expecting(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
        samples.add(join("concat", 0, SPECIAL, VECTOR)
                .expecting(NAN, INF, -INF, -0.0, 1e300, 0.5, -1.25, 2)
                .valueOnly());
    }

    private static void stacks(List<OpSample> samples) {
        samples.add(join("stack", 0, VECTOR, VECTOR.mul(2)).expecting(0.5, -1.25, 2, 1, -2.5, 4));
        samples.add(join("stack", 1, VECTOR, VECTOR.mul(2)).expecting(0.5, 1, -1.25, -2.5, 2, 4));
        samples.add(join("stack", 1, MATRIX, MATRIX.square(), MATRIX.neg()));
        samples.add(join("stack", 0, SCALAR, SCALAR.add(1)).expecting(1.75, 2.75));
        samples.add(join("stack", 2, MATRIX).expecting(MATRIX.toDoubleArray()));
        samples.add(join("stack", 1, EMPTY, EMPTY));
        samples.add(join("stack", 1, VECTOR.reshape(1, 3), VECTOR.reshape(1, 3).neg())
                .expecting(0.5, -1.25, 2, -0.5, 1.25, -2));
        samples.add(join("stack", 0, Tensors.of(true), Tensors.of(false)).expecting(1, 0));
        samples.add(join("stack", 0, INTS, INTS).expecting(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
    }

    private static OpSample reverse(Tensor x, Long... axes) {
        return OpSample.of("reverse", x).with("axes", List.of(axes));
    }

    private static void reversed(List<OpSample> samples) {
        samples.add(reverse(VECTOR, 0L).expecting(2, -1.25, 0.5));
        samples.add(reverse(MATRIX, 0L).expecting(0.25, 4, -0.5, 1, -2, 3.5));
        samples.add(reverse(MATRIX, 1L).expecting(3.5, -2, 1, -0.5, 4, 0.25));
        samples.add(reverse(MATRIX, 0L, 1L).expecting(-0.5, 4, 0.25, 3.5, -2, 1));
        samples.add(reverse(MATRIX).expecting(MATRIX.toDoubleArray()));
        samples.add(reverse(CUBE, 0L, 2L).expecting(0.5, -1, 8, 0.25, 7, 9, 2, 1, 4, 3, 6, 5));
        samples.add(reverse(SCALAR).expecting(1.75));
        samples.add(reverse(ROW, 0L).expecting(0.5, -1.25, 2));
        samples.add(reverse(ROW, 1L).expecting(2, -1.25, 0.5));
        samples.add(reverse(ONE, 0L, 1L).expecting(1.75));
        samples.add(reverse(EMPTY, 1L));
        samples.add(reverse(INTS, 1L).expecting(3, 2, 1, 6, 5, 4));
        samples.add(reverse(BOOLS, 1L).expecting(0, 0, 1, 0, 1, 1));
        samples.add(reverse(LONGS, 0L).expecting(0x1p63, 0x1p53, -0x1p63));
        samples.add(reverse(SPECIAL, 0L).expecting(1e300, -0.0, -INF, INF, NAN).valueOnly());
    }
}
