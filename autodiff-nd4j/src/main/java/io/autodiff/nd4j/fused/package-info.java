/**
 * Several calls in one pass over memory: what such a pass computes, how a plan's calls are joined to one, and what runs it. The
 * compilers of such passes are found by {@link java.util.ServiceLoader}, and there may be none.
 */
@NullMarked
package io.autodiff.nd4j.fused;

import org.jspecify.annotations.NullMarked;
