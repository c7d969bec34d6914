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
 * A kernel that runs on copies of its arrays, each between two stretches of known bytes: if it writes beyond an array, or to an input
 * that is no output as well, the run ends with an {@link AssertionError}. A run of a part of the positions, which several threads may
 * do at once, goes on the arrays themselves.
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

    /** A copy of an array, for a time in its place. */
    private static final class Copy {
        final At original;
        final BytePointer guarded;
        final boolean written;

        Copy(long address, long bytes, boolean written) {
            original = new At(address, bytes);
            guarded = new BytePointer(bytes + 2L * GUARD);
            this.written = written;
            for (int i = 0; i < GUARD; i++) {
                guarded.put(i, MARK).put(GUARD + bytes + i, MARK);
            }
            Pointer.memcpy(elements(), original, bytes);
        }

        At elements() {
            return new At(guarded.address() + GUARD, original.limit());
        }

        boolean isWhole() {
            boolean whole = written || Pointer.memcmp(elements(), original, original.limit()) == 0;
            for (int i = 0; i < GUARD; i++) {
                whole &= guarded.get(i) == MARK && guarded.get(GUARD + original.limit() + i) == MARK;
            }
            return whole;
        }
    }

    @Override
    public void run(Pointer arguments) {
        LongPointer words = new LongPointer(arguments);
        long first = program.axes().get(layout.axis(0)).size();
        if (words.get(0) != 0 || words.get(1) != first) {
            kernel.run(arguments);
            return;
        }
        Map<Long, Copy> copies = new HashMap<>();
        long[] addresses = new long[layout.arrays()];
        int inputs = program.inputs().size();
        Map<Long, Long> bytes = new HashMap<>();
        for (int array = 0; array < addresses.length; array++) {
            addresses[array] = words.get(layout.addressWord(array));
            bytes.merge(addresses[array], bytes(array), Math::max);
        }
        // Outputs first: one in the place of an input is written.
        for (int array = addresses.length - 1; array >= 0; array--) {
            boolean written = array >= inputs;
            Copy copy = copies.computeIfAbsent(addresses[array], at -> new Copy(at, bytes.get(at), written));
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
            if (copy.written) {
                Pointer.memcpy(copy.original, copy.elements(), copy.original.limit());
            }
            copy.guarded.close();
        }
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
