package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import org.apache.commons.numbers.gamma.Erf;
import org.apache.commons.numbers.gamma.Erfc;

/** What each scalar function is on Java's doubles and longs: the one place that says so, for interpreter and programs alike. */
final class ScalarArithmetic {
    private ScalarArithmetic() {}

    /** A function of one or two floating numbers; of one, {@code b} is ignored. */
    static double floating(ScalarFunction function, double a, double b) {
        // The common ones here, so that the method stays small enough for the JIT compiler to inline.
        return switch (function) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> pow(a, b);
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Math.signum(a);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case SQRT -> Math.sqrt(a);
            case EXP -> Math.exp(a);
            case LOG -> Math.log(a);
            case SIN -> Math.sin(a);
            case COS -> Math.cos(a);
            case TANH -> Math.tanh(a);
            default -> lessCommon(function, a, b);
        };
    }

    private static double lessCommon(ScalarFunction function, double a, double b) {
        return switch (function) {
            case FLOOR -> Math.floor(a);
            case CEIL -> Math.ceil(a);
            case ROUND -> Math.rint(a);
            case FLOOR_DIV -> Math.floor(a / b);
            case FLOOR_MOD -> floorMod(a, b);
            case CBRT -> Math.cbrt(a);
            case HYPOT -> Math.hypot(a, b);
            case EXPM1 -> Math.expm1(a);
            case LOG1P -> Math.log1p(a);
            case TAN -> Math.tan(a);
            case ASIN -> Math.asin(a);
            case ACOS -> Math.acos(a);
            case ATAN -> Math.atan(a);
            case ATAN2 -> Math.atan2(a, b);
            case SINH -> Math.sinh(a);
            case COSH -> Math.cosh(a);
            case ASINH -> InverseHyperbolic.asinh(a);
            case ACOSH -> InverseHyperbolic.acosh(a);
            case ATANH -> InverseHyperbolic.atanh(a);
            case ERF -> Erf.value(a);
            case ERFC -> Erfc.value(a);
            case LGAMMA -> Gammas.lgamma(a);
            case DIGAMMA -> Gammas.digamma(a);
            case POLYGAMMA -> Gammas.polygamma(a, b);
            default -> throw undefined(function, "floating dtypes");
        };
    }

    /**
     * A function of one or two integers or bools; of one, {@code b} is ignored.
     *
     * @param call what asks for it, and is named if it is refused
     * @param element which element of the result it is for
     */
    static long integer(ScalarFunction function, long a, long b, OpCall<?> call, long element) {
        return switch (function) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case FLOOR, CEIL, ROUND -> a;
            case FLOOR_DIV -> floorDiv(a, b, call, element);
            case FLOOR_MOD -> Math.floorMod(a, notZero(b, call, element));
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> 1 - a;
            default -> throw undefined(function, "integers");
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

    /** Java's remainder is exact and has the sign of x. */
    private static double floorMod(double x, double y) {
        double remainder = x % y;
        return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
    }

    /** Both refusals are for what would end the process, or wrap, in native code. */
    private static long floorDiv(long x, long y, OpCall<?> call, long element) {
        long least = call.outputSpec().dtype() == DType.INT32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        if (y == -1 && x == least) {
            throw call.error(x + " / -1 at element " + element + " of the result is beyond "
                    + call.outputSpec().dtype());
        }
        return Math.floorDiv(x, notZero(y, call, element));
    }

    private static long notZero(long divisor, OpCall<?> call, long element) {
        if (divisor == 0) {
            throw call.error("the divisor 'y' is 0 at element " + element + " of the result");
        }
        return divisor;
    }

    private static IllegalStateException undefined(ScalarFunction function, String of) {
        return new IllegalStateException(function + " is not a function of " + of);
    }
}
