package io.autodiff.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only a variable can be assigned to: code that assigns to a tensor does not compile. */
class AssignTest {
    @TempDir
    Path classes;

    @ParameterizedTest
    @ValueSource(strings = {"assign", "assignAdd", "assignSub"})
    void codeThatAssignsToTensorDoesNotCompile(String method) {
        assertEquals(List.of(), errors("io.autodiff.Variable x = io.autodiff.Variable.of(3); x." + method + "(4);"));

        List<String> errors = errors("io.autodiff.Tensor x = io.autodiff.Tensors.of(3); x." + method + "(4);");
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).contains("cannot find symbol"), errors::toString);
        assertTrue(errors.get(0).contains("method " + method), errors::toString);
    }

    /** The compiler's errors about some statements. */
    private List<String> errors(String statements) {
        String code = "class Program { void run() { " + statements + " } }";
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Program.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return code;
                    }
                };
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK");
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        compiler.getTask(null, null, problems, options, null, List.of(source)).call();
        return problems.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(problem -> problem.getMessage(Locale.ROOT))
                .toList();
    }
}
