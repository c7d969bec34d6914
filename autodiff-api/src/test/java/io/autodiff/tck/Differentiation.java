package io.autodiff.tck;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.op.Op;
import io.autodiff.op.TensorSpec;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The gradients of a sample's op at its inputs. */
final class Differentiation {
    private Differentiation() {}

    /** The gradients of a sample by its inputs of float64, against central differences. */
    static void check(GradientCheck check, OpSample sample, Op op) {
        List<Tensor> varied = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < sample.inputs().size(); i++) {
            if (op.isDifferentiable(i) && sample.inputs().get(i).dtype() == DType.FLOAT64) {
                varied.add(sample.inputs().get(i));
                positions.add(i);
            }
        }
        List<Integer> outputs = outputs(sample, op);
        UnaryOperator<List<Tensor>> all = in -> {
            List<Tensor> inputs = new ArrayList<>(sample.inputs());
            for (int i = 0; i < positions.size(); i++) {
                inputs.set(positions.get(i), in.get(i));
            }
            return inputs;
        };
        Function<List<Tensor>, Tensor> function =
                in -> joined(outputs, OpCompatibilityKit.apply(op, sample.at(all.apply(in))));
        Function<List<Tensor>, Tensor> like = sample.like();
        check.checkLike(function, like == null ? function : in -> like.apply(all.apply(in)), varied);
    }

    /** Some of an op's results as one tensor, so that an output gradient weighs each element of each. */
    private static Tensor joined(List<Integer> outputs, List<Tensor> results) {
        return outputs.size() == 1
                ? results.get(outputs.get(0))
                : Tensors.concat(
                        0, outputs.stream().map(i -> results.get(i).reshape(-1)).toArray(Tensor[]::new));
    }

    /** All results, and the gradients of the sum of those that have any, by the floating inputs. */
    static List<Tensor> withGradients(Op op, OpSample sample) {
        try (GradientTape tape = GradientTape.open()) {
            // Each a tensor of its own: of one that stands for two inputs, the gradient is the sum of theirs.
            List<Tensor> inputs =
                    sample.inputs().stream().map(Tensor::stopGradient).toList();
            List<Tensor> sources =
                    inputs.stream().filter(input -> input.dtype().isFloating()).toList();
            tape.watch(sources);
            List<Tensor> results = new ArrayList<>(OpCompatibilityKit.apply(op, sample.at(inputs)));
            List<Integer> outputs = outputs(sample, op);
            if (sample.smooth() && !outputs.isEmpty() && !sources.isEmpty()) {
                Tensor target = joined(outputs, results);
                results.addAll(tape.gradient(List.of(target), sources, null, UnconnectedGradients.ZERO).stream()
                        .map(Objects::requireNonNull)
                        .toList());
            }
            return results;
        }
    }

    /** The outputs that a gradient can come from. */
    static List<Integer> outputs(OpSample sample, Op op) {
        List<TensorSpec> specs = op.infer(OpCompatibilityKit.specs(op, sample));
        return stable(sample, op).stream()
                .filter(i -> !op.isResidual(i) && specs.get(i).dtype() == DType.FLOAT64)
                .toList();
    }

    /** The outputs that rounding the inputs does not turn into others. */
    static List<Integer> stable(OpSample sample, Op op) {
        return IntStream.range(0, op.outputNames().size())
                .filter(i -> !sample.gaugeFree().contains(op.outputNames().get(i)))
                .boxed()
                .toList();
    }
}
