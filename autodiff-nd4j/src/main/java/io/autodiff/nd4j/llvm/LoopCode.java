package io.autodiff.nd4j.llvm;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopLayout;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Constant;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a program as nested loops, the one over the last axis by vectors. What does not change in a loop is computed before it.
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
    private final List<Accumulator> accumulators = new ArrayList<>();
    private final boolean masked;
    /** For each instruction the number of loops around it. */
    private final int[] depths;

    private final String[] values;
    private final String[] pointers;

    private LoopCode(LoopProgram program, int lanes, boolean masked) {
        this.program = program;
        this.layout = new LoopLayout(program);
        this.code = new VectorCode(lanes);
        this.elements = new ElementCode(code);
        this.masked = masked;
        this.memory = new LoopMemory(code, masked);
        this.values = new String[program.instructions().size()];
        this.depths = depths();
        this.pointers = new String[layout.arrays()];
    }

    /** A module with one function of a pointer to the arguments. */
    static String module(LoopProgram program, String name, Target target, int lanes, boolean masked) {
        LoopCode loops = new LoopCode(program, lanes, masked);
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
        for (Output output : program.outputs()) {
            if (output.reduction() != null) {
                accumulators.add(new Accumulator(
                        code,
                        output.reduction(),
                        program.instructions().get(output.instruction()).dtype()));
            }
        }
        instructions(0);
        loop(0);
        code.line("ret void");
    }

    /** The loops from one on, within those before it. */
    private void loop(int loop) {
        if (loop == layout.kept() && loop < layout.loops()) {
            accumulators.forEach(Accumulator::begin);
            counted(loop);
            storeReductions();
        } else if (loop < layout.loops()) {
            counted(loop);
        } else {
            body();
        }
    }

    private void counted(int loop) {
        String begin = loop == 0 ? word(0) : "0";
        String end = word(layout.sizeWord(loop));
        long step = loop == layout.vectorLoop() ? code.lanes() : 1;
        boolean innermostReduced = loop == layout.loops() - 1 && loop >= layout.kept();
        if (innermostReduced) {
            // A few vectors are added up plainly, then their sum goes to where sums are exact to more digits.
            long block = step * Accumulator.BLOCK;
            counted(begin, end, block, from -> {
                String to = least(code.emit("add i64 " + from + ", " + block), end);
                accumulators.forEach(Accumulator::beginBlock);
                counted(from, to, step, i -> turn(loop, i, end));
                accumulators.forEach(Accumulator::endBlock);
            });
        } else {
            counted(begin, end, step, i -> turn(loop, i, end));
        }
    }

    @FunctionalInterface
    private interface Turn {
        void write(String counter);
    }

    private void counted(String begin, String end, long step, Turn turn) {
        String counter = code.variable("i64");
        String head = code.fresh("head");
        String inside = code.fresh("inside");
        String after = code.fresh("after");
        code.set(counter, "i64", begin);
        code.jump(head);
        code.label(head);
        String i = code.get(counter, "i64");
        code.branch(code.emit("icmp slt i64 " + i + ", " + end), inside, after);
        code.label(inside);
        turn.write(i);
        code.set(counter, "i64", code.emit("add i64 " + i + ", " + step));
        code.jump(head);
        code.label(after);
    }

    private String least(String a, String b) {
        String less = code.emit("icmp slt i64 " + a + ", " + b);
        return code.emit("select i1 " + less + ", i64 " + a + ", i64 " + b);
    }

    /** One turn of a loop: the arrays' addresses there, what is computed there, and the loops inside. */
    private void turn(int loop, String i, String end) {
        String[] outer = pointers.clone();
        boolean byVectors = loop == layout.vectorLoop();
        String position = byVectors ? vectorPosition(i, end) : i;
        for (int array = 0; array < pointers.length; array++) {
            if (layout.has(array, loop)) {
                int stride = layout.strideWord(array, loop);
                String bytes =
                        code.emit("mul i64 " + position + ", " + (stride < 0 ? elementBytes(array) : word(stride)));
                pointers[array] = code.emit("getelementptr i8, i8* " + pointers[array] + ", i64 " + bytes);
            }
        }
        instructions(loop + 1);
        loop(loop + 1);
        System.arraycopy(outer, 0, pointers, 0, outer.length);
    }

    private String vectorPosition(String i, String end) {
        if (masked) {
            memory.onlyFirst(code.emit("sub i64 " + end + ", " + i));
            return i;
        }
        String last = code.emit("sub i64 " + end + ", " + code.lanes());
        String position = least(i, last);
        memory.notFirst(code.emit("sub i64 " + i + ", " + position));
        return position;
    }

    private String elementBytes(int array) {
        int inputs = program.inputs().size();
        DType dtype = array < inputs
                ? program.inputs().get(array).dtype()
                : program.instructions()
                        .get(program.outputs().get(array - inputs).instruction())
                        .dtype();
        return Integer.toString(dtype.bytes());
    }

    private void instructions(int depth) {
        for (int i = 0; i < values.length; i++) {
            if (depths[i] == depth) {
                values[i] = value(program.instructions().get(i));
            }
        }
    }

    private String value(Instruction instruction) {
        if (instruction instanceof Load load) {
            String pointer = pointers[load.input()];
            return layout.has(load.input(), layout.vectorLoop())
                    ? memory.load(load.dtype(), pointer)
                    : memory.loadSplat(load.dtype(), pointer);
        } else if (instruction instanceof Constant constant) {
            return code.constant(constant.dtype(), constant.value());
        }
        Apply apply = (Apply) instruction;
        List<Integer> operands = apply.operands();
        if (apply.function() == ScalarFunction.POW
                && program.instructions().get(operands.get(1)) instanceof Constant exponent) {
            return elements.power(apply.dtype(), values[operands.get(0)], exponent.value());
        }
        return elements.apply(
                apply.function(),
                apply.dtype(),
                program.instructions().get(operands.get(operands.size() - 1)).dtype(),
                operands.stream().map(operand -> values[operand]).toArray(String[]::new));
    }

    private void body() {
        int reduced = 0;
        for (int i = 0; i < program.outputs().size(); i++) {
            Output output = program.outputs().get(i);
            DType dtype = program.instructions().get(output.instruction()).dtype();
            String value = values[output.instruction()];
            if (output.reduction() == null) {
                memory.store(dtype, value, pointers[program.inputs().size() + i]);
            } else {
                Accumulator accumulator = accumulators.get(reduced++);
                boolean lanesCount = layout.vectorLoop() >= layout.kept();
                accumulator.add(lanesCount ? memory.counting(dtype, value, accumulator.identity()) : value);
            }
        }
    }

    private void storeReductions() {
        int reduced = 0;
        for (int i = 0; i < program.outputs().size(); i++) {
            if (program.outputs().get(i).reduction() == null) {
                continue;
            }
            Accumulator accumulator = accumulators.get(reduced++);
            String pointer = pointers[program.inputs().size() + i];
            if (layout.reducesAll()) {
                accumulator.storeWide(pointer);
            } else if (layout.vectorLoop() >= layout.kept()) {
                accumulator.storeOne(pointer);
            } else {
                memory.store(accumulator.dtype(), accumulator.result(), pointer);
            }
        }
    }
}
