package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Normalisations: mean and variance of what comes out, equalities among them, gradients, and what is refused. */
class NormalizationTest {
    private static final double EPSILON = 1e-3;
    private static final Random RANDOM = Random.seeded(21);
    private static final Tensor IMAGES = random(2, 3, 2, 4);
    private static final Tensor GAMMA = random(4);
    private static final Tensor BETA = random(4);

    private static Tensor random(long... sizes) {
        return RANDOM.normal(DType.FLOAT64, sizes);
    }

    private static void assertClose(Tensor expected, Tensor actual) {
        assertEquals(expected.spec(), actual.spec());
        assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray(), 1e-12);
    }

    @Test
    void batchNormTrainingUsesTheStatisticsOfTheBatch() {
        Nn.BatchNorm n = Nn.batchNormTraining(IMAGES, null, null, 0, -1);
        assertClose(IMAGES.mean(0, 1, 2), n.mean());
        assertClose(IMAGES.var(0, 1, 2), n.variance());
        assertClose(Tensors.zeros(DType.FLOAT64, 4), n.output().mean(0, 1, 2));
        assertClose(Tensors.ones(DType.FLOAT64, 4), n.output().var(0, 1, 2));
        Nn.BatchNorm affine = Nn.batchNormTraining(IMAGES, GAMMA, BETA, 0, 3);
        assertClose(n.output().mul(GAMMA).add(BETA), affine.output());
        assertClose(affine.output(), Nn.batchNorm(IMAGES, affine.mean(), affine.variance(), GAMMA, BETA, 0, -1));
        Tensor first = IMAGES.permute(0, 3, 1, 2);
        assertClose(
                affine.output().permute(0, 3, 1, 2),
                Nn.batchNormTraining(first, GAMMA, BETA, 0, 1).output());
        GradientCheck.standard()
                .check(
                        in -> Nn.batchNormTraining(in.get(0), in.get(1), in.get(2), EPSILON, -1)
                                .output(),
                        List.of(random(3, 4), GAMMA, BETA));
    }

    @Test
    void batchNormByGivenStatistics() {
        Tensor x = Tensors.of(new double[][] {{1, 2}, {3, 4}});
        Tensor two = Tensors.of(new double[] {1, 2});
        assertArrayEquals(
                new double[] {2, 2 + 2 * (2 - 1) / Math.sqrt(2.5), 2 + 2 / Math.sqrt(1.5), 2 + 2 * 3 / Math.sqrt(2.5)},
                Nn.batchNorm(
                                Tensors.of(new double[][] {{1, 2}, {2, 4}}),
                                Tensors.of(new double[] {1, 1}),
                                two,
                                Tensors.of(new double[] {2, 2}),
                                Tensors.of(new double[] {2, 2}),
                                0.5,
                                1)
                        .toDoubleArray(),
                1e-15);
        GradientCheck.standard()
                .check(
                        in -> Nn.batchNorm(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), EPSILON, 0),
                        List.of(x, two, two, two, two));
    }

    @Test
    void layerNormGoesOverTheLastAxesOfEachExample() {
        Tensor y = Nn.layerNorm(IMAGES, null, null, 0);
        assertClose(Tensors.zeros(DType.FLOAT64, 2, 3, 2), y.mean(-1));
        assertClose(Tensors.ones(DType.FLOAT64, 2, 3, 2), y.var(-1));
        assertClose(y.mul(GAMMA).add(BETA), Nn.layerNorm(IMAGES, GAMMA, BETA, 0));
        Tensor whole = Nn.layerNorm(IMAGES, random(3, 2, 4), null, 0, 1, 2, 3);
        assertEquals(IMAGES.spec(), whole.spec());
        Tensor plain = Nn.layerNorm(IMAGES, null, null, 0, 1, -1);
        assertClose(Tensors.zeros(DType.FLOAT64, 2, 2), plain.mean(1, 3));
        assertClose(Tensors.ones(DType.FLOAT64, 2, 2), plain.var(1, 3));
        GradientCheck.standard()
                .check(
                        in -> Nn.layerNorm(in.get(0), in.get(1), in.get(2), EPSILON),
                        List.of(random(2, 4), GAMMA, BETA));
    }

    @Test
    void groupNormIsLayerNormAndInstanceNormAtItsEnds() {
        Tensor one = Nn.groupNorm(IMAGES, 1, null, null, EPSILON, Layout.CHANNELS_LAST);
        assertClose(Nn.layerNorm(IMAGES, null, null, EPSILON, 1, 2, 3), one);
        Tensor each = Nn.groupNorm(IMAGES, 4, null, null, EPSILON, Layout.CHANNELS_LAST);
        assertClose(Nn.layerNorm(IMAGES, null, null, EPSILON, 1, 2), each);
        Tensor two = Nn.groupNorm(IMAGES, 2, GAMMA, BETA, EPSILON, Layout.CHANNELS_LAST);
        Tensor half = IMAGES.slice(new long[4], Shape.of(2, 3, 2, 2));
        Shape front = Shape.of(2);
        assertClose(
                Nn.layerNorm(half, null, null, EPSILON, 1, 2, 3)
                        .mul(GAMMA.slice(new long[1], front))
                        .add(BETA.slice(new long[1], front)),
                two.slice(new long[4], half.shape()));
        assertClose(
                two.permute(0, 3, 1, 2),
                Nn.groupNorm(IMAGES.permute(0, 3, 1, 2), 2, GAMMA, BETA, EPSILON, Layout.CHANNELS_FIRST));
        GradientCheck.standard()
                .check(
                        in -> Nn.groupNorm(in.get(0), 2, in.get(1), in.get(2), EPSILON, Layout.CHANNELS_LAST),
                        List.of(random(2, 2, 4), GAMMA, BETA));
    }

    @Test
    void whatIsConstantIsNormalizedToZero() {
        Tensor constant = Tensors.fill(DType.FLOAT32, Shape.of(3, 4), 0.1);
        for (Tensor y : List.of(
                Nn.layerNorm(constant, null, null, EPSILON),
                Nn.batchNormTraining(constant, null, null, EPSILON, -1).output(),
                Nn.groupNorm(constant, 2, null, null, EPSILON, Layout.CHANNELS_LAST))) {
            assertTrue(Arrays.stream(y.toDoubleArray()).allMatch(v -> Math.abs(v) < 1e-5), y.toString());
        }
    }

    @Test
    void l2NormalizeMakesLengthOne() {
        Tensor y = Nn.l2Normalize(IMAGES, -1);
        assertClose(Tensors.ones(DType.FLOAT64, 2, 3, 2), y.norm2(-1));
        assertEquals(1, Nn.l2Normalize(IMAGES).norm2().item(), 1e-14);
        assertArrayEquals(
                new double[] {0, 0},
                Nn.l2Normalize(Tensors.of(new double[] {0, 0})).toDoubleArray());
        assertArrayEquals(
                new double[] {3e-2, 4e-2},
                Nn.l2Normalize(Tensors.of(new double[] {3e-8, 4e-8})).toDoubleArray(),
                1e-15);
        GradientCheck.standard().check(in -> Nn.l2Normalize(in.get(0), 1), List.of(random(2, 3)));
    }

    @Test
    void parametersThatDoNotFitAreRefused() {
        refused(() -> Nn.layerNorm(IMAGES, BETA.castTo(DType.FLOAT32), null, EPSILON), "'gamma'", "float64[4]");
        refused(() -> Nn.layerNorm(IMAGES, null, random(3), EPSILON), "'beta'", "float64[3]", "float64[2, 3, 2, 4]");
        refused(() -> Nn.batchNorm(IMAGES, random(1), GAMMA, null, null, EPSILON, -1), "'mean'", "float64[1]");
        refused(() -> Nn.batchNorm(IMAGES, GAMMA, random(2), null, null, EPSILON, -1), "'variance'");
        refused(() -> Nn.batchNormTraining(IMAGES, null, null, EPSILON, 4).output(), "axis 4");
        refused(() -> Nn.groupNorm(IMAGES, 3, null, null, EPSILON, Layout.CHANNELS_LAST), "in 3 groups");
        refused(() -> Nn.groupNorm(IMAGES, 0, null, null, EPSILON, Layout.CHANNELS_LAST), "in 0 groups");
    }

    private static void refused(Supplier<Tensor> code, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, code::get);
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }
}
