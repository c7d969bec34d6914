/** The op compatibility kit: what every op, built-in or plugin, is tested by. */
@NullMarked
package io.autodiff.tck;

import org.jspecify.annotations.NullMarked;
