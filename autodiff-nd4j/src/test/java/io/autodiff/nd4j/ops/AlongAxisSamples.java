package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.CUBE;
import static io.autodiff.nd4j.ops.SampleTensors.EMPTY;
import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.MATRIX;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;
import static io.autodiff.nd4j.ops.SampleTensors.VECTOR;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of what goes along one axis: cumulative ops, orders, and elements by their positions. */
final class AlongAxisSamples {
    private static final Tensor INTS = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 0}});

    private AlongAxisSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        cumulative(samples);
        recurrences(samples);
        orders(samples);
        positions(samples);
        return samples;
    }

    private static OpSample cumulative(String op, Tensor x, long axis, boolean exclusive, boolean reverse) {
        return OpSample.of(op, x).with("axis", axis, "exclusive", exclusive, "reverse", reverse);
    }

    private static void cumulative(List<OpSample> samples) {
        samples.add(cumulative("cumsum", VECTOR, 0, false, false).expecting(0.5, -0.75, 1.25));
        samples.add(cumulative("cumsum", VECTOR, 0, true, false).expecting(0, 0.5, -0.75));
        samples.add(cumulative("cumsum", VECTOR, 0, false, true).expecting(1.25, 0.75, 2));
        samples.add(cumulative("cumsum", VECTOR, 0, true, true).expecting(0.75, 2, 0));
        samples.add(cumulative("cumprod", VECTOR, 0, false, false).expecting(0.5, -0.625, -1.25));
        samples.add(cumulative("cumprod", VECTOR, 0, true, false).expecting(1, 0.5, -0.625));
        samples.add(cumulative("cumprod", VECTOR, 0, false, true).expecting(-1.25, -2.5, 2));
        samples.add(cumulative("cumprod", VECTOR, 0, true, true).expecting(-2.5, 2, 1));
        Tensor zeros = Tensors.of(new double[][] {{2, 0, 3, 0.5}, {0, 0, 1.5, 2}, {1.5, -2, 0, 0}});
        for (boolean exclusive : new boolean[] {false, true}) {
            for (boolean reverse : new boolean[] {false, true}) {
                samples.add(cumulative("cumsum", MATRIX, 0, exclusive, reverse));
                samples.add(cumulative("cumsum", CUBE, 1, exclusive, reverse));
                samples.add(cumulative("cumprod", zeros, 1, exclusive, reverse));
                samples.add(cumulative("cumprod", zeros, 0, exclusive, reverse));
                samples.add(cumulative("cumprod", CUBE, 1, exclusive, reverse));
                for (String op : List.of("cumsum", "cumprod")) {
                    samples.add(cumulative(op, VECTOR.reshape(3, 1), 1, exclusive, reverse));
                    samples.add(cumulative(op, VECTOR.reshape(1, 1, 3), 2, exclusive, reverse));
                    samples.add(cumulative(op, VECTOR.slice(new long[] {1}, Shape.of(1)), 0, exclusive, reverse));
                    samples.add(cumulative(op, EMPTY, 0, exclusive, reverse).expecting());
                    samples.add(cumulative(op, EMPTY, 1, exclusive, reverse).expecting());
                }
            }
        }
        for (DType dtype : List.of(DType.INT32, DType.INT64)) {
            Tensor x = INTS.castTo(dtype);
            samples.add(cumulative("cumsum", x, 1, false, false).expecting(1, 3, 6, 4, 9, 9));
            samples.add(cumulative("cumprod", x, 0, true, true).expecting(4, 5, 0, 1, 1, 1));
        }
        samples.add(cumulative("cumsum", Tensors.of(new double[] {1, NAN, 2}), 0, false, false)
                .expecting(1, NAN, NAN)
                .valueOnly());
        samples.add(cumulative("cumsum", Tensors.of(new double[] {1, INF, -INF}), 0, false, false)
                .expecting(1, INF, NAN)
                .valueOnly());
    }

    private static void recurrences(List<OpSample> samples) {
        Tensor term = Tensors.of(new double[] {3, 1, -0.5});
        samples.add(OpSample.of("linear_recurrence", VECTOR, term)
                .with("axis", 0L, "reverse", false)
                .expecting(3, -2.75, -6));
        samples.add(OpSample.of("linear_recurrence", VECTOR, term)
                .with("axis", 0L, "reverse", true)
                .expecting(3.8125, 1.625, -0.5));
        for (boolean reverse : new boolean[] {false, true}) {
            for (long axis = 0; axis < 3; axis++) {
                samples.add(
                        OpSample.of("linear_recurrence", CUBE.mul(0.3), CUBE).with("axis", axis, "reverse", reverse));
            }
            samples.add(OpSample.of("linear_recurrence", MATRIX.mul(0), MATRIX).with("axis", 1L, "reverse", reverse));
            samples.add(OpSample.of("linear_recurrence", VECTOR.reshape(1, 3), term.reshape(1, 3))
                    .with("axis", 0L, "reverse", reverse)
                    .expecting(3, 1, -0.5));
            samples.add(OpSample.of("linear_recurrence", EMPTY, EMPTY)
                    .with("axis", 0L, "reverse", reverse)
                    .expecting());
        }
    }

    private static OpSample order(Tensor x, long axis, long count, boolean descending) {
        return OpSample.of("argsort", x)
                .with("axis", axis, "count", count, "descending", descending)
                .valueOnly();
    }

    private static void orders(List<OpSample> samples) {
        samples.add(order(VECTOR, 0, 3, false).expecting(1, 0, 2));
        samples.add(order(VECTOR, 0, 3, true).expecting(2, 0, 1));
        samples.add(order(MATRIX, 0, 2, false).expecting(1, 0, 1, 0, 1, 0));
        samples.add(order(MATRIX, 1, 3, true).expecting(2, 0, 1, 1, 0, 2));
        samples.add(order(MATRIX, 1, 2, true).expecting(2, 0, 1, 0));
        samples.add(order(MATRIX, 1, 2, false).expecting(1, 0, 2, 0));
        samples.add(order(MATRIX, 1, 0, false).expecting());
        samples.add(order(CUBE, 1, 2, false).expecting(0, 0, 1, 1, 0, 0, 1, 2));
        samples.add(order(VECTOR.reshape(3, 1), 1, 1, false).expecting(0, 0, 0));
        samples.add(order(EMPTY, 0, 0, false).expecting());
        samples.add(order(EMPTY, 1, 3, true).expecting());
        Tensor special = Tensors.of(new double[] {NAN, 1, INF, -0.0, 0, -INF, NAN, 1, -2});
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
            samples.add(order(special.castTo(dtype), 0, 9, false).expecting(5, 8, 3, 4, 1, 7, 2, 0, 6));
            samples.add(order(special.castTo(dtype), 0, 9, true).expecting(0, 6, 2, 1, 7, 3, 4, 8, 5));
            samples.add(order(special.castTo(dtype), 0, 4, true).expecting(0, 6, 2, 1));
        }
        samples.add(order(INTS, 1, 3, false).expecting(0, 1, 2, 2, 0, 1));
        samples.add(order(Tensors.of(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1}), 0, 3, true)
                .expecting(0, 2, 1));
        samples.add(order(Tensors.of(new boolean[] {true, false, true}), 0, 3, false)
                .expecting(1, 0, 2));
    }

    private static void positions(List<OpSample> samples) {
        Tensor rows = Tensors.of(new int[][] {{1, 0, 1}});
        samples.add(
                OpSample.of("take_along_axis", MATRIX, rows).with("axis", 0L).expecting(0.25, -2, -0.5));
        Tensor repeated = Tensors.of(new long[][] {{2, 2, 0, 1}, {0, 1, 1, 1}});
        samples.add(OpSample.of("take_along_axis", MATRIX, repeated)
                .with("axis", 1L)
                .expecting(3.5, 3.5, 1, -2, 0.25, 4, 4, 4));
        samples.add(OpSample.of("take_along_axis", CUBE, Tensors.zeros(DType.INT32, 2, 1, 2))
                .with("axis", 1L)
                .expecting(1, 2, -1, 0.5));
        samples.add(OpSample.of("take_along_axis", VECTOR, Tensors.zeros(DType.INT64, 0))
                .with("axis", 0L)
                .expecting());
        samples.add(OpSample.of("take_along_axis", INTS, rows).with("axis", 0L).expecting(4, 2, 0));
        samples.add(
                OpSample.of("take_along_axis", Tensors.of(new boolean[] {true, false}), Tensors.of(new int[] {1, 0}))
                        .with("axis", 0L)
                        .expecting(0, 1));
        samples.add(OpSample.of("add_along_axis", MATRIX.slice(new long[] {0, 0}, Shape.of(1, 3)), rows)
                .with("axis", 0L, "size", 3L)
                .expecting(0, -2, 0, 1, 0, 3.5, 0, 0, 0));
        samples.add(OpSample.of("add_along_axis", CUBE, Tensors.zeros(DType.INT64, 2, 3, 2))
                .with("axis", 1L, "size", 2L)
                .expecting(9, 12, 0, 0, 8.25, 15.5, 0, 0));
        samples.add(OpSample.of("add_along_axis", EMPTY, Tensors.zeros(DType.INT64, 0, 3))
                .with("axis", 0L, "size", 1L)
                .expecting(0, 0, 0));
        samples.add(OpSample.of("add_along_axis", INTS, Tensors.of(new int[][] {{1, 1, 0}, {0, 0, 0}}))
                .with("axis", 1L, "size", 2L)
                .expecting(3, 3, 9, 0));
    }
}
