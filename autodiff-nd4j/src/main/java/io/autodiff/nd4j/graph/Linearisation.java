package io.autodiff.nd4j.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        for (Node root : roots) {
            Computation top = entered(root, null);
            while (top != null) {
                Computation below = null;
                int inputs = top.call().inputCount();
                while (below == null && top.nextInput < inputs) {
                    below = entered(top.input(top.nextInput++), top);
                }
                if (below == null) {
                    order.add(top);
                    below = top.above;
                    top.above = null;
                }
                top = below;
            }
        }
        return order;
    }

    /** The node's computation, to be gone through before the one above; null if there is none or it was met already. */
    private @Nullable Computation entered(Node node, @Nullable Computation above) {
        Computation computation = node.pending();
        if (computation == null || computation.mark == mark) {
            return null;
        }
        computation.mark = mark;
        computation.nextInput = 0;
        computation.above = above;
        return computation;
    }
}
