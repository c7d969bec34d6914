package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.op.ScalarFunction;
import java.util.List;
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

    private final LoopProgram program;
    private final LoopLayout layout;
    private final LoopKernel kernel;
    private final long firstSize;
    private final int parts;
    private final boolean threads;
    private final long grain;
    private final boolean overwrites;
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
        boolean shortAxis = last < lanes;
        kernel = compiler.compile(program, shortAxis);
        firstSize = axes.get(layout.axis(0)).size();
        long positions = program.positions();
        long wanted = Math.max(1, Math.min(MOST_PARTS, positions / LEAST_PART));
        LoopStages stages = new LoopStages(program);
        long most = layout.vectorLoop() == 0 ? Math.max(1, firstSize / LEAST_PART) : firstSize;
        // A second pass over the only row needs what the first knows of all of it.
        parts = layout.kept() == 0 && !stages.isOnePass() ? 1 : (int) Math.min(wanted, most);
        // A part begins with a whole vector.
        grain = layout.vectorLoop() == 0 ? lanes : 1;
        // Where vectors do not divide the axis, the last one computes again what the one before it has written.
        overwrites = shortAxis || last % lanes == 0;
        keptBytes = (long) stages.keptBytes() * lanes * turns(lanes);
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

    /**
     * Runs. Addresses are not checked here.
     *
     * @param addresses of inputs, then of outputs, those that are returned left out with any number; dense and row-major, of as many
     *     elements as {@link LoopProgram#inputElements} and {@link LoopProgram#outputElements} say; 0 for an input of one element
     *     that is given by its bits
     * @param bits for each input that is so given, its element
     * @return for each output that is returned, its one element, as the bits of a float64 or as an integer; else any number
     */
    public long[] run(long[] addresses, long[] bits) {
        long[][] results = new long[parts][];
        if (!threads) {
            for (int part = 0; part < parts; part++) {
                results[part] = run(part, addresses, bits);
            }
        } else {
            Parts.run(parts, part -> results[part] = run(part, addresses, bits));
        }
        return joined(results);
    }

    private long[] run(int part, long[] addresses, long[] bits) {
        int words = layout.words();
        int inputs = program.inputs().size();
        int outputs = program.outputs().size();
        ArgumentBlock block = ArgumentBlock.current(words + inputs + outputs);
        for (int word = 2; word < words - 1; word++) {
            block.set(word, fixed[word]);
        }
        block.set(0, begin(part));
        block.set(1, begin(part + 1));
        for (int input = 0; input < inputs; input++) {
            long address = addresses[input];
            if (address == 0) {
                address = block.address(words + input);
                block.set(words + input, bits[input]);
            }
            block.set(layout.addressWord(input), address);
        }
        for (int output = 0; output < outputs; output++) {
            long address = isReturned(output) ? block.address(words + inputs + output) : addresses[inputs + output];
            block.set(layout.addressWord(inputs + output), address);
        }
        block.set(layout.keptWord(), keptBytes == 0 ? 0 : ArgumentBlock.scratch(keptBytes));
        kernel.run(block.pointer());
        long[] result = new long[outputs];
        for (int output = 0; output < outputs; output++) {
            result[output] = block.get(words + inputs + output);
        }
        return result;
    }

    private long begin(int part) {
        return part == parts ? firstSize : firstSize * part / parts / grain * grain;
    }

    /**
     * {@return whether an output that is stored at each position may be where an input is that has an element of the same bytes at each
     * position, and that no other input overlaps}
     */
    public boolean mayOverwrite() {
        return overwrites;
    }

    /**
     * {@return whether {@link #run} returns an output, which has one element, and does not store it}
     *
     * @param output its number
     */
    public boolean isReturned(int output) {
        return layout.isWord(output);
    }

    private long[] joined(long[][] results) {
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
        return joined;
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
