package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Running sums and products of lanes that are longer, wider or more than what is computed at once, beside a loop over their indices. */
class CumulativeTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.of(2500),
            Shape.of(1024),
            Shape.of(70, 3),
            Shape.of(700, 3),
            Shape.of(3, 700, 2),
            Shape.of(1100, 70),
            Shape.of(2, 20, 130),
            Shape.of(2, 1, 5),
            Shape.of(1, 1),
            Shape.of(3, 0, 2));

    @TestFactory
    Stream<DynamicTest> runningResultsAreThoseOfALoop() {
        return SHAPES.stream()
                .flatMap(shape -> IntStream.range(0, shape.rank())
                        .boxed()
                        .flatMap(axis -> Stream.of(
                                        DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.INT32, DType.INT64)
                                .map(dtype -> DynamicTest.dynamicTest(dtype + " " + shape + " axis " + axis, () -> {
                                    for (int flags = 0; flags < 8; flags++) {
                                        check(shape, axis, dtype, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
                                    }
                                }))));
    }

    /** Of ones, an element is a factor of as many products as follow it. */
    @Test
    void theGradientOfRunningProductsGoesThroughLongLanes() {
        Tensor x = Tensors.ones(DType.FLOAT64, 1500, 3);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            double[] gradient =
                    Objects.requireNonNull(tape.gradient(x.cumProd(0), x)).toDoubleArray();
            assertArrayEquals(
                    IntStream.range(0, 4500).mapToDouble(i -> 1500 - i / 3).toArray(), gradient);
        }
    }

    private static void check(Shape shape, int axis, DType dtype, boolean product, boolean exclusive, boolean reverse) {
        // Whole numbers whose sums all dtypes have, and factors that give no others.
        double[] x = new SplittableRandom(shape.hashCode())
                .ints(shape.elements(), 0, 10)
                .mapToDouble(i -> product ? (i == 0 ? -1 : 1) : i < 5 ? -1 : 1)
                .toArray();
        Tensor given = Tensors.of(x).reshape(shape).castTo(dtype);
        Tensor result = product ? given.cumProd(axis, exclusive, reverse) : given.cumSum(axis, exclusive, reverse);
        assertArrayEquals(expected(x, shape, axis, product, exclusive, reverse), result.toDoubleArray());
    }

    private static double[] expected(
            double[] x, Shape shape, int axis, boolean product, boolean exclusive, boolean reverse) {
        int size = (int) shape.size(axis);
        int inner = 1;
        for (int i = axis + 1; i < shape.rank(); i++) {
            inner *= (int) shape.size(i);
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int place = i / inner % size;
            double result = product ? 1 : 0;
            for (int k = 0; k < size; k++) {
                boolean counts = reverse ? k > place : k < place;
                if (counts || (k == place && !exclusive)) {
                    double other = x[i + (k - place) * inner];
                    result = product ? result * other : result + other;
                }
            }
            y[i] = result;
        }
        return y;
    }
}
