package io.autodiff.nd4j.products;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.blas.Blas;
import io.autodiff.nd4j.fused.GuardedMemory;
import io.autodiff.nd4j.onednn.OneDnnLibrary;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

/** Convolutions and pooling of random forms against loops over all windows, with guards around the results. */
class WindowKernelsTest {
    private static final ProductLibrary LIBRARY = new OneDnnLibrary();

    @BeforeAll
    static void needsTheCpu() {
        assumeTrue(Nd4j.getBackend().getClass().getSimpleName().equals("CpuBackend"), "ND4J runs on the CPU");
    }

    static IntStream seeds() {
        return IntStream.rangeClosed(1, 60);
    }

    /** Told of each tap of each window that lies on the input: images and positions counted together. */
    @FunctionalInterface
    private interface Tap {
        void at(int inputPosition, int tap, int outputPosition);
    }

    /** Random windows over one to three axes. */
    private static final class Geometry {
        final int rank;
        final int images;
        final int[] input;
        final int[] window;
        final int[] output;
        final int[] strides;
        final int[] dilations;
        final int[] before;
        final int[] after;

        Geometry(Random random, boolean pooling) {
            rank = 1 + random.nextInt(3);
            images = 1 + random.nextInt(3);
            input = new int[rank];
            window = new int[rank];
            output = new int[rank];
            strides = new int[rank];
            dilations = new int[rank];
            before = new int[rank];
            after = new int[rank];
            for (int axis = 0; axis < rank; axis++) {
                window[axis] = 1 + random.nextInt(3);
                strides[axis] = 1 + random.nextInt(3);
                dilations[axis] = pooling ? 1 : 1 + random.nextInt(2);
                before[axis] = random.nextInt(window[axis]);
                after[axis] = random.nextInt(window[axis]);
                int covered = (window[axis] - 1) * dilations[axis] + 1;
                input[axis] = covered + random.nextInt(5);
                output[axis] = (input[axis] + before[axis] + after[axis] - covered) / strides[axis] + 1;
            }
        }

        void forEach(Tap tap) {
            int positions = images * product(output);
            int taps = product(window);
            for (int o = 0; o < positions; o++) {
                for (int t = 0; t < taps; t++) {
                    int i = inputPosition(o, t);
                    if (i >= 0) {
                        tap.at(i, t, o);
                    }
                }
            }
        }

        /** Where a tap falls, or -1. */
        private int inputPosition(int position, int tap) {
            int result = 0;
            int step = 1;
            int restPosition = position;
            int restTap = tap;
            for (int axis = rank - 1; axis >= 0; axis--) {
                int at = restPosition % output[axis] * strides[axis]
                        - before[axis]
                        + restTap % window[axis] * dilations[axis];
                if (at < 0 || at >= input[axis]) {
                    return -1;
                }
                result += at * step;
                step *= input[axis];
                restPosition /= output[axis];
                restTap /= window[axis];
            }
            return result + restPosition * step;
        }
    }

    private static int product(int[] sizes) {
        return IntStream.of(sizes).reduce(1, (a, b) -> a * b);
    }

    private static List<Integer> list(int[] numbers) {
        return IntStream.of(numbers).boxed().toList();
    }

    private static GuardedMemory numbers(int size, Random random) {
        GuardedMemory memory = new GuardedMemory(DType.FLOAT32, size);
        for (int i = 0; i < size; i++) {
            memory.set(i, random.nextGaussian());
        }
        return memory;
    }

    private static void assertResult(double[] expected, GuardedMemory actual, String about) {
        assertTrue(actual.isGuarded(), "keeps to its memory: " + about);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    expected[i],
                    actual.floating(i),
                    1e-5 * (1 + Math.abs(expected[i])),
                    "element " + i + " of " + about);
        }
    }

    private static GuardedMemory result(int size) {
        GuardedMemory memory = new GuardedMemory(DType.FLOAT32, size);
        for (int i = 0; i < size; i++) {
            memory.set(i, Double.NaN);
        }
        return memory;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void convolutionsAndTheirAdjoints(int seed) {
        Random random = new Random(seed);
        Geometry g = new Geometry(random, false);
        int groups = 1 + random.nextInt(3);
        int in = 1 + random.nextInt(9);
        int out = 1 + random.nextInt(9);
        int channels = groups * in;
        int outputs = groups * out;
        for (Convolution.Kind kind : Convolution.Kind.values()) {
            Convolution c = new Convolution(
                    kind,
                    g.images,
                    channels,
                    outputs,
                    groups,
                    list(g.input),
                    list(g.window),
                    list(g.output),
                    list(g.strides),
                    list(g.dilations),
                    list(g.before),
                    list(g.after));
            try (GuardedMemory x = numbers(g.images * product(g.input) * channels, random);
                    GuardedMemory w = numbers(product(g.window) * in * outputs, random);
                    GuardedMemory y = numbers(g.images * product(g.output) * outputs, random)) {
                GuardedMemory like = switch (kind) {
                    case FORWARD -> y;
                    case DATA_GRADIENT -> x;
                    case WEIGHT_GRADIENT -> w;
                };
                double[] expected = new double[like.size()];
                g.forEach((i, tap, o) -> {
                    for (int group = 0; group < groups; group++) {
                        for (int a = 0; a < in; a++) {
                            for (int b = 0; b < out; b++) {
                                int atX = i * channels + group * in + a;
                                int atW = (tap * in + a) * outputs + group * out + b;
                                int atY = o * outputs + group * out + b;
                                switch (kind) {
                                    case FORWARD -> expected[atY] += x.floating(atX) * w.floating(atW);
                                    case DATA_GRADIENT -> expected[atX] += y.floating(atY) * w.floating(atW);
                                    case WEIGHT_GRADIENT -> expected[atW] += x.floating(atX) * y.floating(atY);
                                }
                            }
                        }
                    }
                });
                try (GuardedMemory z = result(like.size())) {
                    ProductKernel kernel = LIBRARY.convolution(c);
                    assertNotNull(kernel, "seed " + seed + ": " + c);
                    GuardedMemory first = kind == Convolution.Kind.DATA_GRADIENT ? y : x;
                    GuardedMemory second = kind == Convolution.Kind.WEIGHT_GRADIENT ? y : w;
                    assertTrue(kernel.run(first.address(), second.address(), 0, z.address()));
                    assertTrue(first.isGuarded() && second.isGuarded());
                    assertResult(expected, z, "seed " + seed + ": " + c);
                }
            }
        }
    }

    private static Pooling pooling(Pooling.Kind kind, Geometry g, int channels) {
        return new Pooling(
                kind,
                g.images,
                channels,
                list(g.input),
                list(g.window),
                list(g.output),
                list(g.strides),
                list(g.dilations),
                list(g.before),
                list(g.after));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void poolingAndItsAdjoints(int seed) {
        Random random = new Random(seed);
        Geometry g = new Geometry(random, true);
        int channels = 1 + random.nextInt(17);
        int inputs = g.images * product(g.input) * channels;
        int outputs = g.images * product(g.output) * channels;
        for (Pooling.Kind kind : Pooling.Kind.values()) {
            Pooling pooling = pooling(kind, g, channels);
            try (GuardedMemory x = new GuardedMemory(DType.FLOAT32, inputs);
                    GuardedMemory y = numbers(outputs, random)) {
                for (int i = 0; i < inputs; i++) {
                    // Few different ones: the first of equal ones is the maximum.
                    x.set(i, random.nextInt(4) - 2);
                }
                boolean forward = kind == Pooling.Kind.MAX || kind == Pooling.Kind.AVERAGE;
                double[] expected = pooled(g, channels, kind, x, y, forward ? outputs : inputs);
                try (GuardedMemory z = result(expected.length)) {
                    GuardedMemory first = kind == Pooling.Kind.AVERAGE_GRADIENT ? y : x;
                    ProductKernel kernel = LIBRARY.pooling(pooling);
                    assertNotNull(kernel, "seed " + seed + ": " + pooling);
                    assertTrue(kernel.run(first.address(), y.address(), 0, z.address()));
                    assertResult(expected, z, "seed " + seed + ": " + pooling);
                }
            }
        }
    }

    private static double[] pooled(
            Geometry g, int channels, Pooling.Kind kind, GuardedMemory x, GuardedMemory y, int size) {
        int windows = g.images * product(g.output);
        int[] seen = new int[windows];
        int[] first = new int[windows * channels];
        double[] sums = new double[windows * channels];
        Arrays.fill(first, -1);
        g.forEach((i, tap, o) -> {
            seen[o]++;
            for (int c = 0; c < channels; c++) {
                int at = i * channels + c;
                int window = o * channels + c;
                sums[window] += x.floating(at);
                if (first[window] < 0 || x.floating(at) > x.floating(first[window])) {
                    first[window] = at;
                }
            }
        });
        double[] result = new double[size];
        for (int window = 0; window < first.length; window++) {
            switch (kind) {
                case MAX -> result[window] = x.floating(first[window]);
                case AVERAGE -> result[window] = sums[window] / seen[window / channels];
                case MAX_GRADIENT -> result[first[window]] += y.floating(window);
                case AVERAGE_GRADIENT -> {}
            }
        }
        if (kind == Pooling.Kind.AVERAGE_GRADIENT) {
            g.forEach((i, tap, o) -> {
                for (int c = 0; c < channels; c++) {
                    result[i * channels + c] += y.floating(o * channels + c) / seen[o];
                }
            });
        }
        return result;
    }

    /** oneDNN's maximum would be another. */
    @ParameterizedTest
    @EnumSource(
            value = Pooling.Kind.class,
            names = {"MAX", "MAX_GRADIENT"})
    void maximaOfWhatIsNotFiniteAreRefused(Pooling.Kind kind) {
        Geometry g = new Geometry(new Random(5), true);
        int inputs = g.images * product(g.input);
        try (GuardedMemory x = new GuardedMemory(DType.FLOAT32, inputs);
                GuardedMemory y = numbers(g.images * product(g.output), new Random(6));
                GuardedMemory z = result(Math.max(inputs, y.size()))) {
            ProductKernel kernel = LIBRARY.pooling(pooling(kind, g, 1));
            for (double special : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1}) {
                for (int i = 0; i < inputs; i++) {
                    x.set(i, i == inputs - 1 ? special : -1);
                }
                assertEquals(
                        Double.isFinite(special), kernel.run(x.address(), y.address(), 0, z.address()), "" + special);
            }
        }
    }

    /** Infinities of both signs would be NaN in a sum, and one of many elements must be found in any part. */
    @ParameterizedTest
    @ValueSource(ints = {1, 9_999, 10_000, 10_001, 25_000})
    void elementsThatAreNotFiniteAreFound(int size) {
        try (GuardedMemory x = new GuardedMemory(DType.FLOAT32, size)) {
            for (int i = 0; i < size; i++) {
                x.set(i, 1e30 * (i % 2 == 0 ? 1 : -1));
            }
            assertTrue(Blas.isFinite(x.address(), size));
            for (double special : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
                x.set(size - 1, special);
                assertFalse(Blas.isFinite(x.address(), size));
            }
        }
    }
}
