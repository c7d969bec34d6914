package io.autodiff.stability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.GradientTape;
import io.autodiff.tck.OpCompatibilityKit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The public API, the compatibility kit with it, is what {@code public-api.txt} says: a change of it is seen in that file's difference. After
 * a change that is meant: {@value #UPDATE}.
 */
class PublicApiTest {
    private static final String UPDATE = "mvn -q test -pl autodiff-api -Dtest=PublicApiTest -Dautodiff.api.update=true";
    private static final Path FILE = Path.of(System.getProperty("basedir", ""), "public-api.txt");

    @Test
    void theApiIsWhatTheFileSays() throws IOException {
        List<String> actual = new ArrayList<>(
                List.of("# The public API of autodiff-api. After a change that is meant:", "# " + UPDATE));
        actual.addAll(api());
        if (Boolean.getBoolean("autodiff.api.update")) {
            Files.write(FILE, actual);
        }
        List<String> expected = Files.readAllLines(FILE);
        assertEquals(
                List.of(),
                differences(expected, actual),
                () -> "the public API has changed; if that is meant: " + UPDATE);
        assertEquals(expected, actual);
    }

    /** Lines that one side has more often than the other, each with the class that it is under. */
    private static List<String> differences(List<String> expected, List<String> actual) {
        List<String> gone = qualified(expected);
        List<String> come = qualified(actual);
        qualified(actual).forEach(gone::remove);
        qualified(expected).forEach(come::remove);
        return Stream.concat(
                        gone.stream().map(line -> "- " + line), come.stream().map(line -> "+ " + line))
                .toList();
    }

    private static List<String> qualified(List<String> lines) {
        List<String> qualified = new ArrayList<>();
        String type = "";
        for (String line : lines) {
            type = line.startsWith(" ") ? type : line;
            qualified.add(line.startsWith(" ") ? type + " {" + line + " }" : line);
        }
        return qualified;
    }

    private static List<String> api() throws IOException {
        Path classes = directory(GradientTape.class);
        Set<String> packages = new TreeSet<>(Set.of("io.autodiff.tck"));
        try (InputStream module = Files.newInputStream(classes.resolve("module-info.class"))) {
            ModuleDescriptor.read(module).exports().forEach(exported -> packages.add(exported.source()));
        }
        List<String> lines = new ArrayList<>();
        for (String name : packages) {
            Path root = name.equals("io.autodiff.tck") ? directory(OpCompatibilityKit.class) : classes;
            for (Class<?> type : classes(root, name)) {
                lines.add("");
                lines.addAll(ApiText.of(type));
            }
        }
        return lines;
    }

    private static Path directory(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    private static List<Class<?>> classes(Path root, String name) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(name.replace('.', '/')))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
                    .map(file -> load(name + "." + file.substring(0, file.length() - ".class".length())))
                    .filter(ApiText::isPublic)
                    .sorted((a, b) -> a.getName().compareTo(b.getName()))
                    .collect(Collectors.toList());
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, PublicApiTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UncheckedIOException(new IOException(name, e));
        }
    }

    interface Hidden<T> {
        default @Nullable T inherited(List<? extends @Nullable T> some) {
            return some.isEmpty() ? null : some.get(0);
        }
    }

    /** Has something of everything. */
    public abstract static class Sample<T extends Comparable<T>> implements Hidden<T>, Supplier<T> {
        /** Inlined. */
        public static final int CONSTANT = 42;

        int hidden;

        /** Not listed. */
        Sample(int hidden) {
            this.hidden = hidden;
        }

        /** For subclasses. */
        protected Sample() {}

        /** Throws. */
        @SuppressWarnings("unchecked") // heap pollution, of a method that nobody calls
        protected abstract <X extends Exception> double @Nullable [] first(String @Nullable [] a, X... more) throws X;

        @Override
        public String toString() {
            return "";
        }
    }

    /** Extended by nobody. */
    @SuppressWarnings("ProtectedMembersInFinalClass") // which are what is tried here
    public static final class Leaf {
        /** Not listed: nobody extends this. */
        protected void hidden() {}
    }

    /** A pair. */
    public record Pair(@Nullable String left, int right) {}

    @Test
    void theTextHasWhatOthersCanUseAndNothingElse() {
        String here = PublicApiTest.class.getName() + "$";
        assertEquals(
                List.of(
                        "public abstract static class " + here
                                + "Sample<T extends Comparable<T>> implements java.util.function.Supplier<T>",
                        "    default @Nullable T inherited(java.util.List<? extends @Nullable T>)",
                        "    protected abstract <X extends Exception> double @Nullable [] first(String @Nullable [], X...)"
                                + " throws X",
                        "    protected new()",
                        "    static final int CONSTANT = 42"),
                ApiText.of(Sample.class));
        assertEquals(List.of("public static final class " + here + "Leaf", "    new()"), ApiText.of(Leaf.class));
        assertEquals(
                List.of(
                        "public static record " + here + "Pair(@Nullable String left, int right)",
                        "    @Nullable String left()",
                        "    int right()",
                        "    new(@Nullable String, int)"),
                ApiText.of(Pair.class));
        assertTrue(
                !ApiText.isPublic(Hidden.class) && !ApiText.isPublic(Pair.class),
                "nothing in a class that is not public");
    }

    @Test
    void aDifferenceIsToldWithItsClass() {
        assertEquals(
                List.of("- class A {    b() }", "+ class A {    c() }"),
                differences(List.of("class A", "    b()", "class B"), List.of("class A", "    c()", "class B")));
    }
}
