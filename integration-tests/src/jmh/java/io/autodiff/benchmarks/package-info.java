/** The time of two small works on scalars, here and by other means: the cost of a call, not of arithmetic. */
@NullMarked
package io.autodiff.benchmarks;

import org.jspecify.annotations.NullMarked;
