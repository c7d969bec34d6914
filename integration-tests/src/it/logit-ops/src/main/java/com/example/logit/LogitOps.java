package com.example.logit;

import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.op.Elementwise;
import io.autodiff.op.Op;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.Shapes;
import io.autodiff.spi.OpProvider;
import java.util.List;

/** The logit, which is the inverse of the sigmoid: log(x / (1 - x)). */
public final class LogitOps implements OpProvider {
    private static final Op LOGIT = Op.named("logit")
            .inputs("x")
            .shape(Shapes.floating("x"))
            .elementwise(LogitOps::formula)
            .gradient("x", (call, dy) -> {
                Tensor x = call.input("x");
                return dy.div(x.mul(x.rsub(1)));
            });

    /** The logit of each element; NaN for one that is not from 0 to 1. */
    public static Tensor logit(Operand x) {
        return LOGIT.apply(x);
    }

    private static ScalarExpression formula(Elementwise e) {
        ScalarExpression x = e.input("x");
        return x.div(e.constant(1).sub(x)).apply(ScalarFunction.LOG);
    }

    @Override
    public String name() {
        return "logit-ops";
    }

    @Override
    public List<Op> ops() {
        return List.of(LOGIT);
    }
}
