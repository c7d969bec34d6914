package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.ScalarKernel;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.nd4j.graph.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A loop on scalars that becomes machine code, loop and all, once it has run long enough. */
final class HotLoop {
    private final int given;
    /** Those of the step, then those of the condition; they come after the arguments. */
    private final List<Value> constants = new ArrayList<>();

    private final HotScalars hot;

    HotLoop(ScalarPlan condition, ScalarPlan step, int given) {
        this.given = given;
        int ofCondition = given + step.constants().size();
        constants.addAll(step.constants());
        constants.addAll(condition.constants());
        hot = new HotScalars(() ->
                new ScalarLoop(given + constants.size(), condition.code(given, ofCondition), step.code(given, given)));
    }

    /** The machine code, if it is time for it, before so many instructions. */
    @Nullable
    ScalarKernel after(int instructions) {
        return hot.after(instructions);
    }

    /** The words of all arguments, those that are no scalars, and that nothing reads, being 0. */
    long[] words(Value[] inputs) {
        long[] words = new long[ScalarLoop.argumentWord(given + constants.size())];
        for (int i = 0; i < given; i++) {
            words[ScalarLoop.argumentWord(i)] =
                    ScalarProgram.isScalar(inputs[i].spec()) ? ScalarProgram.word(inputs[i]) : 0;
        }
        for (int i = 0; i < constants.size(); i++) {
            words[ScalarLoop.argumentWord(given + i)] = ScalarProgram.word(constants.get(i));
        }
        return words;
    }
}
