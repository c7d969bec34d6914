package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.nd4j.ops.Casts;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarExpression.Apply;
import io.autodiff.op.ScalarExpression.Constant;
import io.autodiff.op.ScalarExpression.Input;
import io.autodiff.op.TensorSpec;
import java.util.List;
import java.util.Objects;

/**
 * Computes elementwise ops on scalars in Java, tens of nanoseconds where a native call costs microseconds. Floating dtypes are
 * computed as doubles and rounded to the result's dtype; integers as longs, which wrap as the result's dtype does.
 */
final class ScalarInterpreter {
    private final OpCall<?> call;
    private final Value[] inputs;

    private ScalarInterpreter(OpCall<?> call, Value[] inputs) {
        this.call = call;
        this.inputs = inputs;
    }

    /** Whether a call is one that {@link #run} computes: elementwise, on scalars only, of dtypes that Java has. */
    static boolean takes(OpCall<?> call) {
        if (call.op().elementwise() == null || !isScalar(call.outputSpec())) {
            return false;
        }
        for (int i = 0; i < call.inputCount(); i++) {
            if (!isScalar(call.inputSpec(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean isScalar(TensorSpec spec) {
        return spec.shape().isScalar() && spec.dtype() != DType.FLOAT16 && spec.dtype() != DType.BFLOAT16;
    }

    /** The value of a call that {@link #takes} accepts. */
    static Value run(OpCall<?> call, Value[] inputs) {
        ScalarInterpreter interpreter = new ScalarInterpreter(call, inputs);
        ScalarExpression meaning = Objects.requireNonNull(call.op().elementwise());
        TensorSpec spec = call.outputSpec();
        return switch (spec.dtype()) {
            case FLOAT64 -> Value.ofFloating(spec, interpreter.floating(meaning));
            case FLOAT32 -> Value.ofFloating(spec, (float) interpreter.floating(meaning));
            case INT32 -> Value.ofInteger(spec, ScalarArithmetic.wrapped(interpreter.integer(meaning)));
            default -> Value.ofInteger(spec, interpreter.integer(meaning));
        };
    }

    /** Whether an expression is of a floating dtype; a constant is not, and takes the dtype that is wanted of it. */
    static boolean isFloating(ScalarExpression expression, OpCall<?> call) {
        if (expression instanceof Input input) {
            return call.inputSpec(input.index()).dtype().isFloating();
        } else if (expression instanceof Apply apply) {
            List<ScalarExpression> arguments = apply.arguments();
            return switch (apply.function()) {
                case GT, GTE, LT, LTE, EQ, NEQ -> false;
                case CAST -> call.outputSpec().dtype().isFloating();
                case SELECT -> isFloating(arguments.get(1), call) || isFloating(arguments.get(2), call);
                default -> anyFloating(arguments, call);
            };
        }
        return false;
    }

    private static boolean anyFloating(List<ScalarExpression> expressions, OpCall<?> call) {
        for (int i = 0; i < expressions.size(); i++) {
            if (isFloating(expressions.get(i), call)) {
                return true;
            }
        }
        return false;
    }

    private double floating(ScalarExpression expression) {
        if (expression instanceof Input input) {
            Value value = inputs[input.index()];
            return value.spec().dtype().isFloating() ? value.floating() : value.integer();
        } else if (expression instanceof Constant constant) {
            return constant.value();
        }
        Apply apply = (Apply) expression;
        List<ScalarExpression> arguments = apply.arguments();
        ScalarExpression a = arguments.get(0);
        return switch (apply.function()) {
            case SELECT -> integer(a) != 0 ? floating(arguments.get(1)) : floating(arguments.get(2));
            case CAST -> isFloating(a, call) ? floating(a) : integer(a);
            case GT, GTE, LT, LTE, EQ, NEQ -> integer(apply);
            default ->
                ScalarArithmetic.floating(
                        apply.function(), floating(a), arguments.size() > 1 ? floating(arguments.get(1)) : 0);
        };
    }

    private long integer(ScalarExpression expression) {
        if (expression instanceof Input input) {
            return inputs[input.index()].integer();
        } else if (expression instanceof Constant constant) {
            return (long) constant.value();
        }
        Apply apply = (Apply) expression;
        List<ScalarExpression> arguments = apply.arguments();
        ScalarExpression a = arguments.get(0);
        return switch (apply.function()) {
            case SELECT -> integer(a) != 0 ? integer(arguments.get(1)) : integer(arguments.get(2));
            case CAST -> cast(a);
            case GT, GTE, LT, LTE, EQ, NEQ ->
                ScalarArithmetic.compare(
                        apply.function(),
                        anyFloating(arguments, call)
                                ? ScalarArithmetic.order(floating(a), floating(arguments.get(1)))
                                : Long.compare(integer(a), integer(arguments.get(1))));
            default ->
                ScalarArithmetic.integer(
                        apply.function(), integer(a), arguments.size() > 1 ? integer(arguments.get(1)) : 0, call, 0);
        };
    }

    private long cast(ScalarExpression a) {
        return isFloating(a, call) ? Casts.toInteger(call, floating(a), 0) : Casts.toInteger(call, integer(a));
    }
}
