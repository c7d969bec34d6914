package io.autodiff.graphs;

import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.UnconnectedGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Whether a program gives the same eagerly and compiled: its values, and its gradients with a tape inside and outside. */
final class Agreement {
    private interface Program extends Function<List<Tensor>, List<Tensor>> {}

    /** A program of which all that is read goes through a function. */
    private interface Way extends Function<UnaryOperator<Tensor>, Program> {}

    private Agreement() {}

    /** {@return what does not agree, or null} */
    static @Nullable String problem(OpGraph graph) {
        Way eager = each -> in -> graph.apply(in, each);
        Program program = eager.apply(UnaryOperator.identity());
        List<List<Tensor>> values = calls(graph, program);
        String problem = difference(graph, "values", eager, values, compiled(program));
        if (problem != null || graph.dtype().isInteger()) {
            return problem;
        }
        Way sweep = each -> gradients(eager.apply(each));
        List<List<Tensor>> gradients = calls(graph, gradients(program));
        problem = difference(graph, "a tape inside", sweep, gradients, compiled(gradients(program)));
        return problem != null
                ? problem
                : difference(graph, "a tape outside", sweep, gradients.subList(0, 1), gradients(compiled(program)));
    }

    /** The gradients of a program's results, weighted, by its inputs. */
    private static Program gradients(Program program) {
        return in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(in);
                Operand y = OpGraph.weighted(program.apply(in));
                return tape.gradient(List.of(y), in, null, UnconnectedGradients.ZERO).stream()
                        .map(Objects::requireNonNull)
                        .toList();
            }
        };
    }

    private static Program compiled(Program program) {
        CompiledMany compiled = Functions.compileMany(program);
        return compiled::apply;
    }

    /** What several calls give: the first one of a compiled function also traces, and a second one finds its memory used. */
    private static List<List<Tensor>> calls(OpGraph graph, Program program) {
        List<List<Tensor>> calls = new ArrayList<>();
        for (int call = 0; call < OpGraph.CALLS; call++) {
            calls.add(program.apply(graph.inputs(call)));
        }
        return calls;
    }

    private static @Nullable String difference(
            OpGraph graph, String what, Way way, List<List<Tensor>> expected, Program program) {
        for (int call = 0; call < expected.size(); call++) {
            List<Tensor> inputs = graph.inputs(call);
            List<Tensor> actual = program.apply(inputs);
            for (int i = 0; i < actual.size(); i++) {
                int result = i;
                Tensor eager = expected.get(call).get(i);
                Tensor compiled = actual.get(i);
                String problem = problem(
                        eager,
                        compiled,
                        () -> Rounding.disturbed(each ->
                                way.apply(each).apply(inputs).get(result).toDoubleArray()));
                if (problem != null) {
                    return what + ", call " + call + ", result " + i + ", " + problem + ": eager " + text(eager)
                            + ", compiled " + text(compiled);
                }
            }
        }
        return null;
    }

    private static @Nullable String problem(Tensor eager, Tensor compiled, Supplier<List<double[]>> disturbed) {
        if (!eager.spec().equals(compiled.spec())) {
            return "specs";
        }
        if (eager.dtype().isInteger()) {
            return Arrays.equals(eager.toLongArray(), compiled.toLongArray()) ? null : "integers";
        }
        return Rounding.problem(eager.dtype(), eager.toDoubleArray(), compiled.toDoubleArray(), disturbed);
    }

    private static String text(Tensor tensor) {
        return tensor.spec() + " " + Arrays.toString(tensor.toDoubleArray());
    }
}
