package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.op.ScalarFunction;
import java.util.EnumMap;
import java.util.Map;

/** Writes scalar functions on vectors: one row for each, and the dtypes that it is for. What has no row is not compiled. */
final class ElementCode {
    /** Writes one function. */
    @FunctionalInterface
    private interface Row {
        String write(ElementCode e, DType dtype, String... x);
    }

    private static final Map<ScalarFunction, Row> FLOATING = new EnumMap<>(ScalarFunction.class);
    private static final Map<ScalarFunction, Row> INTEGER = new EnumMap<>(ScalarFunction.class);
    private static final Map<ScalarFunction, Row> BOOL = new EnumMap<>(ScalarFunction.class);

    static {
        FLOATING.put(ScalarFunction.ADD, (e, t, x) -> e.code.add(t, x[0], x[1]));
        FLOATING.put(ScalarFunction.SUB, (e, t, x) -> e.code.sub(t, x[0], x[1]));
        FLOATING.put(ScalarFunction.MUL, (e, t, x) -> e.code.mul(t, x[0], x[1]));
        FLOATING.put(ScalarFunction.DIV, (e, t, x) -> e.code.div(t, x[0], x[1]));
        FLOATING.put(ScalarFunction.NEG, (e, t, x) -> e.code.neg(t, x[0]));
        FLOATING.put(ScalarFunction.ABS, (e, t, x) -> e.code.call("fabs", t, x[0]));
        FLOATING.put(ScalarFunction.SIGN, (e, t, x) -> e.sign(t, x[0]));
        FLOATING.put(ScalarFunction.SQRT, (e, t, x) -> e.code.call("sqrt", t, x[0]));
        FLOATING.put(ScalarFunction.EXP, (e, t, x) -> e.exponential.exp(t, x[0]));
        FLOATING.put(ScalarFunction.TANH, (e, t, x) -> e.exponential.tanh(t, x[0]));
        FLOATING.put(ScalarFunction.LOG, (e, t, x) -> e.logarithm.log(t, x[0]));
        FLOATING.put(ScalarFunction.SIN, (e, t, x) -> e.trigonometry.sin(t, x[0]));
        FLOATING.put(ScalarFunction.COS, (e, t, x) -> e.trigonometry.cos(t, x[0]));
        FLOATING.put(ScalarFunction.POW, (e, t, x) -> e.power.pow(t, x[0], x[1]));

        INTEGER.put(ScalarFunction.ADD, (e, t, x) -> e.code.add(t, x[0], x[1]));
        INTEGER.put(ScalarFunction.SUB, (e, t, x) -> e.code.sub(t, x[0], x[1]));
        INTEGER.put(ScalarFunction.MUL, (e, t, x) -> e.code.mul(t, x[0], x[1]));
        INTEGER.put(ScalarFunction.NEG, (e, t, x) -> e.code.neg(t, x[0]));
        INTEGER.put(ScalarFunction.ABS, (e, t, x) -> e.abs(t, x[0]));
        INTEGER.put(ScalarFunction.SIGN, (e, t, x) -> e.sign(t, x[0]));

        compare(ScalarFunction.GT, "ogt", "sgt");
        compare(ScalarFunction.GTE, "oge", "sge");
        compare(ScalarFunction.LT, "olt", "slt");
        compare(ScalarFunction.LTE, "ole", "sle");
        compare(ScalarFunction.EQ, "oeq", "eq");
        compare(ScalarFunction.NEQ, "une", "ne");
        BOOL.put(ScalarFunction.EQ, INTEGER.get(ScalarFunction.EQ));
        BOOL.put(ScalarFunction.NEQ, INTEGER.get(ScalarFunction.NEQ));
    }

    private final VectorCode code;
    private final ExponentialCode exponential;
    private final LogarithmCode logarithm;
    private final TrigonometryCode trigonometry;
    private final PowerCode power;

    ElementCode(VectorCode code) {
        this.code = code;
        this.exponential = new ExponentialCode(code);
        this.logarithm = new LogarithmCode(code);
        this.trigonometry = new TrigonometryCode(code);
        this.power = new PowerCode(code, exponential, logarithm);
    }

    private static void compare(ScalarFunction function, String floating, String integer) {
        FLOATING.put(function, (e, t, x) -> e.code.compare(floating, t, x[0], x[1]));
        INTEGER.put(function, (e, t, x) -> e.code.compare(integer, t, x[0], x[1]));
    }

    private static Map<ScalarFunction, Row> rows(DType dtype) {
        return switch (dtype) {
            case FLOAT32, FLOAT64 -> FLOATING;
            case INT32, INT64 -> INTEGER;
            case BOOL -> BOOL;
            case FLOAT16, BFLOAT16 -> Map.of();
        };
    }

    /** Whether {@link #apply} writes a function of a dtype. */
    static boolean supports(ScalarFunction function, DType dtype) {
        boolean stored = dtype != DType.FLOAT16 && dtype != DType.BFLOAT16;
        return (stored && (function == ScalarFunction.SELECT || function == ScalarFunction.CAST))
                || rows(dtype).containsKey(function);
    }

    /** A function to a dtype, of values of which the last has the other dtype. */
    String apply(ScalarFunction function, DType dtype, DType given, String... x) {
        if (function == ScalarFunction.SELECT) {
            return code.select(dtype, x[0], x[1], x[2]);
        } else if (function == ScalarFunction.CAST) {
            return cast(given, x[0], dtype);
        }
        Row row = rows(given).get(function);
        if (row == null) {
            throw new IllegalArgumentException("no code for " + function + " of " + given);
        }
        return row.write(this, given, x);
    }

    private String cast(DType from, String x, DType to) {
        if (from == to) {
            return x;
        }
        if (to == DType.BOOL) {
            return from.isFloating()
                    ? code.compare("une", from, x, code.constant(from, 0.0))
                    : code.compare("ne", from, x, code.constant(from, 0));
        }
        if (from == DType.BOOL) {
            return code.convert(to.isFloating() ? "uitofp" : "zext", from, x, to);
        }
        if (from.isFloating() && to.isFloating()) {
            return code.convert(to == DType.FLOAT64 ? "fpext" : "fptrunc", from, x, to);
        }
        if (!from.isFloating() && to.isFloating()) {
            return code.convert("sitofp", from, x, to);
        }
        if (from == DType.INT32 && to == DType.INT64) {
            return code.convert("sext", from, x, to);
        }
        // What the dtype cannot hold is an error, which vectors do not raise.
        throw new IllegalArgumentException("no code for a cast of " + from + " to " + to);
    }

    private String abs(DType dtype, String x) {
        return code.select(dtype, code.compare("slt", dtype, x, code.constant(dtype, 0)), code.neg(dtype, x), x);
    }

    /** The argument itself for a zero or NaN. */
    private String sign(DType dtype, String x) {
        if (dtype.isFloating()) {
            String one = code.call("copysign", dtype, code.constant(dtype, 1.0), x);
            return code.select(dtype, code.compare("one", dtype, x, code.constant(dtype, 0.0)), one, x);
        }
        String zero = code.constant(dtype, 0);
        String down = code.select(dtype, code.compare("slt", dtype, x, zero), code.constant(dtype, -1), zero);
        return code.select(dtype, code.compare("sgt", dtype, x, zero), code.constant(dtype, 1), down);
    }
}
