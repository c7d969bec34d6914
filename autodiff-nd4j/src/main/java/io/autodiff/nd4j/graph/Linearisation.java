package io.autodiff.nd4j.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** The order in which pending computations run: each after those that its inputs wait for. A loop, so that depth costs no stack. */
public final class Linearisation {
    private int mark;

    /** For {@link Evaluator}s, one each. */
    public Linearisation() {}

    /**
     * Orders what is pending among the roots and below them.
     *
     * @param roots nodes of one evaluator, whose monitor is held
     * @return the computations, each once
     */
    public List<Computation> order(Collection<Node> roots) {
        mark++;
        List<Computation> order = new ArrayList<>();
        Deque<Computation> visiting = new ArrayDeque<>();
        for (Node root : roots) {
            enter(root, visiting);
            while (!visiting.isEmpty()) {
                Computation top = visiting.peek();
                if (top.nextInput == top.call().inputCount()) {
                    order.add(visiting.pop());
                } else {
                    enter(top.input(top.nextInput++), visiting);
                }
            }
        }
        return order;
    }

    private void enter(Node node, Deque<Computation> visiting) {
        Computation computation = node.pending();
        if (computation != null && computation.mark != mark) {
            computation.mark = mark;
            computation.nextInput = 0;
            visiting.push(computation);
        }
    }
}
