package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;

/** The tensors that samples of most ops are made of. */
final class SampleTensors {
    static final double NAN = Double.NaN;
    static final double INF = Double.POSITIVE_INFINITY;
    static final Tensor VECTOR = Tensors.of(new double[] {0.5, -1.25, 2});
    static final Tensor MATRIX = Tensors.of(new double[][] {{1, -2, 3.5}, {0.25, 4, -0.5}});
    static final Tensor CUBE = Tensors.of(new double[][][] {{{1, 2}, {3, 4}, {5, 6}}, {{-1, 0.5}, {0.25, 8}, {9, 7}}});
    static final Tensor SCALAR = Tensors.of(1.75);
    /** Of a size 0. */
    static final Tensor EMPTY = Tensors.zeros(DType.FLOAT64, 0, 3);

    static final Tensor INTS = Tensors.of(new int[][] {{1, 2, 3}, {4, 5, 6}});
    /** Beyond what a double holds. */
    static final Tensor LONGS = Tensors.of(new long[] {Long.MIN_VALUE, (1L << 53) + 1, Long.MAX_VALUE});
    /** What only values are checked of. */
    static final Tensor SPECIAL = Tensors.of(new double[] {NAN, INF, -INF, -0.0, 1e300});

    private SampleTensors() {}
}
