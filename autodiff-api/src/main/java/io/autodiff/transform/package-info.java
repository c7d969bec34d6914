/** Numerical derivatives, and the check of gradients against them. */
@NullMarked
package io.autodiff.transform;

import org.jspecify.annotations.NullMarked;
