package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.Scalars;
import io.autodiff.nd4j.fused.ScalarCode.Apply;
import io.autodiff.nd4j.fused.ScalarCode.Argument;
import io.autodiff.nd4j.fused.ScalarCode.Constant;
import io.autodiff.nd4j.fused.ScalarCode.Instruction;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scalar work as machine code: its functions, what it refuses, and its loops. */
class ScalarKernelTest {
    private static final long[] INTEGERS = {
        0, 1, -1, 2, -2, 3, -3, 7, -7, 100, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
    };

    @BeforeEach
    void needsACompiler() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
    }

    private static ScalarKernel compile(ScalarLoop loop) {
        ScalarKernel kernel = ScalarKernel.compile(loop, Accelerator.compiler());
        assertNotNull(kernel);
        return kernel;
    }

    /** Runs with arguments from a word on, and gives all words. */
    private static long[] run(ScalarKernel kernel, long... arguments) {
        long[] words = new long[kernel.loop().words()];
        System.arraycopy(arguments, 0, words, ScalarLoop.argumentWord(0), arguments.length);
        boolean done = kernel.run(words);
        assertEquals(done ? 0 : 1, words[ScalarLoop.REFUSED_WORD]);
        return words;
    }

    /** Where arrays have a function, scalars have it too, and it is within the same bound. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "FLOAT64"})
    void functionsAreWithinTheirBounds(DType dtype) {
        List<ScalarFunction> functions = Stream.of(ScalarFunction.values())
                .filter(function -> function != ScalarFunction.CAST
                        && function.arity() < 3
                        && !function.isComparison()
                        && Accelerator.compiler().supports(function, DType.FLOAT64))
                .toList();
        List<Instruction> instructions = new ArrayList<>(List.of(new Argument(0, dtype), new Argument(1, dtype)));
        functions.forEach(function -> instructions.add(new Apply(
                function,
                DType.FLOAT64,
                dtype,
                IntStream.range(0, function.arity()).boxed().toList())));
        ScalarKernel kernel = compile(new ScalarLoop(
                2,
                null,
                new ScalarCode(
                        instructions,
                        IntStream.range(2, instructions.size()).boxed().toList())));
        double[][] x = MathFunctionsTest.numbers(ScalarFunction.ADD, dtype);
        for (int j = 0; j < x[0].length; j += 3) {
            double a = dtype == DType.FLOAT32 ? (float) x[0][j] : x[0][j];
            double b = dtype == DType.FLOAT32 ? (float) x[1][j] : x[1][j];
            long[] words = run(kernel, Double.doubleToRawLongBits(a), Double.doubleToRawLongBits(b));
            for (int i = 0; i < functions.size(); i++) {
                ScalarFunction function = functions.get(i);
                double actual = Double.longBitsToDouble(words[kernel.loop().resultWord(i)]);
                double expected = Scalars.floating(function, a, b);
                double error = MathFunctionsTest.error(dtype, expected, actual);
                // A float32 is a rounded float64, which is at most half a unit, and the little that the other is off.
                double bound = !MathFunctionsTest.BOUNDS.containsKey(function)
                        ? (dtype == DType.FLOAT32 ? 0.5 : 0)
                        : dtype == DType.FLOAT32 ? 0.51 : MathFunctionsTest.bound(function, dtype);
                assertTrue(error <= bound, () -> function + "(" + a + ", " + b + ") = " + expected + ", not " + actual);
            }
        }
    }

    @Test
    void integersDivideAsInJavaAndRefuseWhatJavaRefuses() {
        for (ScalarFunction function : List.of(ScalarFunction.FLOOR_DIV, ScalarFunction.FLOOR_MOD)) {
            ScalarKernel kernel = compile(new ScalarLoop(
                    2,
                    null,
                    new ScalarCode(
                            List.of(
                                    new Argument(0, DType.INT64),
                                    new Argument(1, DType.INT64),
                                    new Apply(function, DType.INT64, DType.INT64, List.of(0, 1))),
                            List.of(2))));
            for (long a : INTEGERS) {
                for (long b : INTEGERS) {
                    long[] words = run(kernel, a, b);
                    boolean least = a == Integer.MIN_VALUE || a == Long.MIN_VALUE;
                    assertEquals(b == 0 || (b == -1 && least) ? 1 : 0, words[ScalarLoop.REFUSED_WORD], a + ", " + b);
                    if (words[ScalarLoop.REFUSED_WORD] == 0) {
                        long expected =
                                function == ScalarFunction.FLOOR_DIV ? Math.floorDiv(a, b) : Math.floorMod(a, b);
                        assertEquals(expected, words[kernel.loop().resultWord(0)], a + ", " + b);
                    }
                }
            }
        }
    }

    @Test
    void castsRefuseWhatDoesNotFit() {
        ScalarKernel kernel = compile(new ScalarLoop(
                1,
                null,
                new ScalarCode(
                        List.of(
                                new Argument(0, DType.FLOAT64),
                                new Apply(ScalarFunction.CAST, DType.FLOAT64, DType.INT32, List.of(0)),
                                new Apply(ScalarFunction.CAST, DType.FLOAT64, DType.BOOL, List.of(0))),
                        List.of(1, 2))));
        for (double fits : new double[] {0, -0.0, 2.9, -2.9, 2147483647.9, -2147483648.9}) {
            long[] words = run(kernel, Double.doubleToRawLongBits(fits));
            assertEquals(0, words[ScalarLoop.REFUSED_WORD]);
            assertEquals((int) fits, words[kernel.loop().resultWord(0)]);
            assertEquals(fits != 0 ? 1 : 0, words[kernel.loop().resultWord(1)]);
        }
        for (double beyond : new double[] {2147483648.0, -2147483649.0, 1e300, Double.NaN, Double.NEGATIVE_INFINITY}) {
            assertEquals(1, run(kernel, Double.doubleToRawLongBits(beyond))[ScalarLoop.REFUSED_WORD]);
        }
    }

    /** while (a > 0) { a, b = b - 1, a } */
    @Test
    void aLoopMaySwapWhatItCarries() {
        ScalarCode condition = new ScalarCode(
                List.of(
                        new Argument(0, DType.INT64),
                        new Constant(0, DType.INT64),
                        new Apply(ScalarFunction.GT, DType.INT64, DType.BOOL, List.of(0, 1))),
                List.of(2));
        ScalarCode step = new ScalarCode(
                List.of(
                        new Argument(0, DType.INT64),
                        new Argument(1, DType.INT64),
                        new Constant(1, DType.INT64),
                        new Apply(ScalarFunction.SUB, DType.INT64, DType.INT64, List.of(1, 2))),
                List.of(3, 0));
        long a = 3;
        long b = 8;
        long rounds = 0;
        ScalarKernel kernel = compile(new ScalarLoop(2, condition, step));
        long[] words = run(kernel, a, b);
        while (a > 0) {
            long next = b - 1;
            b = a;
            a = next;
            rounds++;
        }
        assertEquals(rounds, words[ScalarLoop.ROUNDS_WORD]);
        assertEquals(a, words[ScalarLoop.argumentWord(0)]);
        assertEquals(b, words[ScalarLoop.argumentWord(1)]);
        assertEquals(0, run(kernel, 0, 5)[ScalarLoop.ROUNDS_WORD]);
    }

    @Test
    void whatHasNoMachineCodeIsLeftToJava() {
        ScalarCode code = new ScalarCode(
                List.of(
                        new Argument(0, DType.FLOAT64),
                        new Apply(ScalarFunction.DIGAMMA, DType.FLOAT64, DType.FLOAT64, List.of(0))),
                List.of(1));
        assertNull(ScalarKernel.compile(new ScalarLoop(1, null, code), Accelerator.compiler()));
    }

    @Test
    void codeIsChecked() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new ScalarCode(
                        List.of(
                                new Argument(0, DType.INT64),
                                new Apply(ScalarFunction.SIN, DType.FLOAT64, DType.FLOAT64, List.of(0))),
                        List.of(1)));
        assertTrue(e.getMessage().contains("SIN"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ScalarCode(List.of(), List.of(0)));
    }
}
