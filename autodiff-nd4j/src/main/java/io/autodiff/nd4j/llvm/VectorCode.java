package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import java.util.Collections;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes LLVM instructions on vectors, one method for each kind. A vector is told by its name in the text and its dtype, which the
 * caller keeps; a bool vector has one bit a lane.
 */
final class VectorCode {
    private final int lanes;
    private final StringBuilder entry = new StringBuilder();
    private final StringBuilder body = new StringBuilder();
    /** Functions outside the one that is being written, by name. */
    private final TreeMap<String, String> others = new TreeMap<>();

    private int names;

    VectorCode(int lanes) {
        this.lanes = lanes;
    }

    int lanes() {
        return lanes;
    }

    /** What allocates, to stand at the begin of the function. */
    String entry() {
        return entry.toString();
    }

    String body() {
        return body.toString();
    }

    String others() {
        return String.join("\n", others.values());
    }

    /** The type of one lane. */
    static String element(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            case INT32 -> "i32";
            case INT64 -> "i64";
            case BOOL -> "i1";
            case FLOAT16, BFLOAT16 -> throw new IllegalArgumentException("no vectors of " + dtype);
        };
    }

    /** The integers that have as many bits. */
    static DType bitsOf(DType dtype) {
        return dtype == DType.FLOAT32 ? DType.INT32 : DType.INT64;
    }

    String vector(String element) {
        return "<" + lanes + " x " + element + ">";
    }

    String type(DType dtype) {
        return vector(element(dtype));
    }

    /** A name that nothing has yet. */
    String fresh(String prefix) {
        return prefix + names++;
    }

    void line(String text) {
        body.append("  ").append(text).append('\n');
    }

    void label(String name) {
        body.append(name).append(":\n");
    }

    void branch(String condition, String yes, String no) {
        line("br i1 " + condition + ", label %" + yes + ", label %" + no);
    }

    void jump(String to) {
        line("br label %" + to);
    }

    /** An instruction with a result. */
    String emit(String text) {
        String name = fresh("%v");
        line(name + " = " + text);
        return name;
    }

    /** A place that can be stored to again and again. */
    String variable(String type) {
        String name = fresh("%m");
        entry.append("  ").append(name).append(" = alloca ").append(type).append('\n');
        return name;
    }

    void set(String variable, String type, String value) {
        line("store " + type + " " + value + ", " + type + "* " + variable);
    }

    String get(String variable, String type) {
        return emit("load " + type + ", " + type + "* " + variable);
    }

    /** The address of memory for a vector of any dtype, of zeros at first. */
    String buffer() {
        String type = vector("i64");
        String name = variable(type);
        String address = fresh("%m");
        entry.append("  store ")
                .append(type)
                .append(" zeroinitializer, ")
                .append(type)
                .append("* ")
                .append(name);
        entry.append("\n  ")
                .append(address)
                .append(" = bitcast ")
                .append(type)
                .append("* ")
                .append(name)
                .append(" to i8*\n");
        return address;
    }

    /** A turn of a loop, told the counter. */
    @FunctionalInterface
    interface Turn {
        void write(String counter);
    }

    void counted(String begin, String end, long step, Turn turn) {
        String counter = variable("i64");
        String head = fresh("head");
        String inside = fresh("inside");
        String after = fresh("after");
        set(counter, "i64", begin);
        jump(head);
        label(head);
        String i = get(counter, "i64");
        branch(emit("icmp slt i64 " + i + ", " + end), inside, after);
        label(inside);
        turn.write(i);
        set(counter, "i64", emit("add i64 " + i + ", " + step));
        jump(head);
        label(after);
    }

    /** The less of two scalars of i64. */
    String least(String a, String b) {
        String less = emit("icmp slt i64 " + a + ", " + b);
        return emit("select i1 " + less + ", i64 " + a + ", i64 " + b);
    }

    /** An address that is so many bytes after another. */
    String after(String pointer, String bytes) {
        return emit("getelementptr i8, i8* " + pointer + ", i64 " + bytes);
    }

    /** Something that stands once in the module, such as a declaration. */
    void other(String name, String text) {
        others.put(name, text);
    }

    /** What stands once in the module because of other code. */
    void othersOf(VectorCode code) {
        others.putAll(code.others);
    }

    /** A vector of one number. */
    String constant(DType dtype, double value) {
        String literal = literal(dtype, value);
        return constant(element(dtype), lane -> literal);
    }

    /** A number as text; a bit pattern of floating dtypes is LLVM's only exact way to write them. */
    static String literal(DType dtype, double value) {
        return switch (dtype) {
            case FLOAT32 -> String.format("0x%016X", Double.doubleToRawLongBits((float) value));
            case FLOAT64 -> String.format("0x%016X", Double.doubleToRawLongBits(value));
            case INT32, INT64 -> Long.toString((long) value);
            default -> value != 0 ? "true" : "false";
        };
    }

    String constant(DType dtype, long value) {
        return constant(element(dtype), lane -> Long.toString(value));
    }

    String constant(String element, IntFunction<String> literal) {
        return IntStream.range(0, lanes)
                .mapToObj(lane -> element + " " + literal.apply(lane))
                .collect(Collectors.joining(", ", "<", ">"));
    }

    /** The lanes' numbers, from 0. */
    String laneNumbers() {
        return constant("i32", Integer::toString);
    }

    String splat(String element, String scalar) {
        String first = emit("insertelement " + vector(element) + " undef, " + element + " " + scalar + ", i32 0");
        return emit("shufflevector " + vector(element) + " " + first + ", " + vector(element) + " undef, "
                + vector("i32") + " zeroinitializer");
    }

    /** The number of the first lane. */
    String first(DType dtype, String vector) {
        return emit("extractelement " + type(dtype) + " " + vector + ", i32 0");
    }

    /** An instruction on one vector and its like. */
    String op(String opcode, DType dtype, String a, String b) {
        return emit(opcode + " " + type(dtype) + " " + a + ", " + b);
    }

    String add(DType dtype, String a, String b) {
        return op(dtype.isFloating() ? "fadd" : "add", dtype, a, b);
    }

    String sub(DType dtype, String a, String b) {
        return op(dtype.isFloating() ? "fsub" : "sub", dtype, a, b);
    }

    String mul(DType dtype, String a, String b) {
        return op(dtype.isFloating() ? "fmul" : "mul", dtype, a, b);
    }

    String div(DType dtype, String a, String b) {
        return op("fdiv", dtype, a, b);
    }

    String neg(DType dtype, String a) {
        return dtype.isFloating() ? emit("fneg " + type(dtype) + " " + a) : sub(dtype, constant(dtype, 0), a);
    }

    /** A comparison such as "olt" or "slt", to bool. */
    String compare(String predicate, DType dtype, String a, String b) {
        return op((dtype.isFloating() ? "fcmp " : "icmp ") + predicate, dtype, a, b);
    }

    String select(DType dtype, String condition, String a, String b) {
        return emit("select " + vector("i1") + " " + condition + ", " + type(dtype) + " " + a + ", " + type(dtype) + " "
                + b);
    }

    /** A conversion such as "fpext" or "bitcast". */
    String convert(String opcode, DType from, String a, DType to) {
        return emit(opcode + " " + type(from) + " " + a + " to " + type(to));
    }

    /** One of LLVM's functions on vectors, such as "sqrt", of arguments of one dtype, to the same. */
    String call(String function, DType dtype, String... arguments) {
        String name = "@llvm." + function + ".v" + lanes + (dtype.isFloating() ? "f" : "i") + 8 * dtype.bytes();
        other(
                name,
                "declare " + type(dtype) + " " + name + "("
                        + String.join(", ", Collections.nCopies(arguments.length, type(dtype))) + ")");
        return emit("call " + type(dtype) + " " + name + "("
                + IntStream.range(0, arguments.length)
                        .mapToObj(i -> type(dtype) + " " + arguments[i])
                        .collect(Collectors.joining(", "))
                + ")");
    }

    /** a * b + c, rounded once. */
    String fma(DType dtype, String a, String b, String c) {
        return call("fma", dtype, a, b, c);
    }

    /** The polynomial with these coefficients, from the constant on, by Horner's scheme. */
    String polynomial(DType dtype, String x, double... coefficients) {
        String sum = constant(dtype, coefficients[coefficients.length - 1]);
        for (int i = coefficients.length - 2; i >= 0; i--) {
            sum = fma(dtype, sum, x, constant(dtype, coefficients[i]));
        }
        return sum;
    }

    /** The lanes that hold, in any of them: a scalar. */
    String any(String condition) {
        String bits = emit("bitcast " + vector("i1") + " " + condition + " to i" + lanes);
        return emit("icmp ne i" + lanes + " " + bits + ", 0");
    }
}
