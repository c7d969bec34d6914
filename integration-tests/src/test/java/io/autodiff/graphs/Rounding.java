package io.autodiff.graphs;

import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * How far rounding may take the results of a program. The program runs again a few times, and each time what a step reads is a few units
 * in the last place more or less, at random, and for each reader by itself; what that does to a result is how well it is conditioned.
 * So what is well conditioned has to agree but for the last digits, and of what cancels the digits that are left. What a reader gives
 * back in a sweep is changed as much, but otherwise. This is Monte Carlo arithmetic (D. Stott Parker, 1997).
 *
 * <pre>{@code
 * List<double[]> disturbed = Rounding.disturbed(each -> value(graph.with(each)));
 * String problem = Rounding.problem(dtype, expected, actual, () -> disturbed);
 * }</pre>
 */
final class Rounding {
    private static final int RUNS = 4;
    /** At most so many units in the last place at each step, as many as a function may be off. */
    private static final int UNITS = 4;
    /** What a few runs show is not the worst that there may be, and a step may compute several things. */
    private static final double TIMES = 8;
    /** Of a result itself, in units. */
    private static final double ALWAYS = 16;

    private Rounding() {}

    /** What a program gives of which all that is read goes through a function. */
    @FunctionalInterface
    interface Program<R> {
        R run(UnaryOperator<Tensor> each);
    }

    /** What it gives each time. */
    static <R> List<R> disturbed(Program<R> program) {
        return LongStream.range(0, RUNS)
                .mapToObj(seed -> program.run(disturbance(seed)))
                .toList();
    }

    private static UnaryOperator<Tensor> disturbance(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Function<Operand, Tensor> disturbed = Functions.customGradient(
                x -> x.mul(factors(x.spec(), random)), (c, dy) -> dy.mul(factors(dy.spec(), random)));
        return x -> x.dtype().isFloating() ? disturbed.apply(x) : x;
    }

    private static Tensor factors(TensorSpec spec, SplittableRandom random) {
        double[] factors = new double[(int) spec.shape().elements()];
        Arrays.setAll(
                factors, i -> 1 + unit(spec.dtype()) * (1 + random.nextInt(UNITS)) * (random.nextBoolean() ? 1 : -1));
        return Tensors.of(factors, spec.dtype()).reshape(spec.shape());
    }

    private static double unit(DType dtype) {
        return dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
    }

    /** How far an element may be off, infinitely far where rounding decides whether it is finite. */
    static double allowed(DType dtype, double expected, double... disturbed) {
        double most = 0;
        for (double other : disturbed) {
            boolean same = Double.compare(expected, other) == 0;
            double off = Math.abs(other - expected);
            most = same ? most : Math.max(most, Double.isNaN(off) ? Double.POSITIVE_INFINITY : off);
        }
        return TIMES * most + ALWAYS * Math.max(unit(dtype) * Math.abs(expected), least(dtype));
    }

    /** Below normal numbers, the last digits are not as many. */
    private static double least(DType dtype) {
        return dtype == DType.FLOAT32 ? Float.MIN_VALUE : Double.MIN_VALUE;
    }

    /**
     * {@return what is further off than rounding can take it, or null}
     *
     * @param disturbed what else came of the program, asked for only where the last digits are not all that differs
     */
    static @Nullable String problem(
            DType dtype, double[] expected, double[] actual, Supplier<List<double[]>> disturbed) {
        List<double[]> runs = List.of();
        for (int i = 0; i < expected.length; i++) {
            int element = i;
            if (agree(expected[i], actual[i], allowed(dtype, expected[i]))) {
                continue;
            }
            runs = runs.isEmpty() ? disturbed.get() : runs;
            double allowed = allowed(
                    dtype,
                    expected[i],
                    runs.stream().mapToDouble(run -> run[element]).toArray());
            if (!agree(expected[i], actual[i], allowed)) {
                return "element " + i + ": " + expected[i] + " and " + actual[i] + ", of which rounding explains "
                        + allowed;
            }
        }
        return null;
    }

    private static boolean agree(double expected, double actual, double allowed) {
        return Double.compare(expected + 0.0, actual + 0.0) == 0
                || Math.abs(expected - actual) <= allowed
                || allowed == Double.POSITIVE_INFINITY;
    }
}
