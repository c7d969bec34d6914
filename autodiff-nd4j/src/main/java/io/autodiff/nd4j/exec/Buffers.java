package io.autodiff.nd4j.exec;

import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where in one stretch of memory the intermediate results of a plan are, planned once by the steps between which each is needed: what is
 * not needed at the same time may be in the same place. What a run gives away, or a step brings along, has memory of its own.
 */
final class Buffers {
    /** More than this is no part of the stretch: the pool keeps no more than some of these. */
    private static final long MOST_BYTES = 64L << 20;

    /** Of a cache line, and of the widest vector. */
    private static final long ALIGNMENT = 64;

    /** What is in one place: a result, those that are written over it, and those that are the same under another shape. */
    private static final class Buffer {
        final List<Integer> slots = new ArrayList<>();
        final long bytes;
        final int first;
        /** The last step that needs it. */
        int last;

        /** Whether a run gives one of them away. */
        boolean escapes;

        long offset = -1;

        Buffer(long bytes, int first, int last) {
            this.bytes = bytes;
            this.first = first;
            this.last = last;
        }

        boolean isBeside(Buffer other) {
            return first <= other.last && other.first <= last;
        }
    }

    private final long[] offsets;
    private final @Nullable TensorSpec[] specs;
    private final long bytes;

    private Buffers(long[] offsets, @Nullable TensorSpec[] specs, long bytes) {
        this.offsets = offsets;
        this.specs = specs;
        this.bytes = bytes;
    }

    /**
     * Plans the memory of a plan.
     *
     * @param steps with what ends with each, and what is in place of what
     * @param slots how many there are
     * @param results the slots of what a run gives away
     */
    static Buffers of(List<Plan.Step> steps, int slots, int[] results) {
        @Nullable Buffer[] ofSlots = new Buffer[slots];
        @Nullable TensorSpec[] specs = new TensorSpec[slots];
        List<Buffer> buffers = new ArrayList<>();
        Set<Integer> given = lent(steps);
        for (int slot : results) {
            given.add(slot);
        }
        for (int i = 0; i < steps.size(); i++) {
            Plan.Step step = steps.get(i);
            for (int output = 0; output < step.outputs.length; output++) {
                TensorSpec spec = step.stored(output);
                if (spec != null) {
                    int slot = step.outputs[output];
                    Buffer buffer;
                    if (step.isInPlace(output)) {
                        buffer = ofSlots[step.inputs[step.inPlace[output]]];
                    } else {
                        buffer = step instanceof Plan.Call ? null : new Buffer(aligned(spec.bytes()), i, steps.size());
                        if (buffer != null) {
                            buffers.add(buffer);
                        }
                    }
                    if (buffer != null) {
                        buffer.slots.add(slot);
                        buffer.last = steps.size();
                        buffer.escapes |= given.contains(slot);
                        ofSlots[slot] = buffer;
                        specs[slot] = spec;
                    }
                }
            }
            for (int slot : step.ending) {
                Buffer buffer = ofSlots[slot];
                // Of those in one place, the one that came last is needed last.
                if (buffer != null && buffer.slots.get(buffer.slots.size() - 1) == slot) {
                    buffer.last = i;
                }
            }
        }
        buffers.removeIf(buffer -> buffer.escapes);
        return placed(buffers, slots, specs);
    }

    /** What is handed to code that computes with tensors, and may hold one of them for longer than it should. */
    private static Set<Integer> lent(List<Plan.Step> steps) {
        Set<Integer> lent = new HashSet<>();
        for (Plan.Step step : steps) {
            if (step instanceof Plan.Call call && call.takesTensors()) {
                for (int slot : step.inputs) {
                    lent.add(slot);
                }
            }
        }
        return lent;
    }

    /** The largest first, each at the first place where it is free for as long as it is needed. */
    private static Buffers placed(List<Buffer> buffers, int slots, @Nullable TensorSpec[] specs) {
        buffers.sort(Comparator.comparingLong((Buffer buffer) -> buffer.bytes).reversed());
        List<Buffer> placed = new ArrayList<>();
        long bytes = 0;
        for (Buffer buffer : buffers) {
            long offset = 0;
            // By offset, so that the first gap that is wide enough is found.
            for (Buffer other : placed) {
                if (buffer.isBeside(other) && other.offset < offset + buffer.bytes) {
                    offset = Math.max(offset, other.offset + other.bytes);
                }
            }
            if (offset + buffer.bytes <= MOST_BYTES) {
                buffer.offset = offset;
                bytes = Math.max(bytes, offset + buffer.bytes);
                int at = 0;
                while (at < placed.size() && placed.get(at).offset <= offset) {
                    at++;
                }
                placed.add(at, buffer);
            }
        }
        long[] offsets = new long[slots];
        Arrays.fill(offsets, -1);
        placed.forEach(buffer -> buffer.slots.forEach(slot -> offsets[slot] = buffer.offset));
        return new Buffers(offsets, specs, bytes);
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** How many bytes a run needs. */
    long bytes() {
        return bytes;
    }

    /** Where a slot's elements are, from the beginning on; -1 if they have memory of their own. */
    long offset(int slot) {
        return offsets[slot];
    }

    /** What is there; null where the memory is its own. */
    @Nullable
    TensorSpec spec(int slot) {
        return offsets[slot] < 0 ? null : specs[slot];
    }
}
