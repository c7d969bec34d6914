package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/** A step of gradient descent for one part of a network, whose inputs are variables too; the loss before the step is read in Java. */
public class Layers extends ArrayBenchmark {
    @Param
    Layer layer = Layer.CROSS_ENTROPY;

    private static final class LayerDescent extends Descent {
        private final Layer layer;
        private final Tensor target;
        private final List<Variable> variables;

        LayerDescent(Layer layer) {
            super(Layer.RATE);
            this.layer = layer;
            this.target = layer.targetTensor();
            this.variables = IntStream.range(0, layer.variables())
                    .mapToObj(layer::variable)
                    .toList();
        }

        @Override
        Tensor loss() {
            return layer.loss(variables, target);
        }

        @Override
        List<Variable> variables() {
            return variables;
        }
    }

    private static final class DjlLayerDescent extends DjlDescent {
        private final Layer layer;
        private final NDArray target;
        private final NDList variables = new NDList();

        DjlLayerDescent(Layer layer) {
            super(Layer.RATE);
            this.layer = layer;
            this.target = layer.targetArray(this);
            for (int i = 0; i < layer.variables(); i++) {
                variables.add(variable(layer.variable(this, i)));
            }
        }

        @Override
        NDArray loss() {
            return layer.loss(variables, target);
        }
    }

    @Override
    Program program() {
        return new LayerDescent(layer);
    }

    @Override
    Djl djl() {
        return new DjlLayerDescent(layer);
    }

    /** Throws if one of them computes otherwise than DJL. */
    static void checkAll() {
        for (Layer each : Layer.values()) {
            Layers benchmark = new Layers();
            benchmark.layer = each;
            benchmark.check();
        }
    }

    /**
     * Checks, measures and prints a table of ratios to DJL's times.
     *
     * @param args options of JMH, such as {@code -p layer=LSTM_CELL}
     * @throws RunnerException if a benchmark fails
     * @throws CommandLineOptionException if an option is none
     */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        checkAll();
        Benchmarks.printRatios(Layers.class, args, "djlPyTorch", List.of("compiled", "eager"));
    }
}
