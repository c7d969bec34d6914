package io.autodiff.op;

import io.autodiff.spi.Discovery;
import io.autodiff.spi.OpProvider;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ops by name, built-in ones and those of plugins alike.
 *
 * <pre>{@code
 * OpRegistry.shared().names();                    // [abs, add, broadcast_to, ...]
 * OpRegistry.shared().op("sin").apply(x);
 * OpRegistry.shared().describe("sin");            // inputs, outputs, attributes, gradients, kernels, provider
 * OpRegistry.shared().provider("sin").name();     // nd4j
 * }</pre>
 *
 * <p>A thread shares the ops that its context class loader sees: those of the library's own class path, and those of jars beside it,
 * such as of one application in a server. Before a name is unknown it is looked for in what the loader has by then, so that a jar may
 * come after the start. Shared registries keep no class loader from being unloaded. A provider that does not load is no reason for
 * others not to: what is wrong with it is told where an op is not found, and by {@link #problems}.
 */
public final class OpRegistry {
    private record Registration(Op op, OpProvider provider) {}

    /** A registration, of a provider that may be unloaded only as long as its class is there. */
    private static final class Entry extends WeakReference<Registration> {
        private final @Nullable Registration lasting;

        Entry(Registration registration, boolean lasts) {
            super(registration);
            lasting = lasts ? registration : null;
        }

        @Override
        public @Nullable Registration get() {
            return lasting != null ? lasting : super.get();
        }
    }

    /** Two providers have one name. */
    private static final class TwoProvidersException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        TwoProvidersException(String message) {
            super(message);
        }
    }

    /** By the class of their provider, which so keeps them, and by registry: what registries hold weakly. */
    private static final ClassValue<Map<OpRegistry, List<Registration>>> KEPT = new ClassValue<>() {
        @Override
        protected Map<OpRegistry, List<Registration>> computeValue(Class<?> type) {
            return Collections.synchronizedMap(new WeakHashMap<>());
        }
    };

    private final @Nullable OpRegistry parent;
    /** Of a shared registry. */
    private final @Nullable WeakReference<ClassLoader> loader;

    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    /** The classes of the providers that are here; guarded by itself. */
    private final Set<Class<?>> known = Collections.newSetFromMap(new WeakHashMap<>());

    /**
     * A registry of the ops of some providers.
     *
     * @param providers in any order
     * @throws IllegalStateException as for {@link #register}
     */
    public OpRegistry(List<? extends OpProvider> providers) {
        this(null, null);
        providers.forEach(this::register);
    }

    /** A shared registry, still empty. */
    OpRegistry(@Nullable OpRegistry parent, @Nullable ClassLoader loader) {
        this.parent = parent;
        this.loader = loader == null ? null : new WeakReference<>(loader);
    }

    /** {@return the registry of what this thread's context class loader sees} */
    public static OpRegistry shared() {
        return SharedOps.current();
    }

    /**
     * Adds the ops of one more provider: all of them, or none if one is refused.
     *
     * @param provider the provider
     * @throws IllegalStateException if an op is not whole, the provider fails or was written for another version of its interface, or a
     *     name has two ops of which not exactly one says that it overrides
     */
    public void register(OpProvider provider) {
        List<Op> ops = ops(Objects.requireNonNull(provider, "provider"));
        synchronized (known) {
            merge(provider, ops);
        }
    }

    /** Foreign code: not to be run while a lock is held. */
    private static List<Op> ops(OpProvider provider) {
        String who = "the provider " + Origin.of(provider);
        try {
            int version = provider.spiVersion();
            if (version != OpProvider.SPI_VERSION) {
                throw new IllegalStateException("it was written for version " + version
                        + " of the interface of op providers, this library has version " + OpProvider.SPI_VERSION
                        + "; take a release of one of the two that fits the other");
            }
            List<Op> ops = provider.ops();
            if (ops == null) {
                throw new IllegalStateException("its ops() gave null");
            }
            ops.forEach(Op::checked);
            return List.copyOf(ops);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    who + " cannot be used: " + (e instanceof IllegalStateException ? e.getMessage() : e), e);
        } catch (LinkageError e) {
            throw new IllegalStateException(
                    who + " does not link: " + e
                            + "; a jar that it needs is missing, or it was built for another version of" + " one",
                    e);
        }
    }

    private void merge(OpProvider provider, List<Op> ops) {
        Map<String, Registration> added = new HashMap<>();
        for (Op op : ops) {
            Registration present = added.containsKey(op.name()) ? added.get(op.name()) : find(op.name());
            Registration next = new Registration(op, provider);
            if (present == null || overrides(next, present)) {
                added.put(op.name(), next);
            }
        }
        boolean lasts = loader == null || SharedOps.lasts(provider.getClass());
        if (!lasts) {
            KEPT.get(provider.getClass())
                    .computeIfAbsent(this, registry -> Collections.synchronizedList(new ArrayList<>()))
                    .addAll(added.values());
        }
        added.forEach((name, registration) -> entries.put(name, new Entry(registration, lasts)));
        known.add(provider.getClass());
    }

    private static boolean overrides(Registration next, Registration present) {
        if (next.op().isOverriding() != present.op().isOverriding()) {
            return next.op().isOverriding();
        }
        throw new TwoProvidersException("op '" + next.op().name() + "' is registered by two providers, "
                + Origin.of(present.provider()) + " and " + Origin.of(next.provider())
                + "; remove one jar, or let one op say .overriding()");
    }

    /**
     * Adds the ops of providers that a class loader sees and that are not here: of a plugin that is loaded after the start, in a loader
     * that is not the context class loader of the threads that use it.
     *
     * @param plugins the loader
     * @return the names of the ops that were added
     * @throws IllegalStateException as for {@link #register}, when all that can be loaded is; its cause is the first failure
     */
    public Set<String> load(ClassLoader plugins) {
        Set<String> before = names();
        List<Discovery.Failure> failures = discover(plugins);
        if (!failures.isEmpty()) {
            throw told(new IllegalStateException("providers that do not load: " + described(failures)), failures);
        }
        Set<String> added = names();
        added.removeAll(before);
        return added;
    }

    /** Registers the providers that a loader sees and that are not here; gives those that fail. */
    List<Discovery.Failure> discover(ClassLoader from) {
        Discovery<OpProvider> discovery = Discovery.of(OpProvider.class, from, type -> !knows(type));
        List<Discovery.Failure> failures = new ArrayList<>(discovery.failures());
        for (OpProvider provider : discovery.found()) {
            try {
                List<Op> ops = ops(provider);
                synchronized (known) {
                    if (!knows(provider.getClass())) {
                        merge(provider, ops);
                    }
                }
            } catch (TwoProvidersException e) {
                throw e;
            } catch (IllegalStateException e) {
                failures.add(new Discovery.Failure(null, e));
            }
        }
        return failures;
    }

    private boolean knows(Class<?> provider) {
        synchronized (known) {
            return known.contains(provider) || (parent != null && parent.knows(provider));
        }
    }

    /** {@return what is wrong with the providers that this thread's class loader sees and that do not load; empty if all do} */
    public List<String> problems() {
        return failures().stream().map(OpRegistry::described).toList();
    }

    /** Looks again: what failed may load by now, and what is new was not looked at. */
    private List<Discovery.Failure> failures() {
        ClassLoader from = loader == null ? null : loader.get();
        return from == null ? List.of() : SharedOps.discover(this, from);
    }

    /**
     * An op by name.
     *
     * @param name the op's name
     * @return the op
     * @throws IllegalArgumentException if there is none; the message has the nearest names, the providers, and what is wrong with those
     *     that do not load
     */
    public Op op(String name) {
        return registration(name).op();
    }

    /**
     * Who provides an op.
     *
     * @param name the op's name
     * @return its provider
     * @throws IllegalArgumentException if there is no such op
     */
    public OpProvider provider(String name) {
        return registration(name).provider();
    }

    /**
     * All that is said of an op.
     *
     * @param name the op's name
     * @return inputs, outputs, attributes, gradients, kernels and provider, each on a line
     * @throws IllegalArgumentException if there is no such op
     */
    public String describe(String name) {
        Registration registration = registration(name);
        return OpDescription.of(registration.op()) + "\n  provider: " + Origin.of(registration.provider());
    }

    /** {@return the names of all ops, sorted} */
    public Set<String> names() {
        Set<String> names = parent == null ? new TreeSet<>() : parent.names();
        entries.forEach((name, entry) -> {
            if (entry.get() != null) {
                names.add(name);
            }
        });
        return names;
    }

    private @Nullable Registration find(String name) {
        Entry entry = entries.get(name);
        Registration registration = entry == null ? null : entry.get();
        return registration != null || parent == null ? registration : parent.find(name);
    }

    private Registration registration(String name) {
        Objects.requireNonNull(name, "name");
        Registration registration = find(name);
        if (registration == null) {
            List<Discovery.Failure> failures = failures();
            registration = find(name);
            if (registration == null) {
                throw told(new IllegalArgumentException(unknown(name, failures)), failures);
            }
        }
        return registration;
    }

    private String unknown(String name, List<Discovery.Failure> failures) {
        Set<String> names = names();
        List<String> nearest = names.stream()
                .sorted(Comparator.comparingInt(known -> Origin.distance(known, name)))
                .limit(5)
                .toList();
        Set<String> providers = new TreeSet<>();
        names.forEach(known -> {
            Registration registration = find(known);
            if (registration != null) {
                providers.add(Origin.of(registration.provider()));
            }
        });
        return "there is no op '" + name + "'; the nearest of " + names.size() + " names are " + nearest
                + "; the class path has the providers " + providers + "; if a jar brings it, add that jar"
                + (failures.isEmpty() ? "" : "; or it is of one that does not load: " + described(failures));
    }

    private static <E extends RuntimeException> E told(E exception, List<Discovery.Failure> failures) {
        for (Discovery.Failure failure : failures) {
            if (exception.getCause() == null) {
                exception.initCause(failure.cause());
            } else {
                exception.addSuppressed(failure.cause());
            }
        }
        return exception;
    }

    private static List<String> described(List<Discovery.Failure> failures) {
        return failures.stream().map(OpRegistry::described).toList();
    }

    private static String described(Discovery.Failure failure) {
        Class<?> type = failure.provider();
        Throwable cause = failure.cause();
        return type == null ? String.valueOf(cause.getMessage()) : Origin.of(type) + ": " + cause;
    }

    /** {@return the provider of an op, for messages; null if it is not here} */
    @Nullable
    String providerOf(Op op) {
        Registration registration = find(op.name());
        return registration == null || registration.op() != op ? null : Origin.of(registration.provider());
    }
}
