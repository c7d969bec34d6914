/**
 * Plugins as third parties write them: each is one file and its line in {@code META-INF/services/io.autodiff.spi.OpProvider}, and is
 * there to be copied. {@code docs/plugins.md} goes from an empty folder to a tested jar.
 */
@NullMarked
package io.autodiff.examples.plugins;

import org.jspecify.annotations.NullMarked;
