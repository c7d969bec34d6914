package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.CompiledMany;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.Loops;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nd4j.fused.ScalarKernel;
import io.autodiff.nd4j.fused.ScalarLoop;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.InvalidOperandException;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scalar programs and loops as machine code do what they do in Java, bit for bit where IEEE 754 says what that is. */
class NativeScalarsTest {
    private static final List<DType> DTYPES =
            List.of(DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64, DType.BOOL);
    private static final double[] SPECIAL = {
        0,
        -0.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        1e-40,
        1e308,
        3e38,
        -1.5
    };
    private static final long[] SPECIAL_INTEGERS = {0, -1, 1, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MIN_VALUE};

    private static final List<BinaryOperator<Tensor>> FLOATING = List.of(
            Tensor::add,
            Tensor::sub,
            Tensor::mul,
            Tensor::div,
            (a, b) -> a.neg(),
            (a, b) -> a.abs().sqrt(),
            (a, b) -> a.square(),
            (a, b) -> a.sign(),
            (a, b) -> a.floor(),
            (a, b) -> a.ceil(),
            (a, b) -> a.round(),
            Tensor::floorDiv,
            (a, b) -> Tensors.where(a.gt(b), a, b.mul(0.5)),
            (a, b) -> a.lte(b).castTo(a.dtype()).mul(a),
            (a, b) -> a.castTo(DType.FLOAT64).add(0.1).castTo(a.dtype()));
    private static final List<BinaryOperator<Tensor>> INTEGER = List.of(
            Tensor::add,
            Tensor::sub,
            Tensor::mul,
            (a, b) -> a.neg(),
            (a, b) -> a.abs(),
            (a, b) -> a.sign(),
            Tensor::floorDiv,
            (a, b) -> a.floorDiv(b.abs().add(1)),
            (a, b) -> a.floorMod(b.square().add(3)),
            (a, b) -> Tensors.where(a.lt(b), a, b),
            (a, b) -> a.eq(b).castTo(a.dtype()));
    private static final List<BinaryOperator<Tensor>> BOOL =
            List.of(Tensor::and, Tensor::or, Tensor::xor, (a, b) -> a.not(), Tensor::eq, Tensor::neq);

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("autodiff.test.programs", 60));
    }

    @BeforeEach
    void needsACompiler() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
    }

    /** Results as bits, or null where a number was refused. */
    private static long[] interpreted(Plan plan, Value[] inputs) {
        try {
            return Arrays.stream(plan.run(inputs))
                    .mapToLong(NativeScalarsTest::word)
                    .toArray();
        } catch (InvalidOperandException e) {
            return null;
        }
    }

    /** All NaN are one. */
    private static long word(Value value) {
        return value.spec().dtype().isFloating()
                ? Double.doubleToLongBits(value.floating())
                : ScalarProgram.word(value);
    }

    private static long[] compiled(ScalarKernel kernel, ScalarPlan plan, Value[] inputs, List<TensorSpec> results) {
        long[] words = new long[kernel.loop().words()];
        for (int i = 0; i < inputs.length; i++) {
            words[ScalarLoop.argumentWord(i)] = ScalarProgram.word(inputs[i]);
        }
        for (int i = 0; i < plan.constants().size(); i++) {
            words[ScalarLoop.argumentWord(inputs.length + i)] =
                    ScalarProgram.word(plan.constants().get(i));
        }
        if (!kernel.run(words)) {
            return null;
        }
        return IntStream.range(0, results.size())
                .mapToLong(i -> {
                    long word = words[kernel.loop().resultWord(i)];
                    return results.get(i).dtype().isFloating()
                            ? Double.doubleToLongBits(Double.longBitsToDouble(word))
                            : word;
                })
                .toArray();
    }

    private static Value[] values(SplittableRandom random, int round) {
        return DTYPES.stream().map(dtype -> value(dtype, random, round)).toArray(Value[]::new);
    }

    private static Value value(DType dtype, SplittableRandom random, int round) {
        TensorSpec spec = new TensorSpec(dtype, Shape.SCALAR);
        boolean special = round > 1 && random.nextBoolean();
        if (dtype.isFloating()) {
            double number = special ? SPECIAL[random.nextInt(SPECIAL.length)] : random.nextDouble(-5, 5);
            return Value.ofFloating(spec, dtype == DType.FLOAT32 ? (float) number : number);
        }
        long integer = special ? SPECIAL_INTEGERS[random.nextInt(SPECIAL_INTEGERS.length)] : random.nextInt(-20, 20);
        return Value.ofInteger(
                spec,
                switch (dtype) {
                    case BOOL -> integer & 1;
                    case INT32 -> (int) integer;
                    default -> integer;
                });
    }

    private static List<Tensor> arguments() {
        return DTYPES.stream()
                .map(dtype -> Tensors.of(0.0).castTo(dtype).evaluate())
                .toList();
    }

    /** Some calls on some numbers, of which the last of each dtype are the results. */
    private static List<Tensor> program(int seed, List<Tensor> in, int calls) {
        SplittableRandom choice = new SplittableRandom(seed);
        List<Tensor> all = new ArrayList<>(in);
        for (int i = 0; i < calls; i++) {
            Tensor a = all.get(choice.nextInt(all.size()));
            List<Tensor> like = all.stream().filter(t -> t.dtype() == a.dtype()).toList();
            Tensor b = like.get(choice.nextInt(like.size()));
            List<BinaryOperator<Tensor>> rows =
                    a.dtype().isFloating() ? FLOATING : a.dtype() == DType.BOOL ? BOOL : INTEGER;
            boolean casts = choice.nextInt(6) == 0;
            Tensor next = casts
                    ? a.castTo(DTYPES.get(choice.nextInt(DTYPES.size())))
                    : rows.get(choice.nextInt(rows.size())).apply(a, b);
            all.add(next);
        }
        return DTYPES.stream()
                .map(dtype -> all.stream()
                        .filter(t -> t.dtype() == dtype)
                        .reduce((first, second) -> second)
                        .orElseThrow())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void programsAgreeToTheBit(int seed) {
        Plan plan = (Plan) FusionTest.plan(in -> program(seed, in, 30), arguments(), null);
        List<TensorSpec> specs = arguments().stream().map(Tensor::spec).toList();
        SplittableRandom random = new SplittableRandom(seed);
        ScalarPlan scalars = plan.asScalars(values(random, 0));
        assertTrue(scalars.exists(), plan::describe);
        int given = DTYPES.size();
        ScalarKernel kernel = ScalarKernel.compile(
                new ScalarLoop(given + scalars.constants().size(), null, scalars.code(given, given)),
                Accelerator.compiler());
        assertNotNull(kernel, plan::describe);
        int refused = 0;
        for (int round = 0; round < 20; round++) {
            Value[] inputs = values(random, round);
            long[] expected = interpreted(plan, inputs);
            long[] actual = compiled(kernel, scalars, inputs, specs);
            refused += actual == null ? 1 : 0;
            if (actual != null) {
                assertNotNull(expected, () -> "was not refused: " + plan.describe());
                for (int i = 0; i < expected.length; i++) {
                    int result = i;
                    assertEquals(expected[i], actual[i], () -> "seed " + seed + ", result " + result + plan.describe());
                }
            }
        }
        assertTrue(refused <= 20, () -> "seed " + seed);
    }

    /** A few calls on what is carried, and a count of the rounds. */
    private static List<Tensor> step(int seed, List<Tensor> in) {
        List<Tensor> next = new ArrayList<>(program(seed, in.subList(0, DTYPES.size()), 8));
        next.add(in.get(DTYPES.size()).add(1));
        return next;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void loopsAgreeToTheBit(int seed) {
        List<Tensor> arguments = new ArrayList<>(arguments());
        arguments.add(Tensors.of(0L));
        arguments.add(Tensors.of(0L));
        int carried = DTYPES.size() + 1;
        Plan step = (Plan) FusionTest.plan(in -> step(seed, in), arguments, null);
        Plan condition =
                (Plan) FusionTest.plan(in -> List.of(in.get(carried - 1).lt(in.get(carried))), arguments, null);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 8; round++) {
            Value[] inputs = Arrays.copyOf(values(random, round), carried + 1);
            inputs[carried - 1] = Value.ofInteger(arguments.get(carried).spec(), 0);
            inputs[carried] = Value.ofInteger(arguments.get(carried).spec(), (long) random.nextInt(5) * round);
            ScalarPlan stepPlan = step.asScalars(inputs);
            ScalarPlan conditionPlan = condition.asScalars(inputs);
            HotLoop hot = stepPlan.loop(conditionPlan, inputs.length);
            ScalarKernel kernel = hot.after(Integer.MAX_VALUE);
            assertNotNull(kernel, step::describe);
            RegisterLoop java = new RegisterLoop(conditionPlan, stepPlan, inputs, carried);
            RegisterLoop code = new RegisterLoop(conditionPlan, stepPlan, inputs, carried);
            // From the second round on machine code takes over what Java began, and Java goes on where that refuses.
            int rounds = round;
            Executable mixed = () -> {
                if ((rounds < 2 || code.turn()) && !code.run(kernel, hot.words(inputs))) {
                    turnAll(code);
                }
            };
            try {
                turnAll(java);
            } catch (InvalidOperandException e) {
                InvalidOperandException same = assertThrows(InvalidOperandException.class, mixed, step::describe);
                assertEquals(e.getMessage(), same.getMessage());
                continue;
            }
            assertDoesNotThrow(mixed, step::describe);
            Value[] expected = java.results();
            Value[] actual = code.results();
            for (int i = 0; i < carried; i++) {
                int result = i;
                assertEquals(
                        word(expected[i]),
                        word(actual[i]),
                        () -> "seed " + seed + ", carried " + result + "\n" + step.describe());
            }
        }
    }

    private static void turnAll(RegisterLoop loop) {
        while (loop.turn()) {}
    }

    @Test
    void whatIsRunOftenBecomesMachineCodeInItsCourse() {
        CompiledMany collatz = Functions.compileMany(in -> Loops.whileLoop(
                List.of(in.get(0), in.get(1)),
                s -> s.get(0).gt(1),
                s -> List.of(
                        Tensors.where(
                                s.get(0).floorMod(2).eq(0),
                                s.get(0).floorDiv(2),
                                s.get(0).mul(3).add(1)),
                        s.get(1).add(1))));
        for (int i = 0; i < 3000; i++) {
            assertEquals(
                    118,
                    collatz.apply(List.of(Tensors.of(97L), Tensors.of(0)))
                            .get(1)
                            .item());
        }
    }

    /** The loop is machine code long before its divisor is 0. */
    @Test
    void whatMachineCodeRefusesIsToldAsInJava() {
        CompiledMany loop = Functions.compileMany(in -> Loops.whileLoop(
                List.of(in.get(0), Tensors.of(0L)),
                s -> s.get(0).gt(-10),
                s -> List.of(s.get(0).sub(1), s.get(1).add(Tensors.of(1000L).floorDiv(s.get(0))))));
        for (int i = 0; i < 2; i++) {
            InvalidOperandException e =
                    assertThrows(InvalidOperandException.class, () -> loop.apply(List.of(Tensors.of(1_000_000L))));
            assertTrue(
                    e.getMessage().contains("floor_div") && e.getMessage().contains("the divisor 'y' is 0"),
                    e.getMessage());
        }
    }

    @Test
    void aProgramThatIsNotHotIsNotAskedFor() {
        HotScalars cold = new HotScalars(
                () -> {
                    throw new AssertionError("was asked");
                },
                () -> {
                    throw new AssertionError("was asked");
                },
                100);
        for (int i = 0; i < 10; i++) {
            assertNull(cold.after(10));
        }
    }

    @Test
    void withoutACompilerJavaGoesOn() {
        HotScalars hot = new HotScalars(
                () -> {
                    throw new AssertionError("was asked");
                },
                () -> null,
                0);
        assertNull(hot.after(1));
        assertNull(hot.after(1));
    }
}
