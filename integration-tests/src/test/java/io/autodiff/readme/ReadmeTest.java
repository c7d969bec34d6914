package io.autodiff.readme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** README.md and docs/ops.md say nothing that does not work: their Java runs, figures are right, the commands are CI's. */
class ReadmeTest {
    @TempDir
    Path directory;

    static List<Readme.Block> java() throws Exception {
        return Readme.read().blocks("java");
    }

    static List<String> table() throws Exception {
        return Readme.read().codeInLastColumn("| TensorFlow | here |");
    }

    @ParameterizedTest
    @MethodSource("java")
    void javaRuns(Readme.Block block) throws Exception {
        new Snippets(directory).run(block.lines());
    }

    @ParameterizedTest
    @MethodSource("table")
    void tableCompiles(String code) throws Exception {
        String method = "static void table(Variable x, Variable y, Variable m, Tensor f, Tensor g, Tensor dy,"
                + " GradientTape tape, Sgd sgd, INDArray array, java.util.function.UnaryOperator<Operand> function)";
        String statement = code.replace("loss(x)", "function.apply(x)");
        new Snippets(directory).compile(method, List.of(statement.endsWith("}") ? statement : statement + ";"));
    }

    /** All in one run, with the values of the page. */
    @Test
    void opsRun() throws Exception {
        Readme page = Readme.read("docs/ops.md");
        List<String> statements = new ArrayList<>();
        page.blocks("java").forEach(block -> statements.addAll(block.lines()));
        List<String> ops = page.codeInLastColumn("| TensorFlow | here |");
        for (String op : ops) {
            statements.add(
                    "io.autodiff.readme.Figures.compute(\"" + op.replace("\"", "\\\"") + "\", () -> " + op + ");");
        }
        new Snippets(directory).run(statements);

        assertTrue(ops.size() >= 150, "expressions: " + ops.size());
    }

    @Test
    void someOfItHasFigures() throws Exception {
        assertTrue(java().size() >= 5, "Java blocks");
        assertTrue(table().size() >= 50, "expressions in the table");
        long figures = java().stream()
                .flatMap(block -> block.lines().stream())
                .filter(line -> !Snippets.withCheck(line).equals(line))
                .count();
        assertTrue(figures >= 10, "figures: " + figures);
    }

    @Test
    void theFirstTwoShellBlocksAreTheTutorialAndTheTests() throws Exception {
        List<Readme.Block> shell = Readme.read().blocks("sh");
        assertEquals(
                List.of("mvn -q -Ptutorial -pl autodiff-spi-examples -am compile"),
                shell.get(0).lines());
        assertEquals(List.of("mvn -B verify"), shell.get(1).lines());
        assertTrue(
                Files.readAllLines(Readme.ROOT.resolve(".ci/run"))
                        .contains(shell.get(1).lines().get(0)),
                ".ci/run calls the second command");
    }

    @Test
    void wrongFiguresAreFound() throws Exception {
        Snippets snippets = new Snippets(directory);

        assertEquals(
                2, snippets.run(List.of("double a = 2;   // 2.0; prose", "Tensors.of(a);  // 2", "a++;  // prose")));
        for (String wrong : List.of(
                "double a = 2;    // 3.0",
                "Tensors.of(2.0);    // 2.1",
                "Tensors.of(2.0);    // null",
                "Object a = null;    // 0.0",
                "Tensors.of(new int[] {1, 2});    // [1, 2, 3]",
                "Tensors.of(new int[] {1, 2});    // [2, 1]",
                "boolean a = true;    // false")) {
            assertThrows(AssertionError.class, () -> snippets.run(List.of(wrong)), wrong);
        }
        assertThrows(AssertionError.class, () -> snippets.run(List.of("Tensors.of(2)", ".add(1);    // 3", "oops")));
        assertThrows(AssertionError.class, () -> snippets.run(List.of("Tensor t = Tensors.of(3); t.assign(4);")));
        assertThrows(AssertionError.class, () -> Snippets.withCheck("foo(1, // 2"));
        assertThrows(
                AssertionError.class,
                () -> Figures.compute("late", () -> List.of(Tensors.of(1).floorDiv(0))));
    }
}
