package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.InvalidOperandException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bad indices, segments and masks, and what is no index. */
class IndexingSafetyTest extends BadInput {
    IndexingSafetyTest() {
        indices();
        positions();
        segments();
        dtypes();
    }

    private void indices() {
        for (int wrong : new int[] {3, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            bad(
                    "gather of " + wrong,
                    () -> VECTOR.gather(Tensors.of(new int[][] {{0, 1}, {wrong, 2}})),
                    "gather(x=float64[3], indices=int32[2, 2])",
                    "holds " + wrong + " at [1, 0]",
                    "axis 0",
                    "size 3",
                    "0 to 2");
        }
        for (long wrong : new long[] {1L << 32, HUGE, Long.MIN_VALUE}) {
            bad(
                    "gather of " + wrong,
                    () -> MATRIX.gather(Tensors.of(wrong), 1),
                    "gather",
                    "holds " + wrong + " at []",
                    "axis 1");
        }
        bad("gather from nothing", () -> EMPTY.gather(ints(0)), "gather", "axis 0", "size 0");
        bad("a wide gather", () -> Tensors.zeros(DType.FLOAT32, 2, 50).gather(ints(0, 2)), "gather", "holds 2 at [1]");
        bad("the gradient alone of a bad gather", () -> gradientOfGather(ints(0, 7)), "holds 7 at [1]", "size 3");
    }

    private static Tensor gradientOfGather(Tensor indices) {
        Tensor x = VECTOR.stopGradient();
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(x.gather(indices), x);
        }
    }

    private void positions() {
        Tensor outside = Tensors.of(new int[][] {{0, 1}, {0, 3}});
        Tensor two = Tensors.of(new double[] {1, 2});
        String[] words = {"holds 3 at [1, 1]", "axis 1", "size 3", "[2, 3]", "0 to 2"};
        bad("gatherNd outside", () -> Tensors.gatherNd(MATRIX, outside), with("gather_nd", words));
        bad("scatterNd outside", () -> Tensors.scatterNd(outside, two, Shape.of(2, 3)), with("scatter_nd", words));
        bad(
                "tensorScatterAdd outside",
                () -> Tensors.tensorScatterAdd(MATRIX, outside, two),
                with("scatter_nd", words));
        bad(
                "tensorScatterUpdate outside",
                () -> Tensors.tensorScatterUpdate(MATRIX, outside, two),
                with("tensor_scatter_update", words));
        bad(
                "gatherNd of a negative index",
                () -> Tensors.gatherNd(MATRIX, ints(-1, 0)),
                "gather_nd",
                "holds -1 at [0]",
                "axis 0");
        bad(
                "scatterNd of a huge index",
                () -> Tensors.scatterNd(Tensors.of(new long[] {HUGE}), SCALAR, Shape.of(4)),
                "scatter_nd",
                "holds " + HUGE);
        bad(
                "gatherNd of a scalar index",
                () -> Tensors.gatherNd(MATRIX, Tensors.of(1)),
                "gather_nd",
                "scalar",
                "rank 1");
        bad(
                "gatherNd of too deep an index",
                () -> Tensors.gatherNd(VECTOR, ints(0, 0)),
                "gather_nd",
                "size 2",
                "rank 1");
        bad(
                "updates of another shape",
                () -> Tensors.scatterNd(outside, VECTOR, Shape.of(2, 3)),
                "scatter_nd",
                "updates=float64[3]",
                "shape [2]");
        bad(
                "updates of another rank",
                () -> Tensors.tensorScatterUpdate(MATRIX, ints(0), VECTOR.reshape(1, 3)),
                "tensor_scatter_update",
                "shape [3]");
        bad(
                "updates of another dtype",
                () -> Tensors.tensorScatterUpdate(MATRIX, ints(0), INTS),
                "tensor_scatter_update",
                "float64",
                "int32",
                "castTo");
        bad(
                "scatterNd beyond memory",
                () -> Tensors.scatterNd(ints(0), SCALAR, Shape.of(1L << 60)),
                "scatter_nd",
                "2^48");
    }

    private static String[] with(String op, String... words) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = op;
        return all;
    }

    private void segments() {
        bad(
                "a segment too many",
                () -> Tensors.unsortedSegmentSum(VECTOR, ints(0, 2, 1), 2),
                "unsorted_segment_sum",
                "holds 2 at [1]",
                "size 2");
        bad(
                "a negative segment",
                () -> Tensors.unsortedSegmentMean(VECTOR, ints(0, -1, 1), 2),
                "unsorted_segment_sum",
                "holds -1 at [1]");
        bad(
                "a negative number of segments",
                () -> Tensors.unsortedSegmentSum(VECTOR, INTS, -1),
                "unsorted_segment_sum",
                "-1");
        bad(
                "segments of another length",
                () -> Tensors.unsortedSegmentSum(VECTOR, ints(0, 0), 1),
                "unsorted_segment_sum",
                "[2]");
        bad(
                "segments of higher rank",
                () -> Tensors.unsortedSegmentSum(VECTOR, ints(0, 0, 0).reshape(3, 1), 1),
                "unsorted_segment_sum");
        bad(
                "segments beyond memory",
                () -> Tensors.unsortedSegmentSum(VECTOR, INTS, 1L << 60),
                "unsorted_segment_sum",
                "2^48");
        bad(
                "segments out of order",
                () -> Tensors.segmentSum(VECTOR, ints(0, 2, 1)),
                "segmentSum",
                "segment 1 at [2]",
                "order");
        bad(
                "a first segment below 0",
                () -> Tensors.segmentMean(VECTOR, ints(-1, 0, 1)),
                "segmentMean",
                "segment -1 at [0]");
        bad(
                "a matrix of segments",
                () -> Tensors.segmentSum(MATRIX, MATRIX.castTo(DType.INT32)),
                "segmentSum",
                "int32[2, 3]",
                "vector");
        bad("a mask of ints", () -> Tensors.booleanMask(VECTOR, INTS), "booleanMask", "int32[3]", "bool");
        bad("a mask of another size", () -> Tensors.booleanMask(MATRIX, BOOLS), "booleanMask", "bool[3]", "axis 0");
        bad(
                "a mask of higher rank",
                () -> Tensors.booleanMask(VECTOR, BOOLS.reshape(3, 1)),
                "booleanMask",
                "bool[3, 1]");
        bad("a scalar mask", () -> Tensors.booleanMask(VECTOR, Tensors.of(true)), "booleanMask", "bool[]", "rank 1");
        bad("a mask along no axis", () -> Tensors.booleanMask(VECTOR, BOOLS, 1), "booleanMask", "axis 1");
    }

    private void dtypes() {
        for (Tensor wrong :
                List.of(VECTOR, VECTOR.castTo(DType.FLOAT16), BOOLS, Tensors.of(new double[] {Double.NaN}))) {
            String dtype = wrong.dtype().toString();
            bad("gather by " + wrong, () -> VECTOR.gather(wrong), "gather", "'indices'", dtype, "int64", "castTo");
            bad("gatherNd by " + wrong, () -> Tensors.gatherNd(VECTOR, wrong), "gather_nd", "'indices'", dtype);
            bad(
                    "scatterNd by " + wrong,
                    () -> Tensors.scatterNd(wrong, SCALAR, Shape.of(3)),
                    "scatter_nd",
                    "'indices'",
                    dtype);
            bad(
                    "update by " + wrong,
                    () -> Tensors.tensorScatterUpdate(VECTOR, wrong, SCALAR),
                    "tensor_scatter_update",
                    "'indices'",
                    dtype);
            bad(
                    "segments by " + wrong,
                    () -> Tensors.unsortedSegmentSum(VECTOR, wrong, 3),
                    "unsorted_segment_sum",
                    "'segments'",
                    dtype);
            bad("sorted segments by " + wrong, () -> Tensors.segmentSum(VECTOR, wrong), "segmentSum", "int64");
            bad("oneHot of " + wrong, () -> wrong.oneHot(3), "oneHot", dtype, "int64", "castTo");
            bad("sequenceMask of " + wrong, () -> Tensors.sequenceMask(wrong, 3), "sequenceMask", dtype, "int64");
        }
        bad("oneHot along no axis", () -> Tensors.oneHot(INTS, 3, 2, SCALAR, SCALAR), "oneHot", "no axis 2", "rank 2");
        Tensor three = Tensors.of(3);
        bad("oneHot of two dtypes", () -> Tensors.oneHot(INTS, 3, 0, SCALAR, three), "oneHot", "float64[] and int32[]");
        bad("oneHot of vectors", () -> Tensors.oneHot(INTS, 3, 0, VECTOR, VECTOR), "oneHot", "two scalars");
        bad(
                "a sum of bools",
                () -> Tensors.unsortedSegmentSum(BOOLS, INTS, 3),
                "unsorted_segment_sum",
                "bool[3]",
                "numeric");
        bad(
                "a scatter of bools",
                () -> Tensors.scatterNd(INTS.reshape(3, 1), BOOLS, Shape.of(3)),
                "scatter_nd",
                "bool[3]",
                "numeric");
    }

    /** What fails when it is computed stays pending, and fails again in the same way. */
    @Test
    void aFailureLeavesWhatItNeededAsItWas() {
        Tensor x = VECTOR.mul(2);
        InvalidOperandException first = assertThrows(
                InvalidOperandException.class, () -> x.gather(ints(9)).evaluate());
        InvalidOperandException second = assertThrows(
                InvalidOperandException.class, () -> x.gather(ints(9)).evaluate());
        assertEquals(first.getMessage(), second.getMessage());
        assertArrayEquals(new double[] {6, 2}, x.gather(ints(2, 0)).toDoubleArray());
    }
}
