package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A plan in the making: steps over numbered slots, of which the arguments come first. */
final class Draft {
    final int arguments;
    /** For each slot the constant that is there from the start, or null. */
    final List<@Nullable Value> initial = new ArrayList<>();

    List<Plan.Step> steps = new ArrayList<>();
    /** The slots of what a run gives. */
    int[] results = {};

    /** Whether the plan is made to be run again and again: its kernels are compiled before the first run. */
    boolean kernelsAtOnce;
    /** Asked for the compiler of kernels, if there is one, when there is something to compile. */
    final Supplier<@Nullable KernelCompiler> kernels;

    Draft(int arguments, Supplier<@Nullable KernelCompiler> kernels) {
        this.arguments = arguments;
        this.kernels = kernels;
        for (int i = 0; i < arguments; i++) {
            newSlot(null);
        }
    }

    int newSlot(@Nullable Value constant) {
        initial.add(constant);
        return initial.size() - 1;
    }

    int slotCount() {
        return initial.size();
    }

    /** Whether a slot is filled before the first step: its memory is not the plan's to end. */
    boolean isFixed(int slot) {
        return slot < arguments || initial.get(slot) != null;
    }

    /** Has all readers of some slots, the results among them, read others instead. */
    void redirect(IntUnaryOperator to) {
        for (Plan.Step step : steps) {
            for (int i = 0; i < step.inputs.length; i++) {
                step.inputs[i] = to.applyAsInt(step.inputs[i]);
            }
        }
        results = Arrays.stream(results).map(to).toArray();
    }

    /** For each slot the last step that reads it; -1 if none does, and the number of steps for a result. */
    int[] lastReaders() {
        int[] last = new int[slotCount()];
        Arrays.fill(last, -1);
        for (int i = 0; i < steps.size(); i++) {
            for (int slot : steps.get(i).inputs) {
                last[slot] = i;
            }
        }
        for (int slot : results) {
            last[slot] = steps.size();
        }
        return last;
    }

    /**
     * Checks what every plan must be: each slot is filled once, before it is read, and not read after its end; what is given from
     * outside, and what the caller sees, never ends; one result at most is written over what ends.
     *
     * @param pass the one that ran last, for the message
     * @throws IllegalStateException if it is not so
     */
    void verify(Pass pass) {
        boolean[] filled = new boolean[slotCount()];
        boolean[] ended = new boolean[slotCount()];
        for (int slot = 0; slot < filled.length; slot++) {
            filled[slot] = isFixed(slot);
        }
        for (Plan.Step step : steps) {
            for (int slot : step.inputs) {
                require(filled[slot] && !ended[slot], pass, step);
            }
            for (int slot : step.outputs) {
                require(!filled[slot], pass, step);
                filled[slot] = true;
            }
            for (int slot : step.ending) {
                require(filled[slot] && !ended[slot] && !isFixed(slot), pass, step);
                ended[slot] = true;
            }
            boolean[] written = new boolean[slotCount()];
            for (int output = 0; output < step.inPlace.length; output++) {
                int input = step.inPlace[output];
                if (input >= 0) {
                    int slot = step.inputs[input];
                    boolean free = Arrays.stream(step.ending).anyMatch(end -> end == slot);
                    require(free && !written[slot] && step.mayOverwrite(input, output), pass, step);
                    written[slot] = true;
                }
            }
        }
        for (int slot : results) {
            require(filled[slot] && !ended[slot], pass, "its results");
        }
    }

    private static void require(boolean holds, Pass pass, Object where) {
        if (!holds) {
            throw new IllegalStateException("after the pass " + pass + " a plan is not well formed at " + where);
        }
    }
}
