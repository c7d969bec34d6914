/** Tests that fused kernels ran where they are to be tested. */
@NullMarked
package io.autodiff.fused;

import org.jspecify.annotations.NullMarked;
