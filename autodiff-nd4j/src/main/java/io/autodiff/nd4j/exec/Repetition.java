package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.graph.Value;
import io.autodiff.spi.WhileKernel;
import java.util.Arrays;

/** Runs loops: on scalars in registers; otherwise as runs of two plans, whose memory ends with the step after. */
final class Repetition {
    private final Plan condition;
    private final Plan step;
    private final int carried;

    private Repetition(WhileKernel kernel) {
        condition = (Plan) kernel.condition();
        step = (Plan) kernel.step();
        carried = kernel.carried();
    }

    /** The last values of what is carried. */
    static Value[] run(WhileKernel kernel, Value[] inputs) {
        Repetition repetition = new Repetition(kernel);
        boolean scalars = repetition.condition.asScalars(inputs).exists()
                && repetition.step.asScalars(inputs).exists();
        return scalars ? repetition.onRegisters(inputs) : repetition.onValues(inputs);
    }

    private Value[] onValues(Value[] inputs) {
        Value[] now = inputs.clone();
        while (condition.run(now)[0].integer() != 0) {
            Value[] next = step.run(now);
            for (int i = 0; i < carried; i++) {
                if (!Plan.contains(inputs, now[i]) && !Plan.contains(next, now[i])) {
                    now[i].close();
                }
            }
            System.arraycopy(next, 0, now, 0, carried);
        }
        return Arrays.copyOf(now, carried);
    }

    private Value[] onRegisters(Value[] inputs) {
        ScalarPlan.Registers test = condition.asScalars(inputs).registers(inputs);
        ScalarPlan.Registers next = step.asScalars(inputs).registers(inputs);
        int[] from = new int[carried];
        int[] toTest = new int[carried];
        int[] toNext = new int[carried];
        for (int i = 0; i < carried; i++) {
            from[i] = next.program.outputRegister(i);
            toTest[i] = condition.asScalars(inputs).register(i);
            toNext[i] = step.asScalars(inputs).register(i);
        }
        // Both programs use places of longs: one for the number of the step, one for what the condition gives.
        double[] f = new double[carried];
        long[] n = new long[carried];
        boolean once = false;
        for (test.run(); test.holds(); test.run()) {
            next.run();
            once = true;
            // All are read before the first is written: a step may swap two.
            for (int i = 0; i < carried; i++) {
                f[i] = next.f[from[i]];
                n[i] = next.n[from[i]];
            }
            for (int i = 0; i < carried; i++) {
                test.f[toTest[i]] = f[i];
                test.n[toTest[i]] = n[i];
                next.f[toNext[i]] = f[i];
                next.n[toNext[i]] = n[i];
            }
        }
        Value[] last = Arrays.copyOf(inputs, carried);
        for (int i = 0; i < carried && once; i++) {
            last[i] = next.program.output(i, f[i], n[i]);
        }
        return last;
    }
}
