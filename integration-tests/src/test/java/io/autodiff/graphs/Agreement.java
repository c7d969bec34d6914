package io.autodiff.graphs;

import io.autodiff.CompiledMany;
import io.autodiff.DType;
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
import org.jspecify.annotations.Nullable;

/** Whether a program gives the same eagerly and compiled: its values, and its gradients with a tape inside and outside. */
final class Agreement {
    private static final double FLOAT64 = 1e-9;
    private static final double FLOAT32 = 1e-3;

    private interface Program extends Function<List<Tensor>, List<Tensor>> {}

    private Agreement() {}

    /** {@return what does not agree, or null} */
    static @Nullable String problem(OpGraph graph) {
        Program eager = graph::apply;
        List<List<Tensor>> values = calls(graph, eager);
        String problem = difference(graph, "values", values, compiled(eager));
        if (problem != null || graph.dtype().isInteger()) {
            return problem;
        }
        List<List<Tensor>> gradients = calls(graph, gradients(eager));
        problem = difference(graph, "a tape inside", gradients, compiled(gradients(eager)));
        return problem != null
                ? problem
                : difference(graph, "a tape outside", gradients.subList(0, 1), gradients(compiled(eager)));
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
            OpGraph graph, String what, List<List<Tensor>> expected, Program program) {
        for (int call = 0; call < expected.size(); call++) {
            List<Tensor> actual = program.apply(graph.inputs(call));
            for (int i = 0; i < actual.size(); i++) {
                Tensor eager = expected.get(call).get(i);
                Tensor compiled = actual.get(i);
                if (!eager.spec().equals(compiled.spec()) || !agree(eager, compiled)) {
                    return what + ", call " + call + ", result " + i + ": eager " + text(eager) + ", compiled "
                            + text(compiled);
                }
            }
        }
        return null;
    }

    private static boolean agree(Tensor eager, Tensor compiled) {
        if (eager.dtype().isInteger()) {
            return Arrays.equals(eager.toLongArray(), compiled.toLongArray());
        }
        double[] expected = eager.toDoubleArray();
        double[] actual = compiled.toDoubleArray();
        double magnitude = Arrays.stream(expected).map(Math::abs).reduce(1, Math::max);
        double tolerance = magnitude * (eager.dtype() == DType.FLOAT32 ? FLOAT32 : FLOAT64);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= tolerance)) {
                return false;
            }
        }
        return true;
    }

    private static String text(Tensor tensor) {
        return tensor.spec() + " " + Arrays.toString(tensor.toDoubleArray());
    }
}
