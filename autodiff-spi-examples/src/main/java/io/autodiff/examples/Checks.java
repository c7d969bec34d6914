package io.autodiff.examples;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Prints each result beside the figure that it should be, and counts those that are not. */
final class Checks {
    /** The tolerance for float64 results: a is close to b if {@code |a - b| <= tolerance * max(1, |a|, |b|)}. */
    static final double FLOAT64 = 1e-9;
    /** The tolerance for float32 results. */
    static final double FLOAT32 = 1e-6;

    private final PrintStream out;
    private int results;
    private int mismatches;

    Checks(PrintStream out) {
        this.out = out;
        line("", "", "result", "expected", "tolerance");
    }

    int mismatches() {
        return mismatches;
    }

    void chapter(String title) {
        out.println();
        out.println(title);
    }

    /** A line for the reader that is no result: nothing depends on it. */
    void note(String text) {
        line("", text, "", "", "");
    }

    /** Anything but figures: equal, or not. */
    void same(String what, @Nullable Object actual, @Nullable Object expected) {
        report(what, text(actual), text(expected), "", Objects.equals(actual, expected));
    }

    /** Dtype, shape and every element, such as {@code int32[2]} and 1, 2. */
    void exactly(String what, Operand actual, String spec, double... expected) {
        DType dtype = actual.dtype();
        String result = actual.spec() + " " + elements(actual.toDoubleArray(), dtype);
        String wanted = spec + " " + elements(expected, dtype);
        report(what, result, wanted, "", result.equals(wanted));
    }

    /** The elements in row-major order. A missing gradient is a mismatch. */
    void close(String what, @Nullable Operand actual, double tolerance, double... expected) {
        if (actual == null) {
            report(what, "null", elements(expected, DType.FLOAT64), tolerance(tolerance), false);
            return;
        }
        double[] elements = actual.toDoubleArray();
        boolean ok = elements.length == expected.length;
        for (int i = 0; ok && i < expected.length; i++) {
            ok = isClose(elements[i], expected[i], tolerance);
        }
        DType wanted = actual.dtype().isFloating() ? DType.FLOAT64 : actual.dtype();
        report(what, elements(elements, actual.dtype()), elements(expected, wanted), tolerance(tolerance), ok);
    }

    void close(String what, double actual, double tolerance, double expected) {
        report(
                what,
                Double.toString(actual),
                Double.toString(expected),
                tolerance(tolerance),
                isClose(actual, expected, tolerance));
    }

    /** One scalar gradient for each source; null for a source that must be unconnected. */
    void gradients(
            String what, List<? extends @Nullable Tensor> actual, double tolerance, @Nullable Double... expected) {
        StringJoiner result = new StringJoiner(", ", "[", "]");
        StringJoiner wanted = new StringJoiner(", ", "[", "]");
        boolean ok = actual.size() == expected.length;
        for (Tensor gradient : actual) {
            result.add(gradient == null ? "null" : elements(gradient.toDoubleArray(), gradient.dtype()));
        }
        for (Double figure : expected) {
            wanted.add(text(figure));
        }
        for (int i = 0; ok && i < expected.length; i++) {
            ok = isClose(actual.get(i), expected[i], tolerance);
        }
        report(what, result.toString(), wanted.toString(), tolerance(tolerance), ok);
    }

    /** A figure that must not be greater than a bound. */
    void atMost(String what, double actual, double bound) {
        report(what, Double.toString(actual), "at most " + bound, "", actual <= bound);
    }

    /** A program that must be refused with an exception whose message has a certain word. */
    void refused(String what, Class<? extends RuntimeException> type, String word, Runnable program) {
        String expected = type.getSimpleName() + ": " + word;
        String result = "nothing thrown";
        try {
            program.run();
        } catch (RuntimeException e) {
            boolean ok = type.isInstance(e) && String.valueOf(e.getMessage()).contains(word);
            result = ok ? expected : e.toString();
        }
        report(what, result, expected, "", result.equals(expected));
    }

    /** A chapter that broke off. */
    void failed(RuntimeException exception) {
        report("the chapter ends early", exception.toString(), "", "", false);
    }

    void summary() {
        out.printf(Locale.ROOT, "%n%d of %d results as expected%n", results - mismatches, results);
    }

    private void report(String what, String result, String expected, String tolerance, boolean ok) {
        results++;
        if (!ok) {
            mismatches++;
        }
        line(ok ? "" : "!!", what, result, expected, ok ? tolerance : tolerance + " MISMATCH");
    }

    private void line(String mark, String what, String result, String expected, String tolerance) {
        out.println(String.format(Locale.ROOT, "%-2s%-42s %-46s %-46s %s", mark, what, result, expected, tolerance)
                .stripTrailing());
    }

    private static boolean isClose(@Nullable Tensor gradient, @Nullable Double figure, double tolerance) {
        if (gradient == null || figure == null) {
            return gradient == null && figure == null;
        }
        return isClose(gradient.item(), figure, tolerance);
    }

    private static boolean isClose(double a, double b, double tolerance) {
        return a == b || Math.abs(a - b) <= tolerance * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
    }

    private static String tolerance(double tolerance) {
        return String.format(Locale.ROOT, "%.0e", tolerance);
    }

    private static String text(@Nullable Object value) {
        return "".equals(value) ? "''" : String.valueOf(value);
    }

    private static String elements(double[] elements, DType dtype) {
        DoubleFunction<String> number = dtype.isInteger()
                ? x -> Long.toString((long) x)
                : dtype == DType.FLOAT32 ? x -> Float.toString((float) x) : Double::toString;
        StringJoiner text = new StringJoiner(", ", "[", "]");
        for (double element : elements) {
            text.add(number.apply(element));
        }
        return elements.length == 1 ? number.apply(elements[0]) : text.toString();
    }
}
