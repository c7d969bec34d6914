package io.autodiff;

import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.CompiledGraph;
import io.autodiff.spi.Executor;
import io.autodiff.spi.Recorder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a function on placeholders: what it computed, which variables it read and assigned, and what it printed. From then
 * on a call of the function is a run of the graph, or, where something has to hear of each op, the same ops once more.
 */
final class Trace {
    private static final ThreadLocal<@Nullable Trace> CURRENT = new ThreadLocal<>();

    /** Something to be done at each call with the values of some tensors, such as printing them. */
    private record Effect(Consumer<List<Tensor>> action, List<Tensor> tensors) {}

    private final List<Tensor> placeholders = new ArrayList<>();
    /** What each placeholder after the arguments stands for at a call: a variable's value then, or a number that Java gives. */
    private final List<Supplier<Tensor>> sources = new ArrayList<>();

    private final Map<List<Object>, Tensor> hostScalars = new HashMap<>();
    private final Map<Variable, Tensor> cells = new LinkedHashMap<>();
    private final Map<Variable, Tensor> assigned = new LinkedHashMap<>();
    private final List<Effect> effects = new ArrayList<>();
    /** What happened, in order, each as what does it once more on actual tensors. */
    private final List<Consumer<OperandMap<Tensor>>> events = new ArrayList<>();

    /** The function's outputs, then what is assigned, then what the effects need. */
    private List<Tensor> results = List.of();

    private int outputs;
    private @Nullable CompiledGraph graph;

    private Trace() {}

    /** The trace that this thread is making; null outside of one. */
    static @Nullable Trace current() {
        return CURRENT.get();
    }

    /** Runs a function on placeholders of the given specs, out of hearing of the thread's tapes and scopes. */
    static Trace of(List<TensorSpec> specs, Function<List<Tensor>, ? extends List<? extends Operand>> function) {
        Trace outer = CURRENT.get();
        Trace trace = new Trace();
        Recorder recorder = new Recorder() {
            @Override
            public void applied(OpCall<Tensor> call) {
                trace.events.add(actual -> again(call, actual));
            }

            @Override
            public void read(Variable variable, Tensor leaf) {
                Tensor cell = trace.cell(variable);
                trace.events.add(actual -> actual.put(leaf, Executor.read(variable, copy(mapped(cell, actual)))));
            }
        };
        CURRENT.set(trace);
        try {
            Executor.isolated(recorder, () -> {
                specs.forEach(spec ->
                        trace.placeholders.add(AutodiffProvider.current().placeholder(spec)));
                List<? extends Operand> outputs = function.apply(List.copyOf(trace.placeholders));
                trace.results = outputs.stream().<Tensor>map(Operand::asTensor).toList();
                trace.outputs = outputs.size();
            });
        } finally {
            CURRENT.set(outer);
        }
        trace.compile();
        return trace;
    }

    private void compile() {
        List<Tensor> all = new ArrayList<>(results);
        all.addAll(assigned.values());
        effects.forEach(effect -> all.addAll(effect.tensors()));
        results = List.copyOf(all);
        graph = AutodiffProvider.current().compile(placeholders, results);
    }

    /** A placeholder for what Java gives at each call. */
    private Tensor source(TensorSpec spec, Supplier<Tensor> source) {
        Tensor placeholder = AutodiffProvider.current().placeholder(spec);
        placeholders.add(placeholder);
        sources.add(source);
        return placeholder;
    }

    /** A placeholder for a number that Java gives at each call; the same one for the same supplier. */
    Tensor hostScalar(DType dtype, Supplier<? extends Number> number) {
        // Suppliers are equal if they are the same object.
        return hostScalars.computeIfAbsent(
                List.of(dtype, number),
                key -> source(new TensorSpec(dtype, Shape.SCALAR), () -> Functions.hostScalar(dtype, anew(number))));
    }

    /** A supplier of its own for each call: where one function calls another twice, an outer trace must ask twice. */
    private static Supplier<Number> anew(Supplier<? extends Number> number) {
        return new Supplier<>() {
            @Override
            public Number get() {
                return number.get();
            }
        };
    }

    /** The value that a variable has at this point of the trace. */
    Tensor cell(Variable variable) {
        Tensor cell = cells.get(variable);
        if (cell == null) {
            cell = source(variable.spec(), variable::cell);
            cells.put(variable, cell);
        }
        return cell;
    }

    void assign(Variable variable, Tensor value) {
        Tensor cell = AutodiffProvider.current().alias(value);
        events.add(actual -> actual.put(cell, copy(mapped(value, actual))));
        cells.put(variable, cell);
        assigned.put(variable, cell);
    }

    void effect(Consumer<List<Tensor>> action, List<Tensor> tensors) {
        effects.add(new Effect(action, tensors));
    }

    /**
     * One call: reads what the placeholders stand for, computes, and only then assigns and prints. If something fails, no variable
     * has changed.
     */
    List<Tensor> call(List<? extends Operand> operands) {
        List<Tensor> inputs = new ArrayList<>(placeholders.size());
        operands.forEach(operand -> inputs.add(operand.asTensor()));
        sources.forEach(source -> inputs.add(source.get()));
        boolean heard = CURRENT.get() != null || Executor.recorders().stream().anyMatch(Recorder::hearsEachOp);
        List<Tensor> computed =
                heard ? inline(inputs) : Objects.requireNonNull(graph).run(inputs);
        int next = outputs;
        for (Variable variable : assigned.keySet()) {
            variable.assign(computed.get(next++));
        }
        for (Effect effect : effects) {
            Functions.effect(
                    effect.action(),
                    computed.subList(next, next + effect.tensors().size()));
            next += effect.tensors().size();
        }
        return List.copyOf(computed.subList(0, outputs));
    }

    /** The traced ops once more on actual tensors: for tapes, which differentiate through them to any order, and outer traces. */
    private List<Tensor> inline(List<Tensor> inputs) {
        OperandMap<Tensor> actual = new OperandMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            actual.put(placeholders.get(i), inputs.get(i));
        }
        events.forEach(event -> event.accept(actual));
        return results.stream().map(result -> mapped(result, actual)).toList();
    }

    /** A call that depends on no placeholder has its result already. */
    private static void again(OpCall<Tensor> call, OperandMap<Tensor> actual) {
        if (call.inputs().stream().anyMatch(actual::contains)) {
            List<Tensor> inputs =
                    call.inputs().stream().map(input -> mapped(input, actual)).toList();
            List<Tensor> outputs = Executor.execute(call.op(), call.attributes(), inputs);
            for (int i = 0; i < outputs.size(); i++) {
                actual.put(call.outputs().get(i), outputs.get(i));
            }
        }
    }

    private static Tensor mapped(Tensor traced, OperandMap<Tensor> actual) {
        Tensor tensor = actual.get(traced);
        return tensor == null ? traced : tensor;
    }

    private static Tensor copy(Tensor tensor) {
        return Executor.created(AutodiffProvider.current().alias(tensor));
    }

    /** The steps of the graph, for a reader. */
    String describe() {
        return Objects.requireNonNull(graph).describe();
    }
}
