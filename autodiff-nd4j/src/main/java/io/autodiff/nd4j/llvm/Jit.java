package io.autodiff.nd4j.llvm;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMOrcDefinitionGeneratorRef;
import org.bytedeco.llvm.LLVM.LLVMOrcJITDylibRef;
import org.bytedeco.llvm.LLVM.LLVMOrcJITTargetMachineBuilderRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITBuilderRef;
import org.bytedeco.llvm.LLVM.LLVMOrcLLJITRef;
import org.bytedeco.llvm.LLVM.LLVMOrcResourceTrackerRef;
import org.bytedeco.llvm.LLVM.LLVMOrcSymbolPredicate;
import org.bytedeco.llvm.LLVM.LLVMOrcThreadSafeContextRef;
import org.bytedeco.llvm.LLVM.LLVMPassBuilderOptionsRef;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;
import org.bytedeco.llvm.global.LLVM;
import org.jspecify.annotations.Nullable;

/**
 * From LLVM's text to machine code of this process, and back to free memory. What is reachable only through a raw address would be
 * freed by the collector: the compiler is kept for the life of the class.
 */
final class Jit {
    /** Loop counters and sums are written as memory; this makes registers of them. */
    static final BytePointer PASSES = new BytePointer("function(mem2reg,instcombine,early-cse,loop-mssa(licm))");

    private static final BytePointer NAME = new BytePointer("kernel");

    private final Target target;
    private final LLVMOrcLLJITRef jit;
    private final LLVMTargetMachineRef machine;
    private final LLVMPassBuilderOptionsRef options;

    Jit(Target target) {
        this.target = target;
        LLVM.LLVMInitializeNativeTarget();
        LLVM.LLVMInitializeNativeAsmPrinter();
        machine = machine();
        options = LLVM.LLVMCreatePassBuilderOptions();
        LLVMOrcLLJITBuilderRef builder = LLVM.LLVMOrcCreateLLJITBuilder();
        // The builder takes this machine; the passes have their own.
        LLVMOrcJITTargetMachineBuilderRef machineBuilder =
                LLVM.LLVMOrcJITTargetMachineBuilderCreateFromTargetMachine(machine());
        LLVM.LLVMOrcLLJITBuilderSetJITTargetMachineBuilder(builder, machineBuilder);
        try (PointerPointer<Pointer> out = new PointerPointer<>(1)) {
            check(LLVM.LLVMOrcCreateLLJIT(out, builder), "create the compiler");
            jit = new LLVMOrcLLJITRef(out.get(0));
        }
        findProcessSymbols();
    }

    private LLVMTargetMachineRef machine() {
        BytePointer triple = LLVM.LLVMGetDefaultTargetTriple();
        LLVMTargetRef found = new LLVMTargetRef();
        if (LLVM.LLVMGetTargetFromTriple(triple, found, new BytePointer()) != 0) {
            throw new IllegalStateException("LLVM has no target " + triple.getString());
        }
        return LLVM.LLVMCreateTargetMachine(
                found,
                triple,
                new BytePointer(target.cpu()),
                new BytePointer(target.features()),
                LLVM.LLVMCodeGenLevelDefault,
                LLVM.LLVMRelocPIC,
                LLVM.LLVMCodeModelJITDefault);
    }

    /** For libm's functions, by which vector code computes what its own reductions do not reach. */
    private void findProcessSymbols() {
        LLVMOrcJITDylibRef main = LLVM.LLVMOrcLLJITGetMainJITDylib(jit);
        try (PointerPointer<Pointer> out = new PointerPointer<>(1)) {
            @SuppressWarnings("NullAway") // no predicate
            LLVMErrorRef error = LLVM.LLVMOrcCreateDynamicLibrarySearchGeneratorForProcess(
                    out, LLVM.LLVMOrcLLJITGetGlobalPrefix(jit), (LLVMOrcSymbolPredicate) null, null);
            check(error, "search the process's symbols");
            LLVM.LLVMOrcJITDylibAddGenerator(main, new LLVMOrcDefinitionGeneratorRef(out.get(0)));
        }
    }

    /**
     * The machine code of one module.
     *
     * @param address of its function
     * @param tracker by which it is freed
     */
    record MachineCode(long address, LLVMOrcResourceTrackerRef tracker) {}

    /**
     * Compiles a module.
     *
     * @param text its text, in which one function has the given name
     * @param function a name that no module before it had
     */
    synchronized MachineCode compile(String text, String function) {
        // A context keeps the constants of all its modules: with one for each they end with it.
        LLVMOrcThreadSafeContextRef context = LLVM.LLVMOrcCreateNewThreadSafeContext();
        LLVMOrcResourceTrackerRef tracker =
                LLVM.LLVMOrcJITDylibCreateResourceTracker(LLVM.LLVMOrcLLJITGetMainJITDylib(jit));
        try {
            LLVMModuleRef module = parse(text, context);
            check(LLVM.LLVMRunPasses(module, PASSES, machine, options), "optimise " + function);
            check(
                    LLVM.LLVMOrcLLJITAddLLVMIRModuleWithRT(
                            jit, tracker, LLVM.LLVMOrcCreateNewThreadSafeModule(module, context)),
                    "add " + function);
            long[] address = new long[1];
            check(LLVM.LLVMOrcLLJITLookup(jit, address, function), "compile " + function);
            return new MachineCode(address[0], tracker);
        } catch (IllegalStateException e) {
            free(tracker);
            throw e;
        } finally {
            LLVM.LLVMOrcDisposeThreadSafeContext(context);
        }
    }

    /** Frees what nothing can run any more. */
    synchronized void free(MachineCode code) {
        free(code.tracker);
    }

    private static void free(LLVMOrcResourceTrackerRef tracker) {
        LLVMErrorRef error = LLVM.LLVMOrcResourceTrackerRemove(tracker);
        LLVM.LLVMOrcReleaseResourceTracker(tracker);
        check(error, "free a kernel");
    }

    private static LLVMModuleRef parse(String text, LLVMOrcThreadSafeContextRef context) {
        LLVMContextRef inner = LLVM.LLVMOrcThreadSafeContextGetContext(context);
        BytePointer bytes = new BytePointer(text);
        // The parser takes the buffer, which is a copy.
        LLVMMemoryBufferRef buffer = LLVM.LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes, bytes.capacity() - 1, NAME);
        LLVMModuleRef module = new LLVMModuleRef();
        BytePointer message = new BytePointer();
        try (bytes) {
            if (LLVM.LLVMParseIRInContext(inner, buffer, module, message) != 0) {
                throw new IllegalStateException("LLVM does not accept a kernel: " + message.getString() + "\n" + text);
            }
        }
        return module;
    }

    private static void check(@Nullable LLVMErrorRef error, String what) {
        if (error != null && !error.isNull()) {
            throw new IllegalStateException("LLVM could not " + what + ": "
                    + LLVM.LLVMGetErrorMessage(error).getString());
        }
    }
}
