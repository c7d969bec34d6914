package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.array.Scratch;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.op.ScalarFunction;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A program with its kernel, ready to run. Where there is much to do it is done in parts, which this thread and those of the common
 * pool take as they come; sums are added up part by part in the order of the parts, whoever computed them.
 */
public final class FusedLoop {
    /** Below this, waking another thread costs more than it brings. */
    private static final double WORTH_THREADS_NANOSECONDS = 40_000;
    /** The fewest positions of a part, and the most parts. */
    private static final long LEAST_PART = 16_384;

    private static final long MOST_PARTS = 16;

    /** The most vectors of a row that is computed beside others: longer ones would not stay in the processor's nearest memory. */
    private static final long LONGEST_ROW_OF_BLOCK = 32;

    private final LoopProgram program;
    private final LoopLayout layout;
    private final LoopKernel kernel;
    private final long firstSize;
    private final int parts;
    private final boolean threads;
    private final long grain;
    /** The bytes of what is kept of a row. */
    private final long keptBytes;
    /** Words that are the same in each run, by their index. */
    private final long[] fixed;

    /**
     * Compiles a program, unless its like was compiled before.
     *
     * @param program of functions that the compiler supports
     * @param compiler the compiler
     */
    public FusedLoop(LoopProgram program, KernelCompiler compiler) {
        this.program = program;
        this.layout = new LoopLayout(program);
        List<LoopProgram.Axis> axes = program.axes();
        int lanes = compiler.lanes(program);
        long last = axes.get(axes.size() - 1).size();
        LoopStages stages = new LoopStages(program);
        LoopForm form = new LoopForm(last < lanes, goesByRows(stages, lanes));
        kernel = compiler.compile(program, form);
        firstSize = axes.get(layout.axis(0)).size();
        long positions = program.positions();
        long wanted = Math.max(1, Math.min(MOST_PARTS, positions / LEAST_PART));
        long most = layout.vectorLoop() == 0 ? Math.max(1, firstSize / LEAST_PART) : firstSize;
        // A second pass over the only row needs what the first knows of all of it.
        parts = layout.kept() == 0 && !stages.isOnePass() ? 1 : (int) Math.min(wanted, most);
        // A part begins with a whole vector.
        grain = layout.vectorLoop() == 0 ? lanes : 1;
        keptBytes = (long) stages.keptBytes() * lanes * turns(lanes) * (form.byRows() ? lanes : 1);
        threads = Parts.helpers() > 0 && parts > 1 && positions * cost(stages) > WORTH_THREADS_NANOSECONDS;
        fixed = new long[layout.words()];
        for (int loop = 1; loop < layout.loops(); loop++) {
            fixed[layout.sizeWord(loop)] = axes.get(layout.axis(loop)).size();
        }
        for (int array = 0; array < layout.arrays(); array++) {
            for (int loop = 0; loop < layout.loops(); loop++) {
                int word = layout.strideWord(array, loop);
                if (word >= 0) {
                    fixed[word] = layout.stride(array, loop);
                }
            }
        }
    }

    /** Whether rows are rather computed by blocks, stage by stage, than one after the other. */
    private boolean goesByRows(LoopStages stages, int lanes) {
        int kept = layout.kept();
        return kept > 0
                && layout.vectorLoop() >= kept
                && program.axes().get(layout.axis(kept - 1)).size() > 1
                && turns(lanes) <= LONGEST_ROW_OF_BLOCK
                && IntStream.range(0, program.instructions().size())
                        .anyMatch(
                                i -> stages.of(i) > 0 && program.instructions().get(i) instanceof Apply);
    }

    /** How many vectors a row has, or as many rows beside each other. */
    private long turns(int lanes) {
        long turns = 1;
        for (int loop = layout.kept(); loop < layout.loops(); loop++) {
            long size = program.axes().get(layout.axis(loop)).size();
            turns *= loop == layout.vectorLoop() ? (size + lanes - 1) / lanes : size;
        }
        return turns;
    }

    /** {@return the program} */
    public LoopProgram program() {
        return program;
    }

    /** Nanoseconds a position, roughly. */
    private double cost(LoopStages stages) {
        double cost = 0.05 * layout.arrays();
        for (int stage = 0; stage < stages.count(); stage++) {
            for (int i = 0; i < program.instructions().size(); i++) {
                cost += stages.isComputed(stage, i) && program.instructions().get(i) instanceof Apply apply
                        ? cost(apply.function()) * apply.dtype().bytes() / 4
                        : 0;
            }
        }
        return cost;
    }

    static double cost(ScalarFunction function) {
        return switch (function) {
            case POW, ATAN2, FLOOR_MOD, ERF, ERFC, CBRT -> 1;
            case SINH, COSH, ASINH, ACOSH, ATANH, ASIN, ACOS, ATAN -> 0.5;
            case EXP, LOG, SIN, COS, TANH -> 0.25;
            case SQRT, DIV -> 0.1;
            default -> 0.02;
        };
    }

    /** {@return arguments for runs of this kernel: one for each thread that runs it at the same time} */
    public Arguments arguments() {
        return new Arguments();
    }

    /**
     * The arguments of a run. They stay for the next one, for which only those that differ need be set. Of one thread at a time.
     */
    public final class Arguments {
        private final ArgumentBlock block = new ArgumentBlock(blockWords());
        private final long[][] results = new long[parts][program.outputs().size()];

        private Arguments() {
            for (int word = 2; word < layout.words(); word++) {
                block.set(word, fixed[word]);
            }
            returnInto(block);
        }

        /**
         * Sets where an array is. Addresses are not checked here.
         *
         * @param array the number of an input, or that of an output which is not returned after all inputs
         * @param address dense and row-major, of as many elements as {@link LoopProgram#inputElements} and
         *     {@link LoopProgram#outputElements} say
         */
        public void address(int array, long address) {
            block.set(layout.addressWord(array), address);
        }

        /**
         * Sets an input of one element.
         *
         * @param input its number
         * @param bits its element
         */
        public void bits(int input, long bits) {
            int word = layout.words() + input;
            block.set(word, bits);
            block.set(layout.addressWord(input), block.address(word));
        }

        /** Runs. All arguments are set, and what they point to is there. */
        public void run() {
            if (threads) {
                Parts.run(parts, part -> {
                    ArgumentBlock own = ArgumentBlock.current(blockWords());
                    for (int word = 2; word < layout.words(); word++) {
                        own.set(word, block.get(word));
                    }
                    returnInto(own);
                    run(part, own);
                });
            } else {
                for (int part = 0; part < parts; part++) {
                    run(part, block);
                }
            }
            join(results);
        }

        private void run(int part, ArgumentBlock own) {
            own.set(0, begin(part));
            own.set(1, begin(part + 1));
            try (Scratch kept = Scratch.open(keptBytes)) {
                own.set(layout.keptWord(), kept.address());
                kernel.run(own.pointer());
            }
            for (int output = 0; output < results[part].length; output++) {
                results[part][output] = own.get(returnWord(output));
            }
        }

        /**
         * {@return the one element of an output that is returned, after a run: the bits of a float64, or an integer}
         *
         * @param output its number
         */
        public long returned(int output) {
            return results[0][output];
        }
    }

    /** The words of a kernel's arguments, then inputs that are given by their bits, then outputs that are returned. */
    private int blockWords() {
        return returnWord(program.outputs().size());
    }

    private int returnWord(int output) {
        return layout.words() + program.inputs().size() + output;
    }

    /** Has a kernel put what it returns into the block. */
    private void returnInto(ArgumentBlock block) {
        for (int output = 0; output < program.outputs().size(); output++) {
            if (isReturned(output)) {
                block.set(layout.addressWord(program.inputs().size() + output), block.address(returnWord(output)));
            }
        }
    }

    /**
     * Runs once. Addresses are not checked here.
     *
     * @param addresses of inputs, then of outputs, those that are returned left out with any number; 0 for an input of one element
     *     that is given by its bits
     * @param bits for each input that is so given, its element
     * @return for each output that is returned, its one element, as {@link Arguments#returned} gives it; else any number
     */
    public long[] run(long[] addresses, long[] bits) {
        Arguments arguments = arguments();
        int inputs = program.inputs().size();
        for (int array = 0; array < addresses.length; array++) {
            if (array < inputs && addresses[array] == 0) {
                arguments.bits(array, bits[array]);
            } else if (array < inputs || !isReturned(array - inputs)) {
                arguments.address(array, addresses[array]);
            }
        }
        arguments.run();
        return arguments.results[0].clone();
    }

    private long begin(int part) {
        return part == parts ? firstSize : firstSize * part / parts / grain * grain;
    }

    /**
     * {@return whether an output that is stored at each position may be where an input is that has an element of the same bytes at each
     * position, and that no other input overlaps}
     *
     * @param program of the kernel
     * @param compiler its compiler
     */
    public static boolean mayOverwrite(LoopProgram program, KernelCompiler compiler) {
        long last = program.axes().get(program.axes().size() - 1).size();
        int lanes = compiler.lanes(program);
        // Where vectors do not divide the axis, the last one computes again what the one before it has written.
        return last < lanes || last % lanes == 0;
    }

    /**
     * {@return whether {@link #run} returns an output, which has one element, and does not store it}
     *
     * @param output its number
     */
    public boolean isReturned(int output) {
        return layout.isWord(output);
    }

    /** Puts the results of all parts together, in the place of the first. */
    private void join(long[][] results) {
        long[] joined = results[0];
        for (int output = 0; output < joined.length; output++) {
            Reduction reduction = joining(program.outputs().get(output));
            for (int part = 1; reduction != null && part < results.length; part++) {
                joined[output] = dtype(output).isFloating()
                        ? Double.doubleToRawLongBits(reduction.join(
                                Double.longBitsToDouble(joined[output]),
                                Double.longBitsToDouble(results[part][output])))
                        : reduction.join(joined[output], results[part][output]);
            }
        }
    }

    /** How an output of all parts comes of those of the parts; null if it is the same in all, or stored. */
    private @Nullable Reduction joining(Output output) {
        if (layout.kept() > 0) {
            return output.total();
        }
        return program.instructions().get(output.instruction()) instanceof Reduce reduce ? reduce.reduction() : null;
    }

    /**
     * {@return the dtype of an output}
     *
     * @param output its number
     */
    public DType dtype(int output) {
        Output stored = program.outputs().get(output);
        return program.instructions().get(stored.instruction()).dtype();
    }
}
