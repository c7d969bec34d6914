package io.autodiff.kotlin

import io.autodiff.Operand
import io.autodiff.Tensor

// Arithmetic in Kotlin's own signs, with a tensor or variable on either side. Operand / Operand and
// Operand / Number need no extension: Kotlin takes the methods called div for the sign.

operator fun Operand.plus(y: Operand): Tensor = add(y)

operator fun Operand.plus(y: Number): Tensor = add(y)

operator fun Number.plus(y: Operand): Tensor = y.add(this)

operator fun Operand.minus(y: Operand): Tensor = sub(y)

operator fun Operand.minus(y: Number): Tensor = sub(y)

operator fun Number.minus(y: Operand): Tensor = y.rsub(this)

operator fun Operand.times(y: Operand): Tensor = mul(y)

operator fun Operand.times(y: Number): Tensor = mul(y)

operator fun Number.times(y: Operand): Tensor = y.mul(this)

operator fun Number.div(y: Operand): Tensor = y.rdiv(this)

operator fun Operand.unaryMinus(): Tensor = neg()
