/**
 * What an op is: an {@link io.autodiff.op.Op} is one immutable value that holds its inputs, shape rule, kernels and
 * gradients; an {@link io.autodiff.op.OpCall} is one application of it, in three readings. Built-in ops and those of
 * plugins have the same form.
 */
@NullMarked
package io.autodiff.op;

import org.jspecify.annotations.NullMarked;
