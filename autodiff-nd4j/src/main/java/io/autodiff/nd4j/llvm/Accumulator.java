package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.Reduction;

/**
 * What one reduction keeps while loops run: for each lane a sum of the last few vectors, and a sum of those sums. The latter is in
 * float64 for float32, and in two float64 for float64, so that the error does not grow with the number of elements. The order
 * is the same at each run.
 */
final class Accumulator {
    /** How many vectors are added up plainly. */
    static final int BLOCK = 16;

    private final VectorCode code;
    private final Reduction reduction;
    private final DType dtype;
    /** The dtype of the sum of few. */
    private final DType inner;
    /** The dtype of the sum of all. */
    private final DType outer;

    private final String few;
    private final String all;
    /** What the sum of all lost in rounding; used by sums in float64. */
    private final String lost;

    Accumulator(VectorCode code, Reduction reduction, DType dtype) {
        this.code = code;
        this.reduction = reduction;
        this.dtype = dtype;
        boolean widens = dtype == DType.FLOAT32 && (reduction == Reduction.SUM || reduction == Reduction.PROD);
        this.outer = widens ? DType.FLOAT64 : dtype;
        // The product of few float32 could overflow where that of all does not.
        this.inner = reduction == Reduction.PROD ? outer : dtype;
        this.few = code.variable(code.type(inner));
        this.all = code.variable(code.type(outer));
        this.lost = code.variable(code.type(outer));
    }

    DType dtype() {
        return dtype;
    }

    /** What changes nothing. */
    String identity() {
        return identity(dtype);
    }

    private String identity(DType of) {
        Number number = reduction.identity(dtype);
        return of.isFloating() ? code.constant(of, number.doubleValue()) : code.constant(of, number.longValue());
    }

    private boolean keepsLost() {
        return reduction == Reduction.SUM && dtype == DType.FLOAT64;
    }

    void begin() {
        code.set(all, code.type(outer), identity(outer));
        code.set(lost, code.type(outer), code.constant(outer, 0.0));
    }

    void beginBlock() {
        code.set(few, code.type(inner), identity(inner));
    }

    void add(String value) {
        String wide = inner == dtype ? value : code.convert("fpext", dtype, value, inner);
        code.set(few, code.type(inner), join(inner, code.get(few, code.type(inner)), wide));
    }

    void endBlock() {
        String type = code.type(outer);
        String block = code.get(few, code.type(inner));
        String wide = inner == outer ? block : code.convert("fpext", inner, block, outer);
        String sum = code.get(all, type);
        String next = join(outer, sum, wide);
        if (keepsLost()) {
            // Knuth's exact error of a sum.
            String part = code.sub(outer, next, sum);
            String error =
                    code.add(outer, code.sub(outer, sum, code.sub(outer, next, part)), code.sub(outer, wide, part));
            code.set(lost, type, code.add(outer, code.get(lost, type), error));
        }
        code.set(all, type, next);
    }

    private String join(DType of, String a, String b) {
        return switch (reduction) {
            case SUM -> code.add(of, a, b);
            case PROD -> code.mul(of, a, b);
            case MAX -> extreme(of, a, b, "gt");
            case MIN -> extreme(of, a, b, "lt");
        };
    }

    private String extreme(DType of, String a, String b, String order) {
        if (!of.isFloating()) {
            return code.select(of, code.compare("s" + order, of, a, b), a, b);
        }
        String first = code.op("or", DType.BOOL, code.compare("o" + order, of, a, b), code.compare("uno", of, a, a));
        return code.select(of, first, a, b);
    }

    /** All of the sum; of what was lost, nothing where the sum is not finite, since it is NaN then. */
    private String total() {
        String sum = code.get(all, code.type(outer));
        if (!keepsLost()) {
            return sum;
        }
        String zero = code.sub(outer, sum, sum);
        String finite = code.compare("oeq", outer, zero, zero);
        String whole = code.add(outer, sum, code.get(lost, code.type(outer)));
        return code.select(outer, finite, whole, sum);
    }

    /** The result in each lane. */
    String result() {
        return outer == dtype ? total() : code.convert("fptrunc", outer, total(), dtype);
    }

    /** The lanes as one, halves upon halves: a scalar of the outer dtype. */
    private String ofLanes() {
        String vector = total();
        for (int half = code.lanes() / 2; half >= 1; half /= 2) {
            int distance = half;
            String upper = code.emit("shufflevector " + code.type(outer) + " " + vector + ", " + code.type(outer)
                    + " undef, " + code.vector("i32") + " "
                    + code.constant("i32", lane -> lane < distance ? Integer.toString(lane + distance) : "undef"));
            vector = join(outer, vector, upper);
        }
        return code.emit("extractelement " + code.type(outer) + " " + vector + ", i32 0");
    }

    /** Stores one element. */
    void storeOne(String pointer) {
        String scalar = ofLanes();
        String narrow = outer == dtype ? scalar : code.emit("fptrunc double " + scalar + " to float");
        store(VectorCode.element(dtype), narrow, pointer);
    }

    /** Stores one element as float64 or int64. */
    void storeWide(String pointer) {
        String scalar = ofLanes();
        switch (outer) {
            case FLOAT32 -> store("double", code.emit("fpext float " + scalar + " to double"), pointer);
            case INT32 -> store("i64", code.emit("sext i32 " + scalar + " to i64"), pointer);
            default -> store(VectorCode.element(outer), scalar, pointer);
        }
    }

    private void store(String type, String value, String pointer) {
        String address = code.emit("bitcast i8* " + pointer + " to " + type + "*");
        code.line("store " + type + " " + value + ", " + type + "* " + address);
    }
}
