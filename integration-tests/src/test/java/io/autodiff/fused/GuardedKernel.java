package io.autodiff.fused;

import io.autodiff.nd4j.fused.LoopKernel;
import io.autodiff.nd4j.fused.LoopLayout;
import io.autodiff.nd4j.fused.LoopProgram;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * A kernel that runs on copies of its arrays, each between two stretches of known bytes: if it writes beyond an array, to an input that is
 * no output as well, or, where it is run for a part of the positions, to what is another part's, the run ends with an
 * {@link AssertionError}.
 */
final class GuardedKernel implements LoopKernel {
    private static final int GUARD = 256;
    private static final byte MARK = 0x5A;

    private final LoopProgram program;
    private final LoopLayout layout;
    private final LoopKernel kernel;

    GuardedKernel(LoopProgram program, LoopKernel kernel) {
        this.program = program;
        this.layout = new LoopLayout(program);
        this.kernel = kernel;
    }

    /** Memory that is there already. */
    private static final class At extends Pointer {
        At(long where, long bytes) {
            address = where;
            capacity = bytes;
            limit = bytes;
        }
    }

    /** Which bytes of an array a run may write: stretches of a length, at equal distances. */
    private record Stretches(long count, long distance, long begin, long length) {
        static final Stretches NONE = new Stretches(0, 0, 0, 0);
    }

    /** A copy of an array, for a time in its place. What other threads write to the array meanwhile is not in it. */
    private static final class Copy {
        final At original;
        final BytePointer guarded;
        final Stretches own;

        Copy(long address, long bytes, Stretches own) {
            original = new At(address, bytes);
            guarded = new BytePointer(2 * bytes + 2L * GUARD);
            this.own = own;
            for (int i = 0; i < GUARD; i++) {
                guarded.put(i, MARK).put(GUARD + bytes + i, MARK);
            }
            Pointer.memcpy(before(), original, bytes);
            Pointer.memcpy(elements(), before(), bytes);
        }

        At elements() {
            return new At(guarded.address() + GUARD, original.limit());
        }

        /** The elements before the run, behind the guards. */
        At before() {
            return new At(guarded.address() + 2 * GUARD + original.limit(), original.limit());
        }

        boolean isWhole() {
            long end = 0;
            boolean whole = true;
            for (long i = 0; i < own.count; i++) {
                long begin = i * own.distance + own.begin;
                whole &= isAsBefore(end, begin);
                end = begin + own.length;
            }
            whole &= isAsBefore(end, original.limit());
            for (int i = 0; i < GUARD; i++) {
                whole &= guarded.get(i) == MARK && guarded.get(GUARD + original.limit() + i) == MARK;
            }
            return whole;
        }

        private boolean isAsBefore(long from, long to) {
            return Pointer.memcmp(part(elements(), from, to), part(before(), from, to), to - from) == 0;
        }

        private static At part(At whole, long from, long to) {
            return new At(whole.address() + from, to - from);
        }

        void putBack() {
            for (long i = 0; i < own.count; i++) {
                long from = i * own.distance + own.begin;
                long to = from + own.length;
                Pointer.memcpy(part(original, from, to), part(elements(), from, to), own.length);
            }
        }
    }

    @Override
    public void run(Pointer arguments) {
        LongPointer words = new LongPointer(arguments);
        Map<Long, Copy> copies = new HashMap<>();
        long[] addresses = new long[layout.arrays()];
        Map<Long, Long> bytes = new HashMap<>();
        for (int array = 0; array < addresses.length; array++) {
            addresses[array] = words.get(layout.addressWord(array));
            bytes.merge(addresses[array], bytes(array), Math::max);
        }
        // Outputs first: one in the place of an input is written.
        for (int array = addresses.length - 1; array >= 0; array--) {
            Stretches own = own(array, words.get(0), words.get(1));
            Copy copy = copies.computeIfAbsent(addresses[array], at -> new Copy(at, bytes.get(at), own));
            words.put(layout.addressWord(array), copy.elements().address());
        }
        kernel.run(arguments);
        for (int array = 0; array < addresses.length; array++) {
            words.put(layout.addressWord(array), addresses[array]);
        }
        for (Copy copy : copies.values()) {
            if (!copy.isWhole()) {
                throw new AssertionError("a kernel wrote where it has no business, for " + program);
            }
            copy.putBack();
            copy.guarded.close();
        }
    }

    /** What of an array belongs to some turns of the first loop. */
    private Stretches own(int array, long begin, long end) {
        int output = array - program.inputs().size();
        if (output < 0) {
            return Stretches.NONE;
        } else if (layout.isWord(output)) {
            return new Stretches(1, Long.BYTES, 0, Long.BYTES);
        }
        long stride = layout.stride(array, 0);
        long distance = stride * program.axes().get(layout.axis(0)).size();
        return new Stretches(bytes(array) / distance, distance, begin * stride, (end - begin) * stride);
    }

    private long bytes(int array) {
        int output = array - program.inputs().size();
        if (output >= 0 && layout.isWord(output)) {
            return Long.BYTES;
        }
        long elements = output < 0 ? program.inputElements(array) : program.outputElements(output);
        return elements * layout.elementBytes(array);
    }
}
