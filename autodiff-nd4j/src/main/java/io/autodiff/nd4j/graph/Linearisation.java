package io.autodiff.nd4j.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** The order in which pending computations run: each after those that its inputs wait for. A loop, so that depth costs no stack. */
public final class Linearisation {
    private int mark;

    private record Visit(Computation computation, int nextInput) {}

    /**
     * Orders what is pending among the roots and below them.
     *
     * @param roots nodes of one evaluator, whose monitor is held
     * @return the computations, each once
     */
    public List<Computation> order(Collection<Node> roots) {
        mark++;
        List<Computation> order = new ArrayList<>();
        Deque<Visit> visits = new ArrayDeque<>();
        for (Node root : roots) {
            enter(root, visits);
            while (!visits.isEmpty()) {
                Visit visit = visits.pop();
                Computation computation = visit.computation();
                if (visit.nextInput() == computation.call().inputs().size()) {
                    order.add(computation);
                } else {
                    visits.push(new Visit(computation, visit.nextInput() + 1));
                    enter(computation.input(visit.nextInput()), visits);
                }
            }
        }
        return order;
    }

    private void enter(Node node, Deque<Visit> visits) {
        Computation computation = node.pending();
        if (computation != null && computation.mark != mark) {
            computation.mark = mark;
            visits.push(new Visit(computation, 0));
        }
    }
}
