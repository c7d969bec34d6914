package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Convolution, pooling and resizing as the namespace gives them: layouts, padding, sizes, and what is refused. */
class ConvolutionsTest {
    private static final Random RANDOM = Random.seeded(5);
    private static final ConvOptions VALID = ConvOptions.valid();
    private static final ConvOptions SAME = ConvOptions.same();
    private static final Tensor IMAGE = random(2, 5, 4, 3);
    private static final Tensor WINDOW = random(3, 2, 3, 2);

    private static Tensor random(long... sizes) {
        return RANDOM.normal(DType.FLOAT64, sizes);
    }

    private static Tensor row(double... elements) {
        return Tensors.of(elements).reshape(1, elements.length, 1);
    }

    /** A function of input and weights, and the shapes of those and of the result. */
    private record Case(String name, BinaryOperator<Tensor> function, String x, String w, String y) {}

    private static final List<Case> CASES = List.of(
            new Case("conv1d, VALID", (x, w) -> Nn.conv1d(x, w, VALID), "[2, 5, 2]", "[3, 2, 4]", "[2, 3, 4]"),
            new Case(
                    "conv1d, SAME, stride 2, size 5",
                    (x, w) -> Nn.conv1d(x, w, SAME.strides(2)),
                    "[1, 5, 1]",
                    "[3, 1, 2]",
                    "[1, 3, 2]"),
            new Case(
                    "conv2d, SAME, strides 2 and 1, dilations 1 and 2",
                    (x, w) -> Nn.conv2d(x, w, SAME.strides(2, 1).dilations(1, 2)),
                    "[1, 5, 4, 2]",
                    "[2, 3, 2, 3]",
                    "[1, 3, 4, 3]"),
            new Case(
                    "conv2d, given padding, groups",
                    (x, w) -> Nn.conv2d(
                            x, w, VALID.padding(Padding.of(0, 1, 2, 0)).groups(2)),
                    "[1, 3, 2, 4]",
                    "[2, 2, 2, 2]",
                    "[1, 3, 3, 2]"),
            new Case(
                    "conv3d, SAME, stride 2",
                    (x, w) -> Nn.conv3d(x, w, SAME.strides(2)),
                    "[1, 3, 2, 4, 1]",
                    "[2, 2, 2, 1, 2]",
                    "[1, 2, 1, 2, 2]"),
            new Case(
                    "depthwiseConv1d",
                    (x, w) -> Nn.depthwiseConv1d(x, w, VALID),
                    "[1, 4, 3]",
                    "[2, 3, 2]",
                    "[1, 3, 6]"),
            new Case(
                    "depthwiseConv2d, SAME",
                    (x, w) -> Nn.depthwiseConv2d(x, w, SAME),
                    "[1, 3, 3, 2]",
                    "[2, 2, 2, 2]",
                    "[1, 3, 3, 4]"),
            new Case(
                    "depthwiseConv3d, stride 2, dilation 2",
                    (x, w) -> Nn.depthwiseConv3d(x, w, SAME.strides(2, 1, 1).dilations(1, 1, 2)),
                    "[1, 3, 1, 4, 2]",
                    "[2, 1, 2, 2, 1]",
                    "[1, 2, 1, 4, 2]"),
            new Case(
                    "conv1dTranspose, VALID, window below stride",
                    (x, w) -> Nn.conv1dTranspose(x, w, VALID.strides(3)),
                    "[1, 2, 2]",
                    "[2, 1, 2]",
                    "[1, 6, 1]"),
            new Case(
                    "conv2dTranspose, SAME, stride 2",
                    (x, w) -> Nn.conv2dTranspose(x, w, SAME.strides(2)),
                    "[1, 2, 3, 2]",
                    "[3, 3, 1, 2]",
                    "[1, 4, 6, 1]"),
            new Case(
                    "conv2dTranspose, VALID",
                    (x, w) -> Nn.conv2dTranspose(x, w, VALID.strides(2, 1)),
                    "[1, 2, 2, 1]",
                    "[3, 2, 2, 1]",
                    "[1, 5, 3, 2]"),
            new Case(
                    "conv2dTranspose, given padding, groups",
                    (x, w) -> Nn.conv2dTranspose(
                            x, w, VALID.padding(Padding.of(1, 0, 0, 1)).groups(2)),
                    "[1, 2, 2, 2]",
                    "[2, 2, 1, 2]",
                    "[1, 2, 2, 2]"),
            new Case(
                    "conv2dTranspose, given sizes",
                    (x, w) -> Nn.conv2dTranspose(x, w, new long[] {6, 5}, VALID.strides(2)),
                    "[1, 2, 2, 1]",
                    "[3, 3, 1, 1]",
                    "[1, 6, 5, 1]"),
            new Case(
                    "conv3dTranspose",
                    (x, w) -> Nn.conv3dTranspose(x, w, VALID),
                    "[1, 2, 1, 2, 1]",
                    "[2, 2, 1, 2, 1]",
                    "[1, 3, 2, 2, 2]"));

    private static Tensor random(String shape) {
        return random(Arrays.stream(shape.substring(1, shape.length() - 1).split(", "))
                .mapToLong(Long::parseLong)
                .toArray());
    }

    @TestFactory
    Stream<DynamicTest> shapesAndGradients() {
        return CASES.stream()
                .map(c -> DynamicTest.dynamicTest(c.name, () -> {
                    Tensor x = random(c.x);
                    Tensor w = random(c.w);
                    assertEquals(c.y, c.function.apply(x, w).shape().toString());
                    GradientCheck.standard().check(in -> c.function.apply(in.get(0), in.get(1)), List.of(x, w));
                }));
    }

    @Test
    void paddingIsAtTheEndFirst() {
        Tensor sum = Tensors.ones(DType.FLOAT64, 2, 1, 1);
        assertArrayEquals(
                new double[] {3, 5, 3}, Nn.conv1d(row(1, 2, 3), sum, SAME).toDoubleArray());
        Tensor three = Tensors.ones(DType.FLOAT64, 3, 1, 1);
        assertArrayEquals(
                new double[] {6, 7},
                Nn.conv1d(row(1, 2, 3, 4), three, SAME.strides(2)).toDoubleArray());
        assertArrayEquals(
                new double[] {2, 4},
                Nn.maxPool1d(row(1, 2, 3, 4), PoolOptions.window(2)).toDoubleArray());
        assertArrayEquals(
                new double[] {1.5, 3},
                Nn.avgPool1d(row(1, 2, 3), PoolOptions.window(2).padding(Padding.SAME))
                        .toDoubleArray());
    }

    @Test
    void transposedConvolutionSpreadsTheWindow() {
        assertArrayEquals(
                new double[] {1, 10, 2, 20, 3, 30},
                Nn.conv1dTranspose(row(1, 2, 3), row(1, 10).reshape(2, 1, 1), VALID.strides(2))
                        .toDoubleArray());
    }

    @Test
    void depthwiseConvolutionKeepsChannelsApart() {
        Tensor w = random(3, 2, 3, 1);
        Tensor y = Nn.depthwiseConv2d(IMAGE, w, VALID);
        for (int c = 0; c < 3; c++) {
            Tensor one = Nn.conv2d(
                    IMAGE.slice(new long[] {0, 0, 0, c}, Shape.of(2, 5, 4, 1)),
                    w.slice(new long[] {0, 0, c, 0}, Shape.of(3, 2, 1, 1)),
                    VALID);
            assertArrayEquals(
                    one.toDoubleArray(),
                    y.slice(new long[] {0, 0, 0, c}, Shape.of(2, 3, 3, 1)).toDoubleArray(),
                    1e-12);
        }
        Tensor mix = random(1, 1, 3, 2);
        assertArrayEquals(
                Nn.conv2d(y, mix, VALID).toDoubleArray(),
                Nn.separableConv2d(IMAGE, w, mix, VALID).toDoubleArray());
    }

    /** Channels first is the same function between two permutations. */
    @TestFactory
    Stream<DynamicTest> channelsFirst() {
        Layout first = Layout.CHANNELS_FIRST;
        PoolOptions pool = PoolOptions.window(2, 3).padding(Padding.SAME);
        Map<String, List<Function<Operand, Tensor>>> pairs = Map.of(
                "conv2d",
                List.of(x -> Nn.conv2d(x, WINDOW, SAME), x -> Nn.conv2d(x, WINDOW, SAME.layout(first))),
                "conv2dTranspose",
                List.of(
                        x -> Nn.conv2dTranspose(x, WINDOW.permute(0, 1, 3, 2), SAME.strides(2)),
                        x -> Nn.conv2dTranspose(
                                x, WINDOW.permute(0, 1, 3, 2), SAME.strides(2).layout(first))),
                "maxPool2d",
                List.of(x -> Nn.maxPool2d(x, pool), x -> Nn.maxPool2d(x, pool.layout(first))),
                "avgPool2d",
                List.of(x -> Nn.avgPool2d(x, pool), x -> Nn.avgPool2d(x, pool.layout(first))),
                "upsampleNearest",
                List.of(
                        x -> Nn.upsampleNearest(x, Layout.CHANNELS_LAST, 2, 3),
                        x -> Nn.upsampleNearest(x, first, 2, 3)),
                "resizeBilinear",
                List.of(x -> Nn.resizeBilinear(x, Layout.CHANNELS_LAST, 3, 7), x -> Nn.resizeBilinear(x, first, 3, 7)));
        return pairs.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    Tensor last = entry.getValue().get(0).apply(IMAGE);
                    Tensor other = entry.getValue().get(1).apply(IMAGE.permute(0, 3, 1, 2));
                    assertEquals(last.permute(0, 3, 1, 2).shape(), other.shape());
                    assertArrayEquals(
                            last.toDoubleArray(), other.permute(0, 2, 3, 1).toDoubleArray(), 1e-12);
                }));
    }

    @Test
    void poolingInOneTwoAndThreeAxes() {
        PoolOptions two = PoolOptions.window(2);
        assertEquals(Shape.of(2, 2, 3), Nn.maxPool1d(random(2, 5, 3), two).shape());
        assertEquals(
                Shape.of(2, 3, 3),
                Nn.avgPool1d(random(2, 5, 3), two.padding(Padding.SAME)).shape());
        assertEquals(Shape.of(2, 4, 3, 3), Nn.maxPool2d(IMAGE, two.strides(1)).shape());
        assertEquals(
                Shape.of(2, 1, 3, 3),
                Nn.maxPool2d(IMAGE, PoolOptions.window(3, 2).strides(1).dilations(2, 1))
                        .shape());
        assertArrayEquals(
                new double[] {2, 2, 4, 6},
                Nn.avgPool1d(row(1, 2, 3, 6, 9), two.strides(1).dilations(2).padding(Padding.of(1, 0)))
                        .toDoubleArray());
        assertEquals(Shape.of(2, 2, 2, 3), Nn.avgPool2d(IMAGE, two).shape());
        assertEquals(
                Shape.of(1, 1, 1, 2, 1),
                Nn.maxPool3d(random(1, 2, 3, 4, 1), two).shape());
        assertEquals(
                Shape.of(1, 1, 1, 2, 1),
                Nn.avgPool3d(random(1, 2, 3, 4, 1), two).shape());
    }

    @Test
    void resizing() {
        assertArrayEquals(
                new double[] {1, 1, 2, 2},
                Nn.upsampleNearest(row(1, 2), Layout.CHANNELS_LAST, 2).toDoubleArray());
        assertArrayEquals(
                new double[] {1, 1.5, 2.5, 3},
                Nn.resizeBilinear(row(1, 3), Layout.CHANNELS_LAST, 4).toDoubleArray(),
                1e-15);
        assertArrayEquals(
                new double[] {1.5, 3.5},
                Nn.resizeBilinear(row(1, 2, 3, 4), Layout.CHANNELS_LAST, 2).toDoubleArray(),
                1e-15);
        assertArrayEquals(
                IMAGE.toDoubleArray(),
                Nn.resizeBilinear(IMAGE, Layout.CHANNELS_LAST, 5, 4).toDoubleArray());
        GradientCheck.standard()
                .check(in -> Nn.resizeBilinear(in.get(0), Layout.CHANNELS_LAST, 3, 6), List.of(random(1, 2, 3, 2)));
        GradientCheck.standard()
                .check(in -> Nn.upsampleNearest(in.get(0), Layout.CHANNELS_FIRST, 2, 1), List.of(random(1, 2, 3, 2)));
    }

    /** The way there and back is another graph than a plain gradient: both must agree. */
    @Test
    void aTransposedConvolutionIsTheGradientOfAConvolution() {
        Tensor x = random(1, 5, 6, 2);
        Tensor w = random(3, 3, 2, 4);
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            Tensor y = Nn.conv2d(x, w, SAME.strides(2));
            Tensor seed = random(y.shape().toArray());
            assertArrayEquals(
                    tape.gradientOrThrow(y.mul(seed).sum(), x).toDoubleArray(),
                    Nn.conv2dTranspose(seed, w, new long[] {5, 6}, SAME.strides(2))
                            .toDoubleArray(),
                    1e-12);
        }
    }

    private record Refused(String what, Supplier<Object> code, String word) {}

    private static final List<Refused> REFUSED = List.of(
            new Refused(
                    "a matrix as images", () -> Nn.conv2d(random(3, 3), WINDOW, VALID), "'x' is [images, spatial axes"),
            new Refused("another rank of weights", () -> Nn.conv2d(IMAGE, random(3, 3), VALID), "float64[3, 3]"),
            new Refused(
                    "a window that is larger",
                    () -> Nn.conv2d(IMAGE, random(6, 1, 3, 1), VALID),
                    "conv(x=float64[2, 5, 4, 3], w=float64[6, 1, 3, 1]): a window of 6"),
            new Refused("other channels", () -> Nn.conv2d(IMAGE, random(1, 1, 2, 1), SAME), "has 3 channels"),
            new Refused("three strides", () -> Nn.conv2d(IMAGE, WINDOW, VALID.strides(1, 2, 3)), "there are 2"),
            new Refused("a stride of 0", () -> VALID.strides(0), "strides are from 1"),
            new Refused("a dilation of -1", () -> VALID.dilations(1, -1), "[1, -1]"),
            new Refused("no groups", () -> VALID.groups(0), "groups are from 1"),
            new Refused("padding of one number", () -> Padding.of(1), "two numbers for each"),
            new Refused("negative padding", () -> Padding.of(1, -1), "none negative"),
            new Refused(
                    "padding for one axis",
                    () -> Nn.conv2d(IMAGE, WINDOW, VALID.padding(Padding.of(1, 1))),
                    "[1, 1] is for 1 spatial axes, there are 2"),
            new Refused(
                    "groups of a depthwise convolution",
                    () -> Nn.depthwiseConv2d(IMAGE, WINDOW, VALID.groups(3)),
                    "depthwiseConv2d"),
            new Refused(
                    "sizes that do not lead back",
                    () -> Nn.conv2dTranspose(IMAGE, random(2, 2, 1, 3), new long[] {9, 9}, VALID),
                    "gives the output [2, 8, 8, 3], 'dy' has [2, 5, 4, 3]"),
            new Refused(
                    "sizes for one axis",
                    () -> Nn.conv2dTranspose(IMAGE, random(2, 2, 1, 3), new long[] {6}, VALID),
                    "no output of sizes [6]"),
            new Refused(
                    "padding that leaves nothing",
                    () -> Nn.conv1dTranspose(row(1), row(1).reshape(1, 1, 1), VALID.padding(Padding.of(1, 1))),
                    "no output of sizes [-1]"),
            new Refused("a window of pooling of 0", () -> PoolOptions.window(0), "window sizes are from 1"),
            new Refused(
                    "a dilation of pooling of 0", () -> PoolOptions.window(2).dilations(0), "dilations are from 1"),
            new Refused("a huge window of pooling", () -> Nn.maxPool2d(IMAGE, PoolOptions.window(7)), "does not fit"),
            new Refused(
                    "padding wider than the window",
                    () -> Nn.avgPool1d(row(1, 2), PoolOptions.window(2).padding(Padding.of(2, 0))),
                    "windows of [2] with dilations [1] would hold nothing"),
            new Refused(
                    "pooling of integers",
                    () -> Nn.maxPool1d(row(1, 2).castTo(DType.INT32), PoolOptions.window(2)),
                    "floating"),
            new Refused("a factor of 0", () -> Nn.upsampleNearest(IMAGE, Layout.CHANNELS_LAST, 0, 1), "[0, 1]"),
            new Refused("a factor too few", () -> Nn.upsampleNearest(IMAGE, Layout.CHANNELS_LAST, 2), "rank 3"),
            new Refused("no size", () -> Nn.resizeBilinear(IMAGE, Layout.CHANNELS_LAST, 0, 3), "[0, 3]"));

    @TestFactory
    Stream<DynamicTest> whatDoesNotFitIsRefused() {
        return REFUSED.stream()
                .map(refused -> DynamicTest.dynamicTest(refused.what, () -> {
                    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, refused.code::get);
                    String message = String.valueOf(e.getMessage());
                    assertTrue(message.contains(refused.word), message);
                }));
    }
}
