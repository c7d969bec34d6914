/** Optimizers: they change variables by gradients, and are written with tensor ops. */
@NullMarked
package io.autodiff.optimizer;

import org.jspecify.annotations.NullMarked;
