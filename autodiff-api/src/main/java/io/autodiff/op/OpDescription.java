package io.autodiff.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is said of an op, for readers. */
final class OpDescription {
    private OpDescription() {}

    /** On one line. */
    static String line(Op op) {
        Map<String, String> attributes = new TreeMap<>();
        op.attributes()
                .forEach((name, attribute) ->
                        attributes.put(name, attribute.type().getSimpleName()));
        return op.name() + "(" + String.join(", ", op.inputNames()) + (op.isVariadic() ? "..." : "") + ") -> "
                + String.join(", ", op.outputNames()) + (attributes.isEmpty() ? "" : " " + attributes);
    }

    /** On several lines. */
    static String of(Op op) {
        OpParts parts = op.parts();
        List<String> lines = new ArrayList<>();
        lines.add(line(op));
        for (String input : parts.inputs) {
            lines.add("input " + input + (parts.variadic ? "..." : "") + ": "
                    + (parts.notDifferentiable.contains(input)
                            ? "not differentiable"
                            : parts.jointGradients != null ? "gradient, of all inputs together" : "gradient"));
        }
        for (String output : parts.outputs) {
            lines.add("output " + output + (parts.residuals.contains(output) ? ": residual" : ""));
        }
        parts.attributes.values().forEach(attribute -> lines.add("attribute " + attribute));
        lines.add("kernels: "
                + (parts.kernels.isEmpty()
                        ? "none"
                        : String.join(
                                ", ",
                                parts.kernels.keySet().stream()
                                        .map(Class::getName)
                                        .toList())));
        lines.add("broadcasts: " + (parts.broadcasting ? "yes" : "no"));
        lines.add("fuses: " + (parts.elementwise == null ? "no" : "yes, element by element"));
        return String.join("\n  ", lines);
    }

    static String author(Op op) {
        OpParts parts = op.parts();
        String provider = SharedOps.providerOf(op);
        if (provider != null) {
            return "the op is of the provider " + provider;
        }
        String author = parts.author == null ? "" : " by " + Origin.of(parts.author);
        return parts.gradientOverridden
                ? "its gradient is overridden" + author
                : "the op is of no provider" + (author.isEmpty() ? "" : ", it is declared" + author);
    }
}
