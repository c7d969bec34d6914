/** Functions of neural networks, built of ops: {@link io.autodiff.nn.Nn} and what is beside it. Gradients to every order. */
@NullMarked
package io.autodiff.nn;

import org.jspecify.annotations.NullMarked;
