package io.autodiff.op;

import io.autodiff.spi.OpProvider;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ops by name, built-in ones and those of plugins alike.
 *
 * <pre>{@code
 * OpRegistry.shared().names();                    // [abs, add, broadcast_to, ...]
 * OpRegistry.shared().op("sin").apply(x);
 * OpRegistry.shared().provider("sin").name();     // nd4j
 * }</pre>
 */
public final class OpRegistry {
    private record Entry(Op op, OpProvider provider) {}

    private static volatile @Nullable OpRegistry shared;

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    /**
     * A registry of the ops of some providers.
     *
     * @param providers in any order
     * @throws IllegalStateException if an op is not whole, or a name has two ops of which not exactly one says that it
     *     overrides
     */
    public OpRegistry(List<? extends OpProvider> providers) {
        providers.forEach(this::register);
    }

    /** {@return the registry of every op provider that is found on the class path; it is read once} */
    public static OpRegistry shared() {
        OpRegistry registry = shared;
        if (registry == null) {
            synchronized (OpRegistry.class) {
                registry = shared;
                if (registry == null) {
                    registry = new OpRegistry(OpProvider.installed());
                    shared = registry;
                }
            }
        }
        return registry;
    }

    /**
     * Adds the ops of one more provider: all of them, or none if one is refused.
     *
     * @param provider the provider
     * @throws IllegalStateException if an op is not whole, or a name has two ops of which not exactly one says that it
     *     overrides
     */
    public void register(OpProvider provider) {
        synchronized (entries) {
            Map<String, Entry> added = new HashMap<>();
            for (Op op : provider.ops()) {
                Entry present = added.getOrDefault(op.name(), entries.get(op.name()));
                added.put(op.name(), chosen(present, new Entry(op.checked(), provider)));
            }
            entries.putAll(added);
        }
    }

    private static Entry chosen(@Nullable Entry present, Entry next) {
        if (present == null || (next.op().isOverriding() && !present.op().isOverriding())) {
            return next;
        }
        if (present.op().isOverriding() && !next.op().isOverriding()) {
            return present;
        }
        throw new IllegalStateException("op '" + next.op().name() + "' is registered by two providers, "
                + Origin.of(present.provider()) + " and " + Origin.of(next.provider())
                + "; remove one jar, or let one op say .overriding()");
    }

    /**
     * An op by name.
     *
     * @param name the op's name
     * @return the op
     * @throws IllegalArgumentException if there is none; the message has the nearest names and the providers
     */
    public Op op(String name) {
        return entry(name).op();
    }

    /**
     * Who provides an op.
     *
     * @param name the op's name
     * @return its provider
     * @throws IllegalArgumentException if there is no such op
     */
    public OpProvider provider(String name) {
        return entry(name).provider();
    }

    /** {@return the names of all ops, sorted} */
    public Set<String> names() {
        return new TreeSet<>(entries.keySet());
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            List<String> nearest = names().stream()
                    .sorted(Comparator.comparingInt(known -> distance(known, name)))
                    .limit(5)
                    .toList();
            Set<String> providers = new TreeSet<>();
            entries.values().forEach(e -> providers.add(Origin.of(e.provider())));
            throw new IllegalArgumentException("there is no op '" + name + "'; the nearest of " + entries.size()
                    + " names are " + nearest + "; the class path has the providers " + providers
                    + "; if a jar brings it, add that jar");
        }
        return entry;
    }

    /** {@return the provider of an op, for messages; null if it is not in the shared registry} */
    static @Nullable String providerOf(Op op) {
        OpRegistry registry = shared;
        Entry entry = registry == null ? null : registry.entries.get(op.name());
        return entry == null || entry.op() != op ? null : Origin.of(entry.provider());
    }

    /**
     * All that is said of an op.
     *
     * @param name the op's name
     * @return inputs, outputs, attributes, gradients, kernels and provider, each on a line
     * @throws IllegalArgumentException if there is no such op
     */
    public String describe(String name) {
        Entry entry = entry(name);
        return OpDescription.of(entry.op()) + "\n  provider: " + Origin.of(entry.provider());
    }

    /** The Levenshtein distance: how many letters to add, drop or change. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
