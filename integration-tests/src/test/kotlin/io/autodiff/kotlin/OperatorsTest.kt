package io.autodiff.kotlin

import io.autodiff.DType
import io.autodiff.Operand
import io.autodiff.Tensor
import io.autodiff.Tensors
import io.autodiff.Variable
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** Kotlin's signs on both sides of tensors and variables, with numbers of every type. */
class OperatorsTest {
    private val x = Variable.of(doubleArrayOf(1.0, 4.0))
    private val y: Tensor = Tensors.of(doubleArrayOf(2.0, 8.0))

    private fun assertElements(actual: Operand, vararg expected: Double) =
        assertArrayEquals(expected, actual.toDoubleArray())

    @Test
    fun `an operand on both sides`() {
        assertElements(x + y, 3.0, 12.0)
        assertElements(x - y, -1.0, -4.0)
        assertElements(x * y, 2.0, 32.0)
        assertElements(x / y, 0.5, 0.5)
        assertElements(y - x, 1.0, 4.0)
        assertElements(-x, -1.0, -4.0)
    }

    @Test
    fun `a number on the right`() {
        assertElements(x + 1, 2.0, 5.0)
        assertElements(x - 1L, 0.0, 3.0)
        assertElements(x * 2f, 2.0, 8.0)
        assertElements(x / 2.0, 0.5, 2.0)
    }

    @Test
    fun `a number on the left`() {
        assertElements(1 + x, 2.0, 5.0)
        assertElements(1L - x, 0.0, -3.0)
        assertElements(2f * x, 2.0, 8.0)
        assertElements(2.0 / x, 2.0, 0.5)
    }

    @Test
    fun `a number takes the dtype of the operand`() {
        val single = Variable.of(3f)

        assertEquals(DType.FLOAT32, (2.0 * single - 1).dtype())
        assertEquals(DType.INT32, (1 + Tensors.range(5)).dtype())
    }
}
