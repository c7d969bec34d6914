/**
 * The face: tensors, variables, the gradient tape.
 *
 * <pre>{@code
 * Variable x = Variable.of(3.0);
 * try (GradientTape tape = GradientTape.open()) {
 *     Tensor y = x.square();
 *     Tensor dy = tape.gradientOrThrow(y, x);      // 6.0
 * }
 * }</pre>
 */
@NullMarked
package io.autodiff;

import org.jspecify.annotations.NullMarked;
