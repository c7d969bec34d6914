package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopReference.Scalar;
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
        for (int position = 0; position < program.positions(); position++) {
            checkPosition(program, inputs, outputs, position);
        }
        for (int i = program.instructions().size(); i < outputs.size(); i++) {
            checkReduction(program, outputs, i);
        }
        // What is stored besides changes nothing.
        LoopProgram less = new LoopProgram(
                program.axes(),
                program.inputs(),
                program.instructions(),
                program.outputs().subList(program.instructions().size() - 1, outputs.size()));
        List<GuardedMemory> again = run(less, compiler, inputs);
        for (int i = 0; i < again.size(); i++) {
            GuardedMemory expected = outputs.get(program.instructions().size() - 1 + i);
            DType dtype = dtype(less, less.outputs().get(i));
            for (int j = 0; j < expected.size(); j++) {
                assertSame(dtype, scalar(dtype, expected, j), scalar(dtype, again.get(i), j), less.structure());
            }
        }
        List.of(inputs, outputs, again).forEach(all -> all.forEach(GuardedMemory::close));
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

    private static Scalar scalar(DType dtype, GuardedMemory memory, int index) {
        return dtype.isFloating() ? new Scalar(memory.floating(index), 0) : new Scalar(0, memory.integer(index));
    }

    /** Each instruction is checked by what the kernel itself has for its operands, so that errors do not add up. */
    private static void checkPosition(
            LoopProgram program, List<GuardedMemory> inputs, List<GuardedMemory> outputs, int position) {
        Scalar[] all = LoopReference.values(program, inputs, position);
        for (int i = 0; i < all.length; i++) {
            DType dtype = program.instructions().get(i).dtype();
            Scalar actual = scalar(dtype, outputs.get(i), position);
            if (program.instructions().get(i) instanceof Apply apply) {
                List<Integer> operands = apply.operands();
                DType given = program.instructions()
                        .get(operands.get(operands.size() - 1))
                        .dtype();
                Scalar expected = LoopReference.apply(
                        apply.function(),
                        dtype,
                        given,
                        operands.stream()
                                .map(operand -> scalar(
                                        program.instructions().get(operand).dtype(), outputs.get(operand), position))
                                .toArray(Scalar[]::new));
                if (MathFunctionsTest.BOUNDS.containsKey(apply.function())) {
                    assertClose(
                            dtype,
                            expected.floating(),
                            actual.floating(),
                            apply + " at " + position + " of " + program);
                } else {
                    assertSame(dtype, expected, actual, apply + " at " + position + " of " + program);
                }
            } else {
                assertSame(dtype, all[i], actual, program.instructions().get(i) + " at " + position + " of " + program);
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

    private static void checkReduction(LoopProgram program, List<GuardedMemory> outputs, int number) {
        Output output = program.outputs().get(number);
        Reduction reduction = output.reduction();
        DType dtype = dtype(program, output);
        GuardedMemory elements = outputs.get(output.instruction());
        GuardedMemory results = outputs.get(number);
        double[] sums = new double[results.size()];
        double[] lost = new double[results.size()];
        double[] sizes = new double[results.size()];
        long[] integers = new long[results.size()];
        java.util.Arrays.fill(sums, reduction.identity(dtype).doubleValue());
        java.util.Arrays.fill(integers, reduction.identity(dtype).longValue());
        for (int position = 0; position < elements.size(); position++) {
            int at = LoopReference.reducedIndex(program, position);
            if (dtype.isFloating()) {
                double element = elements.floating(position);
                double next = reduction.join(sums[at], element);
                // What a sum lost in rounding, by Neumaier: the reference must be better than what it is to judge.
                lost[at] +=
                        Math.abs(sums[at]) >= Math.abs(element) ? sums[at] - next + element : element - next + sums[at];
                sums[at] = next;
                sizes[at] += Math.abs(element);
            } else {
                integers[at] = reduction.join(integers[at], elements.integer(position));
            }
        }
        for (int i = 0; i < sums.length; i++) {
            String where = output + " at " + i + " of " + program;
            if (!dtype.isFloating()) {
                assertEquals(dtype == DType.INT32 ? (int) integers[i] : integers[i], results.integer(i), where);
            } else if (reduction == Reduction.SUM) {
                double unit = dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
                if (Double.isNaN(sizes[i]) || Double.isInfinite(sizes[i])) {
                    assertEquals(sums[i], results.floating(i), where);
                } else if (sizes[i] < (dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE)) {
                    assertEquals(sums[i] + lost[i], results.floating(i), 16 * unit * sizes[i], where);
                }
            } else if (reduction == Reduction.PROD) {
                double size = Math.abs(sums[i]);
                if (size > 1e-30 && size < 1e30 && sizes[i] < 1e30) {
                    double product = dtype == DType.FLOAT32 ? (float) sums[i] : sums[i];
                    assertEquals(product, results.floating(i), 1e-6 * size, where);
                }
            } else {
                assertEquals(sums[i], results.floating(i), 0, where);
            }
        }
    }

    @Test
    void aProgramThatReadsAheadIsRefused() {
        IllegalArgumentException e = org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class,
                () -> new LoopProgram(
                        List.of(new LoopProgram.Axis(4, false)),
                        List.of(),
                        List.of(new Apply(ScalarFunction.NEG, DType.FLOAT32, List.of(0))),
                        List.of(new Output(0, null))));
        assertTrue(e.getMessage().contains("NEG"), e.getMessage());
    }
}
