/** Fused kernels through LLVM, where its jar is on the class path. */
@NullMarked
package io.autodiff.nd4j.llvm;

import org.jspecify.annotations.NullMarked;
