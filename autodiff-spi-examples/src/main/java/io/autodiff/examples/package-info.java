/** The tutorial: TensorFlow's tutorial programs in Java, each result printed beside its expected figure. */
@NullMarked
package io.autodiff.examples;

import org.jspecify.annotations.NullMarked;
