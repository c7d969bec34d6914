/** The built-in ops. One place holds all of an op: shape rule, kernel, gradient. */
@NullMarked
package io.autodiff.nd4j.ops;

import org.jspecify.annotations.NullMarked;
