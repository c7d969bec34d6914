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
import java.util.concurrent.atomic.AtomicInteger;
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
    /** How many functions are being traced, on any thread: while there is none, nobody need look for the own one. */
    private static final AtomicInteger ACTIVE = new AtomicInteger();

    /** Something to be done at each call with the values of some tensors, such as printing them. */
    private record Effect(Consumer<List<Tensor>> action, List<Tensor> tensors) {}

    /**
     * What a placeholder after the arguments stands for at a call: a number that Java gives, or a variable's value then.
     *
     * @param tensor gives it
     * @param variable null for a number
     */
    record Source(Supplier<Tensor> tensor, @Nullable Variable variable) {}

    private final List<Tensor> placeholders = new ArrayList<>();
    private final List<Source> sources = new ArrayList<>();

    /** The placeholders of sources that are not variables, each by what it is the one of. */
    private final Map<Object, Tensor> derived = new HashMap<>();

    private final Map<Variable, Tensor> cells = new LinkedHashMap<>();
    private final Map<Variable, Tensor> assigned = new LinkedHashMap<>();
    private final List<Effect> effects = new ArrayList<>();
    /** What came to be while this was traced; what is used and not among it is captured from outside. */
    private final OperandMap<Boolean> made = new OperandMap<>();

    private final List<Tensor> captures = new ArrayList<>();
    /** What happened, in order, each as what does it once more on actual tensors. */
    private final List<Consumer<OperandMap<Tensor>>> events = new ArrayList<>();

    /** The function's outputs, then what is assigned, then what the effects need. */
    private List<Tensor> results = List.of();

    private int outputs;
    /** The number of the step, where this is the body of a loop. */
    private @Nullable Tensor step;

    private @Nullable CompiledGraph graph;
    /** The trace that was being made when this began; null if there was none. */
    private final @Nullable Trace outer = CURRENT.get();

    private Trace() {}

    /** The trace that this thread is making; null outside of one. */
    static @Nullable Trace current() {
        return ACTIVE.get() == 0 ? null : CURRENT.get();
    }

    /** Traces a function for arguments of the given specs, out of hearing of the thread's tapes and scopes. */
    static Trace of(List<TensorSpec> specs, Function<List<Tensor>, ? extends List<? extends Operand>> function) {
        Trace trace = recorded(specs, function);
        if (!trace.capturesFromOuter()) {
            trace.graph = AutodiffProvider.current().compile(trace.placeholders, trace.results);
        }
        return trace;
    }

    /**
     * Whether it uses what a function around it computes in its trace. It is then a part of that trace, at each call of which it does
     * its ops once more, and has no graph of its own.
     */
    private boolean capturesFromOuter() {
        for (Trace around = outer; around != null; around = around.outer) {
            if (captures.stream().anyMatch(around.made::contains)) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether it can be called here: anywhere, or in the trace whose tensors it uses} */
    boolean fits() {
        return graph != null || outer == CURRENT.get();
    }

    /** A trace that is not called, but a part of what an outer one does. */
    static Trace recorded(List<TensorSpec> specs, Function<List<Tensor>, ? extends List<? extends Operand>> function) {
        Trace trace = new Trace();
        // The function is the caller's code, whose overridden gradients it has; a function that is traced again is not.
        var overrides = Executor.replacement();
        within(trace, trace.new Listener(), () -> {
            Executor.replace(overrides);
            for (TensorSpec spec : specs) {
                trace.placeholders.add(trace.own(AutodiffProvider.current().placeholder(spec)));
            }
            trace.results = Results.of("the function", function.apply(List.copyOf(trace.placeholders)));
            trace.outputs = trace.results.size();
        });
        trace.results.forEach(trace::use);
        trace.settle();
        return trace;
    }

    /** Runs code that computes with values, whatever this thread is tracing or recording. */
    static <R> R outside(Supplier<R> code) {
        List<R> result = new ArrayList<>();
        within(null, new Recorder() {}, () -> result.add(code.get()));
        return result.get(0);
    }

    private static void within(@Nullable Trace trace, Recorder recorder, Runnable code) {
        Trace outer = CURRENT.get();
        CURRENT.set(trace);
        ACTIVE.incrementAndGet();
        try {
            Executor.isolated(recorder, code);
        } finally {
            ACTIVE.decrementAndGet();
            CURRENT.set(outer);
        }
    }

    /** Hears what happens while the function runs. */
    private final class Listener implements Recorder {
        @Override
        public void created(Tensor leaf) {
            own(leaf);
        }

        @Override
        public void applied(OpCall<Tensor> call) {
            call.inputs().forEach(Trace.this::use);
            call.outputs().forEach(Trace.this::own);
            events.add(actual -> again(call, actual));
        }

        @Override
        public void derived(OpCall<Tensor> call) {
            call.inputs().forEach(Trace.this::use);
            events.add(actual -> Executor.derived(
                    call.withInputs(mapped(call.inputs(), actual)).withOutputs(mapped(call.outputs(), actual))));
        }

        @Override
        public void read(Variable variable, Tensor value, Tensor leaf) {
            events.add(actual -> {
                Tensor given = mapped(value, actual);
                actual.put(leaf, Executor.read(variable, given, copy(given)));
            });
        }
    }

    private Tensor own(Tensor tensor) {
        made.put(tensor, true);
        return tensor;
    }

    private void use(Tensor tensor) {
        if (!made.contains(tensor)) {
            captures.add(own(tensor));
        }
    }

    private Tensor source(TensorSpec spec, Source source) {
        Tensor placeholder = own(AutodiffProvider.current().placeholder(spec));
        placeholders.add(placeholder);
        sources.add(source);
        return placeholder;
    }

    /** A placeholder for a number that Java gives at each call; the same one for the same supplier. */
    Tensor hostScalar(DType dtype, Supplier<? extends Number> number) {
        // Suppliers are equal if they are the same object.
        return derived(List.of(dtype, number), dtype, () -> Functions.hostScalar(dtype, anew(number)));
    }

    /** A placeholder for a scalar that is computed before each call; the same one for the same key. */
    Tensor derived(Object key, DType dtype, Supplier<Tensor> scalar) {
        return derived.computeIfAbsent(key, k -> source(new TensorSpec(dtype, Shape.SCALAR), new Source(scalar, null)));
    }

    /** The number of the step in the body of a loop, an int64 scalar; null elsewhere. */
    @Nullable
    Tensor step() {
        return step;
    }

    /** Says that this thread's trace is one of the body of a loop. */
    static void enterStep(Tensor number) {
        Objects.requireNonNull(current()).step = number;
    }

    /** {@return how many of the placeholders, the first ones, are the function's arguments} */
    int argumentCount() {
        return placeholders.size() - sources.size();
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
            cell = source(variable.spec(), new Source(variable::use, variable));
            cells.put(variable, cell);
        }
        return cell;
    }

    void assign(Variable variable, Tensor value) {
        use(value);
        Tensor cell = own(AutodiffProvider.current().alias(value));
        events.add(actual -> actual.put(cell, mapped(value, actual)));
        cells.put(variable, cell);
        assigned.put(variable, cell);
    }

    void effect(Consumer<List<Tensor>> action, List<Tensor> tensors) {
        tensors.forEach(this::use);
        effects.add(new Effect(action, tensors));
    }

    /**
     * One call: reads what the placeholders stand for, computes, and only then assigns and prints. If something fails, no variable
     * has changed.
     */
    List<Tensor> call(List<? extends Operand> operands) {
        boolean heard = isHeard();
        List<Tensor> inputs = new ArrayList<>(placeholders.size());
        for (int i = 0; i < operands.size(); i++) {
            Operand operand = operands.get(i);
            // Where nobody hears of the read, it needs no tensor of its own.
            inputs.add(!heard && operand instanceof Variable variable ? variable.use() : operand.asTensor());
        }
        List<Tensor> computed = heard ? heard(inputs) : run(inputs);
        int next = outputs;
        for (Variable variable : assigned.keySet()) {
            Tensor value = computed.get(next++);
            if (heard) {
                variable.assign(value);
            } else {
                // The graph has just made it.
                variable.replace(value);
            }
        }
        if (!effects.isEmpty()) {
            affect(computed.subList(next, computed.size()));
        }
        return List.copyOf(computed.size() == outputs ? computed : computed.subList(0, outputs));
    }

    private List<Tensor> heard(List<Tensor> inputs) {
        for (Source source : sources) {
            inputs.add(source.tensor().get());
        }
        return inline(inputs);
    }

    /** Runs the graph. While it runs, what variables held when it began stays. */
    private List<Tensor> run(List<Tensor> inputs) {
        int entered = 0;
        try {
            for (Source source : sources) {
                Variable variable = source.variable();
                inputs.add(variable == null ? source.tensor().get() : variable.enter());
                entered++;
            }
            return graph().run(inputs);
        } finally {
            for (int i = 0; i < entered; i++) {
                Variable variable = sources.get(i).variable();
                if (variable != null) {
                    variable.leave();
                }
            }
        }
    }

    /** Whether a trace is being made, or something has to hear of each op. */
    private static boolean isHeard() {
        if (current() != null) {
            return true;
        }
        List<Recorder> recorders = Executor.recorders();
        for (int i = 0; i < recorders.size(); i++) {
            if (recorders.get(i).hearsEachOp()) {
                return true;
            }
        }
        return false;
    }

    /** The traced ops once more on actual tensors: for tapes, which differentiate through them to any order, and outer traces. */
    private List<Tensor> inline(List<Tensor> inputs) {
        return inline(inputs, captures);
    }

    /** The results, with actual tensors in place of the placeholders and of what was captured; nothing is assigned or printed. */
    List<Tensor> inline(List<Tensor> inputs, List<Tensor> captured) {
        OperandMap<Tensor> actual = new OperandMap<>();
        put(placeholders, inputs, actual);
        put(captures, captured, actual);
        events.forEach(event -> event.accept(actual));
        return mapped(results, actual);
    }

    private static void put(List<Tensor> traced, List<Tensor> given, OperandMap<Tensor> actual) {
        for (int i = 0; i < traced.size(); i++) {
            actual.put(traced.get(i), given.get(i));
        }
    }

    /** {@return what each placeholder after the arguments stands for} */
    List<Source> sources() {
        return sources;
    }

    /** {@return what the trace uses and did not make} */
    List<Tensor> captures() {
        return captures;
    }

    /** {@return the variables that it assigns} */
    List<Variable> assigned() {
        return List.copyOf(assigned.keySet());
    }

    /** {@return dtype and shape of each output} */
    List<TensorSpec> outputSpecs() {
        return results.subList(0, outputs).stream().map(Tensor::spec).toList();
    }

    /** {@return whether it prints, or does something else at each call} */
    boolean hasEffects() {
        return !effects.isEmpty();
    }

    /** Puts the assigned values and what the effects need behind the outputs. */
    private void settle() {
        List<Tensor> all = new ArrayList<>(results);
        all.addAll(assigned.values());
        effects.forEach(effect -> all.addAll(effect.tensors()));
        results = List.copyOf(all);
    }

    /** Does what the effects are, with the tensors that they need. */
    void affect(List<Tensor> computed) {
        int next = 0;
        for (Effect effect : effects) {
            Functions.effect(
                    effect.action(),
                    computed.subList(next, next + effect.tensors().size()));
            next += effect.tensors().size();
        }
    }

    /** Also where no input is an argument's: a tape may watch what was captured. */
    private static void again(OpCall<Tensor> call, OperandMap<Tensor> actual) {
        List<Tensor> outputs = Executor.execute(call.op(), call.attributes(), mapped(call.inputs(), actual));
        for (int i = 0; i < outputs.size(); i++) {
            actual.put(call.outputs().get(i), outputs.get(i));
        }
    }

    private static List<Tensor> mapped(List<Tensor> traced, OperandMap<Tensor> actual) {
        return traced.stream().map(tensor -> mapped(tensor, actual)).toList();
    }

    private static Tensor mapped(Tensor traced, OperandMap<Tensor> actual) {
        Tensor tensor = actual.get(traced);
        return tensor == null ? traced : tensor;
    }

    private static Tensor copy(Tensor tensor) {
        return Executor.created(AutodiffProvider.current().alias(tensor));
    }

    /** What a call runs that nothing has to hear of. */
    CompiledGraph graph() {
        return Objects.requireNonNull(graph);
    }

    /** The steps of the graph, for a reader. */
    String describe() {
        return graph == null ? "  a part of the function whose tensors it uses\n" : graph.describe();
    }
}
