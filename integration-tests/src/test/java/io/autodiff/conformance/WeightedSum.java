package io.autodiff.conformance;

import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** Cases of one expression: its value, its sum with fixed weights, and the gradients of that. */
final class WeightedSum {
    private WeightedSum() {}

    /** The body of such a case. */
    static ThrowingConsumer<ConformanceCase> of(Function<ConformanceCase, ? extends Operand> expression) {
        return c -> {
            List<Tensor> inputs = c.watched().stream().map(c::constant).toList();
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(inputs);
                Operand value = expression.apply(c);
                c.check(value, "value");
                Tensor loss = value.mul(c.float64("w").castTo(value.dtype())).sum();
                c.check(loss, "loss");
                List<Tensor> gradients = tape.gradient(loss, inputs);
                for (int i = 0; i < gradients.size(); i++) {
                    c.check(gradients.get(i), "grads", c.watched().get(i));
                }
            }
        };
    }
}
