/** Products by oneDNN, for who adds it. */
@NullMarked
package io.autodiff.nd4j.onednn;

import org.jspecify.annotations.NullMarked;
