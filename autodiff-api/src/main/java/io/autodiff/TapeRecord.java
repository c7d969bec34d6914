package io.autodiff;

import io.autodiff.op.OpCall;
import org.jspecify.annotations.Nullable;

/**
 * What a tape keeps of one call: the call with its outputs, and for each input whether a gradient passes to it. That was settled
 * when the call was recorded, by what the tape watched then: what is watched later changes nothing of it.
 */
final class TapeRecord {
    private final OpCall<? extends Operand> call;
    private final boolean[] passes;

    private TapeRecord(OpCall<? extends Operand> call, boolean[] passes) {
        this.call = call;
        this.passes = passes;
    }

    /** A record of a call with its outputs, or null if no gradient passes to any of its inputs. */
    static @Nullable TapeRecord of(OpCall<Tensor> call, OperandMap<Boolean> tracked) {
        boolean[] passes = null;
        for (int i = 0; i < call.inputCount(); i++) {
            if (call.op().isDifferentiable(i) && tracked.contains(call.input(i))) {
                passes = passes == null ? new boolean[call.inputCount()] : passes;
                passes[i] = true;
            }
        }
        return passes == null ? null : new TapeRecord(call, passes);
    }

    /** A record of a variable's read, which a gradient always passes. */
    static TapeRecord ofRead(OpCall<Operand> call) {
        return new TapeRecord(call, new boolean[] {true});
    }

    OpCall<? extends Operand> call() {
        return call;
    }

    boolean passes(int input) {
        return passes[input];
    }
}
