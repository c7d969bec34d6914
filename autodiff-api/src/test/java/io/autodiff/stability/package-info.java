/** Tests that what others compile against stays as it is. */
@NullMarked
package io.autodiff.stability;

import org.jspecify.annotations.NullMarked;
