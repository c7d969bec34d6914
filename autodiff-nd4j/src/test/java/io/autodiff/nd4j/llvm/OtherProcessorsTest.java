package io.autodiff.nd4j.llvm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopForm;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.nd4j.fused.Reduction;
import io.autodiff.nd4j.fused.ScalarCode;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.llvm.LLVM.LLVMContextRef;
import org.bytedeco.llvm.LLVM.LLVMErrorRef;
import org.bytedeco.llvm.LLVM.LLVMMemoryBufferRef;
import org.bytedeco.llvm.LLVM.LLVMModuleRef;
import org.bytedeco.llvm.LLVM.LLVMPassBuilderOptionsRef;
import org.bytedeco.llvm.LLVM.LLVMTargetMachineRef;
import org.bytedeco.llvm.LLVM.LLVMTargetRef;
import org.bytedeco.llvm.global.LLVM;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is generated compiles for each kind of processor, whichever this one is. It is run by the other tests, where it can. */
class OtherProcessorsTest {
    /**
     * A kind of processor.
     *
     * @param triple LLVM's name of it
     * @param target what is known of one
     * @param machine its number in the header of an ELF file
     */
    private record Processor(String triple, Target target, int machine) {}

    private static final List<Processor> PROCESSORS = List.of(
            new Processor("aarch64-unknown-linux-gnu", new Target("generic", "+neon", 16), 183),
            new Processor("x86_64-unknown-linux-gnu", new Target("haswell", "+avx2,+fma", 32), 62),
            new Processor(
                    "x86_64-unknown-linux-gnu",
                    new Target("skylake-avx512", "+avx512f,+avx512vl,+avx512dq,+fma", 64),
                    62));

    private static final List<DType> DTYPES = List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64);
    private static final int OBJECT_FILE = 1;
    private static final List<LoopForm> FORMS = List.of(
            new LoopForm(false, false), new LoopForm(true, false), new LoopForm(false, true), new LoopForm(true, true));

    @BeforeAll
    static void needsLlvm() {
        assumeTrue(new LlvmCompiler().isThere(), "LLVM is on the class path");
        LLVM.LLVMInitializeAArch64TargetInfo();
        LLVM.LLVMInitializeAArch64Target();
        LLVM.LLVMInitializeAArch64TargetMC();
        LLVM.LLVMInitializeAArch64AsmPrinter();
        LLVM.LLVMInitializeX86TargetInfo();
        LLVM.LLVMInitializeX86Target();
        LLVM.LLVMInitializeX86TargetMC();
        LLVM.LLVMInitializeX86AsmPrinter();
    }

    @TestFactory
    Stream<DynamicTest> kernelsCompile() {
        return PROCESSORS.stream()
                .flatMap(processor -> DTYPES.stream()
                        .flatMap(dtype -> FORMS.stream()
                                .map(form -> DynamicTest.dynamicTest(
                                        processor.target.cpu() + " " + dtype + " " + form,
                                        () -> compiles(processor, dtype, form)))));
    }

    private static void compiles(Processor processor, DType dtype, LoopForm form) {
        LoopProgram program = everything(dtype);
        int lanes = processor.target.vectorBytes() / dtype.bytes();
        assertIsObject(processor, LoopCode.module(program, "kernel", processor.target, lanes, form));
    }

    /** All functions of a dtype, all reductions of rows, and what reads them: of rows, and of positions. */
    private static LoopProgram everything(DType dtype) {
        List<Instruction> instructions = new ArrayList<>(List.of(new Load(0, dtype), new Load(1, dtype)));
        for (ScalarFunction function : ScalarFunction.values()) {
            boolean other = function == ScalarFunction.SELECT || function == ScalarFunction.CAST;
            DType result = function.isComparison() ? DType.BOOL : dtype;
            if (!other && result.isNumeric() && ElementCode.supports(function, dtype)) {
                List<Integer> operands =
                        IntStream.range(0, function.arity()).boxed().toList();
                instructions.add(new Apply(function, result, operands));
            }
        }
        instructions.add(new Apply(ScalarFunction.LT, DType.BOOL, List.of(0, 1)));
        instructions.add(new Apply(ScalarFunction.SELECT, dtype, List.of(instructions.size() - 1, 0, 1)));
        int last = instructions.size() - 1;
        List<Output> outputs = new ArrayList<>(
                IntStream.range(2, last + 1).mapToObj(Output::ofPositions).toList());
        for (Reduction reduction : Reduction.values()) {
            instructions.add(new Reduce(reduction, dtype, last));
            outputs.add(Output.ofRows(instructions.size() - 1));
        }
        instructions.add(
                new Apply(ScalarFunction.LT, DType.BOOL, List.of(instructions.size() - 1, instructions.size() - 2)));
        outputs.add(Output.ofRows(instructions.size() - 1));
        instructions.add(new Apply(ScalarFunction.SELECT, dtype, List.of(instructions.size() - 1, 0, last)));
        outputs.add(Output.ofPositions(instructions.size() - 1));
        instructions.add(new Reduce(Reduction.SUM, dtype, instructions.size() - 1));
        outputs.add(Output.ofAll(instructions.size() - 1, Reduction.MAX));
        return new LoopProgram(
                List.of(new Axis(40, false), new Axis(300, true)),
                List.of(new Input(dtype, List.of(true, true)), new Input(dtype, List.of(false, true))),
                instructions,
                outputs);
    }

    @TestFactory
    Stream<DynamicTest> scalarProgramsCompile() {
        ScalarLoop loop = new ScalarLoop(
                1,
                null,
                new ScalarCode(
                        List.of(
                                new ScalarCode.Argument(0, DType.FLOAT64),
                                new ScalarCode.Constant(1.01, DType.FLOAT64),
                                new ScalarCode.Apply(ScalarFunction.MUL, DType.FLOAT64, DType.FLOAT64, List.of(0, 1)),
                                new ScalarCode.Apply(ScalarFunction.SQRT, DType.FLOAT64, DType.FLOAT64, List.of(2))),
                        List.of(3)));
        return PROCESSORS.stream()
                .map(processor -> DynamicTest.dynamicTest(
                        processor.target.cpu(),
                        () -> assertIsObject(processor, ScalarLoopCode.module(loop, "kernel", processor.target))));
    }

    private static void assertIsObject(Processor processor, String text) {
        byte[] object = object(processor, text);
        assertEquals("\177ELF", new String(object, 0, 4, ISO_8859_1));
        assertEquals(processor.machine, object[18] & 0xff);
        assertTrue(object.length > 500, () -> object.length + " bytes");
    }

    /** The object file of a module. */
    private static byte[] object(Processor processor, String text) {
        LLVMContextRef context = LLVM.LLVMContextCreate();
        LLVMTargetMachineRef machine = machine(processor);
        LLVMPassBuilderOptionsRef options = LLVM.LLVMCreatePassBuilderOptions();
        try (BytePointer bytes = new BytePointer(text);
                PointerPointer<Pointer> out = new PointerPointer<>(1)) {
            LLVMMemoryBufferRef source = LLVM.LLVMCreateMemoryBufferWithMemoryRangeCopy(
                    bytes, bytes.capacity() - 1, new BytePointer("kernel"));
            LLVMModuleRef module = new LLVMModuleRef();
            BytePointer message = new BytePointer();
            assertEquals(0, LLVM.LLVMParseIRInContext(context, source, module, message), message::getString);
            LLVM.LLVMSetTarget(module, processor.triple);
            LLVM.LLVMSetModuleDataLayout(module, LLVM.LLVMCreateTargetDataLayout(machine));
            LLVMErrorRef error = LLVM.LLVMRunPasses(module, Jit.PASSES, machine, options);
            assertTrue(error == null || error.isNull());
            assertEquals(
                    0,
                    LLVM.LLVMTargetMachineEmitToMemoryBuffer(machine, module, OBJECT_FILE, message, out),
                    message::getString);
            LLVMMemoryBufferRef buffer = new LLVMMemoryBufferRef(out.get(0));
            byte[] object = new byte[Math.toIntExact(LLVM.LLVMGetBufferSize(buffer))];
            LLVM.LLVMGetBufferStart(buffer).capacity(object.length).get(object);
            LLVM.LLVMDisposeMemoryBuffer(buffer);
            LLVM.LLVMDisposeModule(module);
            return object;
        } finally {
            LLVM.LLVMDisposePassBuilderOptions(options);
            LLVM.LLVMDisposeTargetMachine(machine);
            LLVM.LLVMContextDispose(context);
        }
    }

    private static LLVMTargetMachineRef machine(Processor processor) {
        LLVMTargetRef target = new LLVMTargetRef();
        BytePointer message = new BytePointer();
        BytePointer triple = new BytePointer(processor.triple);
        assertEquals(0, LLVM.LLVMGetTargetFromTriple(triple, target, message), message::getString);
        return LLVM.LLVMCreateTargetMachine(
                target,
                triple,
                new BytePointer(processor.target.cpu()),
                new BytePointer(processor.target.features()),
                LLVM.LLVMCodeGenLevelDefault,
                LLVM.LLVMRelocPIC,
                LLVM.LLVMCodeModelJITDefault);
    }
}
