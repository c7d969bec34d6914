package io.autodiff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Einstein's summation, as composites: diagonals for labels that stand twice in an operand, then products of two operands at a time,
 * by matrix products where something is summed.
 */
final class Einsum {
    private static final String ELLIPSIS = "...";
    /** The axes of an ellipsis are labelled from here on, counted from the last, as they are broadcast. */
    private static final char FIRST_OF_ELLIPSIS = '\uE000';

    /** A tensor and a label for each of its axes. */
    private record Term(Tensor tensor, String labels) {
        /** The size of a label's axis; 1, which broadcasts, where there is none. */
        long size(char label) {
            int axis = labels.indexOf(label);
            return axis < 0 ? 1 : tensor.shape().size(axis);
        }
    }

    private final String equation;
    private final List<? extends Operand> operands;
    private final Map<Character, Long> sizes = new HashMap<>();
    private final List<Term> terms = new ArrayList<>();
    private String output = "";

    private Einsum(String equation, List<? extends Operand> operands) {
        this.equation = equation;
        this.operands = operands;
    }

    static Tensor of(String equation, List<? extends Operand> operands) {
        Einsum einsum = new Einsum(equation, operands);
        einsum.parse();
        return einsum.contractAll();
    }

    // ---- the equation ----

    private void parse() {
        String[] sides = equation.replaceAll("\\s", "").split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        if (sides.length > 2) {
            throw error("an equation has one arrow at most");
        }
        if (inputs.length != operands.size()) {
            throw error("the equation has " + inputs.length + " inputs, there are " + operands.size() + " operands");
        }
        int ellipsis = 0;
        for (int i = 0; i < inputs.length; i++) {
            Operand operand = operands.get(i);
            requireNumericOfOneDType(operand);
            String labels = labels(inputs[i], operand.shape().rank());
            ellipsis = Math.max(ellipsis, (int)
                    labels.chars().filter(c -> isOfEllipsis((char) c)).count());
            Shape shape = operand.shape();
            for (int axis = 0; axis < labels.length(); axis++) {
                addSize(labels.charAt(axis), shape.size(axis));
            }
            terms.add(diagonal(new Term(operand.asTensor(), labels)));
        }
        if (sides.length == 1) {
            output = implicit();
            return;
        }
        boolean open = sides[1].contains(ELLIPSIS);
        if (ellipsis > 0 && !open) {
            throw error("the output needs '...' too, for the axes that it stands for in the inputs");
        }
        output = labels(sides[1], sides[1].replace(ELLIPSIS, "").length() + ellipsis);
        requireOutput();
    }

    /** One label for each axis; those that an ellipsis stands for get labels of their own. */
    private String labels(String text, int rank) {
        if (!text.matches("[A-Za-z]*(\\.\\.\\.)?[A-Za-z]*")) {
            throw error("'" + text + "' must be of letters, one for each axis, and '...' at most once");
        }
        int named = text.replace(ELLIPSIS, "").length();
        boolean open = text.contains(ELLIPSIS);
        if (named > rank || (named < rank && !open)) {
            throw error("'" + text + "' names " + named + " axes, the operand has " + rank
                    + (open ? "" : "; '...' stands for the axes that are not named"));
        }
        StringBuilder between = new StringBuilder();
        for (int i = rank - named - 1; i >= 0; i--) {
            between.append((char) (FIRST_OF_ELLIPSIS + i));
        }
        return text.replace(ELLIPSIS, between);
    }

    private static boolean isOfEllipsis(char label) {
        return label >= FIRST_OF_ELLIPSIS;
    }

    /** Without an arrow: what an ellipsis stands for, then the labels that stand once, in alphabetical order. */
    private String implicit() {
        StringBuilder result = new StringBuilder();
        sizes.keySet().stream()
                .filter(Einsum::isOfEllipsis)
                .sorted((a, b) -> Character.compare(b, a))
                .forEach(result::append);
        String written = equation.replaceAll("[^A-Za-z]", "");
        sizes.keySet().stream()
                .filter(label -> !isOfEllipsis(label) && written.indexOf(label) == written.lastIndexOf(label))
                .sorted()
                .forEach(result::append);
        return result.toString();
    }

    private void requireOutput() {
        for (int i = 0; i < output.length(); i++) {
            char label = output.charAt(i);
            if (!sizes.containsKey(label)) {
                throw error("the output's label '" + label + "' is in no input");
            }
            if (output.indexOf(label) != i) {
                throw error("the output has the label '" + label + "' twice");
            }
        }
    }

    private void addSize(char label, long size) {
        Long known = sizes.putIfAbsent(label, size);
        if (known == null || known == size) {
            return;
        }
        if (!isOfEllipsis(label)) {
            throw error("the label '" + label + "' has the sizes " + known + " and " + size);
        }
        if (known != 1 && size != 1) {
            throw error("the axes of '...' have the sizes " + known + " and " + size + ", which do not broadcast");
        }
        if (known == 1) {
            sizes.put(label, size);
        }
    }

    private void requireNumericOfOneDType(Operand operand) {
        if (!operand.dtype().isNumeric() || operand.dtype() != operands.get(0).dtype()) {
            throw error("the operands must be numeric and of one dtype; use castTo");
        }
    }

    private IllegalArgumentException error(String problem) {
        List<String> specs =
                operands.stream().map(operand -> operand.spec().toString()).toList();
        return new IllegalArgumentException(
                "einsum '" + equation + "' of " + String.join(", ", specs) + ": " + problem);
    }

    // ---- the products ----

    /** A term in which each label stands once. */
    private static Term diagonal(Term term) {
        for (int j = 0; j < term.labels().length(); j++) {
            int i = term.labels().indexOf(term.labels().charAt(j));
            if (i < j) {
                String others = new StringBuilder(term.labels())
                        .deleteCharAt(j)
                        .deleteCharAt(i)
                        .toString();
                int[] axes = new int[term.labels().length()];
                for (int axis = 0, at = 0; axis < axes.length; axis++) {
                    if (axis != i && axis != j) {
                        axes[at++] = axis;
                    }
                }
                axes[axes.length - 2] = i;
                axes[axes.length - 1] = j;
                Tensor pairs = term.tensor().permute(axes);
                return diagonal(
                        new Term(pairs.diagPart(), others + term.labels().charAt(j)));
            }
        }
        return term;
    }

    private Tensor contractAll() {
        for (int i = 0; i < terms.size(); i++) {
            terms.set(i, sum(terms.get(i), wanted(i, i)));
        }
        while (terms.size() > 1) {
            int bestX = 0;
            int bestY = 1;
            for (int x = 0; x < terms.size(); x++) {
                for (int y = x + 1; y < terms.size(); y++) {
                    if (growth(x, y) < growth(bestX, bestY)) {
                        bestX = x;
                        bestY = y;
                    }
                }
            }
            terms.set(bestX, product(terms.get(bestX), terms.get(bestY), wanted(bestX, bestY)));
            terms.remove(bestY);
        }
        return aligned(terms.get(0), output);
    }

    /** The labels that the output or another term than these two has. */
    private String wanted(int x, int y) {
        StringBuilder labels = new StringBuilder(output);
        for (int i = 0; i < terms.size(); i++) {
            labels.append(i == x || i == y ? "" : terms.get(i).labels());
        }
        return labels.toString();
    }

    /** How many elements more the product of two terms has than they have; the least is the one to take first. */
    private double growth(int x, int y) {
        Term termX = terms.get(x);
        Term termY = terms.get(y);
        String kept = inside(termX.labels() + outside(termY.labels(), termX.labels()), wanted(x, y));
        double elements = kept.chars()
                .mapToDouble(label -> sizes.getOrDefault((char) label, 1L))
                .reduce(1, (m, n) -> m * n);
        return elements
                - termX.tensor().shape().elements()
                - termY.tensor().shape().elements();
    }

    private static Term sum(Term term, String wanted) {
        String summed = outside(term.labels(), wanted);
        if (summed.isEmpty()) {
            return term;
        }
        int[] axes = summed.chars().map(label -> term.labels().indexOf(label)).toArray();
        return new Term(term.tensor().sum(axes), outside(term.labels(), summed));
    }

    private static Term product(Term x, Term y, String wanted) {
        String common = inside(x.labels(), y.labels());
        String batch = inside(common, wanted);
        String summed = outside(common, wanted);
        String freeX = outside(x.labels(), common);
        String freeY = outside(y.labels(), common);
        String kept = batch + freeX + freeY;
        if (summed.isEmpty() || (freeX + freeY).isEmpty() || !x.tensor().dtype().isFloating()) {
            String all = kept + summed;
            return sum(new Term(aligned(x, all).mul(aligned(y, all)), all), kept);
        }
        Tensor left = stack(aligned(x, batch + freeX + summed), batch.length(), freeX.length());
        Tensor right = stack(aligned(y, batch + summed + freeY), batch.length(), summed.length());
        long[] shape = kept.chars()
                .mapToLong(label -> x.size((char) label) == 1 ? y.size((char) label) : x.size((char) label))
                .toArray();
        return new Term(left.mmul(right).reshape(Shape.of(shape)), kept);
    }

    /** The axes after the batch as a matrix, the first few its rows. */
    private static Tensor stack(Tensor x, int batch, int rows) {
        long[] shape = new long[batch + 2];
        long m = 1;
        long n = 1;
        for (int axis = 0; axis < x.shape().rank(); axis++) {
            long size = x.shape().size(axis);
            if (axis < batch) {
                shape[axis] = size;
            } else if (axis < batch + rows) {
                m *= size;
            } else {
                n *= size;
            }
        }
        shape[batch] = m;
        shape[batch + 1] = n;
        return x.reshape(Shape.of(shape));
    }

    /** A term's tensor with its axes in the order of some labels, and axes of size 1 for those that it lacks. */
    private static Tensor aligned(Term term, String labels) {
        String own = inside(labels, term.labels());
        int[] axes = own.chars().map(label -> term.labels().indexOf(label)).toArray();
        long[] shape =
                labels.chars().mapToLong(label -> term.size((char) label)).toArray();
        Tensor ordered =
                own.equals(term.labels()) ? term.tensor() : term.tensor().permute(axes);
        return own.equals(labels) ? ordered : ordered.reshape(Shape.of(shape));
    }

    /** The labels that are among others, in their order. */
    private static String inside(String labels, String others) {
        return chosen(labels, others, true);
    }

    /** The labels that are not among others, in their order. */
    private static String outside(String labels, String others) {
        return chosen(labels, others, false);
    }

    private static String chosen(String labels, String others, boolean among) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < labels.length(); i++) {
            char label = labels.charAt(i);
            if ((others.indexOf(label) >= 0) == among) {
                result.append(label);
            }
        }
        return result.toString();
    }
}
