package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.fused.FusedLoop;
import io.autodiff.nd4j.fused.LoopStages;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Several calls as one kernel. */
final class FusedStep extends Plan.Joined {
    private final LazyLoop lazy;
    /** For each input of the kernel, which of the step's it is. */
    private final int[] sources;

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
        this.outputSpecs = outputSpecs;
    }

    @Override
    Value[] compute(Value[] values) {
        FusedLoop loop = lazy.get();
        if (loop == null) {
            return replay(values);
        }
        try {
            return run(loop, values);
        } catch (RuntimeException | OutOfMemoryError e) {
            throw failure(e);
        }
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
        return read;
    }

    private Value[] replay(Value[] values) {
        Map<Integer, Value> slots = new HashMap<>();
        for (int i = 0; i < inputs.length; i++) {
            slots.put(inputs[i], values[i]);
        }
        for (Plan.Call call : calls) {
            Value[] given = Arrays.stream(call.inputs)
                    .mapToObj(slot -> Objects.requireNonNull(slots.get(slot)))
                    .toArray(Value[]::new);
            Value made = call.compute(given)[0];
            if (Plan.contains(given, made)) {
                made.share();
            }
            slots.put(call.outputs[0], made);
        }
        Value[] results = Arrays.stream(outputs)
                .mapToObj(slot -> Objects.requireNonNull(slots.get(slot)))
                .toArray(Value[]::new);
        for (Value value : slots.values()) {
            if (!Plan.contains(values, value) && !Plan.contains(results, value)) {
                value.close();
            }
        }
        return results;
    }

    private Value[] run(FusedLoop loop, Value[] values) {
        int read = sources.length;
        long[] addresses = new long[read + outputs.length];
        long[] bits = new long[read];
        // The arrays of what is not the engine's own memory, for as long as the kernel runs.
        INDArray[] arrays = new INDArray[read];
        for (int i = 0; i < read; i++) {
            Value value = values[sources[i]];
            if (value.spec().shape().isScalar()) {
                bits[i] = bits(value);
            } else {
                addresses[i] = address(value, loop, i, arrays);
            }
        }
        Value[] results = new Value[outputs.length];
        try {
            for (int i = 0; i < results.length; i++) {
                if (!loop.isReturned(i)) {
                    results[i] =
                            loop.mayOverwrite() ? place(i, outputSpecs[i], values) : Value.allocate(outputSpecs[i]);
                    addresses[read + i] = results[i].address();
                }
            }
            long[] returned = loop.run(addresses, bits);
            for (int i = 0; i < results.length; i++) {
                if (loop.isReturned(i)) {
                    results[i] = value(outputSpecs[i], returned[i]);
                }
            }
        } finally {
            // Nothing may free the memory while only its address is known.
            Reference.reachabilityFence(arrays);
            Reference.reachabilityFence(values);
            Reference.reachabilityFence(results);
        }
        return results;
    }

    /** Where the elements of an input are, of which the kernel reads so many. */
    private static long address(Value value, FusedLoop loop, int input, INDArray[] arrays) {
        DType dtype = loop.program().inputs().get(input).dtype();
        long elements = loop.program().inputElements(input);
        if (value.spec().dtype() != dtype || value.spec().shape().elements() != elements) {
            throw notSo(elements, dtype);
        }
        long address = value.address();
        if (address == 0) {
            arrays[input] = value.array();
            address = address(arrays[input], dtype, elements);
        }
        return address;
    }

    private static IllegalStateException notSo(long elements, DType dtype) {
        return new IllegalStateException("a fused kernel needs " + elements + " elements of " + dtype
                + ", dense and row-major, that are not closed; an array is not so");
    }

    /** Where the elements of an array are, of which the kernel reads so many. */
    private static long address(INDArray array, DType dtype, long elements) {
        boolean fits = !array.wasClosed()
                && !array.isEmpty()
                && !array.data().wasClosed()
                && array.length() == elements
                && NdArrays.dtype(array) == dtype
                && NdArrays.dense(array) == array;
        if (!fits) {
            throw notSo(elements, dtype);
        }
        return NdArrays.address(array);
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
