package io.autodiff.benchmarks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Checks that all means give the same numbers, measures them, and prints tables in Markdown. DJL's row is the unit where there
 * is one: it runs on the same machine in the same minutes, and a ratio says more than a time on a machine with other work.
 */
public final class Benchmarks {
    private static final String UNIT = "djlPyTorch";

    private static final List<Row> ROWS = List.of(
            new Row("eager", "autodiff, eager"),
            new Row("compiled", "autodiff, compiled"),
            new Row("compiledLoop", "autodiff, 1000 steps in a compiled call"),
            new Row("plainJava", "Java floats, derivative by hand"),
            new Row("nd4j", "ND4J in place, derivative by hand"),
            new Row("sameDiff", "SameDiff"),
            new Row(UNIT, "DJL with PyTorch"));

    private static final List<Table> TABLES = List.of(
            new Table("SGD step on x^2 - 2x + 1, x read each step", QuadraticStep.class),
            new Table("200 times y = sin(1.01 y + 0.1), value and gradient", SineChain.class),
            new Table(
                    "sum(x sigmoid(1.702 x) + tanh(x) exp(-x^2)), 1,000,000 elements, value and gradient",
                    ElementwiseSum.class),
            new Table(
                    "linear regression, 10,000 examples of 20 features, SGD step, loss read each step",
                    LinearRegression.class),
            new Table(
                    "network 784-256-10, relu, softmax cross-entropy, batch of 128, SGD step, loss read each step",
                    Perceptron.class),
            new Table(
                    "sum(relu(x w1) w2) of matrices of 1024 by 1024, value and gradients by w1 and w2",
                    MatrixProducts.class),
            new Table(
                    "convolution 3x3 from 1 channel to 8 on 28x28, relu, maxima of 2x2, 10 classes, batch of 32, SGD step, loss"
                            + " read each step",
                    ConvolutionNetwork.class),
            new Table("Hessian of sum(x^4) times a vector, 1000 elements", HessianVectorProduct.class));

    private Benchmarks() {}

    /** What a benchmark is called, and its class. */
    private record Table(String title, Class<?> benchmark) {}

    /** A benchmark method and how the table calls it. */
    private record Row(String method, String label) {}

    /**
     * Checks, measures and prints.
     *
     * @param args none
     * @throws RunnerException if a benchmark fails
     * @throws CommandLineOptionException never, as there are no options
     */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        QuadraticStep.check();
        SineChain.check();
        ElementwiseSum.check();
        HessianVectorProduct.check();
        for (ArrayBenchmark benchmark :
                List.of(new LinearRegression(), new Perceptron(), new MatrixProducts(), new ConvolutionNetwork())) {
            benchmark.check();
        }
        for (Table table : TABLES) {
            medians(table.benchmark(), new CommandLineOptions()).values().forEach(times -> print(table.title(), times));
        }
    }

    /**
     * Measures one class and prints a table of ratios.
     *
     * @param benchmark with a row for each combination of its parameters
     * @param args options of JMH, such as {@code -p op=EXP,SORT}
     * @param unit the method whose time is the unit, and is printed in microseconds
     * @param methods those whose times are printed as ratios to it
     */
    static void printRatios(Class<?> benchmark, String[] args, String unit, List<String> methods)
            throws RunnerException, CommandLineOptionException {
        System.out.printf(
                "| %s | %s, microseconds | %s |%n", benchmark.getSimpleName(), unit, String.join(" | ", methods));
        System.out.println("|---|---:|" + "---:|".repeat(methods.size()));
        medians(benchmark, new CommandLineOptions(args)).forEach((row, times) -> {
            double time = times.getOrDefault(unit, Double.NaN);
            System.out.printf(Locale.ROOT, "| %s | %.2f |", row, time / 1000);
            methods.forEach(
                    method -> System.out.printf(Locale.ROOT, " %.2f |", times.getOrDefault(method, Double.NaN) / time));
            System.out.println();
        });
    }

    /**
     * {@return nanoseconds by parameters and by method} The median: one iteration that another program disturbed does not move it.
     */
    private static Map<String, Map<String, Double>> medians(Class<?> benchmark, Options parent) throws RunnerException {
        Options options = new OptionsBuilder()
                .parent(parent)
                .include("^" + Pattern.quote(benchmark.getName() + "."))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        Map<String, Map<String, Double>> rows = new LinkedHashMap<>();
        for (RunResult result : new Runner(options).run()) {
            BenchmarkParams params = result.getParams();
            String row = params.getParamsKeys().stream().map(params::getParam).collect(Collectors.joining(", "));
            String method = params.getBenchmark();
            rows.computeIfAbsent(row, r -> new HashMap<>())
                    .put(
                            method.substring(method.lastIndexOf('.') + 1),
                            result.getPrimaryResult().getStatistics().getPercentile(50));
        }
        return rows;
    }

    private static void print(String title, Map<String, Double> medians) {
        Double unit = medians.get(UNIT);
        System.out.printf(Locale.ROOT, "%n| %s | microseconds |%s%n", title, unit == null ? "" : " of DJL's time |");
        System.out.printf("|---|---:|%s%n", unit == null ? "" : "---:|");
        for (Row row : ROWS) {
            Double median = medians.get(row.method());
            if (median != null) {
                String ratio = unit == null ? "" : String.format(Locale.ROOT, " %.4f |", median / unit);
                System.out.printf(Locale.ROOT, "| %s | %.3f |%s%n", row.label(), median / 1000, ratio);
            }
        }
    }
}
