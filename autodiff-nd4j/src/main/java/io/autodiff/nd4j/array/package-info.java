/** INDArrays made, read and checked in the one form that the engine keeps: row-major, dense, outside any workspace. */
@NullMarked
package io.autodiff.nd4j.array;

import org.jspecify.annotations.NullMarked;
