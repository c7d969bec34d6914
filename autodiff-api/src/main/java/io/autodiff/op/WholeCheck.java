package io.autodiff.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is missing in an op, or contradicts itself. */
final class WholeCheck {
    private WholeCheck() {}

    static List<String> problems(OpParts p) {
        List<String> problems = new ArrayList<>();
        if (p.shape == null) {
            problems.add("it has no shape function: add .shape(...)");
        }
        if (p.kernels.isEmpty() && p.elementwise == null) {
            problems.add(
                    "it has no kernel: add .kernel(INDArray.class, ...), or .elementwise(...) if it goes element by"
                            + " element");
        }
        if (p.elementwise != null && (p.outputs.size() > 1 || p.variadic)) {
            problems.add("an elementwise op has one output, and a name for each input");
        }
        for (String input : p.inputs) {
            boolean declared = p.notDifferentiable.contains(input);
            boolean rule = p.gradients.containsKey(input);
            if (!declared && !rule && p.jointGradients == null) {
                problems.add("no gradient is registered for input '" + input + "': add .gradient(\"" + input
                        + "\", (c, dy) -> ...) or .notDifferentiable(\"" + input + "\")");
            }
            if (rule && (declared || p.jointGradients != null)) {
                problems.add("input '" + input + "' has a gradient and is declared otherwise too");
            }
        }
        for (String named : p.gradients.keySet()) {
            requireMember(problems, "gradient", named, p.inputs);
        }
        p.notDifferentiable.forEach(named -> requireMember(problems, "notDifferentiable", named, p.inputs));
        p.residuals.forEach(named -> requireMember(problems, "residual", named, p.outputs));
        if (Set.copyOf(p.inputs).size() < p.inputs.size()
                || Set.copyOf(p.outputs).size() < p.outputs.size()) {
            problems.add("a name stands twice in its inputs or outputs");
        }
        if (p.outputs.isEmpty()) {
            problems.add("it has no output");
        }
        if (!p.gradients.isEmpty() && (p.outputs.size() > 1 || p.variadic)) {
            problems.add("gradients of several outputs, or of any number of inputs, are given by .gradients(...)");
        }
        return problems;
    }

    private static void requireMember(List<String> problems, String what, String named, List<String> known) {
        if (!known.contains(named)) {
            problems.add(what + " names '" + named + "', which is none of " + known);
        }
    }
}
