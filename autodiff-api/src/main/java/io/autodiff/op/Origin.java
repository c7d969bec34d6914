package io.autodiff.op;

import io.autodiff.spi.OpProvider;
import java.net.URISyntaxException;
import java.security.CodeSource;
import org.jspecify.annotations.Nullable;

/** Names and where code comes from, for messages. */
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

    /** {@return the name of a class, and the jar or folder that has it} */
    static String of(Class<?> type) {
        String jar = jar(type);
        return type.getName() + (jar == null ? "" : ", " + jar);
    }

    /** {@return whether the one's class loader can go while the other's is there: it is below that} */
    static boolean isUnloadedBefore(Class<?> type, Class<?> other) {
        ClassLoader loader = other.getClassLoader();
        while (loader != null && loader != type.getClassLoader()) {
            loader = loader.getParent();
        }
        return loader != type.getClassLoader();
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

    /** {@return the Levenshtein distance of two names: how many letters to add, drop or change} */
    static int distance(String a, String b) {
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
