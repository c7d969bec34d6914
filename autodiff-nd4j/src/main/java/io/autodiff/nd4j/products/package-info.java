/**
 * Matrix products, convolutions and pooling on memory: what such a computation is, and who does it. The libraries are found by
 * {@link java.util.ServiceLoader}, and there may be none.
 */
@NullMarked
package io.autodiff.nd4j.products;

import org.jspecify.annotations.NullMarked;
