package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Convolution and pooling where samples do not reach: large inputs, and what is refused. */
class ConvolutionTest {
    private static final Tensor X = Tensors.zeros(DType.FLOAT64, 1, 5, 4);
    private static final Tensor W = Tensors.zeros(DType.FLOAT64, 2, 4, 6);

    /** So large that the matrix of columns is made in several blocks; two groups are summed without it. */
    @Test
    void blocksOfRowsGiveWhatTheDirectSumGives() {
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
            Random random = Random.seeded(3);
            Tensor x = random.normal(dtype, 2, 70, 70, 8);
            Tensor w = random.normal(dtype, 5, 5, 8, 2);
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(List.of(x, w));
                Tensor y = conv(x, w, 1);
                Tensor seed = random.normal(dtype, y.shape().toArray());
                Tensor twice = conv(doubled(x), doubled(w), 2);
                Tensor difference =
                        twice.mul(doubled(seed)).sum().sub(y.mul(seed).sum().mul(2));
                double[] dx = tape.gradient(difference, List.of(x, w)).stream()
                        .flatMapToDouble(g -> Arrays.stream(g.toDoubleArray()))
                        .map(Math::abs)
                        .toArray();
                double scale = dtype == DType.FLOAT64 ? 1e-10 : 2e-2;
                assertTrue(Arrays.stream(dx).max().orElseThrow() < scale, dtype.toString());
                assertArrayEquals(
                        doubled(y).toDoubleArray(), twice.toDoubleArray(), dtype == DType.FLOAT64 ? 1e-11 : 1e-4);
            }
        }
    }

    /** The last axis twice, side by side. */
    private static Tensor doubled(Operand x) {
        long[] sizes = x.shape().toArray();
        int last = sizes.length - 1;
        sizes[last] *= 2;
        return Tensors.stack(last, x, x).reshape(Shape.of(sizes));
    }

    private static Tensor conv(Operand x, Operand w, long groups) {
        return Executor.execute(
                "conv",
                Attributes.ofPairs(
                        "strides", List.of(1L, 1L),
                        "dilations", List.of(1L, 1L),
                        "pads", List.of(2L, 2L, 2L, 2L),
                        "groups", groups),
                x,
                w);
    }

    private record Bad(
            List<Tensor> inputs, List<Long> strides, List<Long> dilations, List<Long> pads, long groups, String word) {}

    private static Bad bad(
            Tensor x, Tensor w, List<Long> strides, List<Long> dilations, List<Long> pads, long groups, String word) {
        return new Bad(List.of(x, w), strides, dilations, pads, groups, word);
    }

    private static final List<Long> ONE = List.of(1L);
    private static final List<Long> NO_PADS = List.of(0L, 0L);

    private static final Map<String, Bad> BAD = Map.ofEntries(
            Map.entry("a stride of 0", bad(X, W, List.of(0L), ONE, NO_PADS, 1, "'strides' must be 1 numbers from 1")),
            Map.entry("two strides", bad(X, W, List.of(1L, 1L), ONE, NO_PADS, 1, "'strides'")),
            Map.entry("a huge stride", bad(X, W, List.of(1L << 40), ONE, NO_PADS, 1, "'strides'")),
            Map.entry("a dilation of 0", bad(X, W, ONE, List.of(0L), NO_PADS, 1, "'dilations'")),
            Map.entry("a dilation that is too wide", bad(X, W, ONE, List.of(5L), NO_PADS, 1, "covers 6")),
            Map.entry("a huge dilation", bad(X, W, ONE, List.of((long) Integer.MAX_VALUE), NO_PADS, 1, "does not fit")),
            Map.entry("a negative padding", bad(X, W, ONE, ONE, List.of(0L, -1L), 1, "'pads'")),
            Map.entry("one padding", bad(X, W, ONE, ONE, List.of(0L), 1, "'pads' must be 2 numbers")),
            Map.entry("a huge padding", bad(X, W, ONE, ONE, List.of((long) Integer.MAX_VALUE, 0L), 1, "does not fit")),
            Map.entry(
                    "a huge result",
                    bad(X, W, ONE, ONE, List.of((long) Integer.MAX_VALUE - 5, 0L), 1, "more than 2^31-1 elements")),
            Map.entry("no groups", bad(X, W, ONE, ONE, NO_PADS, 0, "in 0 groups")),
            Map.entry("groups that do not divide", bad(X, W, ONE, ONE, NO_PADS, 3, "in 3 groups")),
            Map.entry("groups of the wrong channels", bad(X, W, ONE, ONE, NO_PADS, 2, "[2, 4, 6] in 2 groups")),
            Map.entry(
                    "other channels",
                    bad(X, Tensors.zeros(DType.FLOAT64, 2, 3, 6), ONE, ONE, NO_PADS, 1, "has 4 channels")),
            Map.entry(
                    "another rank",
                    bad(X, Tensors.zeros(DType.FLOAT64, 2, 2, 4, 6), ONE, ONE, NO_PADS, 1, "of one rank")),
            Map.entry(
                    "no spatial axis",
                    bad(
                            Tensors.zeros(DType.FLOAT64, 1, 4),
                            Tensors.zeros(DType.FLOAT64, 4, 6),
                            List.of(),
                            List.of(),
                            List.of(),
                            1,
                            "of one rank, 3 or more")),
            Map.entry(
                    "a window of 0",
                    bad(X, Tensors.zeros(DType.FLOAT64, 0, 4, 6), ONE, ONE, NO_PADS, 1, "'window' must be")),
            Map.entry(
                    "a window that is larger",
                    bad(X, Tensors.zeros(DType.FLOAT64, 6, 4, 6), ONE, ONE, NO_PADS, 1, "does not fit")),
            Map.entry("two dtypes", bad(X, W.castTo(DType.FLOAT32), ONE, ONE, NO_PADS, 1, "castTo(DType.FLOAT64)")),
            Map.entry(
                    "integers",
                    bad(X.castTo(DType.INT32), W.castTo(DType.INT32), ONE, ONE, NO_PADS, 1, "floating dtype")));

    @TestFactory
    Stream<DynamicTest> whatIsNoConvolutionIsRefused() {
        return BAD.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Bad bad = entry.getValue();
                    Attributes attributes = Attributes.ofPairs(
                            "strides", bad.strides,
                            "dilations", bad.dilations,
                            "pads", bad.pads,
                            "groups", bad.groups);
                    refused("conv", attributes, bad.word, bad.inputs);
                }));
    }

    @Test
    void gradientsOfAnotherShapeAreRefused() {
        Object[] shared = {"strides", ONE, "dilations", ONE, "pads", NO_PADS, "groups", 1L, "shape", X.shape()};
        refused("conv_data_gradient", Attributes.ofPairs(shared), "[1, 4, 6], 'dy' has [1, 5, 4]", List.of(X, W));
        shared[9] = W.shape();
        refused("conv_weight_gradient", Attributes.ofPairs(shared), "[1, 4, 6], 'dy' has [1, 5, 4]", List.of(X, X));
    }

    @Test
    void whatIsNoPoolingIsRefused() {
        String missing = "would hold nothing but padding";
        for (String op : List.of("max_pool", "avg_pool")) {
            refused(op, pool(List.of(2L), ONE, List.of(2L, 0L)), missing, List.of(X));
            refused(op, pool(List.of(2L), ONE, List.of(6L), List.of(1L, 1L)), missing, List.of(X));
            refused(
                    op,
                    pool(List.of(2L), ONE, List.of(1L, 1L)),
                    missing,
                    List.of(Tensors.zeros(DType.FLOAT64, 1, 0, 4)));
            refused(op, pool(List.of(2L), ONE, List.of(0L), NO_PADS), "'dilations'", List.of(X));
            refused(op, pool(List.of(2L), ONE, List.of(1L << 40), NO_PADS), "'dilations'", List.of(X));
            refused(op, pool(List.of(6L), ONE, NO_PADS), "does not fit", List.of(X));
            refused(op, pool(List.of(0L), ONE, NO_PADS), "'window'", List.of(X));
            refused(op, pool(List.of(2L), List.of(0L), NO_PADS), "'strides'", List.of(X));
            refused(op, pool(List.of(2L, 2L), ONE, NO_PADS), "'window'", List.of(X));
            refused(op, pool(List.of(2L), ONE, NO_PADS), "floating", List.of(X.castTo(DType.INT64)));
            refused(op, pool(List.of(), List.of(), List.of()), "rank 3 or more", List.of(Tensors.of(1.0)));
        }
        refused("max_pool_gradient", pool(List.of(2L), ONE, NO_PADS), "[1, 4, 4]", List.of(X, X));
        refused("max_pool_select", pool(List.of(2L), ONE, NO_PADS), "'v' must be like 'x'", List.of(X, W));
    }

    private static Attributes pool(List<Long> window, List<Long> strides, List<Long> pads) {
        return pool(window, strides, Collections.nCopies(window.size(), 1L), pads);
    }

    private static Attributes pool(List<Long> window, List<Long> strides, List<Long> dilations, List<Long> pads) {
        return Attributes.ofPairs("window", window, "strides", strides, "dilations", dilations, "pads", pads);
    }

    private static void refused(String op, Attributes attributes, String word, List<Tensor> inputs) {
        InvalidOperandException e = assertThrows(
                InvalidOperandException.class, () -> Executor.execute(op, attributes, inputs.toArray(new Operand[0])));
        String message = e.getMessage();
        assertTrue(message.startsWith(op + "(") && message.contains(word), message);
        assertTrue(message.contains("" + inputs.get(0).spec()), message);
    }
}
