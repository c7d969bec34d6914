package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.OpProvider;
import java.util.List;

/**
 * A composite with a gradient of its own: the mean of log(cosh(prediction - target)), a loss that is squared near 0 and absolute far
 * off. The kernel is written with ops on tensors, so it runs on any engine; the gradient is the hyperbolic tangent of the error, which is
 * shorter than what differentiating the kernel would give, and as stable.
 *
 * <pre>{@code
 * Tensor loss = LogCoshLoss.of(predictions, targets);
 * }</pre>
 */
public final class LogCoshLoss implements OpProvider {
    private static final Op LOSS = Op.named("log_cosh_loss")
            .inputs("predictions", "targets")
            .shape(LogCoshLoss::scalar)
            .kernel(Tensor.class, LogCoshLoss::loss)
            .gradient("predictions", LogCoshLoss::slope)
            .gradient("targets", (c, dy) -> slope(c, dy).neg());

    /** For {@link java.util.ServiceLoader}. */
    public LogCoshLoss() {}

    /**
     * The loss.
     *
     * @param predictions floating, of any shape
     * @param targets of the same dtype and shape
     * @return the mean over all elements, a scalar; NaN if there are none
     * @throws IllegalArgumentException if dtypes or shapes differ, or are not floating
     */
    public static Tensor of(Operand predictions, Operand targets) {
        return LOSS.apply(predictions, targets);
    }

    private static TensorSpec scalar(OpCall<TensorSpec> call) {
        TensorSpec predictions = Shapes.require(call, "predictions", DType::isFloating, "a floating dtype");
        if (!call.input("targets").equals(predictions)) {
            throw call.error("needs a target for each prediction, so that 'targets' is " + predictions);
        }
        return new TensorSpec(predictions.dtype(), Shape.SCALAR);
    }

    /** log(cosh(e)) is |e| + log(1 + exp(-2|e|)) - log(2), and cosh(e) is beyond float64 at 711. */
    private static Tensor loss(OpCall<Tensor> call) {
        Tensor error = error(call).abs();
        return error.add(error.mul(-2).softplus()).sub(Math.log(2)).mean();
    }

    private static Tensor slope(OpCall<Tensor> call, Tensor dy) {
        return error(call).tanh().mul(dy.div(call.inputSpec(0).shape().elements()));
    }

    private static Tensor error(OpCall<Tensor> call) {
        return call.input("predictions").sub(call.input("targets"));
    }

    @Override
    public String name() {
        return "log-cosh-loss";
    }

    @Override
    public List<Op> ops() {
        return List.of(LOSS);
    }
}
