package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarExpression.Apply;
import io.autodiff.op.ScalarExpression.Input;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls that give one of their inputs back, bit for bit, because of what they are or because the other is a constant. Only what holds for every IEEE number, the
 * zeros, infinities and NaN among them: not x + 0, which makes 0 of -0, and not x * 0.
 */
final class Simplification {
    /**
     * What makes a function of two the identity of its other argument.
     *
     * @param neutral the constant
     * @param left whether it may stand on the left
     */
    private record Neutral(double neutral, boolean left) {}

    private static final Map<ScalarFunction, Neutral> NEUTRAL = Map.of(
            ScalarFunction.MUL, new Neutral(1, true),
            ScalarFunction.DIV, new Neutral(1, false),
            ScalarFunction.SUB, new Neutral(0, false));

    private static final List<ScalarExpression> INPUTS = List.of(new Input(0), new Input(1));

    private Simplification() {}

    /**
     * Which input a call gives back.
     *
     * @param call any call
     * @param constants for each input its value, or null if it is no constant
     * @return the input's number, or -1
     */
    static int identity(OpCall<?> call, List<@Nullable Value> constants) {
        boolean handsThrough = FusibleCall.is("stop_gradient", call) || FusibleCall.isReshape(call);
        if (handsThrough && call.inputSpec(0).equals(call.outputSpec())) {
            return 0;
        }
        if (call.op().elementwise() instanceof Apply apply && apply.arguments().equals(INPUTS)) {
            Neutral neutral = NEUTRAL.get(apply.function());
            for (int kept = 0; neutral != null && kept < 2; kept++) {
                boolean allowed = kept == 0 || neutral.left;
                // The result must not be broadcast to the constant's shape.
                boolean sameShape = call.inputSpec(kept).equals(call.outputSpec());
                if (allowed && sameShape && is(constants.get(1 - kept), neutral.neutral)) {
                    return kept;
                }
            }
        }
        return -1;
    }

    private static boolean is(@Nullable Value constant, double number) {
        if (constant == null || !constant.spec().shape().isScalar()) {
            return false;
        }
        TensorSpec spec = constant.spec();
        return spec.dtype().isFloating()
                ? Double.compare(constant.floating(), number) == 0
                : constant.integer() == (long) number;
    }
}
