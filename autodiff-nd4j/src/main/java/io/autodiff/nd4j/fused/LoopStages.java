package io.autodiff.nd4j.fused;

import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Extent;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import java.util.Arrays;
import java.util.List;

/**
 * How often a program goes over each row. What reads a reduction needs the whole row before it, and so belongs to a later stage
 * than what is reduced. Each stage loads again what it needs, and computes again what earlier stages computed of it, unless that takes
 * long: then the first stage that computes it keeps it for the later ones.
 */
public final class LoopStages {
    private final LoopProgram program;
    private final List<Instruction> instructions;
    private final int[] stages;
    /** For each stage, what is computed in its pass over a row, and of that, what an earlier pass has kept. */
    private final boolean[][] computed;

    private final boolean[][] kept;

    /**
     * Finds the stages of a program.
     *
     * @param program any program
     */
    public LoopStages(LoopProgram program) {
        this.program = program;
        instructions = program.instructions();
        stages = new int[instructions.size()];
        for (int i = 0; i < stages.length; i++) {
            if (instructions.get(i) instanceof Apply apply) {
                stages[i] =
                        apply.operands().stream().mapToInt(o -> stages[o]).max().orElse(0);
            } else if (instructions.get(i) instanceof Reduce reduce) {
                stages[i] = stages[reduce.operand()] + 1;
            }
        }
        computed = new boolean[1 + Arrays.stream(stages).max().orElse(0)][stages.length];
        kept = new boolean[computed.length][stages.length];
        for (Instruction instruction : instructions) {
            if (instruction instanceof Reduce reduce) {
                computed[stages[reduce.operand()]][reduce.operand()] = true;
            }
        }
        for (Output output : program.outputs()) {
            if (output.extent() == Extent.POSITION) {
                computed[stages[output.instruction()]][output.instruction()] = true;
            }
        }
        boolean[] ofRows = program.ofRows();
        boolean[] before = new boolean[stages.length];
        for (int stage = 0; stage < computed.length; stage++) {
            for (int i = stages.length - 1; i >= 0; i--) {
                if (computed[stage][i] && instructions.get(i) instanceof Apply apply) {
                    if (before[i] && !ofRows[i] && takesLong(apply)) {
                        kept[stage][i] = true;
                    } else {
                        for (int operand : apply.operands()) {
                            computed[stage][operand] = true;
                        }
                    }
                }
                before[i] |= computed[stage][i];
            }
        }
    }

    /** Whether a number is rather read again than computed again. */
    private static boolean takesLong(Apply apply) {
        return apply.dtype().isFloating() && FusedLoop.cost(apply.function()) >= 0.2;
    }

    /** {@return the number of stages; nothing may be computed in the pass of the last, if what belongs to it is of rows} */
    public int count() {
        return computed.length;
    }

    /** {@return whether one pass is all: nothing but outputs reads what is reduced} */
    public boolean isOnePass() {
        for (int i = 0; i < stages.length; i++) {
            if (stages[i] > (instructions.get(i) instanceof Reduce ? 1 : 0)) {
                return false;
            }
        }
        return computed.length == 1 || !hasPass(1);
    }

    /**
     * {@return the stage in whose pass an instruction's number is known first; of a reduction, the one after the pass}
     *
     * @param instruction its number
     */
    public int of(int instruction) {
        return stages[instruction];
    }

    /**
     * {@return whether the pass of a stage computes an instruction, or reads what is known of the row}
     *
     * @param stage its number
     * @param instruction its number
     */
    public boolean isComputed(int stage, int instruction) {
        return computed[stage][instruction];
    }

    /**
     * {@return whether the pass of a stage finds a number where an earlier one kept it}
     *
     * @param stage its number
     * @param instruction its number
     */
    public boolean isKept(int stage, int instruction) {
        return kept[stage][instruction];
    }

    /**
     * {@return whether the pass of a stage keeps a number, being the first that computes it}
     *
     * @param stage its number
     * @param instruction its number
     */
    public boolean keeps(int stage, int instruction) {
        boolean later = false;
        for (int other = 0; other < computed.length; other++) {
            if (other < stage && computed[other][instruction]) {
                return false;
            }
            later |= kept[other][instruction];
        }
        return later && computed[stage][instruction];
    }

    /**
     * {@return for each instruction, whether its number is the same along a row, and a pass over the row reads it}
     *
     * @param stage the pass's
     */
    public boolean[] ofRowsReadIn(int stage) {
        boolean[] ofRows = program.ofRows();
        boolean[] read = new boolean[stages.length];
        for (int i = 0; i < stages.length; i++) {
            if (instructions.get(i) instanceof Reduce reduce && stages[i] == stage + 1) {
                read[reduce.operand()] = true;
            } else if (instructions.get(i) instanceof Apply apply
                    && !ofRows[i]
                    && computed[stage][i]
                    && !kept[stage][i]) {
                apply.operands().forEach(operand -> read[operand] = true);
            }
        }
        for (Output output : program.outputs()) {
            read[output.instruction()] |= output.extent() == Extent.POSITION && stages[output.instruction()] == stage;
        }
        for (int i = 0; i < stages.length; i++) {
            read[i] &= ofRows[i];
        }
        return read;
    }

    /** {@return the bytes that are kept of each position} */
    public int keptBytes() {
        int bytes = 0;
        for (int i = 0; i < stages.length; i++) {
            bytes += keptAt(i) < 0 ? 0 : instructions.get(i).dtype().bytes();
        }
        return bytes;
    }

    /**
     * {@return how many bytes of a position are kept before those of an instruction; -1 if its number is not kept}
     *
     * @param instruction its number
     */
    public int keptAt(int instruction) {
        int bytes = 0;
        for (int i = 0; i <= instruction; i++) {
            boolean any = false;
            for (boolean[] stage : kept) {
                any |= stage[i];
            }
            if (i == instruction) {
                return any ? bytes : -1;
            }
            bytes += any ? instructions.get(i).dtype().bytes() : 0;
        }
        return -1;
    }

    /**
     * {@return whether a stage has a pass}
     *
     * @param stage its number
     */
    public boolean hasPass(int stage) {
        for (boolean any : computed[stage]) {
            if (any) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether an output has an element where an input has one, of the same bytes, which is read for the last time before it is
     * written over.
     *
     * @param input its number; no other input is in its memory
     * @param output its number
     * @return whether it may be written over the input, if the kernel computes no position twice in one stage
     */
    public boolean mayOverwrite(int input, int output) {
        Output stored = program.outputs().get(output);
        LoopProgram.Input array = program.inputs().get(input);
        return stored.extent() == Extent.POSITION
                && array.dtype().bytes()
                        == program.instructions()
                                .get(stored.instruction())
                                .dtype()
                                .bytes()
                && !array.along().contains(false)
                && lastRead(input) <= stages[stored.instruction()];
    }

    /** The last stage in whose pass an input is read; -1 if there is none. */
    private int lastRead(int input) {
        int last = -1;
        for (int stage = 0; stage < computed.length; stage++) {
            for (int i = 0; i < stages.length; i++) {
                if (computed[stage][i] && program.instructions().get(i) instanceof Load load && load.input() == input) {
                    last = stage;
                }
            }
        }
        return last;
    }
}
