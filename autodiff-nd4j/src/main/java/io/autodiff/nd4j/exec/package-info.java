/** From pending nodes to values: the one entry, and the replay of calls on ND4J, one by one. */
@NullMarked
package io.autodiff.nd4j.exec;

import org.jspecify.annotations.NullMarked;
