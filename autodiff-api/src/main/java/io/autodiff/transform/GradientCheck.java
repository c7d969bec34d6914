package io.autodiff.transform;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks the gradients of a function against central differences, in float64: the vector-Jacobian product for a random
 * output gradient, element by element; then, for second order, the derivative of that product in the same way, both by the inputs and by
 * the output gradient.
 *
 * <pre>{@code
 * GradientCheck.standard().check(in -> in.get(0).sin().mul(in.get(0)), List.of(Tensors.of(0.7)));
 * }</pre>
 *
 * <p>An element passes if {@code |analytic - numeric| <= absolute + relative * |numeric|}. The standard settings are those of
 * {@code torch.autograd.gradcheck}. A function must give the same result for the same inputs, and be smooth within eps of them.
 *
 * @param order 1 for gradients, 2 for gradients of gradients also, and so on
 * @param eps how far the central difference goes to both sides
 * @param absolute the absolute tolerance
 * @param relative the tolerance relative to the numeric derivative
 * @param seed of the random output gradients; in the message of a failure
 */
public record GradientCheck(int order, double eps, double absolute, double relative, long seed) {
    private static final int MOST_REPORTED = 5;

    /**
     * Checks the settings: with an order below 1, or a tolerance that is no number, nothing would be checked.
     *
     * @param order 1 for gradients, 2 for gradients of gradients also, and so on
     * @param eps how far the central difference goes to both sides
     * @param absolute the absolute tolerance
     * @param relative the tolerance relative to the numeric derivative
     * @param seed of the random output gradients; in the message of a failure
     * @throws IllegalArgumentException if the order is below 1, eps not positive and finite, or a tolerance negative or not finite
     */
    public GradientCheck {
        if (order < 1
                || !(eps > 0 && eps < Double.POSITIVE_INFINITY)
                || !(absolute >= 0 && absolute < Double.POSITIVE_INFINITY)
                || !(relative >= 0 && relative < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "a gradient check has an order from 1 on, a positive eps, and tolerances of 0"
                            + " or more, all finite; not order " + order + ", eps " + eps + ", absolute " + absolute
                            + ", relative " + relative);
        }
    }

    /** {@return order 2, eps 1e-6, tolerances 1e-5 absolute and 1e-3 relative, seed 1} */
    public static GradientCheck standard() {
        return new GradientCheck(2, 1e-6, 1e-5, 1e-3, 1);
    }

    /**
     * The same check to another order.
     *
     * @param newOrder from 1
     * @return the check
     * @throws IllegalArgumentException if it is below 1
     */
    public GradientCheck withOrder(int newOrder) {
        return new GradientCheck(newOrder, eps, absolute, relative, seed);
    }

    /**
     * The same check with another step.
     *
     * @param newEps greater than 0
     * @return the check
     * @throws IllegalArgumentException if it is not, or is infinite
     */
    public GradientCheck withEps(double newEps) {
        return new GradientCheck(order, newEps, absolute, relative, seed);
    }

    /**
     * The same check with other tolerances.
     *
     * @param newAbsolute the absolute one, 0 or more
     * @param newRelative the relative one, 0 or more
     * @return the check
     * @throws IllegalArgumentException if one is negative, NaN or infinite
     */
    public GradientCheck withTolerances(double newAbsolute, double newRelative) {
        return new GradientCheck(order, eps, newAbsolute, newRelative, seed);
    }

    /**
     * The same check with other random numbers.
     *
     * @param newSeed any number
     * @return the check
     */
    public GradientCheck withSeed(long newSeed) {
        return new GradientCheck(order, eps, absolute, relative, newSeed);
    }

    /**
     * Checks a function at a point.
     *
     * @param function from tensors to one tensor of float64
     * @param inputs where to check; the gradients by the float64 ones are checked, the others are constants
     * @throws AssertionError if a gradient is off; the message has order, input, element, and both figures
     * @throws IllegalArgumentException if the function gives null or no float64, or no input is float64
     */
    public void check(Function<List<Tensor>, ? extends Operand> function, List<? extends Operand> inputs) {
        requireNone(mismatches(function, inputs));
    }

    /**
     * Checks a function at a point whose gradient is meant to be another function's, as that of a straight-through quantizer is: the
     * gradients of the one against central differences of the other. From second order on, the gradients are checked as what they are, the
     * derivatives of those of the order before.
     *
     * @param function from tensors to one tensor of float64
     * @param like the function whose gradient it is to have, with a result of the same shape
     * @param inputs where to check; the gradients by the float64 ones are checked, the others are constants
     * @throws AssertionError if a gradient is off; the message has order, input, element, and both figures
     * @throws IllegalArgumentException if a function gives null or no float64, the two give different shapes, or no input is float64
     */
    public void checkLike(
            Function<List<Tensor>, ? extends Operand> function,
            Function<List<Tensor>, ? extends Operand> like,
            List<? extends Operand> inputs) {
        requireNone(mismatches(function, like, inputs));
    }

    private void requireNone(List<String> mismatches) {
        if (!mismatches.isEmpty()) {
            throw new AssertionError("gradients differ from central differences (" + this + "):\n  "
                    + String.join("\n  ", mismatches.subList(0, Math.min(MOST_REPORTED, mismatches.size())))
                    + (mismatches.size() > MOST_REPORTED
                            ? "\n  and " + (mismatches.size() - MOST_REPORTED) + " more"
                            : ""));
        }
    }

    /**
     * Checks a function at a point.
     *
     * @param function from tensors to one tensor of float64
     * @param inputs where to check
     * @return a line for each element that is off; empty if the gradients are right
     * @throws IllegalArgumentException if the function gives null or no float64, or no input is float64
     */
    public List<String> mismatches(Function<List<Tensor>, ? extends Operand> function, List<? extends Operand> inputs) {
        return mismatches(function, function, inputs);
    }

    private List<String> mismatches(
            Function<List<Tensor>, ? extends Operand> function,
            Function<List<Tensor>, ? extends Operand> like,
            List<? extends Operand> inputs) {
        Objects.requireNonNull(function, "function");
        Objects.requireNonNull(like, "like");
        List<Tensor> at = new ArrayList<>();
        Objects.requireNonNull(inputs, "inputs")
                .forEach(input ->
                        at.add(Objects.requireNonNull(input, "an input").stopGradient()));
        List<String> mismatches = new ArrayList<>();
        Random random = Random.seeded(seed);
        Function<List<Tensor>, ? extends Operand> f = function;
        for (int level = 1; level <= order; level++) {
            Product product = new Product(f, at, random);
            compare(level, product, level == 1 ? product.of(like) : product, mismatches);
            f = product.derivative(random);
            at.add(product.outputGradient);
        }
        return mismatches;
    }

    private void compare(int level, Product product, Product like, List<String> mismatches) {
        List<Tensor> numeric = NumericalDerivative.gradient(like::loss, product.at, eps);
        List<Tensor> analytic = product.gradients(product.at);
        for (int k = 0; k < numeric.size(); k++) {
            double[] expected = numeric.get(k).toDoubleArray();
            double[] actual = analytic.get(k).toDoubleArray();
            for (int i = 0; i < expected.length; i++) {
                if (!(Math.abs(actual[i] - expected[i]) <= absolute + relative * Math.abs(expected[i]))) {
                    mismatches.add("order " + level + ", input " + k + " of shape "
                            + product.at.get(k).shape() + ", element " + i + ": analytic " + actual[i] + ", numeric "
                            + expected[i]);
                }
            }
        }
    }

    /** A function of float64 tensors, times a fixed output gradient, summed; and the gradients of that. */
    private static final class Product {
        private final Function<List<Tensor>, ? extends Operand> function;
        private final List<Tensor> inputs;
        private final List<Integer> differentiated = new ArrayList<>();
        final List<Tensor> at = new ArrayList<>();
        final Tensor outputGradient;

        Product(Function<List<Tensor>, ? extends Operand> function, List<Tensor> inputs, Random random) {
            this(
                    function,
                    inputs,
                    spec -> random.normal(DType.FLOAT64, spec.shape().toArray()));
        }

        private Product(
                Function<List<Tensor>, ? extends Operand> function,
                List<Tensor> inputs,
                Function<TensorSpec, Tensor> outputGradient) {
            this.function = function;
            this.inputs = List.copyOf(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                if (inputs.get(i).dtype() == DType.FLOAT64) {
                    differentiated.add(i);
                    at.add(inputs.get(i));
                }
            }
            Tensor output = NumericalDerivative.result(function, this.inputs);
            if (at.isEmpty() || output.dtype() != DType.FLOAT64) {
                throw new IllegalArgumentException("a gradient check needs a float64 input and a float64 result, got "
                        + inputs + " and " + output.spec());
            }
            this.outputGradient = outputGradient.apply(output.spec());
            if (!this.outputGradient.spec().equals(output.spec())) {
                throw new IllegalArgumentException("the function gives " + this.outputGradient.spec()
                        + ", and the one whose gradient it is to have " + output.spec());
            }
        }

        /** Another function of the same inputs, times the same output gradient. */
        Product of(Function<List<Tensor>, ? extends Operand> other) {
            return new Product(other, inputs, spec -> outputGradient);
        }

        Tensor loss(List<Tensor> floating) {
            return value(floating, outputGradient);
        }

        private Tensor value(List<Tensor> floating, Tensor upstream) {
            List<Tensor> all = new ArrayList<>(inputs);
            for (int i = 0; i < floating.size(); i++) {
                all.set(differentiated.get(i), floating.get(i));
            }
            return NumericalDerivative.result(function, all).mul(upstream).sum();
        }

        List<Tensor> gradients(List<Tensor> floating) {
            return gradients(floating, outputGradient);
        }

        private List<Tensor> gradients(List<Tensor> floating, Tensor upstream) {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(floating);
                Tensor value = value(floating, upstream);
                List<@Nullable Tensor> gradients =
                        tape.gradient(List.of(value), floating, null, UnconnectedGradients.ZERO);
                return gradients.stream().map(Objects::requireNonNull).toList();
            }
        }

        /** The gradients, weighted and summed, as a function of the inputs and, last, of the output gradient. */
        Function<List<Tensor>, Tensor> derivative(Random random) {
            List<Tensor> weights = new ArrayList<>();
            at.forEach(x -> weights.add(random.normal(DType.FLOAT64, x.shape().toArray())));
            return all -> {
                List<Tensor> floating = differentiated.stream().map(all::get).toList();
                List<Tensor> gradients = gradients(floating, all.get(all.size() - 1));
                Tensor sum = Tensors.of(0.0);
                for (int i = 0; i < weights.size(); i++) {
                    sum = sum.add(gradients.get(i).mul(weights.get(i)).sum());
                }
                return sum;
            };
        }
    }
}
