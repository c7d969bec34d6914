package io.autodiff.op;

import io.autodiff.spi.Discovery;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The registries that threads share, by their context class loader: one of what the library's own loader sees, and for each other
 * loader one of what that sees beside it. No lock is held while providers are made, which run foreign code; if two threads make a
 * registry at once, both take the same.
 */
final class SharedOps {
    /** The registry of the last loader that is not the library's. */
    private record Last(WeakReference<ClassLoader> loader, OpRegistry registry) {}

    private static final ClassLoader LIBRARY = OpRegistry.class.getClassLoader();
    private static final AtomicReference<@Nullable OpRegistry> ROOT = new AtomicReference<>();
    /** Guarded by itself; a registry holds what is in its loader weakly. */
    private static final Map<ClassLoader, OpRegistry> OTHERS = new WeakHashMap<>();

    private static volatile @Nullable Last last;
    /** Whether this thread makes providers. */
    private static final ThreadLocal<Boolean> DISCOVERING = ThreadLocal.withInitial(() -> false);

    private SharedOps() {}

    static OpRegistry current() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context == LIBRARY || context == null) {
            return root();
        }
        Last recent = last;
        return recent != null && recent.loader().refersTo(context) ? recent.registry() : of(context);
    }

    private static OpRegistry root() {
        OpRegistry root = ROOT.get();
        if (root == null) {
            OpRegistry made = new OpRegistry(null, LIBRARY);
            discover(made, LIBRARY);
            ROOT.compareAndSet(null, made);
            root = ROOT.get();
        }
        return root == null ? root() : root;
    }

    private static OpRegistry of(ClassLoader context) {
        OpRegistry registry;
        synchronized (OTHERS) {
            registry = OTHERS.get(context);
        }
        if (registry == null) {
            OpRegistry made = new OpRegistry(root(), context);
            discover(made, context);
            synchronized (OTHERS) {
                registry = OTHERS.putIfAbsent(context, made);
            }
            registry = registry == null ? made : registry;
        }
        last = new Last(new WeakReference<>(context), registry);
        return registry;
    }

    /** Adds what a loader sees and the registry lacks; gives what fails. */
    static List<Discovery.Failure> discover(OpRegistry registry, ClassLoader from) {
        if (DISCOVERING.get()) {
            throw new IllegalStateException("a provider of ops uses ops by name while providers are being loaded; its"
                    + " constructor and ops() may only declare them");
        }
        DISCOVERING.set(true);
        try {
            return registry.discover(from);
        } finally {
            DISCOVERING.remove();
        }
    }

    /** {@return whether a class is there for as long as the library is} */
    static boolean lasts(Class<?> type) {
        return !Origin.isUnloadedBefore(type, OpRegistry.class);
    }

    /** {@return the provider of an op in any of the registries, for messages; null if there is none} */
    static @Nullable String providerOf(Op op) {
        List<OpRegistry> all = new ArrayList<>();
        OpRegistry root = ROOT.get();
        if (root != null) {
            all.add(root);
        }
        synchronized (OTHERS) {
            all.addAll(OTHERS.values());
        }
        for (OpRegistry registry : all) {
            String provider = registry.providerOf(op);
            if (provider != null) {
                return provider;
            }
        }
        return null;
    }
}
