package io.autodiff.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
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

    private Benchmarks() {}

    /** A benchmark method and how the table calls it. */
    private record Row(String method, String label) {}

    /**
     * Checks, measures and prints.
     *
     * @param args none
     * @throws RunnerException if a benchmark fails
     */
    public static void main(String[] args) throws RunnerException {
        QuadraticStep.check();
        SineChain.check();
        ElementwiseSum.check();
        LinearRegression.check();
        HessianVectorProduct.check();
        Perceptron.check();
        Options options = new OptionsBuilder()
                .include("^" + Benchmarks.class.getPackageName().replace(".", "\\.") + "\\.")
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        print("SGD step on x^2 - 2x + 1, x read", medians(QuadraticStep.class, results));
        print("200 times y = sin(1.01 y + 0.1), value and gradient", medians(SineChain.class, results));
        print(
                "sum(x sigmoid(1.702 x) + tanh(x) exp(-x^2)), 1,000,000 elements",
                medians(ElementwiseSum.class, results));
        print("linear regression, 10,000 x 20, SGD step", medians(LinearRegression.class, results));
        print("Hessian of sum(x^4) times a vector, 1000 elements", medians(HessianVectorProduct.class, results));
        print("network 784-256-10, batch of 128, SGD step", medians(Perceptron.class, results));
    }

    /** Nanoseconds by method. The median: one iteration that another program disturbed does not move it. */
    private static Map<String, Double> medians(Class<?> benchmark, Collection<RunResult> results) {
        String prefix = benchmark.getName() + ".";
        return results.stream()
                .filter(result -> result.getParams().getBenchmark().startsWith(prefix))
                .collect(Collectors.toMap(
                        result -> result.getParams().getBenchmark().substring(prefix.length()),
                        result -> result.getPrimaryResult().getStatistics().getPercentile(50)));
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
