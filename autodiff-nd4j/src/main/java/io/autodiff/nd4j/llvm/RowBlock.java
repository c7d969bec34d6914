package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known of a block of rows, as many as a vector has lanes: one vector for each instruction, in memory, as a pass over one row
 * reads or gives its lane alone. A last block of less rows has lanes that count nothing.
 */
final class RowBlock {
    private final VectorCode code;
    /** Of arrays that have an element for each row. */
    private final LoopMemory arrays;
    /** Of what is here. */
    private final LoopMemory own;

    private final Map<Integer, String> places = new HashMap<>();

    RowBlock(VectorCode code) {
        this.code = code;
        this.arrays = new LoopMemory(code, true);
        this.own = new LoopMemory(code, false);
    }

    /** From here on, there are so many rows. */
    void begin(String count) {
        arrays.onlyFirst(count);
    }

    /** For arrays that have an element for each row: those of the block. */
    LoopMemory memory() {
        return arrays;
    }

    void storeAll(int instruction, DType dtype, String value) {
        own.store(dtype, value, place(instruction));
    }

    String loadAll(int instruction, DType dtype) {
        return own.load(dtype, place(instruction));
    }

    /** That of one row in all lanes. */
    String load(int instruction, DType dtype, String row) {
        return own.loadSplat(dtype, place(instruction, dtype, row));
    }

    /** That of one row, which is in all lanes. */
    void store(int instruction, DType dtype, String value, String row) {
        own.storeFirst(dtype, value, place(instruction, dtype, row));
    }

    private String place(int instruction) {
        return places.computeIfAbsent(instruction, number -> code.buffer());
    }

    private String place(int instruction, DType dtype, String row) {
        return code.after(place(instruction), code.emit("mul i64 " + row + ", " + dtype.bytes()));
    }
}
