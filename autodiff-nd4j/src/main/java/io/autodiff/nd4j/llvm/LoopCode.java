package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopForm;
import io.autodiff.nd4j.fused.LoopLayout;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Constant;
import io.autodiff.nd4j.fused.LoopProgram.Extent;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.nd4j.fused.LoopStages;
import io.autodiff.nd4j.fused.Reduction;
import io.autodiff.op.ScalarFunction;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a program as nested loops, the one over the last axis by vectors. What does not change in a loop is computed before it.
 * The loops over a row are there once for each {@link LoopStages stage}; a row of less than a vector needs none, and what is computed of
 * it stays in registers from stage to stage.
 *
 * <p>The vector at the end of the last axis begins earlier, so that it is whole, and computes some positions a second time; for
 * sums those lanes count as nothing. Where the axis is shorter than a vector, loads and stores are masked instead.
 */
final class LoopCode {
    private final LoopProgram program;
    private final LoopLayout layout;
    private final VectorCode code;
    private final ElementCode elements;
    private final LoopMemory memory;
    private final LoopStages stages;
    /** By the number of the instruction, for reductions. */
    private final Map<Integer, Accumulator> accumulators = new TreeMap<>();
    /** By the number of the output, for those of the program. */
    private final Map<Integer, Accumulator> totals = new TreeMap<>();

    private final boolean masked;
    /** Whether a row is one vector. */
    private final boolean rowIsVector;
    /** What is known of the rows of a block; null if rows are computed one by one. */
    private final @Nullable RowBlock rows;
    /** For each instruction the number of loops around it. */
    private final int[] depths;

    private int stage;
    /** Where in a pass what is kept of the row stands: each turn has its own place, the same in each pass. */
    private String kept = "";

    private String keptOffset = "";
    /** For each instruction that was written, the vector that it gave. */
    private @Nullable String[] values;

    private final String[] pointers;

    private LoopCode(LoopProgram program, int lanes, LoopForm form) {
        this.program = program;
        this.layout = new LoopLayout(program);
        this.code = new VectorCode(lanes);
        this.elements = new ElementCode(code);
        this.masked = form.isShort();
        this.memory = new LoopMemory(code, masked);
        this.values = new String[program.instructions().size()];
        this.stages = new LoopStages(program);
        this.depths = depths();
        this.pointers = new String[layout.arrays()];
        this.rows = form.byRows() ? new RowBlock(code) : null;
        this.rowIsVector =
                masked && rows == null && layout.kept() == layout.loops() - 1 && layout.vectorLoop() == layout.kept();
    }

    /** A module with one function of a pointer to the arguments. */
    static String module(LoopProgram program, String name, Target target, int lanes, LoopForm form) {
        LoopCode loops = new LoopCode(program, lanes, form);
        loops.write();
        return "define void @" + name + "(i8* %arguments) " + target.attributes() + " {\nentry:\n" + loops.code.entry()
                + loops.code.body() + "}\n" + loops.code.others() + "\n";
    }

    private int[] depths() {
        int[] result = new int[values.length];
        for (int i = 0; i < result.length; i++) {
            Instruction instruction = program.instructions().get(i);
            if (instruction instanceof Load load) {
                for (int loop = 0; loop < layout.loops(); loop++) {
                    result[i] = layout.has(load.input(), loop) ? loop + 1 : result[i];
                }
            } else if (instruction instanceof Apply apply) {
                result[i] = apply.operands().stream()
                        .mapToInt(operand -> result[operand])
                        .max()
                        .orElse(0);
            } else if (instruction instanceof Reduce) {
                result[i] = layout.kept();
            }
        }
        return result;
    }

    private String word(int index) {
        String address = code.emit("getelementptr i64, i64* %words, i64 " + index);
        return code.emit("load i64, i64* " + address);
    }

    private void write() {
        code.line("%words = bitcast i8* %arguments to i64*");
        for (int array = 0; array < pointers.length; array++) {
            pointers[array] = code.emit("inttoptr i64 " + word(layout.addressWord(array)) + " to i8*");
        }
        if (keeps()) {
            kept = code.emit("inttoptr i64 " + word(layout.keptWord()) + " to i8*");
            keptOffset = code.variable("i64");
        }
        for (int i = 0; i < values.length; i++) {
            if (program.instructions().get(i) instanceof Reduce reduce) {
                accumulators.put(i, new Accumulator(code, reduce.reduction(), reduce.dtype()));
            }
        }
        for (int i = 0; i < program.outputs().size(); i++) {
            Output output = program.outputs().get(i);
            Reduction total = output.total();
            if (total != null) {
                Accumulator accumulator = new Accumulator(code, total, dtype(output));
                totals.put(i, accumulator);
                accumulator.begin();
            }
        }
        instructions(0);
        loop(0);
        totals.forEach((output, total) -> {
            String pointer = pointers[program.inputs().size() + output];
            if (lanesAreOfOneRow() && rows == null) {
                total.storeWideFirst(pointer);
            } else {
                total.storeWide(pointer);
            }
        });
        code.line("ret void");
    }

    /** The loops from one on, within those before it. */
    private void loop(int loop) {
        if (loop == layout.kept() && loop < layout.loops()) {
            row();
        } else if (loop == layout.kept() - 1 && rows != null) {
            blocks(loop, rows);
        } else if (loop < layout.loops()) {
            counted(loop);
        } else {
            body();
        }
    }

    /** Whether the lanes of a vector are positions of one row, and not of as many rows. */
    private boolean lanesAreOfOneRow() {
        return layout.vectorLoop() >= layout.kept();
    }

    /** The passes over one row, or over as many rows as there are lanes. */
    private void row() {
        for (stage = 0; stage < stages.count(); stage++) {
            if (stage > 0) {
                ofRow();
            }
            if (stages.hasPass(stage)) {
                ofStage().forEach(Accumulator::begin);
                if (keeps()) {
                    code.set(keptOffset, "i64", "0");
                }
                counted(layout.kept());
            }
        }
        storeRow(lanesAreOfOneRow() ? null : memory);
    }

    /** The loop over the rows, by blocks of them. */
    private void blocks(int loop, RowBlock block) {
        String end = word(layout.sizeWord(loop));
        code.counted(loop == 0 ? word(0) : "0", end, code.lanes(), first -> {
            String[] outer = pointers.clone();
            String count = code.least(code.emit("sub i64 " + end + ", " + first), Integer.toString(code.lanes()));
            block.begin(count);
            move(loop, first);
            for (stage = 0; stage < stages.count(); stage++) {
                for (int i = 0; i < values.length; i++) {
                    if (depths[i] == layout.kept() && stages.of(i) == stage) {
                        values[i] = valueOfRows(i, block);
                    }
                }
                if (stages.hasPass(stage)) {
                    passes(loop, count, block);
                }
            }
            storeRow(block.memory());
            System.arraycopy(outer, 0, pointers, 0, outer.length);
        });
    }

    /** A pass over each row of a block. What it needs of the row is read where the block has it. */
    private void passes(int loop, String count, RowBlock block) {
        boolean[] read = stages.ofRowsReadIn(stage);
        for (int i = 0; i < read.length; i++) {
            // What is the same for more than a row is at hand.
            read[i] &= depths[i] == layout.kept();
            if (read[i]) {
                block.storeAll(i, dtype(i), written(i));
            }
        }
        if (keeps()) {
            code.set(keptOffset, "i64", "0");
        }
        @Nullable String[] ofRows = values;
        String[] outer = pointers.clone();
        code.counted("0", count, 1, row -> {
            values = ofRows.clone();
            move(loop, row);
            for (int i = 0; i < read.length; i++) {
                values[i] = read[i] ? block.load(i, dtype(i), row) : values[i];
            }
            ofStage().forEach(Accumulator::begin);
            counted(layout.kept());
            accumulators.forEach((number, accumulator) -> {
                if (stages.of(number) == stage + 1) {
                    block.store(number, dtype(number), accumulator.resultOfLanes(), row);
                }
            });
            System.arraycopy(outer, 0, pointers, 0, outer.length);
        });
        values = ofRows;
    }

    /** Of each row of a block, one in each lane. */
    private String valueOfRows(int number, RowBlock block) {
        Instruction instruction = program.instructions().get(number);
        return instruction instanceof Load load
                ? block.memory().load(load.dtype(), pointers[load.input()])
                : instruction instanceof Reduce reduce ? block.loadAll(number, reduce.dtype()) : value(number);
    }

    private boolean keeps() {
        return !rowIsVector && stages.keptBytes() > 0;
    }

    private List<Accumulator> ofStage() {
        return accumulators.entrySet().stream()
                .filter(entry -> stages.of(entry.getKey()) == stage + 1)
                .map(Map.Entry::getValue)
                .toList();
    }

    /** What is known of a row when the pass of the stage before is done. */
    private void ofRow() {
        for (int i = 0; i < values.length; i++) {
            if (depths[i] > layout.kept()) {
                // What was computed in a loop is gone with it.
                values[i] = rowIsVector ? values[i] : null;
            } else if (stages.of(i) == stage) {
                values[i] = value(i);
            }
        }
    }

    private void counted(int loop) {
        String begin = loop == 0 ? word(0) : "0";
        String end = word(layout.sizeWord(loop));
        boolean byVectors = loop == layout.vectorLoop();
        long step = byVectors ? code.lanes() : 1;
        List<Accumulator> inside = loop == layout.loops() - 1 && loop >= layout.kept() ? ofStage() : List.of();
        if (byVectors && masked) {
            // The loop has one turn.
            inside.forEach(Accumulator::beginBlock);
            turn(loop, "0", end);
            inside.forEach(Accumulator::endBlock);
        } else if (!inside.isEmpty()) {
            // A few vectors are added up plainly, then their sum goes to where sums are exact to more digits.
            long block = step * Accumulator.BLOCK;
            code.counted(begin, end, block, from -> {
                String to = code.least(code.emit("add i64 " + from + ", " + block), end);
                inside.forEach(Accumulator::beginBlock);
                code.counted(from, to, step, i -> turn(loop, i, end));
                inside.forEach(Accumulator::endBlock);
            });
        } else {
            code.counted(begin, end, step, i -> turn(loop, i, end));
        }
    }

    /** One turn of a loop: the arrays' addresses there, what is computed there, and the loops inside. */
    private void turn(int loop, String i, String end) {
        String[] outer = pointers.clone();
        move(loop, loop == layout.vectorLoop() ? vectorPosition(i, end) : i);
        instructions(loop + 1);
        loop(loop + 1);
        System.arraycopy(outer, 0, pointers, 0, outer.length);
    }

    /** Moves the arrays' addresses so many positions on along a loop. */
    private void move(int loop, String position) {
        for (int array = 0; array < pointers.length; array++) {
            if (layout.has(array, loop)) {
                int stride = layout.strideWord(array, loop);
                String bytes = stride < 0 ? Integer.toString(layout.elementBytes(array)) : word(stride);
                pointers[array] = code.after(pointers[array], code.emit("mul i64 " + position + ", " + bytes));
            }
        }
    }

    private String vectorPosition(String i, String end) {
        if (masked) {
            memory.onlyFirst(code.emit("sub i64 " + end + ", " + i));
            return i;
        }
        String last = code.emit("sub i64 " + end + ", " + code.lanes());
        String position = code.least(i, last);
        memory.notFirst(code.emit("sub i64 " + i + ", " + position));
        return position;
    }

    private DType dtype(Output output) {
        return dtype(output.instruction());
    }

    private DType dtype(int instruction) {
        return program.instructions().get(instruction).dtype();
    }

    /** What is computed within so many loops, and no more. */
    private void instructions(int depth) {
        boolean inRow = depth > layout.kept();
        for (int i = 0; i < values.length; i++) {
            if (depths[i] == depth && values[i] == null && (inRow ? stages.isComputed(stage, i) : stages.of(i) == 0)) {
                values[i] = inRow && keeps() && stages.isKept(stage, i)
                        ? memory.loadWhole(dtype(i), keptPlace(i))
                        : value(i);
            }
        }
    }

    private String keptPlace(int instruction) {
        String offset = code.get(keptOffset, "i64");
        return code.after(code.after(kept, offset), Long.toString(stages.keptAt(instruction) * (long) code.lanes()));
    }

    private String value(int number) {
        Instruction instruction = program.instructions().get(number);
        if (instruction instanceof Load load) {
            String pointer = pointers[load.input()];
            return layout.has(load.input(), layout.vectorLoop())
                    ? memory.load(load.dtype(), pointer)
                    : memory.loadSplat(load.dtype(), pointer);
        } else if (instruction instanceof Constant constant) {
            return code.constant(constant.dtype(), constant.value());
        } else if (instruction instanceof Reduce) {
            Accumulator accumulator = accumulator(number);
            return lanesAreOfOneRow() ? accumulator.resultOfLanes() : accumulator.result();
        }
        Apply apply = (Apply) instruction;
        List<Integer> operands = apply.operands();
        if (apply.function() == ScalarFunction.POW
                && program.instructions().get(operands.get(1)) instanceof Constant exponent) {
            return elements.power(apply.dtype(), written(operands.get(0)), exponent.value());
        }
        return elements.apply(
                apply.function(),
                apply.dtype(),
                program.instructions().get(operands.get(operands.size() - 1)).dtype(),
                operands.stream().map(this::written).toArray(String[]::new));
    }

    private Accumulator accumulator(int instruction) {
        return Objects.requireNonNull(accumulators.get(instruction));
    }

    private String written(int instruction) {
        return Objects.requireNonNull(values[instruction]);
    }

    /** What is done at a position: its numbers are stored, and added to what is known of the row. */
    private void body() {
        for (int i = 0; i < program.outputs().size(); i++) {
            Output output = program.outputs().get(i);
            if (output.extent() == Extent.POSITION && stages.of(output.instruction()) == stage) {
                memory.store(
                        dtype(output),
                        written(output.instruction()),
                        pointers[program.inputs().size() + i]);
            }
        }
        if (keeps()) {
            for (int i = 0; i < values.length; i++) {
                if (stages.keeps(stage, i)) {
                    memory.storeWhole(dtype(i), written(i), keptPlace(i));
                }
            }
            String offset = code.get(keptOffset, "i64");
            code.set(keptOffset, "i64", code.emit("add i64 " + offset + ", " + stages.keptBytes() * code.lanes()));
        }
        accumulators.forEach((number, accumulator) -> {
            if (stages.of(number) == stage + 1) {
                String value = written(((Reduce) program.instructions().get(number)).operand());
                accumulator.add(
                        lanesAreOfOneRow()
                                ? memory.counting(accumulator.dtype(), value, accumulator.identity())
                                : value);
            }
        });
    }

    private void storeRow(@Nullable LoopMemory ofRows) {
        for (int i = 0; i < program.outputs().size(); i++) {
            Output output = program.outputs().get(i);
            String pointer = pointers[program.inputs().size() + i];
            Accumulator total = totals.get(i);
            if (total != null) {
                String value = written(output.instruction());
                total.beginBlock();
                total.add(ofRows == null ? value : ofRows.counting(total.dtype(), value, total.identity()));
                total.endBlock();
            } else if (output.extent() == Extent.ROW) {
                if (ofRows != null) {
                    ofRows.store(dtype(output), written(output.instruction()), pointer);
                } else {
                    storeOfRow(output, layout.isWord(i), pointer);
                }
            }
        }
    }

    private void storeOfRow(Output output, boolean word, String pointer) {
        DType dtype = dtype(output);
        if (!word) {
            memory.storeFirst(dtype, written(output.instruction()), pointer);
        } else if (program.instructions().get(output.instruction()) instanceof Reduce) {
            accumulator(output.instruction()).storeWide(pointer);
        } else {
            memory.storeWord(dtype, written(output.instruction()), pointer);
        }
    }
}
