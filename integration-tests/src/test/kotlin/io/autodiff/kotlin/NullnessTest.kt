package io.autodiff.kotlin

import io.autodiff.GradientTape
import io.autodiff.Tensor
import io.autodiff.Tensors
import io.autodiff.Variable
import io.autodiff.optimizer.GradientAndVariable
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test

/**
 * Kotlin's compiler knows which results can be null: it chooses between the two functions below by
 * the static type. Had the library no nullness annotations, it would choose the first one always.
 */
class NullnessTest {
    @JvmName("typeOfPresent")
    private fun staticType(tensor: Tensor): String = "Tensor of ${tensor.dtype()}"

    private fun staticType(tensor: Tensor?): String = "Tensor?, here ${tensor?.dtype()}"

    @Test
    fun `a gradient can be null`() {
        val x = Variable.of(3.0)
        GradientTape.open().use { tape ->
            assertEquals("Tensor?, here float64", staticType(tape.gradient(x * x, x)))
        }
        GradientTape.open().use { tape ->
            assertEquals("Tensor?, here null", staticType(tape.gradient(Tensors.of(1.0), x)))
        }
    }

    @Test
    fun `so can each of several`() {
        val x = Variable.of(3.0)
        GradientTape.open().use { tape ->
            assertEquals("Tensor?, here float64", staticType(tape.gradient(x * x, listOf(x))[0]))
        }
    }

    @Test
    fun `and the gradient of a pair`() {
        val x = Variable.of(3.0)
        assertEquals("Tensor?, here null", staticType(GradientAndVariable.of(null, x).gradient()))
        assertNull(GradientAndVariable.of(null, x).gradient()?.item())
    }

    @Test
    fun `everything else is there`() {
        val x = Variable.of(3.0)
        GradientTape.open().use { tape ->
            assertEquals("Tensor of float64", staticType(x * x))
            assertEquals("Tensor of float64", staticType(tape.gradientOrThrow(x * x, x)))
        }
    }
}
