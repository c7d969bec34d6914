package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.List;

/** Samples of random ops: their dtypes and shapes, and what is certain. */
final class RandomSamples {
    private static final Tensor KEY = Tensors.of(7L);
    private static final Tensor COUNTER = Tensors.of(0L);

    private RandomSamples() {}

    static List<OpSample> all() {
        List<OpSample> samples = new ArrayList<>();
        String truncated = "random_truncated_normal";
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64)) {
            samples.add(OpSample.of(truncated, KEY, COUNTER).with("dtype", dtype, "shape", Shape.of(2, 3)));
            samples.add(OpSample.of(truncated, KEY, COUNTER).with("dtype", dtype, "shape", Shape.SCALAR));
            samples.add(OpSample.of(truncated, KEY, COUNTER).with("dtype", dtype, "shape", Shape.of(0)));
            samples.add(OpSample.of(truncated, KEY, COUNTER).with("dtype", dtype, "shape", Shape.of(1, 2, 1)));
            Tensor certain = Tensors.of(
                    new double[][] {{Double.NEGATIVE_INFINITY, 0, Double.NEGATIVE_INFINITY}, {-100, -100, 1000}},
                    dtype);
            samples.add(OpSample.of("random_categorical", KEY, COUNTER, certain)
                    .with("count", 4L)
                    .expecting(1, 1, 1, 1, 2, 2, 2, 2)
                    .valueOnly());
        }
        samples.add(OpSample.of("random_categorical", KEY, COUNTER, Tensors.of(new double[][] {{5}}))
                .with("count", 2L)
                .expecting(0, 0)
                .valueOnly());
        samples.add(OpSample.of("random_categorical", KEY, COUNTER, Tensors.zeros(DType.FLOAT32, 0, 3))
                .with("count", 2L)
                .expecting()
                .valueOnly());
        samples.add(OpSample.of("random_categorical", KEY, COUNTER, Tensors.zeros(DType.FLOAT32, 2, 3))
                .with("count", 0L)
                .expecting()
                .valueOnly());
        return samples;
    }
}
