package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.array.Arena;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.fused.FusedLoop;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What one run of a plan works with: the slots, the memory of intermediate results, and the arguments of kernels, in which only what
 * differs from the run before is set. A plan has a frame for each thread that runs it at the same time, and keeps them for later runs.
 */
final class Frame {
    /** Stands for the thread that made this, and which alone reads and sets what follows. */
    final Object thread;
    /** Whether a run has this, if it is its thread's own. */
    boolean running;

    private final List<Plan.Step> steps;
    private final @Nullable Value[] initial;
    private final @Nullable Value[] values;
    private final Buffers buffers;
    private final Arena arena;
    /** Where the arena's memory was when the values below were made. */
    private long base;
    /** For each slot the value that is in the arena's memory; null of those that have memory of their own. */
    private final @Nullable Value[] planned;
    /** Of the steps' kernels, by the numbers of the steps. */
    private final FusedLoop.@Nullable Arguments[] arguments;
    /** For each of those arguments the value that is the same in each run; null of others. */
    private final @Nullable Value[][] lasting;

    Frame(List<Plan.Step> steps, @Nullable Value[] initial, Buffers buffers, Object thread) {
        this.thread = thread;
        this.steps = steps;
        this.initial = initial;
        this.values = new Value[initial.length];
        this.buffers = buffers;
        this.planned = new Value[initial.length];
        this.arena = new Arena(this, buffers.bytes());
        this.arguments = new FusedLoop.Arguments[steps.size()];
        this.lasting = new Value[steps.size()][];
    }

    /** Begins a run. */
    void begin(Value[] given, int count) {
        long place;
        try {
            place = arena.open();
        } catch (IllegalStateException e) {
            throw new IllegalStateException(
                    "no memory for the intermediate results of "
                            + steps.stream().map(Plan.Step::name).distinct().collect(Collectors.joining(", ")) + ", "
                            + buffers.bytes() + " bytes: " + e.getMessage(),
                    e);
        }
        if (place != base) {
            for (int slot = 0; slot < planned.length; slot++) {
                TensorSpec spec = buffers.spec(slot);
                planned[slot] = spec == null ? null : Value.at(spec, this, place + buffers.offset(slot));
            }
            base = place;
        }
        System.arraycopy(initial, 0, values, 0, initial.length);
        System.arraycopy(given, 0, values, 0, count);
    }

    /** Ends a run that began. One that failed gives back what it had. */
    void end(boolean done, int given) {
        for (int slot = given; slot < values.length && !done; slot++) {
            Value left = values[slot];
            if (left != null && initial[slot] == null && left != planned[slot] && !left.isShared()) {
                left.close();
            }
        }
        Arrays.fill(values, null);
        arena.close();
    }

    /** What a slot holds. */
    Value get(int slot) {
        Value value = values[slot];
        if (value == null) {
            throw new IllegalStateException("slot %" + slot + " of a plan is empty");
        }
        return value;
    }

    /** What the inputs of a step hold. */
    Value[] inputs(Plan.Step step) {
        Value[] inputs = new Value[step.inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = get(step.inputs[i]);
        }
        return inputs;
    }

    void put(int slot, Value value) {
        values[slot] = value;
    }

    /** Fills the slot of an output with what code gave that was handed the inputs, and may have given one of them back. */
    void put(int slot, Value computed, Value[] inputs) {
        Value own = computed;
        if (Plan.contains(inputs, computed)) {
            if (isPlanned(computed)) {
                own = computed.reshaped(computed.spec());
            } else {
                computed.share();
            }
        }
        values[slot] = own;
    }

    private boolean isPlanned(Value value) {
        for (Value other : planned) {
            if (other == value) {
                return true;
            }
        }
        return false;
    }

    /** Frees what nobody reads any more. */
    void free(int[] slots) {
        for (int slot : slots) {
            Value ended = get(slot);
            values[slot] = null;
            if (ended != planned[slot] && (!ended.isShared() || !Plan.contains(values, ended))) {
                ended.close();
            }
        }
    }

    /**
     * Fills the slot of an output that a step is going to store: in the memory that is planned for it, or that of an input which ends here
     * and nobody else has, or in new memory.
     */
    Value place(Plan.Step step, int output, TensorSpec spec) {
        int slot = step.outputs[output];
        Value place = planned[slot];
        if (place == null && step.isInPlace(output)) {
            place = get(step.inputs[step.inPlace[output]]).reuse(spec);
        }
        if (place == null) {
            place = Value.allocate(spec);
        }
        values[slot] = place;
        return place;
    }

    /** Fills a slot with what is the same under another shape, and ends with it; whether that can be done. */
    boolean reshape(int from, int to, TensorSpec spec) {
        Value before = get(from);
        Value after = before == planned[from] ? planned[to] : before.reuse(spec);
        values[to] = after;
        return after != null;
    }

    /** The arguments of a step's kernel, those of the run before among them. */
    FusedLoop.Arguments arguments(Plan.Step step, FusedLoop loop, int count) {
        FusedLoop.Arguments present = arguments[step.number];
        if (present == null) {
            present = loop.arguments();
            arguments[step.number] = present;
            lasting[step.number] = new Value[count];
        }
        return present;
    }

    /** Whether an argument of a step's kernel is set to a value that is where it was in the run before. */
    boolean isSet(Plan.Step step, int argument, Value value) {
        return lasting[step.number][argument] == value;
    }

    /** Notes that an argument of a step's kernel is set to what a slot holds. */
    void set(Plan.Step step, int argument, int slot, Value value) {
        boolean stays = value == planned[slot] || value == initial[slot];
        // Somebody else's array may be closed by the next run.
        lasting[step.number][argument] = stays && value.address() != 0 ? value : null;
    }

    /**
     * Where the elements of a value are, for a kernel. The value keeps its memory for as long as a slot holds it.
     *
     * @param dtype what the kernel takes it for
     * @param elements how many the kernel reads
     */
    static long address(Value value, DType dtype, long elements) {
        if (value.spec().dtype() != dtype || value.spec().shape().elements() != elements) {
            throw notSo(elements, dtype);
        }
        long address = value.address();
        return address == 0 ? address(value.array(), dtype, elements) : address;
    }

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

    private static IllegalStateException notSo(long elements, DType dtype) {
        return new IllegalStateException("a kernel needs " + elements + " elements of " + dtype
                + ", dense and row-major, that are not closed; an array is not so");
    }
}
