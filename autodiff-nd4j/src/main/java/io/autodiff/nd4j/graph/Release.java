package io.autodiff.nd4j.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Frees values when a scope ends. */
public final class Release {
    private Release() {}

    /**
     * Ends some nodes and frees the values that they own, except values that a survivor shares: those go over to it.
     *
     * @param released nodes to end
     * @param surviving nodes that have their values
     */
    public static void release(List<Node> released, List<Node> surviving) {
        if (surviving.isEmpty()) {
            release(released, Value::close);
            return;
        }
        Set<Node> survivors = Collections.newSetFromMap(new IdentityHashMap<>());
        survivors.addAll(surviving);
        IdentityHashMap<Value, Node> shared = new IdentityHashMap<>();
        for (Node survivor : surviving) {
            shared.put(survivor.value(), survivor);
        }
        List<Value> freed = new ArrayList<>();
        release(released.stream().filter(node -> !survivors.contains(node)).toList(), owned -> {
            Node heir = shared.get(owned);
            if (heir == null) {
                freed.add(owned);
            } else {
                owned.setOwner(heir);
            }
        });
        freed.forEach(Value::close);
    }

    /** Ends nodes; those that one evaluator has, one after the other, under one hold of its monitor. */
    private static void release(List<Node> nodes, Consumer<Value> owned) {
        int next = 0;
        while (next < nodes.size()) {
            Evaluator evaluator = nodes.get(next).evaluator();
            synchronized (evaluator) {
                for (; next < nodes.size() && nodes.get(next).evaluator() == evaluator; next++) {
                    Value value = nodes.get(next).release();
                    if (value != null) {
                        owned.accept(value);
                    }
                }
            }
        }
    }
}
