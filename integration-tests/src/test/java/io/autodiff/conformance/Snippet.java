package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.util.JavacTask;
import io.autodiff.GradientTape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Java statements on the API, given to the compiler: some mistakes must be errors there. Nothing is written or run.
 *
 * @param code the statements
 * @param errors what the compiler said
 */
record Snippet(String code, List<String> errors) {
    /** Compiles statements, where the classes of io.autodiff are imported. */
    static Snippet of(String code) {
        JavaCompiler compiler =
                Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this Java has no compiler");
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options = List.of("-proc:none", "-classpath", apiPath());
        JavacTask task = (JavacTask) compiler.getTask(null, null, found, options, null, List.of(new Source(code)));
        try {
            task.analyze();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> errors = found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getMessage(Locale.ROOT))
                .toList();
        return new Snippet(code, errors);
    }

    void compiles() {
        assertEquals(List.of(), errors, code);
    }

    /** Checks that the compiler refused, and that the first thing it said holds some words. */
    void failsWith(String words) {
        assertNotEquals(List.of(), errors, () -> "compiles, and must not: " + code);
        assertTrue(errors.get(0).contains(words), () -> code + ": " + errors);
    }

    private static String apiPath() {
        try {
            return Path.of(GradientTape.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String code) {
            super(URI.create("string:///Snippet.java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return "import io.autodiff.*; class Snippet { void run() { " + code + " } }";
        }
    }
}
