package io.autodiff.readme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/plugins.md shows the files of a project, each under its name; this build builds and tests that project. Here: they are the same, and
 * the page has all of them but the script that looks at the outcome.
 */
class PluginGuideTest {
    private static final String PROJECT = "integration-tests/src/it/logit-ops";

    @Test
    void thePageHasTheFilesOfTheProject() throws IOException {
        Map<String, List<String>> shown = Readme.read("docs/plugins.md").filesByName();
        Map<String, List<String>> actual = files(Readme.ROOT.resolve(PROJECT));

        assertEquals(Set.of("verify.groovy"), without(actual.keySet(), shown.keySet()), "not on the page");
        shown.forEach((name, lines) -> assertEquals(
                String.join("\n", lines), String.join("\n", actual.getOrDefault(name, List.of("no file"))), name));
    }

    /** The links and the plugins that the page names. */
    @Test
    void whatThePageNamesIsThere() throws IOException {
        String page = Files.readString(Readme.ROOT.resolve("docs/plugins.md"));
        Path plugins = Path.of("autodiff-spi-examples/src/main/java/io/autodiff/examples/plugins");
        for (Path linked : List.of(plugins, Path.of(PROJECT))) {
            assertTrue(page.contains("(../" + linked.toString().replace('\\', '/') + ")"), linked.toString());
        }
        Set<String> examples = files(Readme.ROOT.resolve(plugins)).keySet().stream()
                .map(file -> file.replace(".java", ""))
                .filter(file -> !file.equals("package-info"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> named = page.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(examples, named);
    }

    private static Map<String, List<String>> files(Path root) throws IOException {
        Map<String, List<String>> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(path).toString().replace('\\', '/'), Files.readAllLines(path));
            }
        }
        return files;
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }
}
