package io.autodiff.nd4j.ops;

import static io.autodiff.nd4j.ops.SampleTensors.EMPTY;
import static io.autodiff.nd4j.ops.SampleTensors.INF;
import static io.autodiff.nd4j.ops.SampleTensors.NAN;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/** Samples of functions of two tensors beyond arithmetic, and of logic; expected figures are Java's own functions. */
final class BinarySamples {
    private static final Tensor ROW = Tensors.of(new double[] {0.5, -1.25, 2});
    private static final Tensor CUBE =
            Tensors.of(new double[] {0.5, 1.25, -2, 3, 0.75, -4, 6, 1.5}).reshape(2, 2, 2);
    private static final Tensor TRUTHS = Tensors.of(new boolean[][] {{true, false}, {true, true}});

    private BinarySamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        functions(samples);
        integers(samples);
        gammas(samples);
        logic(samples);
        return samples;
    }

    private static void functions(List<OpSample> samples) {
        // Operands are moved apart from ties, multiples, zeros and poles, where there is no derivative.
        both(samples, "maximum", Math::max, x -> x, y -> y.add(0.1));
        both(samples, "minimum", Math::min, x -> x, y -> y.add(0.1));
        both(samples, "floor_mod", BinarySamples::floorMod, x -> x.mul(1.37), y -> y);
        both(samples, "hypot", Math::hypot, x -> x, y -> y);
        both(samples, "atan2", Math::atan2, x -> x, y -> y);
        both(samples, "xlogy", (x, y) -> x == 0 ? 0 : x * Math.log(y), x -> x, y -> y.abs());
        both(samples, "xlog1py", (x, y) -> x == 0 ? 0 : x * Math.log1p(y), x -> x, y -> y.abs());
        both(samples, "xdivy", (x, y) -> x == 0 ? 0 : x / y, x -> x, y -> y);
        samples.add(OpSample.of(
                        "hypot", Tensors.of(new double[] {3e200, 3e-200, 0}), Tensors.of(new double[] {4e200, 4e-200, 0
                        }))
                .expecting(5e200, 5e-200, 0)
                .valueOnly());
    }

    /** Plain pairs agree with the definition, special ones with C's remainder. */
    private static double floorMod(double x, double y) {
        if (Math.abs(x) < 100 && Math.abs(y) < 100 && Math.abs(y) > 0.01) {
            return x - y * Math.floor(x / y);
        }
        double remainder = x % y;
        return remainder * y < 0 || (remainder < 0 && y == INF) ? remainder + y : remainder;
    }

    private static void integers(List<OpSample> samples) {
        Tensor x = Tensors.of(new int[] {7, -7, 3, Integer.MIN_VALUE});
        Tensor y = Tensors.of(new int[] {3, 3, -2, -1});
        samples.add(OpSample.of("floor_mod", x, y).expecting(1, 2, -1, 0));
        samples.add(OpSample.of("maximum", x, y).expecting(7, 3, 3, -1));
        samples.add(OpSample.of("minimum", x, y).expecting(3, -7, -2, Integer.MIN_VALUE));
        Tensor large = Tensors.of(new long[] {(1L << 53) + 1, -(1L << 53) - 1});
        samples.add(OpSample.of("floor_mod", large, Tensors.of(10L)).expecting(3, 7));
        // A double cannot tell the two apart.
        samples.add(OpSample.of("floor_mod", large.maximum(large.sub(1)), Tensors.of(10L))
                .expecting(3, 7));
        Tensor down = Tensors.of(new long[] {2, 1L << 40});
        samples.add(OpSample.of("maximum", down, Tensors.of(5L)).expecting(5, 0x1p40));
        samples.add(OpSample.of("minimum", down, Tensors.of(5L)).expecting(2, 5));
    }

    private static void gammas(List<OpSample> samples) {
        Tensor x = Tensors.of(new double[][] {{0.5, 1, 2.5}, {0.125, -1.75, 12}});
        samples.add(OpSample.of("polygamma", Tensors.of(0.0), x));
        samples.add(OpSample.of("polygamma", Tensors.of(1.0), x));
        samples.add(OpSample.of(
                "polygamma", Tensors.of(new double[][] {{2}, {3}}), Tensors.of(new double[] {1.5, 2, 3.5})));
        samples.add(OpSample.of("polygamma", Tensors.of(new double[] {1, 2, 4}), Tensors.of(1.5)));
        samples.add(OpSample.of("polygamma", Tensors.of(new double[][] {{1}}), Tensors.of(new double[] {0.5, 3})));
        samples.add(OpSample.of("polygamma", Tensors.of(2.0), CUBE.abs()));
        samples.add(OpSample.of("polygamma", Tensors.of(1.0), Tensors.of(0.75)));
        samples.add(OpSample.of("polygamma", Tensors.of(1.0), EMPTY));
        double zetaOf3 = 1.2020569031595942;
        samples.add(OpSample.of(
                        "polygamma",
                        Tensors.of(new double[] {1, 1, 2, 3, 1, 2, 1, 2, 1, 0.5, -1, 101, 1, 1, NAN}),
                        Tensors.of(new double[] {1, 0.5, 1, 1, 0, 0, -3, -3, INF, 1, 1, 1, NAN, -INF, 1}))
                .expecting(
                        Math.PI * Math.PI / 6,
                        Math.PI * Math.PI / 2,
                        -2 * zetaOf3,
                        Math.pow(Math.PI, 4) / 15,
                        INF,
                        -INF,
                        INF,
                        NAN,
                        0,
                        NAN,
                        NAN,
                        NAN,
                        NAN,
                        NAN,
                        NAN)
                .valueOnly());
    }

    private static void logic(List<OpSample> samples) {
        Tensor yes = Tensors.of(true);
        Tensor row = Tensors.of(new boolean[] {false, true});
        Tensor column = Tensors.of(new boolean[][] {{true}, {false}});
        samples.add(OpSample.of("logical_and", TRUTHS, row).expecting(0, 0, 0, 1));
        samples.add(OpSample.of("logical_or", TRUTHS, row).expecting(1, 1, 1, 1));
        samples.add(OpSample.of("logical_xor", TRUTHS, row).expecting(1, 1, 1, 0));
        samples.add(OpSample.of("logical_not", TRUTHS).expecting(0, 1, 0, 0));
        for (String op : List.of("logical_and", "logical_or", "logical_xor")) {
            samples.add(OpSample.of(op, column, row));
            samples.add(OpSample.of(op, yes, yes).expecting(op.equals("logical_xor") ? 0 : 1));
            samples.add(OpSample.of(op, TRUTHS.reshape(1, 2, 2), column));
            samples.add(OpSample.of(op, Tensors.zeros(DType.BOOL, 0, 2), row));
        }
        samples.add(OpSample.of("logical_not", yes).expecting(0));
        samples.add(OpSample.of("logical_not", Tensors.zeros(DType.BOOL, 2, 0)));
        Tensor special = Tensors.of(ElementwiseSamples.SPECIAL);
        kind(samples, "is_nan", special, x -> Double.isNaN(x) ? 1 : 0);
        kind(samples, "is_infinite", special, x -> Double.isInfinite(x) ? 1 : 0);
        kind(samples, "is_finite", special, x -> Double.isFinite(x) ? 1 : 0);
    }

    private static void kind(List<OpSample> samples, String op, Tensor special, DoubleUnaryOperator function) {
        samples.add(OpSample.of(op, special).expecting(ElementwiseSamples.map(special, function)));
        samples.add(OpSample.of(
                op, special.castTo(DType.FLOAT32).castTo(DType.FLOAT64).reshape(5, 1, 2)));
        samples.add(OpSample.of(op, Tensors.of(NAN)).expecting(function.applyAsDouble(NAN)));
        samples.add(OpSample.of(op, EMPTY));
    }

    /** Pairs of all shapes, with a tensor of rank 3 and with none. */
    private static void both(
            List<OpSample> samples,
            String op,
            DoubleBinaryOperator function,
            UnaryOperator<Tensor> first,
            UnaryOperator<Tensor> second) {
        ElementwiseSamples.pairs(samples, op, function, first, second);
        samples.add(OpSample.of(op, first.apply(CUBE), second.apply(ROW.slice(new long[] {1}, Shape.of(2)))));
        samples.add(OpSample.of(op, first.apply(CUBE.reshape(4, 1, 2)), second.apply(ROW.reshape(3, 1))));
        samples.add(OpSample.of(op, EMPTY, ROW));
        samples.add(OpSample.of(op, Tensors.of(1.5), EMPTY));
    }
}
