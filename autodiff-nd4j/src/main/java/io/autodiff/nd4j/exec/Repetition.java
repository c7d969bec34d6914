package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.ScalarKernel;
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
        HotLoop hot = step.asScalars(inputs).loop(condition.asScalars(inputs), inputs.length);
        RegisterLoop loop = new RegisterLoop(condition.asScalars(inputs), step.asScalars(inputs), inputs, carried);
        ScalarKernel kernel = hot.after(0);
        while (kernel == null && loop.turn()) {
            kernel = hot.after(loop.instructions());
        }
        // What the machine code refuses is done once more in Java, by an exception that says what it is.
        if (kernel != null && !loop.run(kernel, hot.words(inputs))) {
            while (loop.turn()) {}
        }
        return loop.results();
    }
}
