package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Random;
import io.autodiff.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** The known answers of the Random123 distribution, kat_vectors, philox4x32-10. */
    @Test
    void blocksAreTheKnownAnswers() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, Philox.block(0, 0, 0, 0, 0, 0));
        assertArrayEquals(
                new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, Philox.block(-1, -1, -1, -1, -1, -1));
        assertArrayEquals(
                new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
                Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    @Test
    void aSeedGivesTheSameNumbersAndGoesOn() {
        Random first = Random.seeded(42);
        Random second = Random.seeded(42);
        Tensor a = first.normal(DType.FLOAT64, 5);
        Tensor b = second.normal(DType.FLOAT64, 2);
        Tensor c = second.normal(DType.FLOAT64, 3);
        // What was drawn later is computed first: values depend on the order of drawing alone.
        assertArrayEquals(Arrays.copyOfRange(a.toDoubleArray(), 2, 5), c.toDoubleArray());
        assertArrayEquals(Arrays.copyOfRange(a.toDoubleArray(), 0, 2), b.toDoubleArray());
        assertFalse(Arrays.equals(
                a.toDoubleArray(), Random.seeded(43).normal(DType.FLOAT64, 5).toDoubleArray()));
    }

    @Test
    void momentsAreThoseOfTheDistributions() {
        int n = 100_000;
        double[] uniform = Random.seeded(1).uniform(DType.FLOAT64, n).toDoubleArray();
        assertEquals(0.5, Arrays.stream(uniform).average().orElseThrow(), 5 * Math.sqrt(1 / 12.0 / n));
        assertTrue(Arrays.stream(uniform).allMatch(u -> u >= 0 && u < 1));
        double[] normal = Random.seeded(1).normal(DType.FLOAT64, n).toDoubleArray();
        assertEquals(0, Arrays.stream(normal).average().orElseThrow(), 5 / Math.sqrt(n));
        assertEquals(1, Arrays.stream(normal).map(x -> x * x).average().orElseThrow(), 5 * Math.sqrt(2.0 / n));
        assertEquals(3, Arrays.stream(normal).map(x -> x * x * x * x).average().orElseThrow(), 5 * Math.sqrt(96.0 / n));
    }

    @Test
    void narrowUniformNumbersStayBelowOne() {
        for (DType dtype : new DType[] {DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32}) {
            double[] u = Random.seeded(3).uniform(dtype, 50_000).toDoubleArray();
            assertTrue(Arrays.stream(u).allMatch(x -> x >= 0 && x < 1), dtype.toString());
        }
    }

    @Test
    void onlyFloatingDtypes() {
        assertThrows(IllegalArgumentException.class, () -> Random.seeded(1).normal(DType.INT32, 2));
    }
}
