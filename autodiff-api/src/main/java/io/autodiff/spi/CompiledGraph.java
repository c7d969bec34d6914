package io.autodiff.spi;

import io.autodiff.Tensor;
import java.util.List;

/**
 * A graph of calls that an engine has prepared once, to be run many times.
 *
 * <pre>{@code
 * Tensor x = engine.placeholder(spec);
 * CompiledGraph graph = engine.compile(List.of(x), List.of(x.square().add(1)));
 * graph.run(List.of(Tensors.of(3.0))).get(0).item();     // 10.0
 * }</pre>
 */
public interface CompiledGraph {
    /**
     * Computes the outputs for given arguments. Safe from several threads at once.
     *
     * @param arguments one for each placeholder, of its dtype and shape
     * @return one tensor for each output, whose value is computed
     */
    List<Tensor> run(List<Tensor> arguments);

    /** {@return the steps, one on a line, for a reader} */
    String describe();
}
