package io.autodiff;

import io.autodiff.op.TensorSpec;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.Executor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What compiled functions of all kinds have in common: one trace for each signature of their arguments. */
abstract sealed class Compiled permits CompiledFunction, CompiledMany, CompiledSupplier, CompiledAction {
    /** A function that is traced this often is called with ever new shapes, and gains nothing. */
    private static final int MANY = 10;

    private final Function<List<Tensor>, ? extends List<? extends Operand>> body;
    private final Object lock = new Object();
    /** By the arguments' specs, and the overrides of gradients that there were. */
    private final Map<Object, Trace> traces = new LinkedHashMap<>();

    /** The trace of a call without overrides: most calls are like the one before. */
    private volatile @Nullable Recent recent;

    private record Recent(List<TensorSpec> signature, Trace trace) {
        boolean fits(List<? extends Operand> arguments) {
            if (Executor.replacement() != null || arguments.size() != signature.size() || !trace.fits()) {
                return false;
            }
            for (int i = 0; i < signature.size(); i++) {
                if (!arguments.get(i).spec().equals(signature.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }

    Compiled(Function<List<Tensor>, ? extends List<? extends Operand>> body) {
        this.body = body;
    }

    List<Tensor> call(List<? extends Operand> arguments) {
        Recent last = recent;
        Trace trace = last != null && last.fits(arguments)
                ? last.trace
                : trace(arguments.stream().map(Operand::spec).toList());
        return trace.call(arguments);
    }

    /** What a call with arguments of the given specs runs, if it needs nothing but them. */
    CompiledGraph graph(List<TensorSpec> signature) {
        return Trace.outside(() -> trace(signature)).graph();
    }

    private Trace trace(List<TensorSpec> signature) {
        synchronized (lock) {
            Object overrides = Executor.replacement();
            Object key = overrides == null ? signature : List.of(signature, overrides);
            Trace trace = traces.get(key);
            if (trace == null || !trace.fits()) {
                boolean isNew = trace == null;
                trace = Trace.of(signature, body);
                traces.put(key, trace);
                if (isNew && traces.size() == MANY) {
                    System.getLogger(Compiled.class.getName())
                            .log(
                                    System.Logger.Level.WARNING,
                                    "a compiled function was traced for the {0}th time; each dtype and shape of its"
                                            + " arguments makes a trace: {1}",
                                    MANY,
                                    traces.keySet());
                }
            }
            if (overrides == null) {
                recent = new Recent(signature, trace);
            }
            return trace;
        }
    }

    /** {@return for how many signatures, that is dtypes and shapes of the arguments, the function was traced} */
    public final int traces() {
        synchronized (lock) {
            return traces.size();
        }
    }

    /** {@return the signatures so far, each with the steps of its graph, one on a line} */
    public final String describe() {
        StringBuilder text = new StringBuilder();
        synchronized (lock) {
            traces.forEach(
                    (signature, trace) -> text.append(signature).append(":\n").append(trace.describe()));
        }
        return text.toString();
    }
}
