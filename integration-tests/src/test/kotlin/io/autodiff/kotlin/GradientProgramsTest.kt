package io.autodiff.kotlin

import io.autodiff.DType
import io.autodiff.GradientTape
import io.autodiff.Operand
import io.autodiff.Tensor
import io.autodiff.Tensors
import io.autodiff.Variable
import io.autodiff.optimizer.GradientAndVariable
import io.autodiff.optimizer.Sgd
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The tutorial's gradient programs as Kotlin writes them; the figures are TensorFlow's. */
class GradientProgramsTest {
    private fun persistent(): GradientTape = GradientTape.builder().persistent(true).open()

    private fun watchingNothing(): GradientTape =
        GradientTape.builder().watchAccessedVariables(false).open()

    private fun assertItem(expected: Double, actual: Operand?, tolerance: Double = 1e-9) =
        assertEquals(expected, actual!!.item(), tolerance)

    private fun assertElements(actual: Operand?, vararg expected: Double) =
        assertArrayEquals(expected, actual!!.toDoubleArray(), 1e-9)

    private fun f(x: Operand, y: Operand): Tensor = x * x + 2 * y * y + 1

    private fun g(x1: Operand, x2: Operand): Tensor = (x1 + 5) * x2 * x2

    private fun parabola(x: Operand): Tensor = x * x - 2 * x + 1

    @Test
    fun `the square and its derivative`() {
        val x = Variable.of(3.0)
        GradientTape.open().use { tape ->
            val y = x.square()
            assertItem(9.0, y)
            assertItem(6.0, tape.gradient(y, x))
        }
    }

    @Test
    fun `a tape gives one gradient`() {
        val x = Variable.of(3.0)
        GradientTape.open().use { tape ->
            val y = x * x
            val z = x * x * x
            assertItem(6.0, tape.gradient(y, x))
            val refused = assertThrows(IllegalStateException::class.java) { tape.gradient(z, x) }
            assertTrue(refused.message!!.contains("persistent"))
        }
    }

    @Test
    fun `a persistent tape gives many`() {
        val x = Variable.of(3.0)
        persistent().use { tape ->
            val y = x * x
            val z = x.pow(3)
            assertItem(9.0, y)
            assertItem(6.0, tape.gradient(y, x))
            assertItem(27.0, z)
            assertItem(27.0, tape.gradient(z, x))
        }
    }

    @Test
    fun `what is not watched has no gradient`() {
        val x = Variable.of(3.0)
        watchingNothing().use { tape -> assertNull(tape.gradient(x * x, x)) }
        watchingNothing().use { tape ->
            tape.watch(x)
            assertItem(6.0, tape.gradient(x * x, x))
        }
        val constant = Tensors.of(3.0)
        GradientTape.open().use { tape ->
            tape.watch(constant)
            assertItem(6.0, tape.gradient(constant * constant, constant))
        }
    }

    @Test
    fun `two variables, together and one by one`() {
        val x = Variable.of(3.0)
        val y = Variable.of(4.0)
        persistent().use { tape ->
            val f = f(x, y)
            assertItem(42.0, f)
            val (dx, dy) = tape.gradient(f, listOf(x, y))
            assertItem(6.0, dx)
            assertItem(16.0, dy)
            assertItem(6.0, tape.gradient(f, x))
            assertItem(16.0, tape.gradient(f, y))
        }
    }

    @Test
    fun `vectors`() {
        val x = Variable.of(doubleArrayOf(1.0, 2.0, 3.0))
        val y = Variable.of(doubleArrayOf(4.0, 5.0, 6.0))
        GradientTape.open().use { tape ->
            val f = f(x, y)
            assertElements(f, 34.0, 55.0, 82.0)
            val (dx, dy) = tape.gradient(f, listOf(x, y))
            assertElements(dx, 2.0, 4.0, 6.0)
            assertElements(dy, 16.0, 20.0, 24.0)
        }
    }

    @Test
    fun `nested tapes`() {
        val x = Variable.of(3.0)
        val y = Variable.of(4.0)
        GradientTape.open().use { outer ->
            val first =
                GradientTape.open().use { inner ->
                    inner.gradient(f(x, y), listOf(x, y)).map { it!! }
                }
            assertItem(6.0, first[0])
            assertItem(16.0, first[1])
            val second = outer.gradient(first, listOf(x, y))
            assertItem(2.0, second[0])
            assertItem(4.0, second[1])
        }
    }

    @Test
    fun `the coefficients of a parabola`() {
        val x = Variable.of(0.0)
        val (a, b, c) = listOf(1.0, -2.0, 1.0).map { Tensors.of(it) }
        GradientTape.open().use { tape ->
            tape.watch(listOf(a, b, c))
            val y = a * x.pow(2) + b * x + c
            val gradients = tape.gradient(y, listOf(x, a, b, c))
            assertEquals(listOf(-2.0, 0.0, 0.0, 1.0), gradients.map { it?.item() })
        }
    }

    @Test
    fun `the second derivative`() {
        val x = Variable.of(0.0)
        GradientTape.open().use { outer ->
            val dy = GradientTape.open().use { inner -> inner.gradientOrThrow(parabola(x), x) }
            assertItem(-2.0, dy)
            assertItem(2.0, outer.gradient(dy, x))
        }
    }

    @Test
    fun `the minimum in float32`() {
        val x = Variable.of(0f)
        val sgd = Sgd(0.01)
        repeat(1000) {
            GradientTape.open().use { tape ->
                val dy = tape.gradient(parabola(x), x)
                sgd.applyGradients(listOf(GradientAndVariable.of(dy, x)))
            }
        }
        assertItem(0.999998569, x, 2e-7)
        assertItem(0.0, parabola(x), 1e-6)

        sgd.setLearningRate(0.1)
        repeat(10) { sgd.minimize({ parabola(x) }, listOf(x)) }
        assertItem(0.9999998807907104, x, 3e-7)
    }

    @Test
    fun `twice the inner product`() {
        val x = Tensors.range(4).reshape(4, 1).castTo(DType.FLOAT32)
        GradientTape.open().use { tape ->
            tape.watch(x)
            val y = 2 * x.transpose().mmul(x)
            assertItem(28.0, y)
            assertElements(tape.gradient(y, x), 0.0, 4.0, 8.0, 12.0)
        }
    }

    @Test
    fun `gradients inside the block`() {
        val x = Tensors.range(4).reshape(4, 1).castTo(DType.FLOAT32)
        persistent().use { tape ->
            tape.watch(x)
            val y = x * x
            val z = y * y
            assertElements(tape.gradient(z, x), 0.0, 4.0, 32.0, 108.0)
            assertElements(tape.gradient(y, x), 0.0, 2.0, 4.0, 6.0)
        }
    }

    @Test
    fun `Kotlin's own control flow`() {
        for ((number, expected) in listOf(0.5 to 2048.0, -0.3 to 409600.0)) {
            val a = Tensors.of(number)
            GradientTape.open().use { tape ->
                tape.watch(a)
                var b = 2 * a
                while (b.norm2().item() < 1000) b *= 2
                val c = if (b.sum().item() > 0) b else 100 * b
                assertItem(expected, tape.gradient(c, a))
            }
        }
    }

    @Test
    fun `several sources and several targets`() {
        val x1 = Variable.of(2.0)
        val x2 = Variable.of(3.0)
        GradientTape.open().use { tape ->
            val gradients = tape.gradient(g(x1, x2), listOf(x1, x2))
            assertEquals(listOf(9.0, 42.0), gradients.map { it?.item() })
        }
        val x = Variable.of(5.0)
        GradientTape.open().use { tape ->
            assertItem(13.0, tape.gradient(listOf(3 * x, x * x), x))
        }
    }

    @Test
    fun `constants have no gradient unless they are watched`() {
        val constants = listOf(Tensors.of(2.0), Tensors.of(3.0))
        GradientTape.open().use { tape ->
            val gradients = tape.gradient(g(constants[0], constants[1]), constants)
            assertEquals(listOf(null, null), gradients)
        }
        GradientTape.open().use { tape ->
            tape.watch(constants)
            val gradients = tape.gradient(g(constants[0], constants[1]), constants)
            assertEquals(listOf(9.0, 42.0), gradients.map { it?.item() })
        }
    }

    @Test
    fun `the Hessian`() {
        val x1 = Variable.of(2.0)
        val x2 = Variable.of(3.0)
        val x = listOf(x1, x2)
        persistent().use { outer ->
            val first = persistent().use { inner -> inner.gradient(g(x1, x2), x).map { it!! } }
            val hessian = first.map { row -> outer.gradient(row, x).map { it?.item() } }
            assertEquals(listOf(listOf(null, 6.0), listOf(6.0, 14.0)), hessian)
        }
    }

    @Test
    fun `gradient descent by hand`() {
        val x = Variable.of(0f)
        repeat(100) {
            GradientTape.open().use { tape ->
                val dz = tape.gradientOrThrow(3 * x * x + 2 * x - 1, x)
                x.assignSub(0.1 * dz)
            }
        }
        assertItem(-0.3333333, x, 1e-6)
    }
}
