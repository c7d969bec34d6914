package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.op.Attribute;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import io.autodiff.spi.OpProvider;
import java.util.List;

/**
 * A straight-through quantizer: rounds to evenly spaced levels, and passes gradients as if it did not, since the derivative of rounding, 0,
 * would end all learning (Y. Bengio, N. Leonard, A. Courville, <i>Estimating or Propagating Gradients Through Stochastic Neurons for
 * Conditional Computation</i>, 2013). Outside of the levels' range the gradient is 0.
 *
 * <pre>{@code
 * Tensor weights = FakeQuantization.of(variable, -1, 1, 16);       // what 4 bits can say of them
 * }</pre>
 */
public final class FakeQuantization implements OpProvider {
    private static final Op QUANTIZE = Op.named("fake_quantization")
            .inputs("x")
            .attribute("lowest", Double.class)
            .attribute("highest", Double.class)
            .attribute(Attribute.of("levels", Long.class).mustBe("2 or more", levels -> levels >= 2))
            .shape(FakeQuantization::like)
            .kernel(Tensor.class, FakeQuantization::rounded)
            .gradient("x", (c, dy) -> dy.mul(inRange(c)));

    /** For {@link java.util.ServiceLoader}. */
    public FakeQuantization() {}

    /**
     * Each element at the nearest level.
     *
     * @param x floating
     * @param lowest the lowest level
     * @param highest the highest level
     * @param levels how many there are, evenly spaced
     * @return like x; NaN where x is
     * @throws IllegalArgumentException if x is not floating, there are less than 2 levels, or the highest is not above the lowest
     */
    public static Tensor of(Operand x, double lowest, double highest, long levels) {
        return Executor.execute(
                QUANTIZE, Attributes.ofPairs("lowest", lowest, "highest", highest, "levels", levels), x);
    }

    private static TensorSpec like(OpCall<TensorSpec> call) {
        if (!(lowest(call) < highest(call))) {
            throw call.error("needs a highest level above the lowest, got " + call.attributes());
        }
        return Shapes.require(call, "x", DType::isFloating, "a floating dtype");
    }

    private static Tensor rounded(OpCall<Tensor> call) {
        double step = (highest(call) - lowest(call)) / (call.attributes().integer("levels") - 1);
        return call.input("x")
                .clip(lowest(call), highest(call))
                .sub(lowest(call))
                .div(step)
                .round()
                .mul(step)
                .add(lowest(call));
    }

    private static Tensor inRange(OpCall<Tensor> call) {
        Tensor x = call.input("x");
        return x.gte(lowest(call)).and(x.lte(highest(call))).castTo(x.dtype());
    }

    private static double lowest(OpCall<?> call) {
        return call.attributes().real("lowest");
    }

    private static double highest(OpCall<?> call) {
        return call.attributes().real("highest");
    }

    @Override
    public String name() {
        return "fake-quantization";
    }

    @Override
    public List<Op> ops() {
        return List.of(QUANTIZE);
    }
}
