package io.autodiff;

import io.autodiff.op.OpCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a tape keeps: the calls that a gradient passes through, in order, with their outputs. Every operand that a gradient can flow
 * back from is numbered, and each call's inputs and outputs are kept as numbers, too. Whether a gradient passes to an input was
 * settled when the call was recorded, by what the tape watched then: what is watched later changes nothing of it.
 */
final class TapeRecords {
    private final List<OpCall<? extends Operand>> calls = new ArrayList<>();
    /** Call after call, the numbers of its inputs and then of its outputs; NONE where no gradient passes. */
    private int[] numbers = {};

    private int end;
    /** Watched operands, and what was computed of them. */
    private final OperandNumbers tracked = new OperandNumbers();

    /** Makes gradients flow back from an operand; gives whether they did not before. */
    boolean track(Operand operand) {
        int before = tracked.size();
        tracked.add(operand);
        return tracked.size() > before;
    }

    /** {@return whether gradients flow back from an operand} */
    boolean tracks(Operand operand) {
        return tracked.of(operand) != OperandNumbers.NONE;
    }

    /** Keeps a call with its outputs, if a gradient passes to any of its inputs. */
    void add(OpCall<Tensor> call) {
        int inputs = call.inputCount();
        int outputs = call.outputCount();
        reserve(inputs + outputs);
        boolean passes = false;
        for (int i = 0; i < inputs; i++) {
            int number = call.op().isDifferentiable(i) ? tracked.of(call.input(i)) : OperandNumbers.NONE;
            numbers[end + i] = number;
            passes |= number != OperandNumbers.NONE;
        }
        if (!passes) {
            return;
        }
        for (int i = 0; i < outputs; i++) {
            Tensor output = call.output(i);
            numbers[end + inputs + i] = output.dtype().isFloating() ? tracked.add(output) : OperandNumbers.NONE;
        }
        end += inputs + outputs;
        calls.add(call);
    }

    /** Keeps a variable's read, which a gradient always passes. */
    void addRead(Variable variable, Tensor leaf) {
        reserve(2);
        numbers[end++] = tracked.add(variable);
        numbers[end++] = tracked.add(leaf);
        calls.add(variable.readCall().withOutputs(List.of(leaf)));
    }

    private void reserve(int more) {
        if (end + more > numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(32, 2 * (end + more)));
        }
    }

    /** {@return how many calls there are} */
    int size() {
        return calls.size();
    }

    /** {@return the call of an index} */
    OpCall<? extends Operand> call(int index) {
        return calls.get(index);
    }

    /** {@return where the numbers of the next call will begin} */
    int end() {
        return end;
    }

    /** {@return the number at a place, or NONE} */
    int number(int place) {
        return numbers[place];
    }

    /** {@return the operands that have numbers} */
    OperandNumbers tracked() {
        return tracked;
    }

    /** {@return every tensor that the calls have for an input or output} */
    List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        for (OpCall<? extends Operand> call : calls) {
            call.inputs().forEach(input -> {
                if (input instanceof Tensor tensor) {
                    tensors.add(tensor);
                }
            });
            call.outputs().forEach(output -> tensors.add(output.asTensor()));
        }
        return tensors;
    }
}
