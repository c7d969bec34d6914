/** The time of eight works, here and by other means: on scalars, which is the cost of a call, and on arrays, one thread. */
@NullMarked
package io.autodiff.benchmarks;

import org.jspecify.annotations.NullMarked;
