package io.autodiff.nd4j;

import io.autodiff.DType;
import io.autodiff.Index;
import io.autodiff.PadMode;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.List;

/** Bad ranks, axes and sizes of the ops that arrange, cut and repeat. */
class StructureSafetyTest extends BadInput {
    StructureSafetyTest() {
        axes();
        sizes();
        parts();
        blocks();
    }

    private void axes() {
        bad("expandDims beyond the end", () -> MATRIX.expandDims(3), "expandDims", "float64[2, 3]", "axis 3", "rank 3");
        bad("expandDims before the beginning", () -> MATRIX.expandDims(-4), "expandDims", "axis -4");
        bad("squeeze of no axis", () -> MATRIX.squeeze(2), "squeeze", "axis 2", "[2, 3]");
        bad("squeeze of a scalar's axis", () -> SCALAR.squeeze(0), "squeeze", "float64[]", "axis 0");
        bad("squeeze of size 3", () -> MATRIX.squeeze(-1), "squeeze", "axis 1", "size 3");
        bad("reverse of no axis", () -> MATRIX.reverse(0, 5), "reverse", "axis 5");
        bad("roll of no axis", () -> MATRIX.roll(1, 2), "roll", "axis 2");
        bad("roll of a scalar", () -> SCALAR.roll(1, 0), "roll", "axis 0");
        bad("repeat of no axis", () -> MATRIX.repeat(2, -3), "repeat", "axis -3");
        bad("split of no axis", () -> MATRIX.split(1, 2), "split", "axis 2");
        bad("unstack of a scalar", () -> SCALAR.unstack(0), "unstack", "float64[]", "axis 0");
        bad("concat along no axis", () -> Tensors.concat(2, MATRIX, MATRIX), "concat", "axis 2");
        bad("concat of scalars", () -> Tensors.concat(0, SCALAR, SCALAR), "concat", "float64[]", "axis 0");
        bad("gather along no axis", () -> MATRIX.gather(INTS, 2), "gather", "axis 2", "float64[2, 3]");
        bad("gather of a scalar", () -> SCALAR.gather(INTS), "gather", "float64[]");
        bad("diag of a scalar", () -> SCALAR.diag(), "diag", "float64[]");
        bad("diagPart of a vector", () -> VECTOR.diagPart(), "diagPart", "float64[3]", "matrices");
        bad("triu of a vector", () -> VECTOR.triu(), "triu", "float64[3]", "matrices");
        bad("tril of a scalar", () -> SCALAR.tril(), "tril", "float64[]", "matrices");
        bad("meshgrid of a matrix", () -> Tensors.meshgrid(VECTOR, MATRIX), "meshgrid", "float64[2, 3]", "vector");
        bad(
                "a raw gather along a huge axis",
                () -> Executor.execute("gather", Attributes.of("axis", HUGE), MATRIX, INTS),
                "gather",
                "axis " + HUGE);
        bad(
                "a raw gather along a negative axis",
                () -> Executor.execute("gather", Attributes.of("axis", -1L), MATRIX, INTS),
                "gather",
                "axis -1");
        bad(
                "a raw concat along a negative axis",
                () -> Executor.execute("concat", Attributes.of("axis", -1L), MATRIX, MATRIX),
                "concat",
                "axis -1");
        bad(
                "a raw reverse of a huge axis",
                () -> Executor.execute("reverse", Attributes.of("axes", List.of(HUGE)), MATRIX),
                "axis " + HUGE);
    }

    private void sizes() {
        bad("tile by too few", () -> MATRIX.tile(2), "tile", "[2]", "float64[2, 3]");
        bad("tile by less than nothing", () -> MATRIX.tile(2, -1), "tile", "-1");
        bad("tile beyond 2^63", () -> MATRIX.tile(HUGE, 1), "tile", "" + HUGE, "2^63");
        bad("tile beyond 2^63 together", () -> MATRIX.tile(1L << 40, 1L << 40), "tile", "2^63");
        bad("tile beyond memory", () -> MATRIX.tile(1L << 30, 1L << 30), "broadcast_to", "2^48");
        bad("repeat beyond 2^63", () -> MATRIX.repeat(HUGE, 0), "repeat", "2^63");
        bad("repeat by less than nothing", () -> MATRIX.repeat(-2, 0), "repeat", "-2");
        bad("repeat each less than nothing", () -> MATRIX.repeat(new long[] {1, -2}, 0), "repeat", "-2");
        bad("repeat of too few", () -> MATRIX.repeat(new long[] {1}, 0), "repeat", "1 counts for the 2 slices");
        bad("repeat each beyond memory", () -> MATRIX.repeat(new long[] {HUGE, HUGE}, 0), "repeat", "2^31-1 slices");
        bad("repeat by fractions", () -> Tensors.repeat(MATRIX, VECTOR, 0), "repeat", "int32 or int64", "castTo");
        Tensor one = Tensors.of(1);
        bad("repeat by a scalar", () -> Tensors.repeat(MATRIX, one, 0), "repeat", "int32[]", "vector");
        bad("pad by too few", () -> MATRIX.pad(new long[][] {{1, 1}}), "pad", "[[1, 1]]", "float64[2, 3]");
        bad("pad by one number", () -> VECTOR.pad(new long[][] {{1}}), "pad", "[[1]]");
        bad("pad by less than nothing", () -> VECTOR.pad(new long[][] {{-1, 2}}), "pad", "[[-1, 2]]");
        bad("pad beyond 2^63", () -> VECTOR.pad(new long[][] {{HUGE, 1}}), "pad", "axis 0", "2^63");
        bad("pad beyond memory", () -> VECTOR.pad(new long[][] {{1L << 60, 0}}), "pad_to", "2^48");
        bad("pad of ints with a fraction", () -> INTS.pad(new long[][] {{1, 1}}, 0.5), "0.5", "int32");
        bad(
                "reflect beyond the other end",
                () -> VECTOR.pad(new long[][] {{3, 0}}, PadMode.REFLECT),
                "pad",
                "axis 0",
                "size 3",
                "2 elements");
        bad(
                "symmetric beyond the other end",
                () -> VECTOR.pad(new long[][] {{0, 4}}, PadMode.SYMMETRIC),
                "pad",
                "3 elements");
        bad("reflect of nothing", () -> EMPTY.pad(new long[][] {{1, 0}, {0, 0}}, PadMode.REFLECT), "pad", "0 elements");
        bad("reshape beyond 2^63", () -> MATRIX.reshape(1L << 40, 1L << 40), "reshape", "2^63");
        bad("reshape beyond 2^63 beside -1", () -> MATRIX.reshape(1L << 40, -1, 1L << 40), "reshape", "2^63");
        bad("more axes than ND4J has", () -> SCALAR.reshape(Shape.of(ones(33))), "reshape", "32 axes");
        bad("many more axes", () -> SCALAR.broadcastTo(Shape.of(ones(64))), "broadcast_to", "32 axes");
        bad("a broadcast beyond memory", () -> SCALAR.broadcastTo(Shape.of(1L << 62)), "broadcast_to", "2^48");
        bad(
                "zeros whose bytes are 2^64",
                () -> Tensors.zeros(DType.FLOAT64, 1L << 61).neg(),
                "broadcast_to",
                "2^48");
        bad(
                "diag of a huge axis",
                () -> Tensors.zeros(DType.FLOAT32, 0, 1L << 40).diag(),
                "1099511627776");
        bad("eye beyond 2^63", () -> Tensors.eye(DType.FLOAT32, 1L << 40), "2^63");
        bad("eye of negative size", () -> Tensors.eye(DType.FLOAT32, 2, -1), "-1");
        bad("oneHot of negative depth", () -> INTS.oneHot(-1), "oneHot", "int32[3]", "-1");
        bad("sequenceMask of negative length", () -> Tensors.sequenceMask(INTS, -1), "sequenceMask", "int32[3]", "-1");
    }

    private static long[] ones(int rank) {
        long[] ones = new long[rank];
        Arrays.fill(ones, 1);
        return ones;
    }

    private void parts() {
        bad("split that does not divide", () -> VECTOR.split(2, 0), "split", "axis 0", "size 3", "2 equal parts");
        bad("split into none", () -> VECTOR.split(0, 0), "split", "0 equal parts");
        bad("split by sizes of another sum", () -> VECTOR.split(new long[] {1, 1}, 0), "split", "[1, 1]", "3");
        bad("split by a negative size", () -> VECTOR.split(new long[] {4, -1}, 0), "split", "[4, -1]");
        bad("split by sizes that overflow", () -> VECTOR.split(new long[] {HUGE, HUGE, 5}, 0), "split", "" + HUGE);
        bad("an index beyond the end", () -> VECTOR.get(Index.at(3)), "get", "index 3", "axis 0", "size 3", "-3 to 2");
        bad("an index before the beginning", () -> VECTOR.get(Index.at(-4)), "get", "index -4");
        bad("a huge index", () -> MATRIX.get(Index.all(), Index.at(HUGE)), "get", "" + HUGE, "axis 1");
        bad("the least index", () -> VECTOR.get(Index.at(Long.MIN_VALUE)), "get", "" + Long.MIN_VALUE);
        bad("an index of nothing", () -> EMPTY.get(Index.at(0)), "get", "index 0", "size 0");
        bad("an index too many", () -> VECTOR.get(Index.at(0), Index.at(0)), "get", "2 indices", "1 axes");
        bad("an index of a scalar", () -> SCALAR.get(Index.all()), "get", "float64[]");
        bad("two ellipses", () -> MATRIX.get(Index.ellipsis(), Index.ellipsis()), "get", "ellipsis");
        bad("a step of 0", () -> VECTOR.get(Index.all().by(0)), "step", "0");
    }

    private static Tensor slice(Tensor x, long begin, long stride, long size) {
        return Executor.execute(
                "slice",
                Attributes.ofPairs("begin", List.of(begin), "strides", List.of(stride), "shape", Shape.of(size)),
                x);
    }

    private static Tensor place(Tensor x, long begin, long stride, long size) {
        return Executor.execute(
                "pad_to",
                Attributes.ofPairs("begin", List.of(begin), "strides", List.of(stride), "shape", Shape.of(size)),
                x);
    }

    private void blocks() {
        bad("a stride too far", () -> slice(VECTOR, 0, 2, 3), "slice", "float64[3]", "[2]");
        bad("a stride of 0", () -> slice(VECTOR, 0, 0, 2), "slice", "[0]");
        bad("a stride back", () -> slice(VECTOR, 2, -1, 2), "slice", "[-1]");
        bad("a huge stride", () -> slice(VECTOR, 1, HUGE, 2), "slice", "" + HUGE);
        bad("a huge size", () -> slice(VECTOR, 1, 1, HUGE), "slice", "" + HUGE);
        bad("nothing from beyond the end", () -> slice(VECTOR, 4, 1, 0), "slice", "[4]");
        bad("strides of another rank", () -> slice(MATRIX, 0, 1, 1), "slice", "float64[2, 3]");
        bad("a place too small", () -> place(VECTOR, 0, 2, 4), "pad_to", "float64[3]", "[4]");
        bad("a place that begins too late", () -> place(VECTOR, HUGE, 1, HUGE), "pad_to", "" + HUGE);
        bad("a place with a stride of 0", () -> place(VECTOR, 0, 0, 5), "pad_to", "[0]");
        bad("concat of two dtypes", () -> Tensors.concat(0, VECTOR, INTS), "concat", "float64", "int32", "castTo");
        bad("concat of two ranks", () -> Tensors.concat(0, VECTOR, MATRIX), "concat", "[3]", "[2, 3]");
        bad("concat of other sizes", () -> Tensors.concat(0, MATRIX, MATRIX.transpose()), "concat", "[3, 2]", "axis 0");
        bad("concat of nothing", () -> Tensors.concat(0), "concat", "at least one");
        bad("permute of a huge axis", () -> MATRIX.permute(0, Integer.MAX_VALUE), "permute", "" + Integer.MAX_VALUE);
    }
}
