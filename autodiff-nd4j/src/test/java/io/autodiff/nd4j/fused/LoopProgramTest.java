package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Extent;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.nd4j.fused.LoopReference.Scalar;
import io.autodiff.nd4j.fused.LoopReference.Sum;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random programs do what the reference says, number by number, and write nothing else. */
class LoopProgramTest {
    /** No more than the bounds to which {@link MathFunctionsTest} holds each of them; what else there is rounds once. */
    private static final double UNITS = 5;

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("autodiff.test.programs", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void programsDoWhatTheReferenceSays(int seed) {
        KernelCompiler compiler = compiler();
        RandomProgram random = new RandomProgram(seed, compiler);
        LoopProgram program = random.program();
        List<GuardedMemory> inputs = new ArrayList<>();
        for (int i = 0; i < program.inputs().size(); i++) {
            GuardedMemory memory = new GuardedMemory(program.inputs().get(i).dtype(), (int) program.inputElements(i));
            random.fill(memory, program.inputs().get(i).dtype());
            inputs.add(memory);
        }
        List<GuardedMemory> outputs = run(program, compiler, inputs);
        for (int i = 0; i < program.instructions().size(); i++) {
            checkInstruction(program, inputs, outputs, i);
        }
        for (int i = program.instructions().size(); i < outputs.size(); i++) {
            checkRows(program, outputs, i);
        }
        // What is stored besides changes nothing.
        int from = program.instructions().size() - 1;
        LoopProgram less = new LoopProgram(
                program.axes(),
                program.inputs(),
                program.instructions(),
                program.outputs().subList(from, outputs.size()));
        List<GuardedMemory> again = run(less, compiler, inputs);
        for (int i = 0; i < again.size(); i++) {
            assertEqual(less, i, outputs.get(from + i), again.get(i));
        }
        checkInPlace(program, compiler, inputs, outputs);
        List.of(inputs, outputs, again).forEach(all -> all.forEach(GuardedMemory::close));
    }

    private static void assertEqual(LoopProgram program, int output, GuardedMemory expected, GuardedMemory actual) {
        DType dtype = dtype(program, program.outputs().get(output));
        for (int j = 0; j < expected.size(); j++) {
            assertSame(
                    dtype,
                    LoopReference.of(dtype, expected, j),
                    LoopReference.of(dtype, actual, j),
                    "output " + output + " at " + j + " of " + program);
        }
    }

    /** The last output, and one before it, alone, over each input that it may be written over. */
    private static void checkInPlace(
            LoopProgram program, KernelCompiler compiler, List<GuardedMemory> inputs, List<GuardedMemory> outputs) {
        int last = program.instructions().size() - 1;
        for (int output = last; output >= 0; output -= 1 + last / 2) {
            LoopProgram one = new LoopProgram(
                    program.axes(),
                    program.inputs(),
                    program.instructions(),
                    program.outputs().subList(output, output + 1));
            FusedLoop loop = new FusedLoop(one, compiler);
            for (int input = 0; input < inputs.size() && FusedLoop.mayOverwrite(one, compiler); input++) {
                if (new LoopStages(one).mayOverwrite(input, 0)) {
                    GuardedMemory copy = inputs.get(input).copy();
                    long[] addresses = new long[inputs.size() + 1];
                    for (int i = 0; i < inputs.size(); i++) {
                        addresses[i] = inputs.get(i).address();
                    }
                    addresses[input] = copy.address();
                    addresses[inputs.size()] = copy.address();
                    loop.run(addresses, new long[inputs.size()]);
                    assertTrue(copy.isGuarded(), one::structure);
                    assertEqual(
                            one,
                            0,
                            outputs.get(output),
                            copy.as(dtype(one, one.outputs().get(0))));
                    copy.close();
                }
            }
        }
    }

    private static KernelCompiler compiler() {
        KernelCompiler compiler = Accelerator.compiler();
        assumeTrue(compiler != null, "there is a compiler of kernels");
        return compiler;
    }

    private static List<GuardedMemory> run(LoopProgram program, KernelCompiler compiler, List<GuardedMemory> inputs) {
        FusedLoop loop = new FusedLoop(program, compiler);
        int count = inputs.size();
        List<GuardedMemory> outputs = new ArrayList<>();
        long[] addresses = new long[count + program.outputs().size()];
        long[] bits = new long[count];
        for (int i = 0; i < count; i++) {
            boolean one = inputs.get(i).size() == 1;
            addresses[i] = one ? 0 : inputs.get(i).address();
            bits[i] = one ? inputs.get(i).bits(0) : 0;
        }
        for (int i = 0; i < program.outputs().size(); i++) {
            outputs.add(new GuardedMemory(dtype(program, program.outputs().get(i)), (int) program.outputElements(i)));
            addresses[count + i] = outputs.get(i).address();
        }
        long[] returned = loop.run(addresses, bits);
        for (int i = 0; i < returned.length; i++) {
            if (loop.isReturned(i)) {
                outputs.get(i).set(0, Double.longBitsToDouble(returned[i]));
                if (!loop.dtype(i).isFloating()) {
                    outputs.get(i).setInteger(0, returned[i]);
                }
            }
        }
        inputs.forEach(memory -> assertTrue(memory.isGuarded(), program::structure));
        outputs.forEach(memory -> assertTrue(memory.isGuarded(), program::structure));
        return outputs;
    }

    private static DType dtype(LoopProgram program, Output output) {
        return program.instructions().get(output.instruction()).dtype();
    }

    /** Each instruction is checked by what the kernel itself has for its operands, so that errors do not add up. */
    private static void checkInstruction(
            LoopProgram program, List<GuardedMemory> inputs, List<GuardedMemory> outputs, int number) {
        Instruction instruction = program.instructions().get(number);
        DType dtype = instruction.dtype();
        Sum[] sums = instruction instanceof Reduce reduce
                ? LoopReference.reduced(program, reduce, outputs.get(reduce.operand()))
                : new Sum[0];
        for (int position = 0; position < program.positions(); position++) {
            Scalar actual = LoopReference.of(dtype, outputs.get(number), position);
            String where = instruction + " at " + position + " of " + program;
            if (sums.length > 0) {
                sums[LoopReference.row(program, position)].check(actual, where);
                continue;
            }
            int at = position;
            Scalar expected = LoopReference.value(
                    program,
                    inputs,
                    number,
                    position,
                    o -> LoopReference.of(program.instructions().get(o).dtype(), outputs.get(o), at));
            if (instruction instanceof Apply apply && MathFunctionsTest.BOUNDS.containsKey(apply.function())) {
                assertClose(dtype, expected.floating(), actual.floating(), where);
            } else {
                assertSame(dtype, expected, actual, where);
            }
        }
    }

    private static void assertClose(DType dtype, double expected, double actual, String where) {
        boolean exact = Double.isNaN(expected) || Double.isInfinite(expected) || expected == 0;
        double unit = dtype == DType.FLOAT32 ? Math.ulp((float) expected) : Math.ulp(expected);
        assertEquals(expected, actual, exact ? 0 : UNITS * unit, where);
    }

    private static void assertSame(DType dtype, Scalar expected, Scalar actual, String where) {
        if (dtype.isFloating()) {
            assertEquals(expected.floating(), actual.floating(), where);
        } else {
            assertEquals(expected.integer(), actual.integer(), where);
        }
    }

    /** What is stored for rows, and for all, against what is stored for positions. */
    private static void checkRows(LoopProgram program, List<GuardedMemory> outputs, int number) {
        Output output = program.outputs().get(number);
        DType dtype = dtype(program, output);
        GuardedMemory positions = outputs.get(output.instruction());
        boolean[] seen = new boolean[LoopReference.rows(program)];
        Sum sum = new Sum(output.total() == null ? Reduction.SUM : output.total(), dtype);
        for (int position = 0; position < positions.size(); position++) {
            int row = LoopReference.row(program, position);
            Scalar ofRow = LoopReference.of(dtype, positions, position);
            if (output.extent() == Extent.ROW) {
                assertSame(
                        dtype,
                        ofRow,
                        LoopReference.of(dtype, outputs.get(number), row),
                        output + " at " + row + " of " + program);
            } else if (!seen[row]) {
                sum.add(ofRow);
                seen[row] = true;
            }
        }
        if (output.extent() == Extent.PROGRAM) {
            sum.check(LoopReference.of(dtype, outputs.get(number), 0), output + " of " + program);
        }
    }

    private static LoopProgram squares(Output... outputs) {
        return new LoopProgram(
                List.of(new LoopProgram.Axis(4, false), new LoopProgram.Axis(5, true)),
                List.of(new LoopProgram.Input(DType.FLOAT32, List.of(true, true))),
                List.of(new LoopProgram.Load(0, DType.FLOAT32), new Reduce(Reduction.SUM, DType.FLOAT32, 0)),
                List.of(outputs));
    }

    @Test
    void whatIsNotTheSameAlongARowIsNotStoredForRows() {
        assertEquals(
                4, squares(Output.ofRows(1), Output.ofAll(1, Reduction.MAX)).outputElements(0));
        for (Output output : List.of(
                Output.ofRows(0),
                Output.ofAll(0, Reduction.SUM),
                new Output(1, Extent.PROGRAM, null),
                new Output(1, Extent.ROW, Reduction.SUM),
                Output.ofRows(2))) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> squares(output));
            assertTrue(e.getMessage().contains("output"), e.getMessage());
        }
    }

    @Test
    void aReductionNeedsAnAxis() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new LoopProgram(
                        List.of(new LoopProgram.Axis(4, false)),
                        List.of(),
                        List.of(
                                new LoopProgram.Constant(1, DType.FLOAT32),
                                new Reduce(Reduction.SUM, DType.FLOAT32, 0)),
                        List.of(Output.ofPositions(0))));
        assertTrue(e.getMessage().contains("Reduce"), e.getMessage());
    }

    @Test
    void aProgramThatReadsAheadIsRefused() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new LoopProgram(
                        List.of(new LoopProgram.Axis(4, false)),
                        List.of(),
                        List.of(new Apply(ScalarFunction.NEG, DType.FLOAT32, List.of(0))),
                        List.of(Output.ofPositions(0))));
        assertTrue(e.getMessage().contains("NEG"), e.getMessage());
    }
}
