package io.autodiff.transform;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/**
 * Derivatives by central differences, {@code (f(x + eps) - f(x - eps)) / (2 eps)}: the error is of order eps^2 from the
 * formula and of order 1e-16 / eps from rounding.
 *
 * <pre>{@code
 * NumericalDerivative.of(x -> 3 * x * x + 2 * x - 1, 1.0, 1e-3);                          // 8.0
 * NumericalDerivative.gradient(in -> in.get(0).add(5).mul(in.get(1).square()), List.of(x1, x2), 1e-3);
 * }</pre>
 */
public final class NumericalDerivative {
    private NumericalDerivative() {}

    /**
     * The derivative of a function of a number.
     *
     * @param f the function
     * @param x where
     * @param eps how far to go to both sides; greater than 0
     * @return about f'(x)
     */
    public static double of(DoubleUnaryOperator f, double x, double eps) {
        Objects.requireNonNull(f, "f");
        return (f.applyAsDouble(x + requirePositive(eps)) - f.applyAsDouble(x - eps)) / (2 * eps);
    }

    /**
     * The gradient of a function of tensors, one element of the inputs at a time.
     *
     * @param f to a tensor, whose elements are summed
     * @param at float64 tensors or variables
     * @param eps how far to go to both sides; greater than 0
     * @return about the gradient for each input, of its shape
     * @throws IllegalArgumentException if an input is not float64, or the function gives null
     */
    public static List<Tensor> gradient(
            Function<List<Tensor>, ? extends Operand> f, List<? extends Operand> at, double eps) {
        Objects.requireNonNull(f, "f");
        requirePositive(eps);
        List<double[]> points = new ArrayList<>();
        for (Operand operand : Objects.requireNonNull(at, "at")) {
            if (Objects.requireNonNull(operand, "an input").dtype() != DType.FLOAT64) {
                throw new IllegalArgumentException("a numerical derivative needs float64, not " + operand.spec());
            }
            points.add(operand.toDoubleArray());
        }
        List<Tensor> gradients = new ArrayList<>();
        for (int k = 0; k < points.size(); k++) {
            double[] point = points.get(k);
            double[] gradient = new double[point.length];
            for (int i = 0; i < point.length; i++) {
                double x = point[i];
                int element = i;
                gradient[i] = of(
                        moved -> {
                            point[element] = moved;
                            return result(f, tensors(points, at)).sum().item();
                        },
                        x,
                        eps);
                point[i] = x;
            }
            gradients.add(Tensors.of(gradient).reshape(at.get(k).shape()));
        }
        return gradients;
    }

    /** What a function of the caller's gives. */
    static Tensor result(Function<List<Tensor>, ? extends Operand> function, List<Tensor> inputs) {
        Operand result = function.apply(inputs);
        if (result == null) {
            throw new IllegalArgumentException("the function gave null in place of a tensor or variable");
        }
        return result.asTensor();
    }

    private static List<Tensor> tensors(List<double[]> points, List<? extends Operand> like) {
        List<Tensor> tensors = new ArrayList<>();
        for (int k = 0; k < points.size(); k++) {
            tensors.add(Tensors.of(points.get(k)).reshape(like.get(k).shape()));
        }
        return tensors;
    }

    private static double requirePositive(double eps) {
        if (!(eps > 0)) {
            throw new IllegalArgumentException("eps must be greater than 0, not " + eps);
        }
        return eps;
    }
}
