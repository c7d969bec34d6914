package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.nd4j.ops.Casts;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarExpression.Apply;
import io.autodiff.op.ScalarExpression.Constant;
import io.autodiff.op.ScalarExpression.Input;
import io.autodiff.op.ScalarFunction;
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

    private static boolean isScalar(TensorSpec spec) {
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
            case INT32 -> Value.ofInteger(spec, wrapped(interpreter.integer(meaning)));
            default -> Value.ofInteger(spec, interpreter.integer(meaning));
        };
    }

    /** The int that Java's, and native, int arithmetic would have given. */
    private static long wrapped(long wide) {
        int narrow = (int) wide;
        return narrow;
    }

    /** Whether an expression is of a floating dtype; a constant takes the dtype of what it meets. */
    private boolean isFloating(ScalarExpression expression) {
        if (expression instanceof Input input) {
            return call.inputSpec(input.index()).dtype().isFloating();
        } else if (expression instanceof Apply apply) {
            return switch (apply.function()) {
                case GT, GTE, LT, LTE, EQ, NEQ -> false;
                case CAST -> call.outputSpec().dtype().isFloating();
                case SELECT ->
                    isFloating(apply.arguments().get(1))
                            || isFloating(apply.arguments().get(2));
                default -> anyFloating(apply.arguments());
            };
        }
        return false;
    }

    private boolean anyFloating(List<ScalarExpression> expressions) {
        for (ScalarExpression expression : expressions) {
            if (isFloating(expression)) {
                return true;
            }
        }
        return false;
    }

    private double floating(ScalarExpression expression) {
        if (expression instanceof Input input) {
            return inputs[input.index()].floating();
        } else if (expression instanceof Constant constant) {
            return constant.value();
        }
        Apply apply = (Apply) expression;
        List<ScalarExpression> arguments = apply.arguments();
        ScalarExpression a = arguments.get(0);
        return switch (apply.function()) {
            case ADD -> floating(a) + floating(arguments.get(1));
            case SUB -> floating(a) - floating(arguments.get(1));
            case MUL -> floating(a) * floating(arguments.get(1));
            case DIV -> floating(a) / floating(arguments.get(1));
            case POW -> pow(floating(a), floating(arguments.get(1)));
            case NEG -> -floating(a);
            case ABS -> Math.abs(floating(a));
            case SIGN -> Math.signum(floating(a));
            case SQRT -> Math.sqrt(floating(a));
            case EXP -> Math.exp(floating(a));
            case LOG -> Math.log(floating(a));
            case SIN -> Math.sin(floating(a));
            case COS -> Math.cos(floating(a));
            case TANH -> Math.tanh(floating(a));
            case SELECT -> integer(a) != 0 ? floating(arguments.get(1)) : floating(arguments.get(2));
            case CAST -> isFloating(a) ? floating(a) : integer(a);
            case GT, GTE, LT, LTE, EQ, NEQ -> integer(apply);
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
            case ADD -> integer(a) + integer(arguments.get(1));
            case SUB -> integer(a) - integer(arguments.get(1));
            case MUL -> integer(a) * integer(arguments.get(1));
            case NEG -> -integer(a);
            case ABS -> Math.abs(integer(a));
            case SIGN -> Long.signum(integer(a));
            case SELECT -> integer(a) != 0 ? integer(arguments.get(1)) : integer(arguments.get(2));
            case CAST -> cast(a);
            case GT, GTE, LT, LTE, EQ, NEQ ->
                anyFloating(arguments)
                        ? compare(apply.function(), order(floating(a), floating(arguments.get(1))))
                        : compare(apply.function(), Long.compare(integer(a), integer(arguments.get(1))));
            case DIV, POW, SQRT, EXP, LOG, SIN, COS, TANH ->
                throw new IllegalStateException(
                        apply.function() + " is of floating dtypes only, in " + call.describe());
        };
    }

    private long cast(ScalarExpression a) {
        DType to = call.outputSpec().dtype();
        if (isFloating(a)) {
            double element = floating(a);
            return to == DType.BOOL ? (element != 0 ? 1 : 0) : Casts.toInteger(call, element, 0);
        }
        long element = integer(a);
        return to == DType.BOOL ? (element != 0 ? 1 : 0) : Casts.toInteger(call, element);
    }

    /** Whether a comparison holds of two numbers in an order: -1, 0 or 1, or 2 if one is NaN, which is in no order. */
    private static long compare(ScalarFunction comparison, int order) {
        boolean holds = switch (comparison) {
            case GT -> order == 1;
            case GTE -> order == 1 || order == 0;
            case LT -> order == -1;
            case LTE -> order == -1 || order == 0;
            case EQ -> order == 0;
            default -> order != 0;
        };
        return holds ? 1 : 0;
    }

    private static int order(double a, double b) {
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2;
    }

    /** C99, Annex F.10.4.4, where Java says NaN: a base of 1, and a base of -1 to an infinite power, give 1. */
    private static double pow(double x, double y) {
        return x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y);
    }
}
