package io.autodiff.spi;

import java.util.ArrayList;
import java.util.List;
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
                    chosen = choose(discovered(AutodiffProvider.class), System.getProperty(CHOICE));
                    engine = chosen;
                }
            }
        }
        return chosen;
    }

    /** The named engine, or the one of highest priority; among equals the first by name, so that jar order does not matter. */
    static AutodiffProvider choose(Discovery<AutodiffProvider> engines, @Nullable String wanted) {
        List<AutodiffProvider> found = engines.found();
        if (found.isEmpty()) {
            throw told(
                    "no autodiff engine is on the class path: add the jar io.autodiff:autodiff-nd4j "
                            + "(and an ND4J backend, such as org.nd4j:nd4j-native-platform)",
                    engines.failures());
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
            throw told(
                    "the system property " + CHOICE + " asks for the engine '" + wanted + "', the class path has "
                            + names,
                    engines.failures());
        }
        return best;
    }

    private static boolean comesBefore(AutodiffProvider a, AutodiffProvider b) {
        int byPriority = Integer.compare(b.priority(), a.priority());
        return byPriority < 0 || (byPriority == 0 && a.name().compareTo(b.name()) < 0);
    }

    /** With what is wrong with the providers that do not load, and the first of their causes. */
    private static IllegalStateException told(String message, List<Discovery.Failure> failures) {
        StringBuilder text = new StringBuilder(message);
        for (Discovery.Failure failure : failures) {
            Class<?> provider = failure.provider();
            text.append("; ")
                    .append(provider == null ? "one" : provider.getName())
                    .append(" does not load: ")
                    .append(failure.cause());
        }
        return new IllegalStateException(
                text.toString(), failures.isEmpty() ? null : failures.get(0).cause());
    }

    /** {@return those of {@link #discovered} that load} */
    static <S> List<S> installed(Class<S> type) {
        return discovered(type).found();
    }

    /** Those that the thread's class loader sees, else those that this library's own does. */
    private static <S> Discovery<S> discovered(Class<S> type) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        Discovery<S> found =
                context == null ? new Discovery<>(List.of(), List.of()) : Discovery.of(type, context, c -> true);
        return found.found().isEmpty() ? Discovery.of(type, Services.class.getClassLoader(), c -> true) : found;
    }
}
