/**
 * The conformance cases of {@code conformance/cases.jsonl}, each as a test under its id, and more cases like them.
 *
 * <p>{@link io.autodiff.conformance.ConformanceCase} reads a case; the {@code ...Cases} classes hold one short body for each id,
 * by area; a test class for each stage runs them and fails if the file has a case without a body, unless it names the case as one
 * that is not there yet.
 */
@NullMarked
package io.autodiff.conformance;

import org.jspecify.annotations.NullMarked;
