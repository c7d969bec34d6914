package io.autodiff.op;

import io.autodiff.spi.OpProvider;
import java.net.URISyntaxException;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/** Where code comes from, for messages that blame it. */
final class Origin {
    private Origin() {}

    /** {@return whether a class is of the API, which writes no op on its own account} */
    static boolean isOwn(Class<?> type) {
        return type.getName().startsWith("io.autodiff.")
                && type.getProtectionDomain().equals(Origin.class.getProtectionDomain());
    }

    /** {@return a provider's name, its class, and the jar that has it} */
    static String of(OpProvider provider) {
        return "'" + name(provider) + "' (" + of(provider.getClass()) + ")";
    }

    /** A provider is asked for its name in messages about what is wrong with it, and may be wrong in this, too. */
    private static String name(OpProvider provider) {
        try {
            return provider.name();
        } catch (RuntimeException | LinkageError e) {
            return "unnamed";
        }
    }

    /** {@return the name of a class, for a lambda that of the class around it, and the jar or folder that has it} */
    static String of(Class<?> type) {
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        String jar = jar(type);
        return (lambda < 0 ? name : name.substring(0, lambda)) + (jar == null ? "" : ", " + jar);
    }

    /** The last part of the place that a class was loaded from; null if that is not known, as for classes made in memory. */
    private static @Nullable String jar(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return null;
        }
        try {
            String path = source.getLocation().toURI().getPath();
            String trimmed = path == null ? source.getLocation().toString() : path.replaceAll("/+$", "");
            // A folder is called as its project: the last parts are the same for all of them.
            String folder = trimmed.replaceAll("/target/(test-)?classes$", "");
            return folder.substring(folder.lastIndexOf('/') + 1);
        } catch (URISyntaxException e) {
            return String.valueOf(source.getLocation());
        }
    }
}
