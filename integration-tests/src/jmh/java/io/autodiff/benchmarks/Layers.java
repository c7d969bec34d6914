package io.autodiff.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A step of gradient descent for one part of a network, whose inputs are variables too; the loss before the step is read in Java. */
public class Layers extends ArrayBenchmark {
    @Param
    Layer layer = Layer.CROSS_ENTROPY;

    private static final class Descent extends Program {
        private final Layer layer;
        private final Tensor target;
        private final List<Variable> variables;
        private final Sgd sgd = new Sgd(Layer.RATE);

        Descent(Layer layer) {
            this.layer = layer;
            this.target = layer.targetTensor();
            this.variables = IntStream.range(0, layer.variables())
                    .mapToObj(layer::variable)
                    .toList();
        }

        @Override
        Tensor run() {
            return sgd.minimize(() -> layer.loss(variables, target), variables);
        }
    }

    private static final class DjlDescent extends Djl {
        private final Layer layer;
        private final NDArray target;
        private final NDList variables = new NDList();

        DjlDescent(Layer layer) {
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

        @Override
        void use(NDArray variable, NDArray gradient) {
            variable.subi(gradient.mul(Layer.RATE));
        }
    }

    @Override
    Program program() {
        return new Descent(layer);
    }

    @Override
    Djl djl() {
        return new DjlDescent(layer);
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
        Options options = new OptionsBuilder()
                .parent(new CommandLineOptions(args))
                .include("^" + Layers.class.getName().replace(".", "\\.") + "\\.")
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        Map<String, Map<String, Double>> rows = new TreeMap<>();
        for (RunResult result : new Runner(options).run()) {
            String method = result.getParams().getBenchmark();
            rows.computeIfAbsent(result.getParams().getParam("layer"), row -> new TreeMap<>())
                    .put(
                            method.substring(method.lastIndexOf('.') + 1),
                            result.getPrimaryResult().getStatistics().getPercentile(50));
        }
        System.out.println("| layer | DJL, microseconds | compiled, of that | eager, of that |");
        System.out.println("|---|---:|---:|---:|");
        rows.forEach((row, times) -> {
            double djl = times.getOrDefault("djlPyTorch", Double.NaN);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %.2f | %.2f |%n",
                    row,
                    djl / 1000,
                    times.getOrDefault("compiled", Double.NaN) / djl,
                    times.getOrDefault("eager", Double.NaN) / djl);
        });
    }
}
