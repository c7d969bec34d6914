package io.autodiff.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a page of documentation has: fenced blocks, and the code in tables. */
final class Readme {
    /** The root of the repository, from the directory of this module. */
    static final Path ROOT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** A fenced block: its language, the number of its first line, and its lines. */
    record Block(String language, int line, List<String> lines) {}

    private final List<String> lines;

    private Readme(List<String> lines) {
        this.lines = lines;
    }

    static Readme read() throws IOException {
        return read("README.md");
    }

    static Readme read(String page) throws IOException {
        return new Readme(Files.readAllLines(ROOT.resolve(page)));
    }

    List<Block> blocks(String language) {
        return allBlocks().stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    private List<Block> allBlocks() {
        List<Block> blocks = new ArrayList<>();
        Block open = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.startsWith("```")) {
                if (open != null) {
                    open.lines().add(line);
                }
            } else if (open == null) {
                open = new Block(line.substring(3).strip(), i + 2, new ArrayList<>());
            } else {
                blocks.add(open);
                open = null;
            }
        }
        if (open != null) {
            throw new IllegalStateException("the fence before line " + open.line() + " is not closed");
        }
        return blocks;
    }

    /** The blocks that stand under a line that is nothing but a file's name, as code. */
    Map<String, List<String>> filesByName() {
        Map<String, List<String>> files = new LinkedHashMap<>();
        for (Block block : allBlocks()) {
            Matcher name = CODE.matcher(block.line() < 4 ? "" : lines.get(block.line() - 4));
            if (name.matches()) {
                files.put(name.group(1), block.lines());
            }
        }
        return files;
    }

    /** The code spans of the last column of the tables with a given header. */
    List<String> codeInLastColumn(String header) {
        List<String> code = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals(header)) {
                lines.stream()
                        .skip(i + 2L)
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> line.split(" \\| ", -1)[1])
                        .flatMap(cell -> CODE.matcher(cell).results().map(Readme::code))
                        .forEach(code::add);
            }
        }
        if (code.isEmpty()) {
            throw new IllegalStateException("there is no table " + header);
        }
        return code;
    }

    private static String code(MatchResult span) {
        return span.group(1);
    }
}
