package io.autodiff.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import io.autodiff.spi.Executor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a tape, beyond the cases of the file. Figures are closed forms of small polynomials. */
class FoundationMoreTest {
    @AfterEach
    void noTapeIsLeftOnTheThread() {
        assertEquals(List.of(), Executor.recorders());
    }

    // ---- what was watched when it was used ----

    @Test
    void anInputThatWasNotWatchedHasNoGradientNotEvenAPartOfOne() {
        Variable v = Variable.of(2.0);
        Tensor c = Tensors.of(3.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor early = c.mul(c);
            Tensor y = v.mul(c).mul(early);
            assertNull(tape.gradient(y, c));
            assertNull(tape.gradient(y, early));
            tape.watch(c);
            assertNull(tape.gradient(y, c), "the watch came after the use");
            assertFigure(27, tape.gradient(y, v));
            assertFigure(9, tape.gradient(early.mul(c), c)); // from here on, c alone is watched, not early
        }
    }

    // ---- asking once, and more often ----

    @Test
    void aPersistentTapeGivesGradientsAfterClose() {
        Variable x = Variable.of(3.0);
        GradientTape tape = GradientTape.builder().persistent(true).open();
        Tensor y;
        Tensor z;
        try (tape) {
            y = x.mul(x);
            z = y.mul(y);
        }
        for (int i = 0; i < 3; i++) {
            assertFigures(tape.gradient(z, List.of(x, y)), 108, 18);
            assertFigure(6, tape.gradient(y, x));
        }
    }

    @Test
    void afterTheOneGradientNothingIsRecorded() {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            assertFigure(6, tape.gradient(x.square(), x));
            Tensor later = x.pow(3);
            assertEquals(27, later.item());
            assertMentions(assertThrows(IllegalStateException.class, () -> tape.gradient(later, x)), "persistent");
            assertThrows(IllegalStateException.class, () -> tape.watch(x));
            assertThrows(IllegalStateException.class, () -> tape.stopRecording(() -> {}));
        }
    }

    @Test
    void aGradientThatFailsConsumesNothing() {
        Variable x = Variable.of(new double[] {1, 2});
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.square();
            List<Tensor> tooLong = List.of(Tensors.of(new double[] {1, 2, 3}));
            List<Tensor> tooMany = List.of(Tensors.of(1.0), Tensors.of(1.0));
            for (List<Tensor> bad : List.of(tooLong, tooMany)) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> tape.gradient(List.of(y), List.of(x), bad, UnconnectedGradients.NONE));
            }
            // It goes on recording, too.
            assertFigures(tape.gradient(y.mul(x), x), 3, 12);
        }
    }

    @Test
    void resumeAfterTheOneGradientBeginsAnew() {
        Tensor x = Tensors.of(3.0);
        GradientTape tape = GradientTape.open();
        try (tape) {
            tape.watch(x);
            assertFigure(6, tape.gradient(x.square(), x));
        }
        tape.resume();
        try (tape) {
            tape.watch(x);
            assertFigure(27, tape.gradient(x.pow(3), x));
        }
        assertMentions(assertThrows(IllegalStateException.class, () -> tape.gradient(x, x)), "persistent");
    }

    @Test
    void resetInTheMiddleMakesEarlierResultsConstants() {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor y = x.square();
            tape.reset();
            Tensor z = y.mul(x);
            assertFigure(9, tape.gradient(z, x));
            assertNull(tape.gradient(y, x));
        }
    }

    @Test
    void resetGivesAUsedTapeItsGradientBack() {
        Variable x = Variable.of(3.0);
        GradientTape tape = GradientTape.open();
        try (tape) {
            assertFigure(6, tape.gradient(x.square(), x));
        }
        tape.reset();
        tape.resume();
        try (tape) {
            assertFigure(1, tape.gradient(x.add(4), x));
        }
    }

    // ---- nesting ----

    @Test
    void threeTapesGiveThreeOrders() {
        Tensor x = Tensors.of(2.0);
        try (GradientTape third = GradientTape.open()) {
            third.watch(x);
            try (GradientTape second = GradientTape.open()) {
                second.watch(x);
                try (GradientTape first = GradientTape.open()) {
                    first.watch(x);
                    Tensor d1 = first.gradientOrThrow(x.pow(4), x);
                    Tensor d2 = second.gradientOrThrow(d1, x);
                    assertFigure(32, d1);
                    assertFigure(48, d2);
                    assertFigure(48, third.gradient(d2, x));
                }
            }
        }
    }

    @Test
    void onePersistentTapeGivesSecondOrderWhileItRecords() {
        Variable x = Variable.of(2.0);
        GradientTape tape = GradientTape.builder().persistent(true).open();
        Tensor dy;
        Tensor late;
        try (tape) {
            Tensor y = x.pow(3);
            dy = tape.gradientOrThrow(y, x);
            assertFigure(12, tape.gradient(dy, x));
            tape.close();
            late = tape.gradientOrThrow(y, x);
        }
        assertEquals(12, late.item());
        assertFigure(12, tape.gradient(dy, x));
        assertNull(tape.gradient(late, x), "a sweep after close is not recorded");
    }

    @Test
    void closingOutOfOrderThrowsAndLeavesNoTapeActive() {
        Variable x = Variable.of(3.0);
        GradientTape outer = GradientTape.open();
        GradientTape inner = GradientTape.open();
        Tensor y = x.square();
        assertThrows(IllegalStateException.class, outer::close);
        Tensor z = y.mul(x);
        outer.close();
        inner.close();
        assertEquals(List.of(), Executor.recorders());
        assertNull(outer.gradient(z, x), "z was computed after the outer tape ended");
        assertFigure(27, inner.gradient(z, x));
    }

    @Test
    void stopRecordingIsForOneTape() {
        Variable x = Variable.of(3.0);
        List<Tensor> y = new ArrayList<>();
        try (GradientTape outer = GradientTape.open();
                GradientTape inner = GradientTape.open()) {
            inner.stopRecording(() -> y.add(x.square()));
            Tensor z = y.get(0).mul(x);
            assertFigure(9, inner.gradient(z, x));
            assertFigure(27, outer.gradient(z, x));
        }
    }

    @Test
    void whatIsNotRecordedOfAWatchedTensorHasNoGradient() {
        Tensor x = Tensors.of(3.0);
        List<Tensor> y = new ArrayList<>();
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            Tensor recorded = x.mul(2);
            tape.stopRecording(() -> y.add(recorded.mul(x)));
            assertNull(tape.gradient(y, x));
            assertFigure(2, tape.gradient(List.of(y.get(0), recorded), x));
        }
    }

    @Test
    void stopRecordingEndsWithAnException() {
        Variable x = Variable.of(3.0);
        try (GradientTape tape = GradientTape.open()) {
            assertThrows(
                    ArithmeticException.class,
                    () -> tape.stopRecording(() -> {
                        throw new ArithmeticException("inside");
                    }));
            assertFigure(6, tape.gradient(x.square(), x));
        }
    }

    @Test
    void aGradientWhileRecordingIsStoppedIsNotRecorded() {
        Variable x = Variable.of(2.0);
        List<Tensor> dy = new ArrayList<>();
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor y = x.pow(3);
            tape.stopRecording(() -> dy.add(tape.gradientOrThrow(y, x)));
            assertFigure(12, dy.get(0));
            assertNull(tape.gradient(dy.get(0), x));
            assertFigure(12, tape.gradient(y, x));
        }
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.pow(3);
            tape.stopRecording(() -> dy.add(tape.gradientOrThrow(y, x)));
            assertFigure(12, dy.get(1));
            assertThrows(IllegalStateException.class, () -> tape.gradient(y, x));
        }
    }

    // ---- when and where ----

    @Test
    void watchAfterCloseIsAnError() {
        GradientTape tape = GradientTape.open();
        tape.close();
        tape.close();
        assertThrows(IllegalStateException.class, () -> tape.watch(Tensors.of(1.0)));
        assertThrows(IllegalStateException.class, () -> tape.watch(List.of(Variable.of(1.0))));
        assertThrows(IllegalStateException.class, () -> tape.stopRecording(() -> {}));
    }

    @Test
    void anotherThreadCannotUseATapeThatRecords() throws Exception {
        Variable x = Variable.of(3.0);
        GradientTape tape = GradientTape.open();
        try (tape) {
            Tensor y = x.square();
            List<Runnable> refused = List.of(
                    () -> tape.watch(x),
                    () -> tape.gradient(y, x),
                    () -> tape.stopRecording(() -> {}),
                    tape::resume,
                    tape::reset,
                    tape::close);
            for (Runnable action : refused) {
                assertThrows(IllegalStateException.class, () -> OtherThread.run(action));
            }
            // What another thread computes is not on the tape; what this one does with it is.
            Tensor elsewhere = OtherThread.call(() -> x.pow(3));
            assertFigure(27, tape.gradient(elsewhere.mul(x), x));
        }
    }

    // ---- sources and targets ----

    @Test
    void unconnectedSourcesGetZerosOfTheirOwnShapeAndDType() {
        Variable y = Variable.of(2.0);
        Variable row = Variable.of(new float[] {1, 2, 3});
        Variable count = Variable.of(new int[] {1, 2});
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(count);
            Tensor z = y.mul(y);
            List<Operand> sources = List.of(row, y, row, count, count);
            List<Tensor> zeros = tape.gradient(List.of(z), sources, null, UnconnectedGradients.ZERO);
            assertEquals(
                    List.of("float32[3]", "float64[]", "float32[3]", "int32[2]", "int32[2]"),
                    zeros.stream().map(zero -> zero.spec().toString()).toList());
            assertFigures(zeros.get(0), 0, 0, 0);
            assertFigure(4, zeros.get(1));
            assertFigures(zeros.get(4), 0, 0);
            assertEquals(Arrays.asList(null, null, null, null), tape.gradient(z, List.of(row, row, count, count)));
        }
    }

    @Test
    void outputGradientsMayBeNullOneByOne() {
        Variable x = Variable.of(new double[] {1, 2});
        try (GradientTape tape = GradientTape.open()) {
            List<Tensor> targets = List.of(x.square(), x.mul(3));
            List<Tensor> given = Arrays.asList(null, Tensors.of(new double[] {10, -1}));
            assertFigures(
                    tape.gradient(targets, List.of(x), given, UnconnectedGradients.NONE)
                            .get(0),
                    32,
                    1);
        }
    }

    @Test
    void aVariableCanBeTargetAndListsCanMeetOneSource() {
        Variable x = Variable.of(3.0);
        Tensor k = Tensors.of(2.0);
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(k);
            Tensor y = x.square().mul(k);
            assertFigure(1, tape.gradient(x, x));
            assertFigure(13, tape.gradient(List.of(x, y), x));
            assertFigure(9, tape.gradient(List.of(x, y), k));
            assertFigures(tape.gradient(List.of(y, k), List.of(x, k)), 12, 10);
            assertNull(tape.gradient(List.of(), x));
            assertThrows(IllegalStateException.class, () -> tape.gradientOrThrow(k, x));
        }
    }

    @Test
    void onlyReadsOnTheTapeBelongToTheVariable() {
        Variable x = Variable.of(3.0);
        Tensor read = x.asTensor();
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            Tensor inside = x.asTensor();
            Tensor y = inside.mul(x).mul(read);
            assertFigure(18, tape.gradient(y, x));
            assertFigure(9, tape.gradient(y, inside));
        }
    }

    private static void assertFigure(double expected, Tensor actual) {
        assertFigures(actual, expected);
    }

    private static void assertFigures(Tensor actual, double... expected) {
        assertNotNull(actual, "unconnected");
        assertArrayEquals(expected, actual.toDoubleArray(), 1e-9 * Math.max(1, Math.abs(expected[0])));
    }

    private static void assertFigures(List<Tensor> actual, double... expected) {
        assertEquals(expected.length, actual.size());
        for (int i = 0; i < expected.length; i++) {
            assertFigure(expected[i], actual.get(i));
        }
    }

    private static void assertMentions(Exception thrown, String words) {
        assertTrue(String.valueOf(thrown.getMessage()).contains(words), () -> "must mention " + words + ": " + thrown);
    }
}
