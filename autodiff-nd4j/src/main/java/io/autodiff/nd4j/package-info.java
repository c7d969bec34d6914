/** The engine on ND4J, and the passage between INDArrays and tensors. */
@NullMarked
package io.autodiff.nd4j;

import org.jspecify.annotations.NullMarked;
