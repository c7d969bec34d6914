package io.autodiff.nd4j.exec;

import io.autodiff.nd4j.fused.ScalarCode;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A plan on scalars as one program. A loop runs it again and again on the registers that it left, and so without garbage. */
final class ScalarPlan {
    private static final ScalarPlan NONE = new ScalarPlan(null, new int[0], List.of());

    /** Gets those of the plan's arguments and constants that are scalars; null if not all of the plan is on scalars. */
    private final @Nullable ScalarProgram program;
    /** The plan's slots of the program's inputs: arguments, then constants. */
    private final int[] slots;

    private final List<Value> constants;
    /** The loop of which this is the step, if it is one, as machine code. */
    private volatile @Nullable HotLoop loop;

    private ScalarPlan(@Nullable ScalarProgram program, int[] slots, List<Value> constants) {
        this.program = program;
        this.slots = slots;
        this.constants = constants;
    }

    boolean exists() {
        return program != null;
    }

    static ScalarPlan of(Value[] given, @Nullable Value[] initial, List<Plan.Step> steps, int[] results) {
        List<Plan.Call> calls = new ArrayList<>();
        for (Plan.Step step : steps) {
            if (step instanceof Plan.Scalars scalars) {
                calls.addAll(scalars.calls);
            } else if (step instanceof Plan.Call call && ScalarProgram.takes(call.call)) {
                calls.add(call);
            } else {
                return NONE;
            }
        }
        TreeMap<Integer, TensorSpec> inputs = new TreeMap<>();
        List<Value> constants = new ArrayList<>();
        for (int slot = 0; slot < initial.length; slot++) {
            Value known = slot < given.length ? given[slot] : initial[slot];
            if (known != null && ScalarProgram.isScalar(known.spec())) {
                inputs.put(slot, known.spec());
                if (slot >= given.length) {
                    constants.add(known);
                }
            }
        }
        List<Integer> filled = calls.stream().map(call -> call.outputs[0]).toList();
        if (!IntStream.of(results).allMatch(slot -> inputs.containsKey(slot) || filled.contains(slot))) {
            return NONE;
        }
        int[] slots = inputs.keySet().stream().mapToInt(slot -> slot).toArray();
        return new ScalarPlan(ScalarCompiler.compile(calls, inputs, results), slots, constants);
    }

    /** Places for its runs, the arguments and constants among them. */
    Registers registers(Value[] given) {
        ScalarProgram runs = Objects.requireNonNull(program);
        Value[] values = new Value[slots.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = slots[i] < given.length ? given[slots[i]] : constants.get(i - values.length + constants.size());
        }
        Registers registers = new Registers(runs);
        runs.set(values, registers.f, registers.n);
        return registers;
    }

    /** The loop of which this is the step; made once. */
    HotLoop loop(ScalarPlan condition, int given) {
        HotLoop present = loop;
        if (present == null) {
            present = new HotLoop(condition, this, given);
            loop = present;
        }
        return present;
    }

    /** Its code, of the arguments of a loop, after which its constants come, from a number on. */
    ScalarCode code(int given, int firstConstant) {
        return ScalarCodeWriter.write(
                Objects.requireNonNull(program),
                i -> slots[i] < given ? slots[i] : firstConstant + i - slots.length + constants.size());
    }

    List<Value> constants() {
        return constants;
    }

    /** The register of an argument, or -1 if it is no scalar. */
    int register(int argument) {
        for (int i = 0; i < slots.length; i++) {
            if (slots[i] == argument) {
                return Objects.requireNonNull(program).inputRegister(i);
            }
        }
        return -1;
    }

    /** Places for the runs of a program. */
    static final class Registers {
        final ScalarProgram program;
        final double[] f;
        final long[] n;

        private Registers(ScalarProgram program) {
            this.program = program;
            this.f = program.floatingPlaces();
            this.n = program.integerPlaces();
        }

        void run() {
            program.run(f, n);
        }

        /** Whether the first output, a bool, holds. */
        boolean holds() {
            return n[program.outputRegister(0)] != 0;
        }
    }
}
