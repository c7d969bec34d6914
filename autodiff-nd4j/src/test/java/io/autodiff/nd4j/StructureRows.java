package io.autodiff.nd4j;

import io.autodiff.DType;
import io.autodiff.Index;
import io.autodiff.Operand;
import io.autodiff.PadMode;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What {@link StructureTest} runs over: composites that arrange, cut, repeat and look up, as functions of one operand. Expected figures
 * are those of NumPy and TensorFlow.
 */
final class StructureRows {
    /**
     * One row.
     *
     * @param eager whether a compiled function refuses it, as its result's shape depends on values
     */
    record Row(
            String name,
            Tensor x,
            Function<Operand, Tensor> function,
            boolean eager,
            String shape,
            List<Double> expected) {}

    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static final Tensor VECTOR = Tensors.of(new double[] {1, 2, 3, 4, 5});
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    private static final Tensor SQUARE = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
    private static final Tensor CUBE = Tensors.of(new double[][][] {{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
    private static final Tensor SCALAR = Tensors.of(7.0);
    private static final Tensor EMPTY = Tensors.zeros(DType.FLOAT64, 0, 3);
    private static final Tensor BOOLS = Tensors.of(new boolean[][] {{true, false, true}, {false, false, true}});

    private final List<Row> rows = new ArrayList<>();

    private StructureRows() {
        shapes();
        repetitions();
        padding();
        parts();
        orders();
        diagonals();
        lookUps();
        segments();
        made();
    }

    static List<Row> all() {
        return new StructureRows().rows;
    }

    private void row(String name, Tensor x, Function<Operand, Tensor> function, String shape, double... expected) {
        add(name, x, function, false, shape, expected);
    }

    private void eagerRow(String name, Tensor x, Function<Operand, Tensor> function, String shape, double... expected) {
        add(name, x, function, true, shape, expected);
    }

    private void add(
            String name,
            Tensor x,
            Function<Operand, Tensor> function,
            boolean eager,
            String shape,
            double... expected) {
        rows.add(new Row(
                name, x, function, eager, shape, Arrays.stream(expected).boxed().toList()));
    }

    private static Tensor indices(int... positions) {
        return Tensors.of(positions).expandDims(-1);
    }

    private void shapes() {
        row("expandDims(0)", VECTOR, x -> x.expandDims(0), "[1, 5]", 1, 2, 3, 4, 5);
        row("expandDims(-1)", VECTOR, x -> x.expandDims(-1), "[5, 1]", 1, 2, 3, 4, 5);
        row("expandDims(1)", MATRIX, x -> x.expandDims(1), "[2, 1, 3]", 1, 2, 3, 4, 5, 6);
        row("expandDims of a scalar", SCALAR, x -> x.expandDims(-1), "[1]", 7);
        row("squeeze()", VECTOR, x -> x.reshape(1, 5, 1).squeeze(), "[5]", 1, 2, 3, 4, 5);
        row("squeeze(0)", VECTOR, x -> x.reshape(1, 5, 1).squeeze(0), "[5, 1]", 1, 2, 3, 4, 5);
        row("squeeze(-1, 0)", VECTOR, x -> x.reshape(1, 5, 1).squeeze(-1, 0), "[5]", 1, 2, 3, 4, 5);
        row("squeeze of a scalar", SCALAR, x -> x.squeeze(), "[]", 7);
        row("squeeze to a scalar", SCALAR, x -> x.reshape(1, 1).squeeze(), "[]", 7);
        row("reshape with -1", MATRIX, x -> x.reshape(3, -1), "[3, 2]", 1, 2, 3, 4, 5, 6);
        row("transpose of a cube", CUBE, x -> x.transpose(), "[2, 2, 2]", 1, 5, 3, 7, 2, 6, 4, 8);
    }

    private void repetitions() {
        row("tile", MATRIX, x -> x.tile(2, 1), "[4, 3]", 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6);
        row("tile both", Tensors.of(new double[][] {{1, 2}}), x -> x.tile(2, 2), "[2, 4]", 1, 2, 1, 2, 1, 2, 1, 2);
        row("tile by 1", MATRIX, x -> x.tile(1, 1), "[2, 3]", 1, 2, 3, 4, 5, 6);
        row("tile by 0", MATRIX, x -> x.tile(1, 0), "[2, 0]");
        row("tile of a scalar", SCALAR, x -> x.tile(), "[]", 7);
        row("tile of nothing", EMPTY, x -> x.tile(3, 2), "[0, 6]");
        row("tile of bool", BOOLS, x -> x.tile(1, 2), "[2, 6]", 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 1);
        row("repeat(2, 0)", MATRIX, x -> x.repeat(2, 0), "[4, 3]", 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6);
        row("repeat(2, -1)", MATRIX, x -> x.repeat(2, -1), "[2, 6]", 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6);
        row("repeat(0, 0)", MATRIX, x -> x.repeat(0, 0), "[0, 3]");
        row("repeat each", MATRIX, x -> x.repeat(new long[] {0, 3, 1}, 1), "[2, 4]", 2, 2, 2, 3, 5, 5, 5, 6);
        row("repeat each, by 0", BOOLS, x -> x.repeat(new long[2], -2), "[0, 3]");
        row("repeat each of nothing", EMPTY, x -> x.repeat(new long[0], 0), "[0, 3]");
        Tensor times = Tensors.of(new int[] {2, 0});
        eagerRow("repeat by a tensor", MATRIX, x -> Tensors.repeat(x, times, 0), "[2, 3]", 1, 2, 3, 1, 2, 3);
    }

    private void padding() {
        Tensor x3 = Tensors.of(new double[] {1, 2, 3});
        row("pad with zeros", x3, x -> x.pad(new long[][] {{2, 1}}), "[6]", 0, 0, 1, 2, 3, 0);
        row("pad with 7", x3, x -> x.pad(new long[][] {{2, 1}}, 7), "[6]", 7, 7, 1, 2, 3, 7);
        row("pad with NaN", x3, x -> x.pad(new long[][] {{1, 0}}, NAN), "[4]", NAN, 1, 2, 3);
        row("pad with -0", x3, x -> x.pad(new long[][] {{1, 0}}, -0.0), "[4]", -0.0, 1, 2, 3);
        row("pad by nothing", x3, x -> x.pad(new long[][] {{0, 0}}, 7), "[3]", 1, 2, 3);
        row("pad of nothing", EMPTY, x -> x.pad(new long[][] {{1, 0}, {0, 1}}, 2), "[1, 4]", 2, 2, 2, 2);
        row("pad of a scalar", SCALAR, x -> x.pad(new long[0][]), "[]", 7);
        row("pad of bool", BOOLS, x -> x.pad(new long[][] {{0, 0}, {1, 0}}, 1), "[2, 4]", 1, 1, 0, 1, 1, 0, 0, 1);
        row("pad constant", x3, x -> x.pad(new long[][] {{1, 1}}, PadMode.CONSTANT), "[5]", 0, 1, 2, 3, 0);
        row("pad reflect", x3, x -> x.pad(new long[][] {{2, 1}}, PadMode.REFLECT), "[6]", 3, 2, 1, 2, 3, 2);
        row("pad symmetric", x3, x -> x.pad(new long[][] {{2, 3}}, PadMode.SYMMETRIC), "[8]", 2, 1, 1, 2, 3, 3, 2, 1);
        row(
                "pad reflect both axes",
                MATRIX,
                x -> x.pad(new long[][] {{1, 0}, {0, 2}}, PadMode.REFLECT),
                "[3, 5]",
                4,
                5,
                6,
                5,
                4,
                1,
                2,
                3,
                2,
                1,
                4,
                5,
                6,
                5,
                4);
    }

    private void parts() {
        row("x[1:4]", VECTOR, x -> x.get(Index.range(1, 4)), "[3]", 2, 3, 4);
        row("x[::2]", VECTOR, x -> x.get(Index.all().by(2)), "[3]", 1, 3, 5);
        row("x[::-1]", VECTOR, x -> x.get(Index.all().by(-1)), "[5]", 5, 4, 3, 2, 1);
        row("x[3:0:-2]", VECTOR, x -> x.get(Index.range(3, 0, -2)), "[2]", 4, 2);
        row("x[::-2]", VECTOR, x -> x.get(Index.all().by(-2)), "[3]", 5, 3, 1);
        row("x[-2:]", VECTOR, x -> x.get(Index.from(-2)), "[2]", 4, 5);
        row("x[:-2]", VECTOR, x -> x.get(Index.to(-2)), "[3]", 1, 2, 3);
        row("x[-2::-1]", VECTOR, x -> x.get(Index.from(-2).by(-1)), "[4]", 4, 3, 2, 1);
        row("x[2:100]", VECTOR, x -> x.get(Index.range(2, 100)), "[3]", 3, 4, 5);
        row("x[-100:2]", VECTOR, x -> x.get(Index.range(-100, 2)), "[2]", 1, 2);
        row("x[100::-3]", VECTOR, x -> x.get(Index.from(100).by(-3)), "[2]", 5, 2);
        row("x[3:1]", VECTOR, x -> x.get(Index.range(3, 1)), "[0]");
        row("x[4:9:huge]", VECTOR, x -> x.get(Index.range(1, 9, Long.MAX_VALUE)), "[1]", 2);
        row("x[::-huge]", VECTOR, x -> x.get(Index.all().by(Long.MIN_VALUE)), "[1]", 5);
        row("x[-huge:huge]", VECTOR, x -> x.get(Index.range(Long.MIN_VALUE, Long.MAX_VALUE)), "[5]", 1, 2, 3, 4, 5);
        row("x[-1]", VECTOR, x -> x.get(Index.at(-1)), "[]", 5);
        row("x[1]", MATRIX, x -> x.get(Index.at(1)), "[3]", 4, 5, 6);
        row("x[:, 1]", MATRIX, x -> x.get(Index.all(), Index.at(1)), "[2]", 2, 5);
        row("x[..., 0]", CUBE, x -> x.get(Index.ellipsis(), Index.at(0)), "[2, 2]", 1, 3, 5, 7);
        row(
                "x[0, ..., ::-1]",
                CUBE,
                x -> x.get(Index.at(0), Index.ellipsis(), Index.all().by(-1)),
                "[2, 2]",
                2,
                1,
                4,
                3);
        row("x[...]", MATRIX, x -> x.get(Index.ellipsis()), "[2, 3]", 1, 2, 3, 4, 5, 6);
        row("x[]", MATRIX, x -> x.get(), "[2, 3]", 1, 2, 3, 4, 5, 6);
        row("x[] of a scalar", SCALAR, x -> x.get(Index.ellipsis()), "[]", 7);
        row("x[newaxis] of a scalar", SCALAR, x -> x.get(Index.newAxis()), "[1]", 7);
        row("x[:, newaxis]", MATRIX, x -> x.get(Index.all(), Index.newAxis()), "[2, 1, 3]", 1, 2, 3, 4, 5, 6);
        row(
                "x[newaxis, ..., newaxis, ::2]",
                MATRIX,
                x -> x.get(
                        Index.newAxis(),
                        Index.ellipsis(),
                        Index.newAxis(),
                        Index.all().by(2)),
                "[1, 2, 1, 2]",
                1,
                3,
                4,
                6);
        row("x[::-1, ::-2]", MATRIX, x -> x.get(Index.all().by(-1), Index.all().by(-2)), "[2, 2]", 6, 4, 3, 1);
        row("split, its second part", MATRIX.transpose(), x -> x.split(3, 0).get(1), "[1, 2]", 2, 5);
        row("split by sizes", VECTOR, x -> x.split(new long[] {1, 0, 4}, -1).get(2), "[4]", 2, 3, 4, 5);
        row(
                "split, an empty part",
                VECTOR,
                x -> x.split(new long[] {1, 0, 4}, 0).get(1),
                "[0]");
        row("split and concat", VECTOR, x -> Tensors.concat(0, x.split(5, 0)), "[5]", 1, 2, 3, 4, 5);
        row("unstack", MATRIX, x -> x.unstack(-1).get(2), "[2]", 3, 6);
        row("unstack and stack", CUBE, x -> Tensors.stack(-1, x.unstack(0)), "[2, 2, 2]", 1, 5, 2, 6, 3, 7, 4, 8);
        row("concat with itself", MATRIX, x -> Tensors.concat(-1, x, x), "[2, 6]", 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6);
    }

    private void orders() {
        row("reverse()", MATRIX, x -> x.reverse(), "[2, 3]", 6, 5, 4, 3, 2, 1);
        row("reverse(-1)", MATRIX, x -> x.reverse(-1), "[2, 3]", 3, 2, 1, 6, 5, 4);
        row("reverse of a scalar", SCALAR, x -> x.reverse(), "[]", 7);
        row("roll(2, 0)", VECTOR, x -> x.roll(2, 0), "[5]", 4, 5, 1, 2, 3);
        row("roll(-1, -1)", MATRIX, x -> x.roll(-1, -1), "[2, 3]", 2, 3, 1, 5, 6, 4);
        row("roll(12, 0)", VECTOR, x -> x.roll(12, 0), "[5]", 4, 5, 1, 2, 3);
        row("roll(0, 0)", VECTOR, x -> x.roll(0, 0), "[5]", 1, 2, 3, 4, 5);
        row("roll of nothing", EMPTY, x -> x.roll(1, 0), "[0, 3]");
        row("roll by a lot", VECTOR, x -> x.roll(Long.MIN_VALUE, 0), "[5]", 4, 5, 1, 2, 3);
    }

    private void diagonals() {
        Tensor special = Tensors.of(new double[] {INF, NAN});
        row("diag", Tensors.of(new double[] {1, 2}), x -> x.diag(), "[2, 2]", 1, 0, 0, 2);
        row("diag of infinity", special, x -> x.diag(), "[2, 2]", INF, 0, 0, NAN);
        row(
                "diag of a batch",
                CUBE.reshape(4, 2),
                x -> x.diag().reshape(16),
                "[16]",
                1,
                0,
                0,
                2,
                3,
                0,
                0,
                4,
                5,
                0,
                0,
                6,
                7,
                0,
                0,
                8);
        row("diag of nothing", Tensors.zeros(DType.FLOAT64, 0), x -> x.diag(), "[0, 0]");
        row("diag of bool", BOOLS, x -> x.get(Index.at(0)).diag(), "[3, 3]", 1, 0, 0, 0, 0, 0, 0, 0, 1);
        row("diagPart", SQUARE, x -> x.diagPart(), "[3]", 1, 5, 9);
        row("diagPart of a wide matrix", MATRIX, x -> x.diagPart(), "[2]", 1, 5);
        row("diagPart of a tall matrix", MATRIX, x -> x.transpose().diagPart(), "[2]", 1, 5);
        row("diagPart of a batch", CUBE, x -> x.diagPart(), "[2, 2]", 1, 4, 5, 8);
        row("diagPart of nothing", EMPTY, x -> x.diagPart(), "[0]");
        row("diagPart of no matrices", EMPTY, x -> x.reshape(0, 3, 2).diagPart(), "[0, 2]");
        row("triu", SQUARE, x -> x.triu(), "[3, 3]", 1, 2, 3, 0, 5, 6, 0, 0, 9);
        row("triu(1)", SQUARE, x -> x.triu(1), "[3, 3]", 0, 2, 3, 0, 0, 6, 0, 0, 0);
        row("triu(-1)", SQUARE, x -> x.triu(-1), "[3, 3]", 1, 2, 3, 4, 5, 6, 0, 8, 9);
        row("triu(least)", MATRIX, x -> x.triu(Integer.MIN_VALUE), "[2, 3]", 1, 2, 3, 4, 5, 6);
        row("tril", MATRIX, x -> x.tril(), "[2, 3]", 1, 0, 0, 4, 5, 0);
        row("tril(1)", MATRIX, x -> x.tril(1), "[2, 3]", 1, 2, 0, 4, 5, 6);
        row("tril of a batch", CUBE, x -> x.tril(), "[2, 2, 2]", 1, 0, 3, 4, 5, 0, 7, 8);
        row("triu of nothing", EMPTY, x -> x.triu(), "[0, 3]");
    }

    private void lookUps() {
        Tensor indices = Tensors.of(new int[] {2, 0, 2});
        row("gather", VECTOR, x -> x.gather(indices), "[3]", 3, 1, 3);
        row("gather along -1", MATRIX, x -> x.gather(indices, -1), "[2, 3]", 3, 1, 3, 6, 4, 6);
        row("gatherNd", MATRIX, x -> Tensors.gatherNd(x, Tensors.of(new int[][] {{1, 0}, {0, 2}})), "[2]", 4, 3);
        row("scatterNd", VECTOR, x -> Tensors.scatterNd(indices(0, 2, 2, 0, 1), x, Shape.of(3)), "[3]", 5, 5, 5);
        row(
                "tensorScatterAdd",
                VECTOR,
                x -> Tensors.tensorScatterAdd(
                        x, indices(1, 1, 4), x.get(Index.to(3)).square()),
                "[5]",
                1,
                7,
                3,
                4,
                14);
        row(
                "tensorScatterUpdate, the last of two",
                VECTOR,
                x -> Tensors.tensorScatterUpdate(
                        x, indices(1, 1, 4), x.get(Index.to(3)).square()),
                "[5]",
                1,
                4,
                3,
                4,
                9);
        Tensor mask = Tensors.of(new boolean[] {true, false, true});
        eagerRow("booleanMask of columns", MATRIX, x -> Tensors.booleanMask(x, mask, 1), "[2, 2]", 1, 3, 4, 6);
        eagerRow("booleanMask of rows", SQUARE, x -> Tensors.booleanMask(x, mask), "[2, 3]", 1, 2, 3, 7, 8, 9);
        eagerRow("booleanMask of elements", MATRIX, x -> Tensors.booleanMask(x, BOOLS), "[3]", 1, 3, 6);
        eagerRow("booleanMask of nothing", MATRIX, x -> Tensors.booleanMask(x, x.gt(9)), "[0]");
        row("oneHot", Tensors.of(new int[] {1, 3, -1}), x -> x.oneHot(3), "[3, 3]", 0, 1, 0, 0, 0, 0, 0, 0, 0);
        row("oneHot of a long", Tensors.of(2L), x -> x.oneHot(3, DType.BOOL), "[3]", 0, 0, 1);
        Tensor hot = Tensors.of(new long[] {1, 0, 5});
        row(
                "oneHot of values along the first axis",
                Tensors.of(2.5),
                x -> Tensors.oneHot(hot, 2, 0, x, Tensors.of(-1.0)),
                "[2, 3]",
                -1,
                2.5,
                -1,
                2.5,
                -1,
                -1);
        row(
                "oneHot of values along the last axis",
                Tensors.of(0.5),
                x -> Tensors.oneHot(hot, 2, -1, Tensors.of(3.0), x),
                "[3, 2]",
                0.5,
                3,
                3,
                0.5,
                0.5,
                0.5);
        row(
                "oneHot within",
                Tensors.of(new int[][] {{1}, {0}}),
                x -> Tensors.oneHot(x, 2, -2, Tensors.of(true), Tensors.of(false)),
                "[2, 2, 1]",
                0,
                1,
                1,
                0);
        row("oneHot of depth 0", Tensors.of(2), x -> x.oneHot(0), "[0]");
    }

    private void segments() {
        Tensor sorted = Tensors.of(new int[] {0, 0, 2, 2, 2});
        eagerRow("segmentSum", VECTOR, x -> Tensors.segmentSum(x, sorted), "[3]", 3, 0, 12);
        eagerRow("segmentMean", VECTOR, x -> Tensors.segmentMean(x, sorted), "[3]", 1.5, 0, 4);
        eagerRow(
                "segmentSum of rows",
                MATRIX,
                x -> Tensors.segmentSum(x, Tensors.of(new long[] {1, 1})),
                "[2, 3]",
                0,
                0,
                0,
                5,
                7,
                9);
        eagerRow("segmentSum of nothing", EMPTY, x -> Tensors.segmentSum(x, Tensors.zeros(DType.INT32, 0)), "[0, 3]");
        row(
                "unsortedSegmentSum",
                MATRIX,
                x -> Tensors.unsortedSegmentSum(x, Tensors.of(new int[] {2, 0}), 3),
                "[3, 3]",
                4,
                5,
                6,
                0,
                0,
                0,
                1,
                2,
                3);
        row(
                "unsortedSegmentMean",
                VECTOR,
                x -> Tensors.unsortedSegmentMean(x, Tensors.of(new int[] {1, 1, 0, 1, 0}), 3),
                "[3]",
                4,
                7.0 / 3,
                0);
        row(
                "unsortedSegmentMean of elements",
                MATRIX,
                x -> Tensors.unsortedSegmentMean(x, Tensors.of(new int[][] {{1, 1, 0}, {0, 1, 0}}), 2),
                "[2]",
                13.0 / 3,
                8.0 / 3);
        row(
                "unsortedSegmentMean of ints",
                Tensors.of(new int[] {1, 2}),
                x -> Tensors.unsortedSegmentMean(x, Tensors.of(new int[] {0, 0}), 1),
                "[1]",
                1.5);
    }

    private void made() {
        row("eye", SCALAR, x -> Tensors.eye(x.dtype(), 2).mul(x), "[2, 2]", 7, 0, 0, 7);
        row("eye of 2 and 3", SCALAR, x -> Tensors.eye(x.dtype(), 2, 3).mul(x), "[2, 3]", 7, 0, 0, 0, 7, 0);
        row("eye of bool", Tensors.of(true), x -> Tensors.eye(DType.BOOL, 1, 2), "[1, 2]", 1, 0);
        row("eye of nothing", SCALAR, x -> Tensors.eye(x.dtype(), 0).mul(x), "[0, 0]");
        Tensor ys = Tensors.of(new int[] {8, 9});
        row("meshgrid, its first", VECTOR, x -> Tensors.meshgrid(x, ys).get(0), "[2, 5]", 1, 2, 3, 4, 5, 1, 2, 3, 4, 5);
        row(
                "meshgrid, its second",
                ys,
                y -> Tensors.meshgrid(VECTOR, y).get(1),
                "[2, 5]",
                8,
                8,
                8,
                8,
                8,
                9,
                9,
                9,
                9,
                9);
        row("meshgrid of three", ys, y -> Tensors.meshgrid(y, y, y).get(2), "[2, 2, 2]", 8, 9, 8, 9, 8, 9, 8, 9);
        row(
                "meshgrid by rows",
                ys,
                y -> Tensors.meshgrid(false, y, VECTOR).get(0),
                "[2, 5]",
                8,
                8,
                8,
                8,
                8,
                9,
                9,
                9,
                9,
                9);
        row(
                "sequenceMask",
                Tensors.of(new int[] {1, 3, 0}),
                x -> Tensors.sequenceMask(x, 3),
                "[3, 3]",
                1,
                0,
                0,
                1,
                1,
                1,
                0,
                0,
                0);
    }
}
