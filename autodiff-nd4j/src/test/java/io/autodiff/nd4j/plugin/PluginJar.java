package io.autodiff.nd4j.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.op.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Jars of plugins, compiled from source while a test runs: classes that the test's own class loader does not have. */
final class PluginJar {
    private final Path folder;
    private final List<JavaFileObject> sources = new ArrayList<>();
    private final List<String> providers = new ArrayList<>();

    /** A jar that is made in a folder. */
    PluginJar(Path folder) {
        this.folder = folder;
    }

    /**
     * Adds a provider.
     *
     * @param name its class, in the package com.acme
     * @param members of the class: a method {@code ops()} at least
     */
    PluginJar provider(String name, String members) {
        providers.add("com.acme." + name);
        return source(
                name,
                "public class " + name + " implements OpProvider { public String name() { return \"" + name + "\"; } "
                        + members + " }");
    }

    /** Adds a class of the package com.acme. */
    PluginJar source(String name, String text) {
        String file = "package com.acme; import io.autodiff.*; import io.autodiff.op.*; import io.autodiff.spi.*;"
                + " import java.util.*; "
                + (text.contains("INDArray") ? "import " + INDArray.class.getName() + "; " : "")
                + text;
        sources.add(
                new SimpleJavaFileObject(
                        URI.create("string:///com/acme/" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return file;
                    }
                });
        return this;
    }

    /** Adds what there is of a module: its declaration, compiled with the given modules on the path. */
    void compileModule(String declaration, Path... modules) {
        sources.add(new SimpleJavaFileObject(URI.create("string:///module-info.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return declaration;
            }
        });
        compile(
                "--module-path",
                String.join(
                        System.getProperty("path.separator"),
                        Stream.of(modules).map(Path::toString).toList()));
    }

    /**
     * Makes the jar.
     *
     * @param name of the file
     * @param without classes of com.acme that are left out
     */
    Path jar(String name, String... without) {
        compile(
                "-classpath",
                String.join(
                        System.getProperty("path.separator"),
                        pathOf(Op.class).toString(),
                        pathOf(INDArray.class).toString()));
        Path jar = folder.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String simple = file.getFileName().toString().replace(".class", "");
                if (!List.of(without).contains(simple)) {
                    entry(out, classes().relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
                }
            }
            entry(
                    out,
                    "META-INF/services/io.autodiff.spi.OpProvider",
                    String.join("\n", providers).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    private static void entry(JarOutputStream out, String name, byte[] bytes) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(bytes);
        out.closeEntry();
    }

    /** {@return where the classes are} */
    Path classes() {
        return folder.resolve("classes");
    }

    private void compile(String... paths) {
        try {
            Files.createDirectories(classes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JavaCompiler compiler =
                Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this Java has no compiler");
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options = new ArrayList<>(List.of(paths));
        options.addAll(List.of("-proc:none", "-d", classes().toString()));
        compiler.getTask(null, null, found, options, null, sources).call();
        assertEquals(
                List.of(),
                found.getDiagnostics().stream()
                        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                        .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
                        .toList());
    }

    /** {@return the jar or folder that a class was loaded from} */
    static Path pathOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A class loader of jars, below the test's own. */
    static Plugins loader(Path... jars) {
        return new Plugins(jars);
    }

    /** A class loader to which jars can be added. */
    static final class Plugins extends URLClassLoader {
        Plugins(Path... jars) {
            super(Stream.of(jars).map(Plugins::url).toArray(URL[]::new), PluginJar.class.getClassLoader());
        }

        void add(Path jar) {
            addURL(url(jar));
        }

        private static URL url(Path jar) {
            try {
                return jar.toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(e);
            }
        }

        /** Runs code of a thread whose context this is. */
        void run(Runnable code) {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(this);
            try {
                code.run();
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }
}
