package io.autodiff.nd4j.exec;

import io.autodiff.op.ScalarFunction;

/** What each scalar function is on Java's doubles and longs: the one place that says so, for interpreter and programs alike. */
final class ScalarArithmetic {
    private ScalarArithmetic() {}

    /** A function of one or two floating numbers; of one, {@code b} is ignored. */
    static double floating(ScalarFunction function, double a, double b) {
        return switch (function) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> pow(a, b);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Math.signum(a);
            case SQRT -> Math.sqrt(a);
            case EXP -> Math.exp(a);
            case LOG -> Math.log(a);
            case SIN -> Math.sin(a);
            case COS -> Math.cos(a);
            case TANH -> Math.tanh(a);
            case GT, GTE, LT, LTE, EQ, NEQ, SELECT, CAST -> throw undefined(function, "floating dtypes");
        };
    }

    /** A function of one or two integers; of one, {@code b} is ignored. */
    static long integer(ScalarFunction function, long a, long b) {
        return switch (function) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case DIV, POW, SQRT, EXP, LOG, SIN, COS, TANH, GT, GTE, LT, LTE, EQ, NEQ, SELECT, CAST ->
                throw undefined(function, "integers");
        };
    }

    /** Whether a comparison holds, as 0 or 1, of two numbers in an {@link #order}. */
    static long compare(ScalarFunction comparison, int order) {
        boolean holds = switch (comparison) {
            case GT -> order == 1;
            case GTE -> order == 1 || order == 0;
            case LT -> order == -1;
            case LTE -> order == -1 || order == 0;
            case EQ -> order == 0;
            case NEQ -> order != 0;
            default -> throw undefined(comparison, "an order");
        };
        return holds ? 1 : 0;
    }

    /** -1, 0 or 1; 2 if one is NaN, which is in no order. */
    static int order(double a, double b) {
        return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2;
    }

    /** The int that Java's, and native, int arithmetic would have given. */
    static long wrapped(long wide) {
        int narrow = (int) wide;
        return narrow;
    }

    /** C99, Annex F.10.4.4, where Java says NaN: a base of 1, and a base of -1 to an infinite power, give 1. */
    private static double pow(double x, double y) {
        return x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y);
    }

    private static IllegalStateException undefined(ScalarFunction function, String of) {
        return new IllegalStateException(function + " is not a function of " + of);
    }
}
