package io.autodiff.readme;

import io.autodiff.Operand;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Computes what text says, and compares values with figures in it. Public, because compiled snippets call it. */
public final class Figures {
    private static final double TOLERANCE = 1e-6;

    private Figures() {}

    /**
     * Compares a value with a figure.
     *
     * @param value a number, truth value, tensor, variable, array or list of them, or null
     * @param figure such as {@code 6.0}, {@code null} or {@code [[1, 2], [3, 4]]}
     * @throws AssertionError if they differ
     */
    public static void expect(Object value, String figure) {
        List<Object> actual = new ArrayList<>();
        flatten(value, actual);
        List<String> expected =
                List.of(figure.replaceAll("[\\[\\],]", " ").strip().split("\\s+"));
        boolean equal = actual.size() == expected.size();
        for (int i = 0; equal && i < expected.size(); i++) {
            equal = matches(actual.get(i), expected.get(i));
        }
        if (!equal) {
            throw new AssertionError("expected " + figure + ", got " + actual);
        }
    }

    /**
     * Computes an expression, and its value if that is a tensor or a list of them.
     *
     * @param code the expression as text
     * @param expression the expression
     * @throws AssertionError if it throws, or gives null
     */
    public static void compute(String code, Callable<?> expression) {
        try {
            Object value = Objects.requireNonNull(expression.call());
            List<?> values = value instanceof List<?> list ? list : List.of(value);
            for (Object each : values) {
                if (each instanceof Operand operand) {
                    operand.evaluate();
                }
            }
        } catch (Exception e) {
            throw new AssertionError(code + " fails: " + e, e);
        }
    }

    private static void flatten(Object value, List<Object> elements) {
        if (value instanceof Operand operand) {
            flatten(operand.toDoubleArray(), elements);
        } else if (value instanceof double[] array) {
            for (double element : array) {
                elements.add(element);
            }
        } else if (value instanceof Collection<?> collection) {
            collection.forEach(element -> flatten(element, elements));
        } else if (value instanceof Number number) {
            elements.add(number.doubleValue());
        } else {
            elements.add(value);
        }
    }

    private static boolean matches(Object actual, String expected) {
        if (actual instanceof Double number && expected.matches("-?\\d.*")) {
            double figure = Double.parseDouble(expected);
            return Math.abs(number - figure) <= TOLERANCE * Math.max(1, Math.abs(figure));
        }
        return String.valueOf(actual).equals(expected);
    }
}
