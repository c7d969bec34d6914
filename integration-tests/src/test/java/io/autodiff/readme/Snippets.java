package io.autodiff.readme;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles and runs Java statements. A figure in the comment after a statement is compared with what that gives. */
final class Snippets {
    private static final String IMPORTS = """
            import io.autodiff.*;
            import io.autodiff.nd4j.*;
            import io.autodiff.nn.*;
            import io.autodiff.op.*;
            import io.autodiff.optimizer.*;
            import io.autodiff.transform.*;
            import java.util.List;
            import org.nd4j.linalg.api.ndarray.INDArray;
            import org.nd4j.linalg.factory.Nd4j;
            """;

    /** A comment that begins with a figure: a number, list, truth value or null; after a comma, more may follow. */
    private static final Pattern FIGURE =
            Pattern.compile("(.*?)\\s*//\\s*(null|true|false|-?\\d[\\d.eE-]*|\\[[^;]*\\])(?:[,;] .*)?");

    private static final Pattern ASSIGNMENT = Pattern.compile("\\s*(?:[\\w.<>\\[\\]]+\\s+)?(\\w+)\\s*=[^=].*");

    private final Path directory;

    Snippets(Path directory) {
        this.directory = directory;
    }

    /** Compiles and runs statements; gives how many figures were compared. */
    int run(List<String> statements) throws Exception {
        List<String> body = new ArrayList<>();
        int figures = 0;
        for (String line : statements) {
            String checked = withCheck(line);
            figures += checked.equals(line) ? 0 : 1;
            body.add(checked);
        }
        compile("static void run() throws Exception", body);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, Snippets.class.getClassLoader())) {
            var run = loader.loadClass("Snippet").getDeclaredMethod("run");
            run.setAccessible(true);
            run.invoke(null);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof AssertionError mismatch) {
                throw mismatch;
            }
            throw e;
        }
        return figures;
    }

    /** Compiles statements as the body of a method. */
    void compile(String method, List<String> body) throws IOException {
        Path source = directory.resolve("Snippet.java");
        Files.writeString(
                source, IMPORTS + "class Snippet {\n" + method + " {\n" + String.join("\n", body) + "\n}\n}\n");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", directory.toString(), "-classpath", System.getProperty("java.class.path"));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(problems, null, null)) {
            compiler.getTask(null, files, problems, options, null, files.getJavaFileObjects(source))
                    .call();
        }
        for (Diagnostic<? extends JavaFileObject> problem : problems.getDiagnostics()) {
            if (problem.getKind() == Diagnostic.Kind.ERROR) {
                throw new AssertionError(problem.getMessage(Locale.ROOT) + "\nin\n" + String.join("\n", body));
            }
        }
    }

    /** The line, and the check of its figure if it has one. */
    static String withCheck(String line) {
        Matcher figure = FIGURE.matcher(line);
        if (!figure.matches()) {
            return line;
        }
        String code = figure.group(1).strip();
        if (!code.endsWith(";")) {
            throw new AssertionError("a figure stands at the end of a statement, not in: " + line);
        }
        Matcher assignment = ASSIGNMENT.matcher(code);
        String expected = ", \"" + figure.group(2) + "\");";
        return assignment.matches()
                ? code + " io.autodiff.readme.Figures.expect(" + assignment.group(1) + expected
                : "io.autodiff.readme.Figures.expect(" + code.substring(0, code.length() - 1) + expected;
    }
}
