package io.autodiff.nd4j.fused;

import java.nio.LongBuffer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** Memory for the arguments of a kernel. */
final class ArgumentBlock {
    /** Each thread's, for one kernel after the other. */
    private static final ThreadLocal<ArgumentBlock> CURRENT = ThreadLocal.withInitial(() -> new ArgumentBlock(64));

    private final LongPointer pointer;
    private final LongBuffer words;

    ArgumentBlock(int size) {
        pointer = new LongPointer(size);
        words = pointer.asBuffer();
    }

    /** This thread's block, of at least a size. Whoever has it uses it before anybody asks again. */
    static ArgumentBlock current(int size) {
        ArgumentBlock block = CURRENT.get();
        if (block.words.capacity() < size) {
            block = new ArgumentBlock(Integer.highestOneBit(size) * 2);
            CURRENT.set(block);
        }
        return block;
    }

    void set(int index, long word) {
        words.put(index, word);
    }

    long get(int index) {
        return words.get(index);
    }

    /** Where a word is. */
    long address(int index) {
        return pointer.address() + 8L * index;
    }

    Pointer pointer() {
        return pointer;
    }
}
