package io.autodiff.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds providers, and chooses the engine. */
final class Services {
    private static final String CHOICE = "autodiff.provider";

    private static volatile @Nullable AutodiffProvider engine;

    private Services() {}

    static AutodiffProvider engine() {
        AutodiffProvider chosen = engine;
        if (chosen == null) {
            synchronized (Services.class) {
                chosen = engine;
                if (chosen == null) {
                    chosen = choose(installed(AutodiffProvider.class), System.getProperty(CHOICE));
                    engine = chosen;
                }
            }
        }
        return chosen;
    }

    /** The named engine, or the one of highest priority; among equals the first by name, so that jar order does not matter. */
    static AutodiffProvider choose(List<AutodiffProvider> found, @Nullable String wanted) {
        if (found.isEmpty()) {
            throw new IllegalStateException(
                    "no autodiff engine is on the class path: add the jar io.autodiff:autodiff-nd4j "
                            + "(and an ND4J backend, such as org.nd4j:nd4j-native-platform)");
        }
        AutodiffProvider best = null;
        List<String> names = new ArrayList<>();
        for (AutodiffProvider candidate : found) {
            names.add("'" + candidate.name() + "' (" + candidate.getClass().getName() + ")");
            if (wanted != null ? candidate.name().equals(wanted) : best == null || comesBefore(candidate, best)) {
                best = candidate;
            }
        }
        if (best == null) {
            throw new IllegalStateException("the system property " + CHOICE + " asks for the engine '" + wanted
                    + "', the class path has " + names);
        }
        return best;
    }

    private static boolean comesBefore(AutodiffProvider a, AutodiffProvider b) {
        int byPriority = Integer.compare(b.priority(), a.priority());
        return byPriority < 0 || (byPriority == 0 && a.name().compareTo(b.name()) < 0);
    }

    /** Those that the thread's class loader sees, else those that this library's own does. */
    static <S> List<S> installed(Class<S> type) {
        List<S> found = new ArrayList<>();
        ServiceLoader.load(type).forEach(found::add);
        if (found.isEmpty()) {
            ServiceLoader.load(type, Services.class.getClassLoader()).forEach(found::add);
        }
        return found;
    }
}
