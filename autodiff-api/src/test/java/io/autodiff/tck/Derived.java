package io.autodiff.tck;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** Inputs that the kit makes of those in a table: of other dtypes, other shapes, and special values. */
final class Derived {
    static final List<DType> SPECIAL_DTYPES = List.of(DType.FLOAT64, DType.FLOAT32, DType.INT32, DType.INT64);

    private static final int ROW = 3;
    private static final int COLUMN = 2;

    /** Pairs of shapes that broadcast: for the first, third and so on of the inputs, and for the others. */
    private static final List<List<Shape>> PAIRS = List.of(
            List.of(Shape.SCALAR, Shape.of(ROW)),
            List.of(Shape.of(ROW), Shape.SCALAR),
            List.of(Shape.of(1, ROW), Shape.of(COLUMN, 1)),
            List.of(Shape.of(COLUMN, 1), Shape.of(1, ROW)),
            List.of(Shape.of(1, 1), Shape.of(ROW)),
            List.of(Shape.of(ROW), Shape.of(1, 1)),
            List.of(Shape.of(COLUMN, ROW), Shape.of(1)),
            List.of(Shape.of(1, 1), Shape.SCALAR));

    private static final Shape EMPTY = Shape.of(0, ROW);
    private static final double INF = Double.POSITIVE_INFINITY;

    private Derived() {}

    /** The inputs, those of float64 cast. */
    static List<Tensor> cast(List<Tensor> inputs, DType dtype) {
        return inputs.stream()
                .map(x -> x.dtype() == DType.FLOAT64 ? x.castTo(dtype) : x)
                .toList();
    }

    /** The inputs, those of a floating dtype cast to float64. */
    static List<Tensor> widened(List<Tensor> inputs) {
        return inputs.stream()
                .map(x -> x.dtype().isFloating() ? x.castTo(DType.FLOAT64) : x)
                .toList();
    }

    /** Inputs cast to float64 where the original ones were of it. */
    static List<Tensor> widened(List<Tensor> originals, List<Tensor> inputs) {
        List<Tensor> wide = new ArrayList<>(inputs);
        for (int i = 0; i < wide.size(); i++) {
            if (originals.get(i).dtype() == DType.FLOAT64) {
                wide.set(i, wide.get(i).castTo(DType.FLOAT64));
            }
        }
        return wide;
    }

    /** Whether all elements of float64 are finite, and have whole numbers near them in any dtype. */
    static boolean isSmall(List<Tensor> inputs) {
        return inputs.stream()
                .filter(x -> x.dtype() == DType.FLOAT64)
                .flatMapToDouble(x -> DoubleStream.of(x.toDoubleArray()))
                .allMatch(element -> Math.abs(element) < 1000);
    }

    /** The inputs, those of float64 rounded away from 0, which nothing can be divided by; of bool, whether they are above 0. */
    static List<Tensor> whole(List<Tensor> inputs, DType dtype) {
        return inputs.stream()
                .map(x -> x.dtype() != DType.FLOAT64
                        ? x
                        : dtype == DType.BOOL
                                ? x.gt(0)
                                : Tensors.where(
                                                x.gt(0),
                                                x.abs().ceil(),
                                                x.abs().floor().add(1).neg())
                                        .castTo(dtype))
                .toList();
    }

    /** Each sample of an op that broadcasts, its elements in all pairs of shapes. */
    static List<OpSample> broadcast(List<OpSample> samples) {
        List<OpSample> derived = new ArrayList<>();
        for (OpSample sample : samples) {
            for (List<Shape> pair : sample.inputs().size() < 2 ? List.<List<Shape>>of() : PAIRS) {
                List<Tensor> inputs = new ArrayList<>();
                for (Tensor x : sample.inputs()) {
                    inputs.add(shaped(x, pair.get(inputs.size() % 2)));
                }
                derived.add(sample.at(inputs));
            }
        }
        return derived;
    }

    /** The first elements in another shape, from the beginning again where there are too few. */
    private static Tensor shaped(Tensor x, Shape shape) {
        int[] positions = new int[(int) shape.elements()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (int) (i % x.shape().elements());
        }
        return x.reshape(-1).gather(Tensors.of(positions)).reshape(shape);
    }

    /** Each sample with empty inputs: all of them, and all but the last, which is a scalar. */
    static List<OpSample> empty(List<OpSample> samples) {
        List<OpSample> derived = new ArrayList<>();
        for (OpSample sample : samples) {
            List<Tensor> empty = new ArrayList<>(sample.inputs().stream()
                    .map(x -> Tensors.fill(x.dtype(), EMPTY, 0))
                    .toList());
            derived.add(sample.at(empty));
            if (empty.size() > 1) {
                int last = empty.size() - 1;
                empty.set(last, shaped(sample.inputs().get(last), Shape.SCALAR));
                derived.add(sample.at(empty));
            }
        }
        return derived;
    }

    /** Each sample with all combinations of a dtype's special values, and of both bools. */
    static List<OpSample> special(List<OpSample> samples, DType dtype) {
        List<OpSample> derived = new ArrayList<>();
        for (OpSample sample : samples) {
            List<Tensor> values = sample.inputs().stream()
                    .map(x -> special(x.dtype() == DType.BOOL ? DType.BOOL : dtype))
                    .toList();
            List<Tensor> inputs = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                // One axis for each input: broadcast, they are all combinations.
                long[] sizes = new long[values.size()];
                Arrays.fill(sizes, 1);
                sizes[i] = values.get(i).shape().elements();
                inputs.add(values.get(i).reshape(sizes));
            }
            if (sample.inputs().stream().anyMatch(x -> x.dtype() != DType.BOOL)) {
                derived.add(sample.at(inputs).valueOnly());
            }
        }
        return derived;
    }

    private static Tensor special(DType dtype) {
        double max = dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        double least = dtype == DType.FLOAT32 ? Float.MIN_VALUE : Double.MIN_VALUE;
        return switch (dtype) {
            case BOOL -> Tensors.of(new boolean[] {true, false});
            case INT32 -> Tensors.of(new int[] {0, 1, -1, 7, Integer.MAX_VALUE, Integer.MIN_VALUE});
            case INT64 -> Tensors.of(new long[] {0, 1, -1, 7, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE});
            default ->
                Tensors.of(new double[] {0.0, -0.0, 1, -1, 0.5, -2.5, 3, max, -max, least, -least, INF, -INF, Double.NaN
                        })
                        .castTo(dtype);
        };
    }

    /** One sample of scalars for each element of the result. */
    static List<OpSample> scalars(OpSample sample, Shape shape) {
        List<List<Tensor>> columns = sample.inputs().stream()
                .map(x -> elements(x.broadcastTo(shape)))
                .toList();
        List<OpSample> scalars = new ArrayList<>();
        for (int i = 0; i < shape.elements(); i++) {
            int element = i;
            scalars.add(sample.at(
                    columns.stream().map(column -> column.get(element)).toList()));
        }
        return scalars;
    }

    /** Each with all its bits: a long is not what a double makes of it. */
    private static List<Tensor> elements(Tensor x) {
        return x.dtype().isFloating()
                ? DoubleStream.of(x.toDoubleArray())
                        .mapToObj(element -> Tensors.of(element, x.dtype()))
                        .toList()
                : LongStream.of(x.toLongArray())
                        .mapToObj(element -> Tensors.of(element, x.dtype()))
                        .toList();
    }

    /** A sample with a number added to one element of one input. */
    static OpSample added(OpSample sample, int input, int element, double number) {
        Tensor x = sample.inputs().get(input);
        double[] elements = x.toDoubleArray();
        elements[element] += number;
        List<Tensor> inputs = new ArrayList<>(sample.inputs());
        inputs.set(input, Tensors.of(elements).reshape(x.shape()));
        return sample.at(inputs);
    }

    /** Scalars side by side, as vectors. */
    static OpSample joined(OpSample sample, List<OpSample> scalars) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < sample.inputs().size(); i++) {
            int input = i;
            inputs.add(
                    scalars.isEmpty()
                            ? Tensors.zeros(sample.inputs().get(i).dtype(), 0)
                            : Tensors.stack(
                                    0,
                                    scalars.stream()
                                            .map(s -> s.inputs().get(input))
                                            .toArray(Tensor[]::new)));
        }
        return sample.at(inputs);
    }
}
