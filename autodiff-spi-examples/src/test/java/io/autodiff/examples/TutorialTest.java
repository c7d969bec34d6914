package io.autodiff.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Tensors;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tutorial comes out right; and one that does not would be noticed. */
class TutorialTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int run(List<Consumer<Checks>> chapters) {
        return Tutorial.run(new PrintStream(printed, true, StandardCharsets.UTF_8), chapters);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String lastLine() {
        return text().lines().reduce("", (before, line) -> line);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, Long.MIN_VALUE})
    void everyResultIsAsExpected(long seed) {
        int status = run(Tutorial.chapters(seed));

        assertEquals(0, status, this::text);
        assertTrue(lastLine().matches("(\\d+) of \\1 results as expected"), this::text);
        assertTrue(text().contains("a random number from seed " + seed), this::text);
    }

    @Test
    void mismatchesAreMarkedAndCountedAndGiveTheExitStatus1() {
        List<Consumer<Checks>> wrong = List.of(
                check -> check.same("same", 2, 3),
                check -> check.exactly("exactly: dtype", Tensors.of(2f), "float64[]", 2),
                check -> check.exactly("exactly: shape", Tensors.of(new int[] {2}), "int32[]", 2),
                check -> check.exactly("exactly: figure", Tensors.of(2), "int32[]", 3),
                check -> check.close("close: figure", Tensors.of(2.0), 1e-9, 2 + 1e-8),
                check -> check.close("close: not a number", Tensors.of(Double.NaN), 1e-9, 2),
                check -> check.close("close: count", Tensors.of(new double[] {2, 3}), 1e-9, 2),
                check -> check.close("close: null", null, 1e-9, 2),
                check -> check.close("close: double", 2.0, 1e-9, 3.0),
                check -> check.gradients("gradients: figure", Arrays.asList(null, Tensors.of(2.0)), 1e-9, null, 3.0),
                check -> check.gradients("gradients: not null", List.of(Tensors.of(0.0)), 1e-9, new Double[] {null}),
                check -> check.gradients("gradients: null", Arrays.asList(null, null), 1e-9, null, 3.0),
                check -> check.gradients("gradients: count", List.of(Tensors.of(2.0)), 1e-9, 2.0, 3.0),
                check -> check.atMost("at most", 2, 1),
                check -> check.atMost("at most: not a number", Double.NaN, 1),
                check -> check.refused("not refused", IllegalStateException.class, "no", () -> {}),
                check -> check.refused("refused otherwise", IllegalStateException.class, "no", () -> {
                    throw new IllegalArgumentException("no");
                }),
                check -> check.refused("refused in other words", IllegalStateException.class, "no", () -> {
                    throw new IllegalStateException("yes");
                }),
                check -> {
                    throw new IllegalStateException("broke off");
                });

        for (Consumer<Checks> chapter : wrong) {
            printed.reset();
            assertEquals(1, run(List.of(check -> check.same("right", 1, 1), chapter)), this::text);
            assertEquals(1, text().lines().filter(line -> line.startsWith("!!")).count(), this::text);
            assertTrue(text().contains("MISMATCH"), this::text);
            assertEquals("1 of 2 results as expected", lastLine());
        }
    }

    @Test
    void whatIsRightPasses() {
        int status = run(List.of(check -> {
            check.same("same", null, null);
            check.exactly("exactly", Tensors.of(new int[] {2, 3}), "int32[2]", 2, 3);
            check.close("close", Tensors.of(2.0), 1e-9, 2 + 1e-9);
            check.gradients("gradients", Arrays.asList(null, Tensors.of(2.0)), 1e-9, null, 2.0);
            check.atMost("at most", 1, 1);
            check.refused("refused", IllegalStateException.class, "no", () -> {
                throw new IllegalStateException("oh no");
            });
        }));

        assertEquals(0, status, this::text);
        assertEquals("6 of 6 results as expected", lastLine());
    }
}
