package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.exec.Scalars;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * How far vector functions are from Java's, in units in the last place. Java's are within 1 unit themselves (2.5 for tanh; 3.5 for
 * the error functions, which are within 2 here), and for float32 they are exact.
 */
class MathFunctionsTest {
    private static final int NUMBERS = Integer.getInteger("autodiff.test.numbers", 40_000);

    /** Measured, rounded up, in float32 and float64; what is not here is one of the machine's own, or exact. */
    static final Map<ScalarFunction, double[]> BOUNDS = Map.ofEntries(
            bounds(ScalarFunction.EXP, 1.1, 1.5),
            bounds(ScalarFunction.EXPM1, 1.6, 2),
            bounds(ScalarFunction.LOG, 1, 1.5),
            bounds(ScalarFunction.LOG1P, 1, 1.5),
            bounds(ScalarFunction.SIN, 1, 1.5),
            bounds(ScalarFunction.COS, 1, 1.5),
            bounds(ScalarFunction.TAN, 2.5, 3),
            bounds(ScalarFunction.SINH, 0.51, 3),
            bounds(ScalarFunction.COSH, 0.51, 2),
            bounds(ScalarFunction.TANH, 2.5, 5),
            bounds(ScalarFunction.ASIN, 0.51, 2),
            bounds(ScalarFunction.ACOS, 0.51, 2),
            bounds(ScalarFunction.ATAN, 0.51, 2),
            bounds(ScalarFunction.ATAN2, 0.51, 2),
            bounds(ScalarFunction.ASINH, 0.51, 2),
            bounds(ScalarFunction.ACOSH, 0.51, 2),
            bounds(ScalarFunction.ATANH, 0.51, 2),
            bounds(ScalarFunction.ERF, 3, 3),
            bounds(ScalarFunction.ERFC, 0.51, 5),
            bounds(ScalarFunction.CBRT, 0.51, 1.5),
            bounds(ScalarFunction.HYPOT, 0.51, 2),
            bounds(ScalarFunction.POW, 1, 1.5));

    private static Map.Entry<ScalarFunction, double[]> bounds(ScalarFunction function, double single, double twice) {
        return Map.entry(function, new double[] {single, twice});
    }

    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        -0.5,
        2,
        -2,
        3,
        -3,
        1e-3,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Float.MIN_VALUE,
        1e-310,
        1e-40,
        -1e-40,
        Double.MIN_NORMAL,
        Float.MIN_NORMAL,
        Double.MAX_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        88.72283,
        88.72284,
        -87.34,
        -103.97,
        -104.1,
        709.78,
        709.79,
        -745.13,
        -745.14,
        Math.PI,
        Math.PI / 2,
        0x1p24,
        0x1p24 + 1,
        0x1p44,
        0x1p45,
        0x1p46,
        -0x1p52,
        1e22,
        1e300
    };

    @TestFactory
    Stream<DynamicTest> vectorFunctionsAreWithinTheirBounds() {
        KernelCompiler compiler = Accelerator.compiler();
        return Stream.of(ScalarFunction.values())
                .filter(function -> function != ScalarFunction.CAST && function.arity() < 3 && !function.isComparison())
                .flatMap(function -> Stream.of(DType.FLOAT32, DType.FLOAT64)
                        .filter(dtype -> compiler == null || compiler.supports(function, dtype))
                        .map(dtype ->
                                DynamicTest.dynamicTest(function + " of " + dtype, () -> check(function, dtype))));
    }

    /** In units in the last place; 0 for what the machine does itself. */
    static double bound(ScalarFunction function, DType dtype) {
        return BOUNDS.getOrDefault(function, new double[2])[dtype == DType.FLOAT32 ? 0 : 1];
    }

    private static void check(ScalarFunction function, DType dtype) {
        KernelCompiler compiler = Accelerator.compiler();
        assumeTrue(compiler != null, "there is a compiler of kernels");
        double[][] x = numbers(function, dtype);
        int count = x[0].length;
        int arity = function.arity();
        List<GuardedMemory> memory = new ArrayList<>();
        for (int i = 0; i <= arity; i++) {
            memory.add(new GuardedMemory(dtype, count));
        }
        for (int i = 0; i < arity; i++) {
            for (int j = 0; j < count; j++) {
                memory.get(i).set(j, x[i][j]);
            }
        }
        List<Instruction> instructions = new ArrayList<>();
        IntStream.range(0, arity).forEach(i -> instructions.add(new Load(i, dtype)));
        instructions.add(
                new Apply(function, dtype, IntStream.range(0, arity).boxed().toList()));
        LoopProgram program = new LoopProgram(
                List.of(new Axis(count, false)),
                IntStream.range(0, arity)
                        .mapToObj(i -> new Input(dtype, List.of(true)))
                        .toList(),
                instructions,
                List.of(Output.ofPositions(arity)));
        new FusedLoop(program, compiler)
                .run(memory.stream().mapToLong(GuardedMemory::address).toArray(), new long[arity]);
        double bound = bound(function, dtype);
        double worst = 0;
        String where = "";
        for (int j = 0; j < count; j++) {
            double a = memory.get(0).floating(j);
            double b = memory.get(arity - 1).floating(j);
            double actual = memory.get(arity).floating(j);
            double error = error(dtype, Scalars.floating(function, a, b), actual);
            if (!(error <= worst)) {
                worst = error;
                where = function + "(" + a + ", " + b + ") = " + Scalars.floating(function, a, b) + ", not " + actual;
            }
        }
        if (NUMBERS > 1_000_000) {
            System.out.println(function + " of " + dtype + ": " + worst + " at " + where);
        }
        assertTrue(worst <= bound, where + ": " + worst + " units in the last place, the bound is " + bound);
        assertTrue(memory.get(arity).isGuarded());
        memory.forEach(GuardedMemory::close);
    }

    /** x to a constant power is made of products. */
    @TestFactory
    Stream<DynamicTest> constantPowersAreWithinTheirBounds() {
        return Stream.of(DType.FLOAT32, DType.FLOAT64)
                .flatMap(dtype -> IntStream.rangeClosed(-3, 9)
                        .mapToObj(
                                n -> DynamicTest.dynamicTest(dtype + " to the power of " + n, () -> power(dtype, n))));
    }

    private static void power(DType dtype, int exponent) {
        KernelCompiler compiler = Accelerator.compiler();
        assumeTrue(compiler != null, "there is a compiler of kernels");
        double[] x = numbers(ScalarFunction.POW, dtype)[0];
        LoopProgram program = new LoopProgram(
                List.of(new Axis(x.length, false)),
                List.of(new Input(dtype, List.of(true))),
                List.of(
                        new Load(0, dtype),
                        new LoopProgram.Constant(exponent, dtype),
                        new Apply(ScalarFunction.POW, dtype, List.of(0, 1))),
                List.of(Output.ofPositions(2)));
        try (GuardedMemory in = new GuardedMemory(dtype, x.length);
                GuardedMemory out = new GuardedMemory(dtype, x.length)) {
            for (int i = 0; i < x.length; i++) {
                in.set(i, x[i]);
            }
            new FusedLoop(program, compiler).run(new long[] {in.address(), out.address()}, new long[1]);
            double bound = Math.max(bound(ScalarFunction.POW, dtype), exponent > 5 ? 0 : exponent - 1);
            for (int i = 0; i < x.length; i++) {
                double expected = Scalars.floating(ScalarFunction.POW, in.floating(i), exponent);
                double error = error(dtype, expected, out.floating(i));
                assertTrue(error <= bound, in.floating(i) + ": " + out.floating(i) + ", not " + expected);
            }
            assertTrue(out.isGuarded());
        }
    }

    /** In units in the last place; infinite where a special value is not the same. */
    static double error(DType dtype, double expected, double actual) {
        double rounded = dtype == DType.FLOAT32 ? (float) expected : expected;
        if (Double.compare(rounded, actual) == 0) {
            return 0;
        }
        if (Double.isNaN(rounded) || Double.isNaN(actual) || (rounded == 0 && actual == 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double most = dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        double unit = dtype == DType.FLOAT32
                ? Math.ulp((float) Math.min(Math.abs(expected), most))
                : Math.ulp(Math.min(Math.abs(expected), most));
        double beyond = Double.isInfinite(actual) ? Math.copySign(most + unit, actual) : actual;
        return Double.isInfinite(expected) && dtype == DType.FLOAT64
                ? Math.abs(Math.copySign(most, expected) - beyond) / unit
                : Math.abs(expected - beyond) / unit;
    }

    /** Special numbers, all in pairs; patterns of bits, so that all magnitudes are there; and numbers of everyday size. */
    static double[][] numbers(ScalarFunction function, DType dtype) {
        SplittableRandom random = new SplittableRandom(function.name().hashCode());
        int special = SPECIAL.length * SPECIAL.length;
        double[][] x = new double[2][NUMBERS + special];
        for (int j = 0; j < x[0].length; j++) {
            for (int i = 0; i < 2; i++) {
                double bits = dtype == DType.FLOAT32
                        ? Float.intBitsToFloat(random.nextInt())
                        : Double.longBitsToDouble(random.nextLong());
                x[i][j] = switch (j % 4) {
                    case 0 -> bits;
                    case 1 -> random.nextDouble(-3, 3);
                    case 2 -> i == 0 ? 1 + random.nextDouble(-0.01, 0.01) : random.nextDouble(-4000, 4000);
                    default -> i == 0 ? random.nextDouble(-100, 100) : random.nextInt(-9, 10);
                };
            }
        }
        for (int j = 0; j < special; j++) {
            x[0][NUMBERS + j] = SPECIAL[j / SPECIAL.length];
            x[1][NUMBERS + j] = SPECIAL[j % SPECIAL.length];
        }
        assertEquals(2, x.length);
        return x;
    }
}
