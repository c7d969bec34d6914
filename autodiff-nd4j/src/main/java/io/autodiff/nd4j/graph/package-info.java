/** What a tensor is: a node, the op call that will compute it, its value; and the order in which pending calls run. */
@NullMarked
package io.autodiff.nd4j.graph;

import org.jspecify.annotations.NullMarked;
