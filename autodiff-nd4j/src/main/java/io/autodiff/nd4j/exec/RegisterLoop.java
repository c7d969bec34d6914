package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.ScalarKernel;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.nd4j.graph.Value;
import java.util.Arrays;

/** One run of a loop on scalars: turn by turn in registers, or from where it is by machine code. */
final class RegisterLoop {
    private final ScalarPlan.Registers test;
    private final ScalarPlan.Registers next;
    private final Value[] inputs;
    /** The registers of what is carried, in which the step leaves it, and in which the programs take it. */
    private final int[] from;

    private final int[] toTest;
    private final int[] toNext;
    /** What is carried. Both programs use places of longs: for the number of the step, and what the condition gives. */
    private final double[] f;

    private final long[] n;
    private boolean once;

    RegisterLoop(ScalarPlan condition, ScalarPlan step, Value[] inputs, int carried) {
        this.inputs = inputs;
        test = condition.registers(inputs);
        next = step.registers(inputs);
        from = new int[carried];
        toTest = new int[carried];
        toNext = new int[carried];
        f = new double[carried];
        n = new long[carried];
        for (int i = 0; i < carried; i++) {
            from[i] = next.program.outputRegister(i);
            toTest[i] = condition.register(i);
            toNext[i] = step.register(i);
            f[i] = next.f[toNext[i]];
            n[i] = next.n[toNext[i]];
        }
    }

    /** How much work a turn is. */
    int instructions() {
        return test.program.instructions().size() + next.program.instructions().size();
    }

    /** One turn, if the condition holds; whether it did. */
    boolean turn() {
        test.run();
        if (!test.holds()) {
            return false;
        }
        next.run();
        once = true;
        // All are read before the first is written: a step may swap two.
        for (int i = 0; i < f.length; i++) {
            f[i] = next.f[from[i]];
            n[i] = next.n[from[i]];
        }
        place();
        return true;
    }

    private void place() {
        for (int i = 0; i < f.length; i++) {
            test.f[toTest[i]] = f[i];
            test.n[toTest[i]] = n[i];
            next.f[toNext[i]] = f[i];
            next.n[toNext[i]] = n[i];
        }
    }

    /**
     * The turns that are left, by machine code.
     *
     * @param words of the loop's arguments, of which those that are carried are not looked at
     * @return whether there are none left; false before a turn in which something is refused
     */
    boolean run(ScalarKernel kernel, long[] words) {
        for (int i = 0; i < f.length; i++) {
            words[ScalarLoop.argumentWord(i)] = isFloating(i) ? Double.doubleToRawLongBits(f[i]) : n[i];
        }
        boolean done = kernel.run(words);
        for (int i = 0; i < f.length; i++) {
            long word = words[ScalarLoop.argumentWord(i)];
            f[i] = Double.longBitsToDouble(word);
            n[i] = word;
        }
        place();
        once |= words[ScalarLoop.ROUNDS_WORD] > 0;
        return done;
    }

    private boolean isFloating(int carried) {
        return inputs[carried].spec().dtype().isFloating();
    }

    /** What is carried: the inputs themselves if there was no turn. */
    Value[] results() {
        Value[] results = Arrays.copyOf(inputs, f.length);
        for (int i = 0; i < f.length && once; i++) {
            results[i] = next.program.output(i, f[i], n[i]);
        }
        return results;
    }
}
