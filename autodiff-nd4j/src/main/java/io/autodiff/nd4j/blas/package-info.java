/** Products by the BLAS that ND4J's CPU backend brings. */
@NullMarked
package io.autodiff.nd4j.blas;

import org.jspecify.annotations.NullMarked;
