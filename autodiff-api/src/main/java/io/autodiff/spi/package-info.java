/**
 * What engines and op libraries implement, found by {@link java.util.ServiceLoader}, and the one place where every op
 * passes, {@link io.autodiff.spi.Executor}.
 */
@NullMarked
package io.autodiff.spi;

import org.jspecify.annotations.NullMarked;
