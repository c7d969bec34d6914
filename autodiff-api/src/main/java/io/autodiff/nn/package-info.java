/**
 * Functions of neural networks, built of ops: {@link io.autodiff.nn.Nn} for activations, normalisation, convolution and pooling,
 * {@link io.autodiff.nn.Losses}, {@link io.autodiff.nn.Recurrent} and {@link io.autodiff.nn.Attention}. Forms that are exact where the
 * textbook's overflow; gradients to every order.
 */
@NullMarked
package io.autodiff.nn;

import org.jspecify.annotations.NullMarked;
