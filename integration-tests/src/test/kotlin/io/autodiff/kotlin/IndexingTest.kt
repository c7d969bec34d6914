package io.autodiff.kotlin

import io.autodiff.DType
import io.autodiff.GradientTape
import io.autodiff.Index
import io.autodiff.Tensors
import io.autodiff.Variable
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Test

/** Parts by brackets, and look-up by index tensors. */
class IndexingTest {
    private val m = Variable.of(arrayOf(doubleArrayOf(1.0, 2.0, 3.0), doubleArrayOf(4.0, 5.0, 6.0)))

    @Test
    fun `brackets take a part`() {
        assertArrayEquals(
            doubleArrayOf(4.0, 6.0),
            m[Index.at(1), Index.all().by(2)].toDoubleArray(),
        )
        assertArrayEquals(
            doubleArrayOf(3.0, 6.0),
            m[Index.ellipsis(), Index.at(-1)].toDoubleArray(),
        )
    }

    @Test
    fun `the gradient of what was looked up twice adds up`() {
        val g =
            GradientTape.open().use { tape ->
                tape.gradientOrThrow(m.gather(Tensors.of(intArrayOf(2, 0, 2)), 1), m)
            }
        assertArrayEquals(doubleArrayOf(1.0, 0.0, 2.0, 1.0, 0.0, 2.0), g.toDoubleArray())
    }

    @Test
    fun `static methods are those of Tensors`() {
        val at = Tensors.of(arrayOf(intArrayOf(0, 1)))
        assertArrayEquals(doubleArrayOf(2.0), Tensors.gatherNd(m, at).toDoubleArray())
        val sum = Tensors.scatterNd(at, Tensors.of(7.0).expandDims(0), m.shape())
        assertArrayEquals(doubleArrayOf(0.0, 7.0, 0.0, 0.0, 0.0, 0.0), sum.toDoubleArray())
        assertArrayEquals(
            doubleArrayOf(0.0, 1.0),
            Tensors.of(1).oneHot(2, DType.FLOAT64).toDoubleArray(),
        )
    }
}
