package io.autodiff.nd4j.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Frees values when a scope ends. */
public final class Release {
    private Release() {}

    /**
     * Ends some nodes and frees the values that they own, except values that a survivor shares: those go over to it.
     *
     * @param released nodes to end
     * @param surviving nodes that have their values
     */
    public static void release(Collection<Node> released, Collection<Node> surviving) {
        if (surviving.isEmpty()) {
            for (Node node : released) {
                Value owned = node.release();
                if (owned != null) {
                    owned.close();
                }
            }
            return;
        }
        Set<Node> survivors = Collections.newSetFromMap(new IdentityHashMap<>());
        survivors.addAll(surviving);
        IdentityHashMap<Value, Node> shared = new IdentityHashMap<>();
        for (Node survivor : surviving) {
            shared.put(survivor.value(), survivor);
        }
        List<Value> freed = new ArrayList<>();
        for (Node node : released) {
            Value owned = survivors.contains(node) ? null : node.release();
            if (owned != null) {
                Node heir = shared.get(owned);
                if (heir == null) {
                    freed.add(owned);
                } else {
                    owned.setOwner(heir);
                }
            }
        }
        freed.forEach(Value::close);
    }
}
