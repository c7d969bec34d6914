package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.FusedLoop;
import io.autodiff.nd4j.fused.LoopStages;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Several calls as one kernel. */
final class FusedStep extends Plan.Joined {
    private final LazyLoop lazy;
    /** For each input of the kernel, which of the step's it is. */
    private final int[] sources;

    private final DType[] dtypes;
    private final long[] elements;
    private final TensorSpec[] outputSpecs;

    /**
     * A step.
     *
     * @param lazy the kernel
     * @param sources for each input of the kernel, which of the step's it is
     * @param inputs slots
     * @param outputs slots, in the order of the kernel's outputs
     * @param outputSpecs one for each output
     * @param calls what it computes, one by one, of its inputs
     */
    FusedStep(
            LazyLoop lazy,
            int[] sources,
            int[] inputs,
            int[] outputs,
            TensorSpec[] outputSpecs,
            List<Plan.Call> calls) {
        super(calls, inputs, outputs);
        this.lazy = lazy;
        this.sources = sources;
        this.dtypes = new DType[sources.length];
        this.elements = new long[sources.length];
        for (int i = 0; i < sources.length; i++) {
            dtypes[i] = lazy.program().inputs().get(i).dtype();
            elements[i] = lazy.program().inputElements(i);
        }
        this.outputSpecs = outputSpecs;
    }

    @Override
    void run(Frame frame) {
        FusedLoop loop = lazy.get();
        if (loop == null) {
            replay(frame);
            return;
        }
        try {
            run(loop, frame);
        } catch (RuntimeException | OutOfMemoryError e) {
            throw failure(e);
        }
    }

    @Override
    @Nullable
    TensorSpec stored(int output) {
        // One element is mostly returned.
        return outputSpecs[output].shape().elements() == 1 ? null : outputSpecs[output];
    }

    @Override
    boolean mayOverwrite(int input, int output) {
        LoopStages stages = new LoopStages(lazy.program());
        boolean read = false;
        for (int i = 0; i < sources.length; i++) {
            if (sources[i] == input) {
                if (!stages.mayOverwrite(i, output)) {
                    return false;
                }
                read = true;
            }
        }
        return read && lazy.mayOverwrite();
    }

    private void replay(Frame frame) {
        Value[] values = frame.inputs(this);
        Map<Integer, Value> slots = new HashMap<>();
        for (int i = 0; i < inputs.length; i++) {
            slots.put(inputs[i], values[i]);
        }
        for (Plan.Call call : calls) {
            // The kernel has the plan's constants in itself.
            Value[] given = Arrays.stream(call.inputs)
                    .mapToObj(
                            slot -> slots.containsKey(slot) ? Objects.requireNonNull(slots.get(slot)) : frame.get(slot))
                    .toArray(Value[]::new);
            Value made = Replay.run(call.call, given, null)[0];
            if (Plan.contains(given, made)) {
                made.share();
            }
            slots.put(call.outputs[0], made);
        }
        Set<Value> results = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int slot : outputs) {
            Value result = Objects.requireNonNull(slots.get(slot));
            frame.put(slot, result, values);
            results.add(result);
        }
        for (Value value : slots.values()) {
            if (!Plan.contains(values, value) && !results.contains(value)) {
                value.close();
            }
        }
    }

    private void run(FusedLoop loop, Frame frame) {
        int read = sources.length;
        FusedLoop.Arguments arguments = frame.arguments(this, loop, read + outputs.length);
        for (int i = 0; i < read; i++) {
            int slot = inputs[sources[i]];
            Value value = frame.get(slot);
            if (!frame.isSet(this, i, value)) {
                if (value.spec().shape().isScalar()) {
                    arguments.bits(i, bits(value));
                } else {
                    arguments.address(i, Frame.address(value, dtypes[i], elements[i]));
                }
                frame.set(this, i, slot, value);
            }
        }
        for (int i = 0; i < outputs.length; i++) {
            if (!loop.isReturned(i)) {
                Value place = frame.place(this, i, outputSpecs[i]);
                if (!frame.isSet(this, read + i, place)) {
                    arguments.address(read + i, place.address());
                    frame.set(this, read + i, outputs[i], place);
                }
            }
        }
        arguments.run();
        for (int i = 0; i < outputs.length; i++) {
            if (loop.isReturned(i)) {
                frame.put(outputs[i], value(outputSpecs[i], arguments.returned(i)));
            }
        }
    }

    private static long bits(Value value) {
        return switch (value.spec().dtype()) {
            case FLOAT32 -> Float.floatToRawIntBits((float) value.floating());
            case FLOAT64 -> Double.doubleToRawLongBits(value.floating());
            default -> value.integer();
        };
    }

    /** One element as the kernel returns it. */
    private static Value value(TensorSpec spec, long word) {
        double floating = Double.longBitsToDouble(word);
        boolean scalar = spec.shape().isScalar();
        return switch (spec.dtype()) {
            case FLOAT32 ->
                scalar
                        ? Value.ofFloating(spec, (float) floating)
                        : Value.ofElements(spec, new float[] {(float) floating});
            case FLOAT64 -> scalar ? Value.ofFloating(spec, floating) : Value.ofElements(spec, new double[] {floating});
            case INT32 -> scalar ? Value.ofInteger(spec, word) : Value.ofElements(spec, new int[] {(int) word});
            default -> scalar ? Value.ofInteger(spec, word) : Value.ofElements(spec, new long[] {word});
        };
    }

    @Override
    String name() {
        return "fused";
    }
}
