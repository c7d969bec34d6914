package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.CUBE;
import static io.autodiff.nd4j.ops.SampleTensors.EMPTY;
import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.MATRIX;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;
import static io.autodiff.nd4j.ops.SampleTensors.SCALAR;
import static io.autodiff.nd4j.ops.SampleTensors.VECTOR;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of products, extrema and their positions; those of sums and norms are in {@link StructureSamples}. */
final class ReductionSamples {
    private static final Tensor INTS = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 0}});

    private ReductionSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        products(samples);
        extrema(samples);
        singles(samples);
        positions(samples);
        wholeDTypes(samples);
        largeSums(samples);
        extremeNorms(samples);
        return samples;
    }

    private static OpSample reduce(String op, Tensor x, boolean keepDims, Long... axes) {
        return OpSample.of(op, x).with("axes", List.of(axes), "keepDims", keepDims);
    }

    private static void products(List<OpSample> samples) {
        samples.add(reduce("reduce_prod", MATRIX, false, 0L, 1L).expecting(3.5));
        samples.add(reduce("reduce_prod", MATRIX, true, 1L).expecting(-7, -0.5));
        samples.add(reduce("reduce_prod", MATRIX, false, 0L).expecting(0.25, -8, -1.75));
        samples.add(reduce("reduce_prod", MATRIX, false).expecting(MATRIX.toDoubleArray()));
        samples.add(reduce("reduce_prod", CUBE, false, 0L, 2L).expecting(-1, 24, 1890));
        samples.add(reduce("reduce_prod", CUBE, true, 0L, 1L));
        samples.add(reduce("reduce_prod", CUBE, false, 1L).expecting(15, 48, -2.25, 28));
        for (double[] zeros : new double[][] {{2, 0, 3}, {2, 0, 0, 3}, {0, 0, 0, 1, 2}, {0}, {-0.5, 0, 4}}) {
            samples.add(reduce("reduce_prod", Tensors.of(zeros), false, 0L).expecting(0));
        }
        samples.add(reduce("reduce_prod", Tensors.of(new double[][] {{0, 2, 0}, {3, 0, 0.5}}), false, 0L, 1L)
                .expecting(0));
        samples.add(reduce("reduce_prod", Tensors.of(new double[][] {{0, 2, 4}, {3, 0, 0.5}}), true, 0L)
                .expecting(0, 0, 2));
        samples.add(reduce("reduce_prod", EMPTY, false, 0L).expecting(1, 1, 1));
        samples.add(reduce("reduce_prod", EMPTY, true, 1L));
        samples.add(reduce("reduce_prod", Tensors.of(new double[] {2, NAN}), false, 0L)
                .expecting(NAN)
                .valueOnly());
        samples.add(reduce("reduce_prod", Tensors.of(new double[] {0, INF}), false, 0L)
                .expecting(NAN)
                .valueOnly());
    }

    private static void extrema(List<OpSample> samples) {
        samples.add(reduce("reduce_max", MATRIX, false, 0L, 1L).expecting(4));
        samples.add(reduce("reduce_max", MATRIX, true, 1L).expecting(3.5, 4));
        samples.add(reduce("reduce_max", CUBE, false, 0L, 2L).expecting(2, 8, 9));
        samples.add(reduce("reduce_max", CUBE, true, 1L).expecting(5, 6, 9, 8));
        samples.add(reduce("reduce_min", MATRIX, false, 0L, 1L).expecting(-2));
        samples.add(reduce("reduce_min", MATRIX, true, 1L).expecting(-2, -0.5));
        samples.add(reduce("reduce_min", CUBE, false, 0L, 2L).expecting(-1, 0.25, 5));
        samples.add(reduce("reduce_min", CUBE, true, 1L).expecting(1, 2, -1, 0.5));
        Tensor special = Tensors.of(new double[][] {{1, NAN, 3}, {NAN, 4, -5}, {-INF, -INF, -INF}, {3, INF, -INF}});
        samples.add(reduce("reduce_max", special, false, 1L)
                .expecting(NAN, NAN, -INF, INF)
                .valueOnly());
        samples.add(reduce("reduce_min", special, true, 1L)
                .expecting(NAN, NAN, -INF, -INF)
                .valueOnly());
        samples.add(
                reduce("reduce_max", special, false, 0L).expecting(NAN, NAN, 3).valueOnly());
        samples.add(reduce("reduce_max", special, false, 0L, 1L).expecting(NAN).valueOnly());
        for (String op : List.of("reduce_max", "reduce_min")) {
            samples.add(reduce(op, MATRIX, false).expecting(MATRIX.toDoubleArray()));
            samples.add(reduce(op, EMPTY, false, 1L).expecting());
            for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
                for (double infinity : new double[] {INF, -INF}) {
                    samples.add(reduce(op, Tensors.of(new double[] {infinity, infinity}, dtype), false, 0L)
                            .expecting(infinity)
                            .valueOnly());
                }
                samples.add(reduce(op, Tensors.of(new double[][] {{NAN, 1, 2}, {1, 2, 2}}, dtype), false, 1L)
                        .expecting(NAN, op.equals("reduce_max") ? 2 : 1)
                        .valueOnly());
            }
        }
    }

    /** Axes of size 1, at every place: ND4J takes some of these matrices for vectors. */
    private static void singles(List<OpSample> samples) {
        double[] elements = VECTOR.toDoubleArray();
        for (String op : List.of("reduce_prod", "reduce_max", "reduce_min")) {
            for (boolean keepDims : new boolean[] {false, true}) {
                samples.add(reduce(op, VECTOR.reshape(3, 1), keepDims, 1L).expecting(elements));
                samples.add(reduce(op, VECTOR.reshape(1, 3), keepDims, 0L).expecting(elements));
                samples.add(
                        reduce(op, VECTOR.reshape(3, 1, 1), keepDims, 1L, 2L).expecting(elements));
                samples.add(
                        reduce(op, VECTOR.reshape(1, 3, 1), keepDims, 0L, 2L).expecting(elements));
                samples.add(reduce(op, SCALAR.reshape(1, 1), keepDims, 0L).expecting(1.75));
                samples.add(reduce(op, SCALAR.reshape(1, 1), keepDims, 0L, 1L).expecting(1.75));
            }
            samples.add(reduce(op, SCALAR, false).expecting(1.75));
        }
    }

    private static OpSample position(String op, Tensor x, boolean keepDims, long axis) {
        return OpSample.of(op, x).with("axis", axis, "keepDims", keepDims).valueOnly();
    }

    private static void positions(List<OpSample> samples) {
        samples.add(position("argmax", MATRIX, false, 0).expecting(0, 1, 0));
        samples.add(position("argmax", MATRIX, true, 1).expecting(2, 1));
        samples.add(position("argmin", MATRIX, false, 0).expecting(1, 0, 1));
        samples.add(position("argmin", MATRIX, true, 1).expecting(1, 2));
        samples.add(position("argmax", CUBE, false, 1).expecting(2, 2, 2, 1));
        samples.add(position("argmin", CUBE, true, 2).expecting(0, 0, 0, 0, 0, 1));
        samples.add(position("argmax", Tensors.of(new double[] {1, 3, 3, 2, 3}), false, 0)
                .expecting(1));
        samples.add(position("argmin", Tensors.of(new double[] {1, 0, -0.0, 2, 0}), false, 0)
                .expecting(1));
        Tensor special = Tensors.of(new double[][] {{1, NAN, NAN}, {NAN, INF, 5}, {-INF, -INF, -INF}, {3, INF, INF}});
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
            samples.add(position("argmax", special.castTo(dtype), false, 1).expecting(1, 0, 0, 1));
            samples.add(position("argmin", special.castTo(dtype), false, 1).expecting(1, 0, 0, 0));
            samples.add(position("argmin", special.castTo(dtype), false, 0).expecting(1, 0, 0));
            Tensor infinities = Tensors.of(new double[][] {{-INF, -INF}, {INF, INF}, {INF, -INF}}, dtype);
            samples.add(position("argmax", infinities, false, 1).expecting(0, 0, 0));
            samples.add(position("argmin", infinities, false, 1).expecting(0, 0, 1));
        }
        for (String op : List.of("argmax", "argmin")) {
            samples.add(position(op, VECTOR.reshape(3, 1), false, 1).expecting(0, 0, 0));
            samples.add(position(op, VECTOR.reshape(1, 3), true, 0).expecting(0, 0, 0));
            samples.add(position(op, SCALAR.reshape(1, 1), false, 0).expecting(0));
            samples.add(position(op, EMPTY, false, 1).expecting());
        }
        Tensor bits = Tensors.of(new boolean[][] {{false, true, true}, {true, false, false}});
        samples.add(position("argmax", bits, false, 1).expecting(1, 0));
        samples.add(position("argmin", bits, false, 1).expecting(0, 1));
    }

    private static void wholeDTypes(List<OpSample> samples) {
        for (DType dtype : List.of(DType.INT32, DType.INT64)) {
            Tensor x = INTS.castTo(dtype);
            samples.add(reduce("reduce_sum", x, false, 1L).expecting(6, 9));
            samples.add(reduce("reduce_prod", x, true, 1L).expecting(6, 0));
            samples.add(reduce("reduce_max", x, false, 0L).expecting(4, 5, 3));
            samples.add(reduce("reduce_min", x, false, 0L, 1L).expecting(0));
            samples.add(position("argmax", x, false, 1).expecting(2, 1));
            samples.add(position("argmin", x, false, 1).expecting(0, 2));
            long least = dtype == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
            double lowest = (double) least;
            double highest = (double) (-1 - least);
            Tensor ends =
                    Tensors.of(new long[][] {{least, least}, {-1 - least, -1 - least}, {least, -1 - least}}, dtype);
            samples.add(reduce("reduce_max", ends, false, 1L).expecting(lowest, highest, highest));
            samples.add(reduce("reduce_min", ends, false, 1L).expecting(lowest, highest, lowest));
            samples.add(position("argmax", ends, false, 1).expecting(0, 0, 1));
            samples.add(position("argmin", ends, false, 1).expecting(0, 0, 0));
        }
        samples.add(position("argmax", Tensors.of(new long[] {1L << 53, (1L << 53) + 1}), false, 0)
                .expecting(1));
    }

    /** Sums of more elements than are added up at once, of every form; in float16 and bfloat16, which cannot count so far. */
    private static void largeSums(List<OpSample> samples) {
        for (int size : new int[] {256, 257, 512, 1000, 1031, 65_537}) {
            for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32)) {
                samples.add(reduce("reduce_sum", Tensors.ones(dtype, size), false, 0L)
                        .expecting(size)
                        .valueOnly());
            }
        }
        samples.add(reduce("reduce_sum", Tensors.ones(DType.FLOAT16, 4096), false, 0L)
                .expecting(4096)
                .valueOnly());
        samples.add(reduce("reduce_sum", Tensors.ones(DType.BFLOAT16, 2, 4096), false, 1L)
                .expecting(4096, 4096)
                .valueOnly());
        samples.add(reduce("reduce_prod", Tensors.of(new double[] {300, 300, 0.01}, DType.FLOAT16), false, 0L)
                .expecting(900)
                .within(1e-3)
                .valueOnly());
        Tensor counted = Tensors.range(0, 2 * 521 * 3, 1, DType.FLOAT64);
        samples.add(reduce("reduce_sum", counted.reshape(2, 521, 3), false, 1L)
                .expecting(406_380, 406_901, 407_422, 1_220_703, 1_221_224, 1_221_745)
                .valueOnly());
        samples.add(reduce("reduce_sum", counted.reshape(2, 3, 521), true, 0L, 2L)
                .expecting(1_085_243, 1_628_125, 2_171_007)
                .valueOnly());
        samples.add(reduce("reduce_sum", counted.reshape(521, 2, 3), false, 0L, 1L)
                .expecting(1_627_083, 1_628_125, 1_629_167)
                .valueOnly());
        samples.add(reduce("reduce_max", counted.reshape(2, 521, 3), false, 1L)
                .expecting(1560, 1561, 1562, 3123, 3124, 3125)
                .valueOnly());
        samples.add(reduce("reduce_min", counted.reshape(521, 2, 3), true, 0L, 1L)
                .expecting(0, 1, 2)
                .valueOnly());
        samples.add(reduce("reduce_max", counted.neg().castTo(DType.INT32), false, 0L)
                .expecting(0)
                .valueOnly());
        samples.add(
                reduce("reduce_prod", Tensors.where(counted.eq(1041), counted, Tensors.onesLike(counted)), false, 0L)
                        .expecting(1041)
                        .valueOnly());
        // In the whole blocks and in what is left over after them.
        for (int at : new int[] {0, 255, 3125}) {
            Tensor x = Tensors.where(counted.eq(at), Tensors.fill(DType.FLOAT64, counted.shape(), NAN), counted);
            samples.add(reduce("reduce_max", x, false, 0L).expecting(NAN).valueOnly());
            samples.add(reduce("reduce_min", x, false, 0L).expecting(NAN).valueOnly());
            samples.add(position("argmax", x, false, 0).expecting(at));
        }
    }

    private static void extremeNorms(List<OpSample> samples) {
        samples.add(reduce("norm2", Tensors.of(new double[] {3e200, 4e200}), false, 0L)
                .expecting(5e200)
                .valueOnly());
        samples.add(reduce(
                        "norm2",
                        Tensors.of(new double[][] {{3e-200, 4e-200}, {3, 4}, {0, 0}, {3e300, -4e300}}),
                        true,
                        1L)
                .expecting(5e-200, 5, 0, 5e300)
                .valueOnly());
        samples.add(reduce("norm2", Tensors.of(new double[][] {{INF, 1}, {NAN, 1}, {-INF, NAN}}), false, 1L)
                .expecting(INF, NAN, NAN)
                .valueOnly());
        samples.add(reduce("norm2", Tensors.of(new float[] {3e30f, 4e30f}), false, 0L)
                .expecting(5e30f)
                .within(1e-6)
                .valueOnly());
        samples.add(reduce("norm2", Tensors.of(new double[] {300, 400}, DType.FLOAT16), false, 0L)
                .expecting(500)
                .valueOnly());
        samples.add(reduce("norm2", Tensors.ones(DType.FLOAT64, 10_000), false, 0L)
                .expecting(100)
                .valueOnly());
    }
}
