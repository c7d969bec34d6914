package io.autodiff.nd4j.fused;

/**
 * How a kernel goes over its positions; one is compiled for each form.
 *
 * @param isShort whether the part of the last axis in one run may be shorter than a vector
 * @param byRows whether it goes by blocks of rows, as many as a vector has lanes. What is known of rows is then computed of all of them at
 *     once, and no pass over a row waits for the one over the row before. Of programs with rows beside each other that lie along the
 *     last axis.
 */
public record LoopForm(boolean isShort, boolean byRows) {}
