package io.autodiff.nd4j.llvm;

import io.autodiff.DType;

/** Loads and stores of whole vectors or of some lanes. In memory a bool is a byte. */
final class LoopMemory {
    private final VectorCode code;
    private final boolean masked;
    /** Which lanes are stored, if masked, and which count in sums. */
    private String lanes = "";

    LoopMemory(VectorCode code, boolean masked) {
        this.code = code;
        this.masked = masked;
    }

    /** From here on, only so many lanes are there. */
    void onlyFirst(String count) {
        lanes = code.op("icmp slt", DType.INT32, code.laneNumbers(), narrow(count));
    }

    /** From here on, so many lanes were computed before. */
    void notFirst(String count) {
        lanes = code.op("icmp sge", DType.INT32, code.laneNumbers(), narrow(count));
    }

    /** Of a count, only what a vector has of it matters: it is cut off there, so that 32 bits hold it. */
    private String narrow(String count) {
        String less = code.emit("icmp slt i64 " + count + ", " + code.lanes());
        String least = code.emit("select i1 " + less + ", i64 " + count + ", i64 " + code.lanes());
        return code.splat("i32", code.emit("trunc i64 " + least + " to i32"));
    }

    /** The value where a lane counts, and elsewhere what changes nothing. */
    String counting(DType dtype, String value, String identity) {
        return code.select(dtype, lanes, value, identity);
    }

    String load(DType dtype, String pointer) {
        String element = stored(dtype);
        String type = code.vector(element);
        String address = code.emit("bitcast i8* " + pointer + " to " + type + "*");
        String loaded;
        if (masked) {
            String name = "@llvm.masked.load." + suffix(dtype);
            code.other(
                    name,
                    "declare " + type + " " + name + "(" + type + "*, i32, " + code.vector("i1") + ", " + type + ")");
            loaded = code.emit("call " + type + " " + name + "(" + type + "* " + address + ", i32 " + dtype.bytes()
                    + ", " + code.vector("i1") + " " + lanes + ", " + type + " zeroinitializer)");
        } else {
            loaded = whole(type, address, dtype);
        }
        return dtype == DType.BOOL ? code.emit("icmp ne " + type + " " + loaded + ", zeroinitializer") : loaded;
    }

    private String whole(String type, String address, DType dtype) {
        return code.emit("load " + type + ", " + type + "* " + address + ", align " + dtype.bytes());
    }

    /** All lanes, of which each has its place, of a floating dtype. */
    String loadWhole(DType dtype, String pointer) {
        String type = code.type(dtype);
        return whole(type, code.emit("bitcast i8* " + pointer + " to " + type + "*"), dtype);
    }

    /** All lanes, of which each has its place, of a floating dtype. */
    void storeWhole(DType dtype, String value, String pointer) {
        String type = code.type(dtype);
        String address = code.emit("bitcast i8* " + pointer + " to " + type + "*");
        code.line("store " + type + " " + value + ", " + type + "* " + address + ", align " + dtype.bytes());
    }

    /** One element in all lanes. */
    String loadSplat(DType dtype, String pointer) {
        String element = stored(dtype);
        String address = code.emit("bitcast i8* " + pointer + " to " + element + "*");
        String loaded = code.emit("load " + element + ", " + element + "* " + address + ", align " + dtype.bytes());
        return code.splat(
                VectorCode.element(dtype),
                dtype == DType.BOOL ? code.emit("icmp ne " + element + " " + loaded + ", 0") : loaded);
    }

    void store(DType dtype, String value, String pointer) {
        String type = code.vector(stored(dtype));
        String given =
                dtype == DType.BOOL ? code.emit("zext " + code.vector("i1") + " " + value + " to " + type) : value;
        String address = code.emit("bitcast i8* " + pointer + " to " + type + "*");
        if (masked) {
            String name = "@llvm.masked.store." + suffix(dtype);
            code.other(name, "declare void " + name + "(" + type + ", " + type + "*, i32, " + code.vector("i1") + ")");
            code.line("call void " + name + "(" + type + " " + given + ", " + type + "* " + address + ", i32 "
                    + dtype.bytes() + ", " + code.vector("i1") + " " + lanes + ")");
        } else {
            code.line("store " + type + " " + given + ", " + type + "* " + address + ", align " + dtype.bytes());
        }
    }

    /** Stores the first lane alone. */
    void storeFirst(DType dtype, String value, String pointer) {
        String first = code.first(dtype, value);
        String element = stored(dtype);
        String given = dtype == DType.BOOL ? code.emit("zext i1 " + first + " to i8") : first;
        String address = code.emit("bitcast i8* " + pointer + " to " + element + "*");
        code.line("store " + element + " " + given + ", " + element + "* " + address + ", align " + dtype.bytes());
    }

    /** Stores the first lane alone, as 8 bytes: a float64, or the integer. */
    void storeWord(DType dtype, String value, String pointer) {
        storeWord(code, dtype, code.first(dtype, value), pointer);
    }

    /** Stores a scalar as 8 bytes: a float64, or the integer. */
    static void storeWord(VectorCode code, DType dtype, String scalar, String pointer) {
        String wide = switch (dtype) {
            case FLOAT32 -> code.emit("fpext float " + scalar + " to double");
            case INT32 -> code.emit("sext i32 " + scalar + " to i64");
            case BOOL -> code.emit("zext i1 " + scalar + " to i64");
            default -> scalar;
        };
        String type = dtype.isFloating() ? "double" : "i64";
        String address = code.emit("bitcast i8* " + pointer + " to " + type + "*");
        code.line("store " + type + " " + wide + ", " + type + "* " + address);
    }

    private static String stored(DType dtype) {
        return dtype == DType.BOOL ? "i8" : VectorCode.element(dtype);
    }

    private String suffix(DType dtype) {
        String vector = "v" + code.lanes() + (dtype.isFloating() ? "f" : "i") + 8 * dtype.bytes();
        return vector + ".p0" + vector;
    }
}
