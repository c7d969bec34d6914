package io.autodiff.nd4j.graph;

import java.util.Collection;

/** What computes nodes; each node has one, that of the thread that made it. Its monitor guards the pending nodes. */
public interface Evaluator {
    /**
     * Computes what is pending among the roots and below them.
     *
     * @param roots nodes of this evaluator
     */
    void evaluate(Collection<Node> roots);

    /**
     * Hears of each new computation that has no placeholder below it.
     *
     * @param computation on nodes of this evaluator
     */
    void made(Computation computation);

    /** {@return whether each call remembers where it was made, to be told if it fails} */
    boolean remembersOrigins();

    /** {@return a number for a new node, by which tables can spread nodes} */
    int number();
}
