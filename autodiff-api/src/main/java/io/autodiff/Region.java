package io.autodiff;

import io.autodiff.spi.CompiledGraph;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a traced function, such as the body of a loop, as a function of the inputs of the op that it is a part of: to its
 * outputs, then what the op's assigned variables hold after it, then what it prints.
 */
final class Region {
    private final Trace trace;
    private final StagedOp.Inputs inputs;
    private final int[] places;
    private final CompiledMany compiled = new CompiledMany(this::compute);
    private final CompiledMany gradient;

    /** Call it for all regions of an op before the op is applied: each adds to the inputs what it depends on. */
    Region(Trace trace, StagedOp.Inputs inputs) {
        this.trace = trace;
        this.inputs = inputs;
        this.places = inputs.places(trace);
        this.gradient = new CompiledMany(given -> StagedOp.differentiated(
                        inputs.variables(), all -> compute(all).subList(0, outputs()))
                .apply(given));
    }

    private List<Tensor> compute(List<Tensor> all) {
        List<Tensor> own = new ArrayList<>();
        for (int place : places) {
            own.add(all.get(place));
        }
        int captured = own.size() - trace.captures().size();
        List<Tensor> computed = trace.inline(own.subList(0, captured), own.subList(captured, own.size()));
        List<Tensor> results = new ArrayList<>(computed.subList(0, outputs()));
        List<Variable> changed = trace.assigned();
        for (int i = 0; i < inputs.assigned().size(); i++) {
            int place = changed.indexOf(inputs.assigned().get(i));
            results.add(place < 0 ? all.get(inputs.firstAssigned() + i) : computed.get(outputs() + place));
        }
        results.addAll(computed.subList(outputs() + changed.size(), computed.size()));
        return results;
    }

    private int outputs() {
        return trace.outputSpecs().size();
    }

    /** The outputs and the assigned values; it prints. */
    List<Tensor> run(List<Tensor> all) {
        List<Tensor> results = compiled.apply(all);
        int silent = outputs() + inputs.assigned().size();
        trace.affect(results.subList(silent, results.size()));
        return results.subList(0, silent);
    }

    /** The same without printing: for what is run again to be differentiated. */
    List<Tensor> rerun(List<Tensor> all) {
        return compiled.apply(all).subList(0, outputs() + inputs.assigned().size());
    }

    /** What {@link #rerun} runs. */
    CompiledGraph graph() {
        return compiled.graph(inputs.specs());
    }

    /** The gradients of the op's floating inputs, of its inputs and the gradients of its floating outputs. */
    List<Tensor> gradient(List<Tensor> given) {
        return gradient.apply(given);
    }
}
