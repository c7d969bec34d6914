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
    /** Whether a lane met NaN, which is kept apart of the greatest and the least number; used by those of floating dtypes. */
    private final String nan;

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
        this.nan = code.variable(code.type(DType.BOOL));
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

    private boolean keepsNan() {
        return dtype.isFloating() && (reduction == Reduction.MAX || reduction == Reduction.MIN);
    }

    void begin() {
        if (keepsNan()) {
            code.set(nan, code.type(DType.BOOL), code.constant(DType.BOOL, 0.0));
        }
        code.set(all, code.type(outer), identity(outer));
        code.set(lost, code.type(outer), code.constant(outer, 0.0));
    }

    void beginBlock() {
        code.set(few, code.type(inner), identity(inner));
    }

    void add(String value) {
        if (keepsNan()) {
            String type = code.type(DType.BOOL);
            String isNan = code.compare("uno", dtype, value, value);
            code.set(nan, type, code.op("or", DType.BOOL, code.get(nan, type), isNan));
        }
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

    /** The first, unless the second is beyond it: not where that is NaN. */
    private String extreme(DType of, String a, String b, String order) {
        return code.select(of, code.compare((of.isFloating() ? "o" : "s") + order, of, b, a), b, a);
    }

    /** All of the sum; of what was lost, nothing where the sum is not finite, since it is NaN then. */
    private String total() {
        String sum = code.get(all, code.type(outer));
        if (keepsNan()) {
            return code.select(outer, code.get(nan, code.type(DType.BOOL)), code.constant(outer, Double.NaN), sum);
        }
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

    /** The result of all lanes, in each of them. */
    String resultOfLanes() {
        return code.splat(VectorCode.element(dtype), narrow(ofLanes()));
    }

    private String narrow(String scalar) {
        return outer == dtype ? scalar : code.emit("fptrunc double " + scalar + " to float");
    }

    /** The lanes as one, halves upon halves: a scalar of the outer dtype. */
    private String ofLanes() {
        String vector = keepsNan() ? code.get(all, code.type(outer)) : total();
        for (int half = code.lanes() / 2; half >= 1; half /= 2) {
            int distance = half;
            String upper = code.emit("shufflevector " + code.type(outer) + " " + vector + ", " + code.type(outer)
                    + " undef, " + code.vector("i32") + " "
                    + code.constant("i32", lane -> lane < distance ? Integer.toString(lane + distance) : "undef"));
            vector = join(outer, vector, upper);
        }
        String one = code.first(outer, vector);
        if (!keepsNan()) {
            return one;
        }
        String type = VectorCode.element(outer);
        String anyNan = code.any(code.get(nan, code.type(DType.BOOL)));
        return code.emit("select i1 " + anyNan + ", " + type + " " + VectorCode.literal(outer, Double.NaN) + ", " + type
                + " " + one);
    }

    /** Stores the result of all lanes as float64 or int64. */
    void storeWide(String pointer) {
        LoopMemory.storeWord(code, outer, ofLanes(), pointer);
    }

    /** Stores the result of the first lane, which all have, as float64 or int64. */
    void storeWideFirst(String pointer) {
        LoopMemory.storeWord(code, outer, code.first(outer, total()), pointer);
    }
}
