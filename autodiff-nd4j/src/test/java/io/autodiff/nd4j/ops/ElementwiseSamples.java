package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/** Samples of the ops that go element by element; expected figures are Java's own functions. */
final class ElementwiseSamples {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    static final double[] SPECIAL = {0.0, -0.0, 1, -1, 1e300, -1e300, 1e-300, INF, -INF, NAN};

    private static final Tensor ROW = Tensors.of(new double[] {0.5, -1.25, 2});
    private static final Tensor COLUMN = Tensors.of(new double[][] {{1.5}, {-0.75}});
    private static final Tensor MATRIX = Tensors.of(new double[][] {{1, -2, 3.5}, {0.25, 4, -0.5}});
    private static final Tensor POSITIVE = Tensors.of(new double[][] {{0.5, 1, 2.5}, {0.125, 4, 3}});
    private static final Tensor SCALAR = Tensors.of(1.75);
    private static final Tensor EMPTY = Tensors.zeros(DType.FLOAT64, 0, 3);
    private static final Tensor INTS = Tensors.of(new int[] {7, -7, 3});
    private static final Tensor LONGS = Tensors.of(new long[] {7, -7, (1L << 53) + 1});

    private ElementwiseSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        arithmetic(samples);
        functions(samples);
        comparisons(samples);
        return samples;
    }

    private static void arithmetic(List<OpSample> samples) {
        binary(samples, "add", Double::sum);
        binary(samples, "sub", (x, y) -> x - y);
        binary(samples, "mul", (x, y) -> x * y);
        binary(samples, "div", (x, y) -> x / y);
        binary(samples, "div_no_nan", (x, y) -> y == 0 ? 0 : x / y);
        binary(samples, "mul_no_nan", (x, y) -> y == 0 ? 0 : x * y);
        binary(samples, "floor_div", (x, y) -> Math.floor(x / y));
        samples.add(OpSample.of("pow", POSITIVE, ROW));
        samples.add(OpSample.of("pow", POSITIVE, COLUMN));
        samples.add(OpSample.of("pow", COLUMN.square(), ROW));
        samples.add(OpSample.of("pow", SCALAR, MATRIX));
        samples.add(OpSample.of("pow", POSITIVE, Tensors.of(2.0)).expecting(0.25, 1, 6.25, 0.015625, 16, 9));
        samples.add(OpSample.of("pow", Tensors.of(new double[][] {{3}}), ROW)
                .expecting(Math.sqrt(3), Math.pow(3, -1.25), 9));
        samples.add(OpSample.of("pow", EMPTY, ROW));
        samples.add(OpSample.of("pow", Tensors.of(new double[] {0, 0, 0, -2, -8, 1, NAN, 2}), Tensors.of(new double[] {
                    0, 2, -1, 3, 1 / 3.0, NAN, 0, INF
                }))
                .expecting(1, 0, INF, -8, NAN, 1, 1, INF)
                .valueOnly());
        for (String op : List.of("add", "sub", "mul", "floor_div")) {
            samples.add(OpSample.of(op, INTS, Tensors.of(2)).expecting(expected(op, 7, -7, 3)));
            samples.add(
                    OpSample.of(op, INTS.castTo(DType.INT64), Tensors.of(2L)).expecting(expected(op, 7, -7, 3)));
        }
        samples.add(OpSample.of("add", LONGS, Tensors.of(1L)).expecting(8, -6, (1L << 53) + 2));
        samples.add(OpSample.of("neg", INTS).expecting(-7, 7, -3));
        samples.add(OpSample.of("square", INTS).expecting(49, 49, 9));
        samples.add(OpSample.of("abs", INTS).expecting(7, 7, 3));
        samples.add(OpSample.of("sign", INTS).expecting(1, -1, 1));
        samples.add(OpSample.of("relu", INTS).expecting(7, 0, 3));
    }

    private static double[] expected(String op, long... xs) {
        double[] expected = new double[xs.length];
        for (int i = 0; i < xs.length; i++) {
            expected[i] = switch (op) {
                case "add" -> xs[i] + 2;
                case "sub" -> xs[i] - 2;
                case "mul" -> xs[i] * 2;
                default -> Math.floorDiv(xs[i], 2);
            };
        }
        return expected;
    }

    private static void functions(List<OpSample> samples) {
        unary(samples, "neg", MATRIX, x -> -x);
        unary(samples, "square", MATRIX, x -> x * x);
        unary(samples, "abs", MATRIX, Math::abs);
        unary(samples, "sign", MATRIX, Math::signum);
        unary(samples, "relu", MATRIX, x -> Math.max(x, 0));
        unary(samples, "exp", MATRIX, Math::exp);
        unary(samples, "log", POSITIVE, Math::log);
        unary(samples, "sqrt", POSITIVE, Math::sqrt);
        unary(samples, "sin", MATRIX, Math::sin);
        unary(samples, "cos", MATRIX, Math::cos);
        unary(samples, "tanh", MATRIX, Math::tanh);
        unary(samples, "sigmoid", MATRIX, x -> 1 / (1 + Math.exp(-x)));
    }

    private static void comparisons(List<OpSample> samples) {
        comparison(samples, "gt", (x, y) -> x > y ? 1 : 0);
        comparison(samples, "gte", (x, y) -> x >= y ? 1 : 0);
        comparison(samples, "lt", (x, y) -> x < y ? 1 : 0);
        comparison(samples, "lte", (x, y) -> x <= y ? 1 : 0);
        comparison(samples, "eq", (x, y) -> x == y ? 1 : 0);
        comparison(samples, "neq", (x, y) -> x != y ? 1 : 0);
        samples.add(OpSample.of("eq", LONGS, LONGS.add(1)).expecting(0, 0, 0));
        samples.add(OpSample.of("gt", LONGS.add(1), LONGS).expecting(1, 1, 1));
        samples.add(OpSample.of("lt", INTS, Tensors.of(3)).expecting(0, 1, 0));
        samples.add(OpSample.of("eq", Tensors.of(new boolean[] {true, false}), Tensors.of(true))
                .expecting(1, 0));
        samples.add(OpSample.of("neq", Tensors.of(new boolean[] {true, false}), Tensors.of(true))
                .expecting(0, 1));
        Tensor condition = Tensors.of(new boolean[] {true, false, true});
        samples.add(OpSample.of("where", condition, MATRIX, POSITIVE).expecting(1, 1, 3.5, 0.25, 4, -0.5));
        samples.add(OpSample.of("where", condition, SCALAR, COLUMN).expecting(1.75, 1.5, 1.75, 1.75, -0.75, 1.75));
        samples.add(OpSample.of("where", Tensors.of(false), ROW, Tensors.of(new double[] {NAN, INF, 0}))
                .expecting(NAN, INF, 0)
                .valueOnly());
        samples.add(OpSample.of("where", condition, INTS, Tensors.of(0)).expecting(7, 0, 3));
        samples.add(OpSample.of("where", condition, condition, Tensors.of(true)).expecting(1, 1, 1));
        samples.add(OpSample.of("where", condition, Tensors.of(new double[][] {{3}}), ROW)
                .expecting(3, -1.25, 3));
        samples.add(OpSample.of("where", condition, EMPTY, ROW));
    }

    private static void unary(List<OpSample> samples, String op, Tensor x, DoubleUnaryOperator function) {
        samples.add(OpSample.of(op, x).expecting(map(x, function)));
        samples.add(OpSample.of(op, SCALAR).expecting(function.applyAsDouble(1.75)));
        samples.add(OpSample.of(op, EMPTY));
        Tensor special = Tensors.of(SPECIAL);
        samples.add(OpSample.of(op, special).expecting(map(special, function)).valueOnly());
    }

    static double[] map(Tensor x, DoubleUnaryOperator function) {
        return Arrays.stream(x.toDoubleArray()).map(function).toArray();
    }

    private static void binary(List<OpSample> samples, String op, DoubleBinaryOperator function) {
        pairs(samples, op, function);
        samples.add(OpSample.of(op, EMPTY, ROW));
        samples.add(OpSample.of(op, SCALAR, EMPTY));
    }

    private static void comparison(List<OpSample> samples, String op, DoubleBinaryOperator function) {
        pairs(samples, op, function);
        samples.add(OpSample.of(op, EMPTY, ROW));
        samples.add(OpSample.of(op, ROW, ROW.add(1e-9)).expecting(each(ROW, ROW.add(1e-9), function)));
    }

    /** Equal shapes, and all ways to broadcast; then every special value against every other. */
    static void pairs(List<OpSample> samples, String op, DoubleBinaryOperator function) {
        pairs(samples, op, function, x -> x, y -> y);
    }

    /** The same, with operands that are brought to where the op is smooth. */
    static void pairs(
            List<OpSample> samples,
            String op,
            DoubleBinaryOperator function,
            UnaryOperator<Tensor> first,
            UnaryOperator<Tensor> second) {
        List<List<Tensor>> pairs = List.of(
                List.of(MATRIX, POSITIVE),
                List.of(MATRIX, ROW),
                List.of(ROW, MATRIX),
                List.of(COLUMN, ROW),
                List.of(ROW, COLUMN),
                List.of(MATRIX, SCALAR),
                List.of(SCALAR, MATRIX),
                List.of(SCALAR, SCALAR.add(1)),
                List.of(Tensors.of(new double[][] {{3}}), ROW),
                List.of(ROW, Tensors.of(new double[][] {{3}})),
                List.of(Tensors.of(new double[][] {{3}}), Tensors.of(new double[] {-2})),
                List.of(Tensors.of(new double[][] {{3}}), SCALAR),
                List.of(Tensors.of(new double[][] {{3}}), MATRIX),
                List.of(Tensors.of(new double[] {3}), ROW));
        for (List<Tensor> pair : pairs) {
            Tensor x = first.apply(pair.get(0));
            Tensor y = second.apply(pair.get(1));
            samples.add(OpSample.of(op, x, y).expecting(each(x, y, function)));
        }
        Tensor across = Tensors.of(SPECIAL);
        Tensor down = across.reshape(SPECIAL.length, 1);
        samples.add(OpSample.of(op, down, across)
                .expecting(each(down, across, function))
                .valueOnly());
    }

    /** NumPy's broadcasting of at most two axes, in plain Java. */
    static double[] each(Tensor x, Tensor y, DoubleBinaryOperator function) {
        long rows = Math.max(rows(x), rows(y));
        long columns = Math.max(columns(x), columns(y));
        double[] xs = x.toDoubleArray();
        double[] ys = y.toDoubleArray();
        double[] result = new double[(int) (rows * columns)];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[(int) (row * columns + column)] =
                        function.applyAsDouble(xs[index(x, row, column)], ys[index(y, row, column)]);
            }
        }
        return result;
    }

    private static int index(Tensor x, int row, int column) {
        return (int) ((rows(x) == 1 ? 0 : row) * columns(x) + (columns(x) == 1 ? 0 : column));
    }

    private static long rows(Tensor x) {
        return x.shape().rank() < 2 ? 1 : x.shape().size(0);
    }

    private static long columns(Tensor x) {
        return x.shape().isScalar() ? 1 : x.shape().size(x.shape().rank() - 1);
    }
}
