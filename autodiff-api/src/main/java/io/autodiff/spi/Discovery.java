package io.autodiff.spi;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The providers of a service that a class loader sees: those that load, and what is wrong with the others.
 *
 * <pre>{@code
 * Discovery.of(OpProvider.class, loader, type -> true).found()
 * }</pre>
 *
 * @param found in the order in which the loader has them
 * @param failures of the others
 * @param <S> the service
 */
public record Discovery<S>(List<S> found, List<Failure> failures) {
    /**
     * A provider that does not load.
     *
     * @param provider its class; null if that is not known, and the cause tells
     * @param cause why
     */
    public record Failure(@Nullable Class<?> provider, Throwable cause) {}

    /**
     * Looks for the providers of a service.
     *
     * @param service {@link OpProvider} or {@link AutodiffProvider}
     * @param loader where to look
     * @param wanted which classes to make a provider of
     * @param <S> the service
     * @return new instances, and what failed
     */
    public static <S> Discovery<S> of(Class<S> service, ClassLoader loader, Predicate<? super Class<?>> wanted) {
        List<S> found = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        Iterator<ServiceLoader.Provider<S>> providers =
                ServiceLoader.load(service, loader).stream().iterator();
        boolean more = true;
        while (more) {
            Class<?> type = null;
            try {
                more = providers.hasNext();
                if (more) {
                    ServiceLoader.Provider<S> provider = providers.next();
                    type = provider.type();
                    if (wanted.test(type)) {
                        found.add(provider.get());
                    }
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                failures.add(new Failure(type, reason(e)));
            }
        }
        return new Discovery<>(List.copyOf(found), List.copyOf(failures));
    }

    /** What the constructor threw, rather than that it threw. */
    private static Throwable reason(Error error) {
        return error instanceof ServiceConfigurationError && error.getCause() != null ? error.getCause() : error;
    }
}
