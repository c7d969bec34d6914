package io.autodiff.benchmarks;

import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.nd4j.Nd4jTensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/**
 * One op at a time, beside what a user of ND4J would write by hand who knows its fast forms: ops made once, results in arrays that are
 * there. With {@code gradient}, both compute the value and then the gradient to a given gradient of the result; ND4J's is the derivative
 * written by hand.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public class CommonOps {
    @Param
    CommonOp op = CommonOp.ADD;

    @Param({"10", "1000", "1000000"})
    int size = 1;

    @Param({"false", "true"})
    boolean gradient;

    private Supplier<Object> work = Object::new;

    /** The inputs, and the gradient of the result, of an op and a size. */
    private record Program(
            CommonOp op, List<Tensor> inputs, @Nullable Tensor outputGradient) {
        static Program of(CommonOp op, int size, boolean gradient) {
            List<Tensor> inputs = op.inputs(size);
            Tensor like = op.tensors.apply(inputs);
            float[] seed = Peers.normal(3, (int) like.shape().elements());
            return new Program(
                    op,
                    inputs,
                    gradient ? Tensors.of(seed).reshape(like.shape()).evaluate() : null);
        }

        /** The result; with a gradient, those by all inputs before it. */
        List<Tensor> run(List<Tensor> in) {
            Tensor dy = outputGradient;
            if (dy == null) {
                return List.of(op.tensors.apply(in));
            }
            List<Tensor> sources =
                    in.stream().filter(x -> x.dtype().isFloating()).toList();
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(sources);
                Tensor y = op.tensors.apply(in);
                List<Tensor> all = new ArrayList<>();
                tape.gradient(List.of(y), sources, List.of(dy), UnconnectedGradients.NONE)
                        .forEach(dx -> all.add(Objects.requireNonNull(dx)));
                all.add(y);
                return all;
            }
        }

        @SuppressWarnings("UnnecessaryLambda") // a form of the work, as compiled() is another
        Supplier<Object> eager() {
            return () -> computed(run(inputs));
        }

        Supplier<Object> compiled() {
            CompiledMany function = Functions.compileMany(
                    in -> run(in.stream().map(x -> x.asTensor()).toList()));
            return () -> computed(function.apply(inputs));
        }

        /** In one evaluation, and with its memory given back. */
        private static Object computed(List<Tensor> results) {
            Tensors.evaluate(results.toArray(new Tensor[0]));
            return results;
        }

        /** By hand, on arrays of the same numbers. */
        Supplier<List<INDArray>> nd4j() {
            List<INDArray> arrays = inputs.stream().map(Nd4jTensors::toArray).toList();
            Tensor dy = outputGradient;
            ByHand hand = new ByHand(arrays, dy == null ? null : Nd4jTensors.toArray(dy));
            INDArray y = op.value.apply(hand);
            List<INDArray> results = new ArrayList<>(dy == null ? List.of() : op.gradient.apply(hand, y));
            results.add(y);
            return () -> {
                hand.run();
                return results;
            };
        }
    }

    /**
     * Makes what a method measures.
     *
     * @param params of the benchmark
     */
    @Setup
    public void prepare(BenchmarkParams params) {
        Program program = Program.of(op, size, gradient);
        String name = params.getBenchmark();
        work = switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "eager" -> program.eager();
            case "compiled" -> program.compiled();
            default -> program.nd4j()::get;
        };
    }

    /**
     * Checks, measures and prints a table of ratios: of the compiled program's time to ND4J's, and the eager one's.
     *
     * @param args options of JMH, such as {@code -p op=EXP,SORT}
     * @throws RunnerException if a benchmark fails
     * @throws CommandLineOptionException if an option is none
     */
    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        check();
        Benchmarks.printRatios(CommonOps.class, args, "nd4j", List.of("compiled", "eager"));
    }

    /** Throws if one of them computes otherwise than ND4J. */
    static void check() {
        for (CommonOp op : CommonOp.values()) {
            for (int size : new int[] {10, 1000}) {
                Program program = Program.of(op, size, true);
                List<INDArray> expected = program.nd4j().get();
                for (Supplier<Object> ours : List.of(program.eager(), program.compiled())) {
                    List<?> results = (List<?>) ours.get();
                    for (int i = 0; i < results.size(); i++) {
                        Peers.requireClose(
                                op + " of " + size + ", number " + i,
                                ((Tensor) Objects.requireNonNull(results.get(i))).toFloatArray(),
                                expected.get(i).dup('c').data().asFloat());
                    }
                }
            }
        }
    }

    @Benchmark
    public Object eager() {
        try (TensorScope scope = TensorScope.open()) {
            return work.get();
        }
    }

    @Benchmark
    public Object compiled() {
        try (TensorScope scope = TensorScope.open()) {
            return work.get();
        }
    }

    @Benchmark
    public Object nd4j() {
        return work.get();
    }
}
