package io.autodiff.nd4j.llvm;

import io.autodiff.nd4j.fused.LoopKernel;
import java.lang.ref.Reference;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.llvm.LLVM.LLVMMemoryManagerDestroyCallback;

/**
 * A compiled function of one pointer, callable from Java in about 10 ns. The superclass is JavaCPP's proxy of some C callback of that
 * very shape; a callback that Java did not make is, to JavaCPP 1.5.7, a pointer to a structure of which the first word is the
 * function's address and the second is not used. The version is asked for, and the whole tried, before this is relied on.
 */
final class NativeKernel implements LoopKernel {
    /** Kept for as long as the function, which has only its address. */
    private final LongPointer words;

    private final Function function;

    NativeKernel(long address) {
        this.words = new LongPointer(address, 0);
        this.function = new Function(words);
    }

    @Override
    public void run(Pointer arguments) {
        try {
            function.call(arguments);
        } finally {
            // The machine code is freed once this object is unreachable.
            Reference.reachabilityFence(this);
        }
    }

    private static final class Function extends LLVMMemoryManagerDestroyCallback {
        Function(LongPointer words) {
            super(words);
        }
    }
}
