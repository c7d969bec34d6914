package io.autodiff.graphs;

import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether gradients of a float64 program agree with central differences, in one random direction; and so on for the gradient in that
 * direction, along another. Two differences, of which one goes half as far, are extrapolated; how much they differ says how good they are.
 */
final class Differences {
    /** How far the differences go; the next one, where a program is too curved for one. */
    private static final double[] STEPS = {1e-4, 1e-5, 1e-6};

    private static final double TOLERANCE = 1e-7;
    /** More than this between two differences, and nothing can be said. */
    private static final double MOST_UNCERTAIN = 1e-4;

    /** A derivative, and how far it may be off. */
    private record Estimate(double derivative, double error) {}

    private int compared;
    private int decided;

    /** A derivative of a program, and the nearest that differences come to it, or the surest of them. */
    private record Comparison(String what, double analytic, Estimate numeric) {
        double magnitude() {
            return Math.max(1, Math.abs(analytic));
        }

        boolean agrees() {
            return Math.abs(analytic - numeric.derivative) <= numeric.error + TOLERANCE * magnitude();
        }

        boolean isDecided() {
            return numeric.error <= MOST_UNCERTAIN * magnitude();
        }
    }

    /** {@return what does not agree, or null} */
    @Nullable
    String problem(OpGraph graph, boolean twice) {
        return comparisons(graph, twice)
                .filter(comparison -> isDecided(comparison) && !comparison.agrees())
                .map(comparison -> comparison.what + " in a direction: " + comparison.analytic + ", by differences "
                        + comparison.numeric)
                .findFirst()
                .orElse(null);
    }

    private boolean isDecided(Comparison comparison) {
        compared++;
        decided += comparison.isDecided() ? 1 : 0;
        return comparison.isDecided();
    }

    /** {@return how many derivatives there were} */
    int compared() {
        return compared;
    }

    /** {@return for how many of them differences could tell} */
    int decided() {
        return decided;
    }

    private static Stream<Comparison> comparisons(OpGraph graph, boolean twice) {
        List<Tensor> at = graph.inputs(0);
        List<Tensor> direction = direction(at, 0.7);
        Function<List<Tensor>, Tensor> value = in -> OpGraph.weighted(graph.apply(in));
        return IntStream.rangeClosed(1, twice ? 2 : 1)
                .mapToObj(order -> order == 1
                        ? compare("gradient", value, at, direction)
                        : compare("gradient of the gradient", along(value, direction(at, 0.4)), at, direction));
    }

    private static Comparison compare(
            String what, Function<List<Tensor>, Tensor> function, List<Tensor> at, List<Tensor> direction) {
        double analytic = along(function, direction).apply(at).item();
        Comparison best = new Comparison(what, analytic, new Estimate(0, Double.POSITIVE_INFINITY));
        for (double step : STEPS) {
            Estimate estimate = estimate(in -> function.apply(in).item(), at, direction, step);
            if (estimate.error < best.numeric.error) {
                best = new Comparison(what, analytic, estimate);
            }
            if (best.isDecided() && best.agrees()) {
                break;
            }
        }
        return best;
    }

    private static Estimate estimate(
            ToDoubleFunction<List<Tensor>> function, List<Tensor> at, List<Tensor> direction, double step) {
        double far = difference(function, at, direction, step);
        double near = difference(function, at, direction, step / 2);
        return new Estimate(near + (near - far) / 3, 2 * Math.abs(near - far));
    }

    private static double difference(
            ToDoubleFunction<List<Tensor>> function, List<Tensor> at, List<Tensor> direction, double step) {
        return (function.applyAsDouble(moved(at, direction, step))
                        - function.applyAsDouble(moved(at, direction, -step)))
                / (2 * step);
    }

    private static List<Tensor> moved(List<Tensor> at, List<Tensor> direction, double step) {
        return IntStream.range(0, at.size())
                .mapToObj(i -> at.get(i).add(direction.get(i).mul(step)).evaluate())
                .toList();
    }

    /** The derivative of a function in a direction, as a function. */
    private static Function<List<Tensor>, Tensor> along(
            Function<List<Tensor>, Tensor> function, List<Tensor> direction) {
        return in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(in);
                List<@Nullable Tensor> gradients =
                        tape.gradient(List.of(function.apply(in)), in, null, UnconnectedGradients.ZERO);
                Tensor sum = Tensors.of(0.0);
                for (int i = 0; i < gradients.size(); i++) {
                    sum = sum.add(Objects.requireNonNull(gradients.get(i))
                            .mul(direction.get(i))
                            .sum());
                }
                return sum;
            }
        };
    }

    private static List<Tensor> direction(List<Tensor> like, double first) {
        List<Tensor> direction = new ArrayList<>();
        for (Tensor tensor : like) {
            double[] elements = new double[(int) tensor.shape().elements()];
            int salt = direction.size();
            Arrays.setAll(elements, i -> Math.sin(first + 2.1 * i + salt) + 0.1);
            direction.add(Tensors.of(elements).reshape(tensor.shape()));
        }
        return direction;
    }
}
