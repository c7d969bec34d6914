package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Random tensors. Seeds are fixed, so that a test passes always or never. Means are within 5 standard errors; a chi-square is below what
 * it passes by chance once in ten thousand times.
 */
class RandomTest {
    private static final int N = 100_000;
    private static final long[] ASCENDING =
            IntStream.range(0, 1000).asLongStream().toArray();

    private static void assertMean(double expected, double variance, double[] draws) {
        double mean = Arrays.stream(draws).average().orElseThrow();
        assertEquals(expected, mean, 5 * Math.sqrt(variance / draws.length));
    }

    private static double chiSquare(long[] counts, double... probabilities) {
        double n = Arrays.stream(counts).sum();
        return IntStream.range(0, counts.length)
                .mapToDouble(i -> Math.pow(counts[i] - n * probabilities[i], 2) / (n * probabilities[i]))
                .sum();
    }

    private static long[] counts(long[] draws, int classes) {
        long[] counts = new long[classes];
        for (long draw : draws) {
            counts[(int) draw]++;
        }
        return counts;
    }

    /** With Z = P(|z| <= 2) and p the density at 2: E z^2 = 1 - 4p/Z, and E z^4 = 3 E z^2 - 16p/Z. */
    @Test
    void truncatedNormalHasItsMomentsAndBounds() {
        double[] z = Random.seeded(11).truncatedNormal(DType.FLOAT64, N).toDoubleArray();
        assertTrue(Arrays.stream(z).allMatch(e -> Math.abs(e) <= 2));
        double density = Math.exp(-2) / Math.sqrt(2 * Math.PI) / 0.954499736103642;
        double second = 1 - 4 * density;
        double fourth = 3 * second - 16 * density;
        assertMean(0, second, z);
        assertMean(
                second,
                fourth - second * second,
                Arrays.stream(z).map(e -> e * e).toArray());
        // Three parts of a third each are bounded by the quantiles of the normal distribution at 1/2 -+ Z/6.
        double third = 0.4099625478233699;
        long[] counts = new long[3];
        for (double e : z) {
            counts[e < -third ? 0 : e < third ? 1 : 2]++;
        }
        assertTrue(
                chiSquare(counts, 1 / 3.0, 1 / 3.0, 1 / 3.0) < 18.5, Arrays.toString(counts)); // 2 degrees of freedom
        for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32)) {
            double[] narrow = Random.seeded(11).truncatedNormal(dtype, N).toDoubleArray();
            assertTrue(Arrays.stream(narrow).allMatch(e -> Math.abs(e) <= 2), dtype.toString());
        }
    }

    @Test
    void bernoulliIsOneWithItsProbability() {
        for (double p : new double[] {0.1, 0.5, 0.9}) {
            double[] draws = Random.seeded(12).bernoulli(p, DType.FLOAT32, N).toDoubleArray();
            assertTrue(Arrays.stream(draws).allMatch(e -> e == 0 || e == 1));
            assertMean(p, p * (1 - p), draws);
        }
        assertEquals(0, Random.seeded(1).bernoulli(0, DType.INT32, 1000).sum().item());
        assertEquals(
                1000, Random.seeded(1).bernoulli(1, DType.INT32, 1000).sum().item());
        assertEquals(DType.BOOL, Random.seeded(1).bernoulli(0.5, DType.BOOL, 2).dtype());
        for (double none : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> Random.seeded(1).bernoulli(none, DType.BOOL));
        }
    }

    @Test
    void categoricalHasTheProbabilitiesOfItsLogits() {
        double[] p = {0.1, 0.2, 0, 0.3, 0.4};
        double[] other = {0.25, 0.05, 0.3, 0.2, 0.2};
        double[][] logits = new double[2][];
        logits[0] = Arrays.stream(p).map(Math::log).toArray();
        logits[1] = Arrays.stream(other).map(e -> Math.log(e) + 500).toArray();
        Tensor draws = Random.seeded(13).categorical(Tensors.of(logits), N);
        assertEquals(Shape.of(2, N), draws.shape());
        assertEquals(DType.INT64, draws.dtype());
        long[] first = counts(Arrays.copyOf(draws.toLongArray(), N), 5);
        long[] second = counts(Arrays.copyOfRange(draws.toLongArray(), N, 2 * N), 5);
        assertEquals(0, first[2]);
        long[] possible = {first[0], first[1], first[3], first[4]};
        assertTrue(chiSquare(possible, 0.1, 0.2, 0.3, 0.4) < 21.1, Arrays.toString(first)); // 3 degrees of freedom
        assertTrue(chiSquare(second, other) < 23.5, Arrays.toString(second)); // 4
    }

    @Test
    void categoricalRefusesWhatIsNoDistribution() {
        double inf = Double.POSITIVE_INFINITY;
        for (double[] row : new double[][] {{-inf, -inf}, {0, Double.NaN}, {0, inf}}) {
            Tensor logits = Tensors.of(new double[][] {{0, 1}, row});
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Random.seeded(1).categorical(logits, 3).toLongArray());
            assertTrue(String.valueOf(e.getMessage()).contains("row 1"), e.getMessage());
        }
        for (Tensor wrong : List.of(
                Tensors.ones(DType.FLOAT32, 3), Tensors.ones(DType.INT32, 1, 3), Tensors.ones(DType.FLOAT32, 3, 0))) {
            assertThrows(IllegalArgumentException.class, () -> Random.seeded(1).categorical(wrong, 3));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> Random.seeded(1).categorical(Tensors.ones(DType.FLOAT32, 1, 3), -1));
    }

    @Test
    void everyPermutationIsEquallyLikely() {
        Random random = Random.seeded(14);
        long[] draws = new long[6000];
        for (int i = 0; i < draws.length; i++) {
            long[] order = random.permutation(3).toLongArray();
            draws[i] = order[0] * 2 + (order[1] > order[2] ? 1 : 0);
        }
        double sixth = 1 / 6.0;
        double chiSquare = chiSquare(counts(draws, 6), sixth, sixth, sixth, sixth, sixth, sixth);
        assertTrue(chiSquare < 25.8, "5 degrees of freedom: " + chiSquare);
        long[] order = random.permutation(1000).toLongArray();
        assertFalse(Arrays.equals(ASCENDING, order));
        Arrays.sort(order);
        assertArrayEquals(ASCENDING, order);
        assertEquals(Shape.of(0), random.permutation(0).shape());
        assertThrows(IllegalArgumentException.class, () -> random.permutation(-1));
    }

    @Test
    void shuffleMovesWholeRows() {
        Tensor x = Tensors.range(0, 3000, 1, DType.FLOAT64).reshape(1000, 3);
        double[] shuffled = Random.seeded(15).shuffle(x).toDoubleArray();
        long[] rows = new long[1000];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (long) shuffled[3 * i] / 3;
            assertEquals(shuffled[3 * i] + 1, shuffled[3 * i + 1]);
            assertEquals(shuffled[3 * i] + 2, shuffled[3 * i + 2]);
        }
        assertArrayEquals(Random.seeded(15).permutation(1000).toLongArray(), rows);
        GradientCheck.standard()
                .check(
                        in -> Random.seeded(16).shuffle(in.get(0)).square().mul(in.get(0)),
                        List.of(Tensors.of(new double[][] {{1, 2}, {3, 4}, {-0.5, 0.25}})));
        assertEquals(
                Shape.of(0, 2),
                Random.seeded(1).shuffle(Tensors.zeros(DType.INT32, 0, 2)).shape());
        assertThrows(IllegalArgumentException.class, () -> Random.seeded(1).shuffle(Tensors.of(1.0)));
    }

    private static Map<String, Function<Random, Tensor>> draws() {
        Map<String, Function<Random, Tensor>> draws = new LinkedHashMap<>();
        draws.put("truncatedNormal", r -> r.truncatedNormal(DType.FLOAT32, 2, 5));
        draws.put("bernoulli", r -> r.bernoulli(0.5, DType.FLOAT32, 40));
        draws.put("categorical", r -> r.categorical(Tensors.zeros(DType.FLOAT32, 2, 10), 10));
        draws.put("permutation", r -> r.permutation(20));
        draws.put("shuffle", r -> r.shuffle(Tensors.range(20)));
        return draws;
    }

    @Test
    void aSeedGivesTheSameDrawsAndEachDrawIsNew() {
        draws().forEach((name, draw) -> {
            Random random = Random.seeded(17);
            Random same = Random.seeded(17);
            Tensor first = draw.apply(random);
            Tensor second = draw.apply(random);
            assertArrayEquals(first.toDoubleArray(), draw.apply(same).toDoubleArray(), name);
            assertArrayEquals(second.toDoubleArray(), draw.apply(same).toDoubleArray(), name);
            assertFalse(Arrays.equals(first.toDoubleArray(), second.toDoubleArray()), name);
            assertFalse(
                    Arrays.equals(
                            first.toDoubleArray(), draw.apply(Random.seeded(18)).toDoubleArray()),
                    name);
        });
    }

    @Test
    void compiledFunctionsDrawAnewAndAsWithoutCompilation() {
        draws().forEach((name, draw) -> {
            Random random = Random.seeded(19);
            Random same = Random.seeded(19);
            CompiledFunction compiled = Functions.compile(
                    x -> draw.apply(random).castTo(DType.FLOAT64).add(x));
            for (int call = 0; call < 3; call++) {
                double[] expected = draw.apply(same).castTo(DType.FLOAT64).toDoubleArray();
                assertArrayEquals(expected, compiled.apply(Tensors.of(0.0)).toDoubleArray(), name);
            }
            assertEquals(1, compiled.traces());
        });
    }
}
