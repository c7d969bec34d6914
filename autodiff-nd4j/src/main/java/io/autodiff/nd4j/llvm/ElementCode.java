package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.op.ScalarFunction;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes scalar functions on vectors: one row for each by its name, and the dtypes that it is for. What has no row is not compiled.
 */
final class ElementCode {
    /** Writes one function. */
    @FunctionalInterface
    private interface Row {
        String write(ElementCode e, DType dtype, String... x);
    }

    /** Writes one function of float64. */
    @FunctionalInterface
    private interface Wide {
        String write(ElementCode e, String... x);
    }

    private static final Map<String, Row> FLOATING = new HashMap<>();
    /** For float32, those above, but for what has a shorter form there. */
    private static final Map<String, Row> SINGLE = new HashMap<>();

    private static final Map<String, Row> INTEGER = new HashMap<>();
    private static final Map<String, Row> BOOL = new HashMap<>();

    static {
        FLOATING.put("ADD", (e, t, x) -> e.code.add(t, x[0], x[1]));
        FLOATING.put("SUB", (e, t, x) -> e.code.sub(t, x[0], x[1]));
        FLOATING.put("MUL", (e, t, x) -> e.code.mul(t, x[0], x[1]));
        FLOATING.put("DIV", (e, t, x) -> e.code.div(t, x[0], x[1]));
        FLOATING.put("NEG", (e, t, x) -> e.code.neg(t, x[0]));
        FLOATING.put("ABS", (e, t, x) -> e.code.call("fabs", t, x[0]));
        FLOATING.put("SIGN", (e, t, x) -> e.sign(t, x[0]));
        FLOATING.put("SQRT", (e, t, x) -> e.code.call("sqrt", t, x[0]));
        FLOATING.put("EXP", (e, t, x) -> e.exponential.exp(t, x[0]));
        FLOATING.put("TANH", (e, t, x) -> e.exponential.tanh(t, x[0]));
        FLOATING.put("LOG", (e, t, x) -> e.logarithm.log(t, x[0]));
        FLOATING.put("SIN", (e, t, x) -> e.trigonometry.sin(t, x[0]));
        FLOATING.put("COS", (e, t, x) -> e.trigonometry.cos(t, x[0]));
        FLOATING.put("POW", (e, t, x) -> e.power.pow(t, x[0], x[1]));

        FLOATING.put("MAX", (e, t, x) -> e.extreme(t, x[0], x[1], "ogt", "and"));
        FLOATING.put("MIN", (e, t, x) -> e.extreme(t, x[0], x[1], "olt", "or"));
        FLOATING.put("FLOOR", (e, t, x) -> e.code.call("floor", t, x[0]));
        FLOATING.put("CEIL", (e, t, x) -> e.code.call("ceil", t, x[0]));
        FLOATING.put("ROUND", (e, t, x) -> e.code.call("rint", t, x[0]));
        FLOATING.put("FLOOR_DIV", (e, t, x) -> e.floorDiv(t, x[0], x[1]));
        FLOATING.put("EXPM1", (e, t, x) -> e.exponential.expm1(t, x[0]));
        FLOATING.put("LOG1P", (e, t, x) -> e.logarithm.log1p(t, x[0]));
        FLOATING.put("TAN", (e, t, x) -> e.code.div(t, e.trigonometry.sin(t, x[0]), e.trigonometry.cos(t, x[0])));

        wide("SINH", (e, x) -> e.hyperbolic.sinh(x[0]));
        wide("COSH", (e, x) -> e.hyperbolic.cosh(x[0]));
        wide("ASINH", (e, x) -> e.hyperbolic.asinh(x[0]));
        wide("ACOSH", (e, x) -> e.hyperbolic.acosh(x[0]));
        wide("ATANH", (e, x) -> e.hyperbolic.atanh(x[0]));
        wide("ASIN", (e, x) -> e.inverse.asin(x[0]));
        wide("ACOS", (e, x) -> e.inverse.acos(x[0]));
        wide("ATAN", (e, x) -> e.inverse.atan(x[0]));
        wide("ATAN2", (e, x) -> e.inverse.atan2(x[0], x[1]));
        wide("ERF", (e, x) -> e.errorFunction.erf(x[0]));
        wide("ERFC", (e, x) -> e.errorFunction.erfc(x[0]));
        wide("CBRT", (e, x) -> e.root.cbrt(x[0]));
        wide("HYPOT", (e, x) -> e.root.hypot(x[0], x[1]));
        wide("FLOOR_MOD", (e, x) -> e.root.floorMod(x[0], x[1]));

        SINGLE.putAll(FLOATING);
        SINGLE.put("ERF", (e, t, x) -> e.exponential.erf32(x[0]));

        INTEGER.put("ADD", (e, t, x) -> e.code.add(t, x[0], x[1]));
        INTEGER.put("SUB", (e, t, x) -> e.code.sub(t, x[0], x[1]));
        INTEGER.put("MUL", (e, t, x) -> e.code.mul(t, x[0], x[1]));
        INTEGER.put("NEG", (e, t, x) -> e.code.neg(t, x[0]));
        INTEGER.put("ABS", (e, t, x) -> e.abs(t, x[0]));
        INTEGER.put("SIGN", (e, t, x) -> e.sign(t, x[0]));

        INTEGER.put("MAX", (e, t, x) -> e.code.select(t, e.code.compare("sgt", t, x[0], x[1]), x[0], x[1]));
        INTEGER.put("MIN", (e, t, x) -> e.code.select(t, e.code.compare("slt", t, x[0], x[1]), x[0], x[1]));
        List.of("FLOOR", "CEIL", "ROUND").forEach(function -> INTEGER.put(function, (e, t, x) -> x[0]));

        compare("GT", "ogt", "sgt");
        compare("GTE", "oge", "sge");
        compare("LT", "olt", "slt");
        compare("LTE", "ole", "sle");
        compare("EQ", "oeq", "eq");
        compare("NEQ", "une", "ne");
        List.of("AND", "OR", "XOR")
                .forEach(function ->
                        BOOL.put(function, (e, t, x) -> e.code.op(function.toLowerCase(Locale.ROOT), t, x[0], x[1])));
        BOOL.put("NOT", (e, t, x) -> e.code.op("xor", t, x[0], e.code.constant(t, 1.0)));
        BOOL.put("EQ", INTEGER.get("EQ"));
        BOOL.put("NEQ", INTEGER.get("NEQ"));
    }

    private final VectorCode code;
    private final ExponentialCode exponential;
    private final LogarithmCode logarithm;
    private final TrigonometryCode trigonometry;
    private final PowerCode power;
    private final HyperbolicCode hyperbolic;
    private final InverseTrigonometryCode inverse;
    private final ErrorFunctionCode errorFunction;
    private final RootCode root;

    ElementCode(VectorCode code) {
        this.code = code;
        this.exponential = new ExponentialCode(code);
        this.logarithm = new LogarithmCode(code);
        this.trigonometry = new TrigonometryCode(code);
        this.power = new PowerCode(code, exponential, logarithm);
        this.hyperbolic = new HyperbolicCode(code, exponential, logarithm);
        this.inverse = new InverseTrigonometryCode(code);
        this.errorFunction = new ErrorFunctionCode(code, exponential);
        this.root = new RootCode(code, exponential, logarithm);
    }

    /** A function of float64, in which float32 is computed, too. */
    private static void wide(String function, Wide row) {
        FLOATING.put(function, (e, t, x) -> {
            if (t == DType.FLOAT64) {
                return row.write(e, x);
            }
            String[] widened = Stream.of(x)
                    .map(number -> e.code.convert("fpext", t, number, DType.FLOAT64))
                    .toArray(String[]::new);
            return e.code.convert("fptrunc", DType.FLOAT64, row.write(e, widened), t);
        });
    }

    private static void compare(String function, String floating, String integer) {
        FLOATING.put(function, (e, t, x) -> e.code.compare(floating, t, x[0], x[1]));
        SINGLE.put(function, FLOATING.get(function));
        INTEGER.put(function, (e, t, x) -> e.code.compare(integer, t, x[0], x[1]));
    }

    private static Map<String, Row> rows(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> SINGLE;
            case FLOAT64 -> FLOATING;
            case INT32, INT64 -> INTEGER;
            case BOOL -> BOOL;
            case FLOAT16, BFLOAT16 -> Map.of();
        };
    }

    /** Whether {@link #apply} writes a function of a dtype. */
    static boolean supports(ScalarFunction function, DType dtype) {
        boolean stored = dtype != DType.FLOAT16 && dtype != DType.BFLOAT16;
        return (stored && (function == ScalarFunction.SELECT || function == ScalarFunction.CAST))
                || rows(dtype).containsKey(function.name());
    }

    /** A function to a dtype, of values of which the last has the other dtype. */
    String apply(ScalarFunction function, DType dtype, DType given, String... x) {
        if (function == ScalarFunction.SELECT) {
            return code.select(dtype, x[0], x[1], x[2]);
        } else if (function == ScalarFunction.CAST) {
            return cast(given, x[0], dtype);
        }
        Row row = rows(given).get(function.name());
        if (row == null) {
            throw new IllegalArgumentException("no code for " + function + " of " + given);
        }
        return row.write(this, given, x);
    }

    /** A floating number to the power of one that is the same everywhere. */
    String power(DType dtype, String x, double exponent) {
        return power.constantPower(dtype, x, exponent);
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

    /** The quotient of float32 is taken in float64: rounded to float32, it may be an integer where it was just below one. */
    private String floorDiv(DType dtype, String a, String b) {
        if (dtype == DType.FLOAT32) {
            DType wide = DType.FLOAT64;
            String quotient =
                    floorDiv(wide, code.convert("fpext", dtype, a, wide), code.convert("fpext", dtype, b, wide));
            return code.convert("fptrunc", wide, quotient, dtype);
        }
        return code.call("floor", dtype, code.div(dtype, a, b));
    }

    /** NaN if there is one; 0 is more than -0, which is a matter of their bits. */
    private String extreme(DType dtype, String a, String b, String order, String zeros) {
        DType bits = VectorCode.bitsOf(dtype);
        String first = code.op("or", DType.BOOL, code.compare(order, dtype, a, b), code.compare("uno", dtype, a, a));
        String both =
                code.op(zeros, bits, code.convert("bitcast", dtype, a, bits), code.convert("bitcast", dtype, b, bits));
        return code.select(
                dtype,
                code.compare("oeq", dtype, a, b),
                code.convert("bitcast", bits, both, dtype),
                code.select(dtype, first, a, b));
    }

    /** The argument itself for a zero or NaN. */
    private String sign(DType dtype, String x) {
        if (dtype.isFloating()) {
            String one = code.copySign(dtype, code.constant(dtype, 1.0), x);
            return code.select(dtype, code.compare("one", dtype, x, code.constant(dtype, 0.0)), one, x);
        }
        String zero = code.constant(dtype, 0);
        String down = code.select(dtype, code.compare("slt", dtype, x, zero), code.constant(dtype, -1), zero);
        return code.select(dtype, code.compare("sgt", dtype, x, zero), code.constant(dtype, 1), down);
    }
}
