package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.nd4j.exec.FusionTest.Program;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.nn.Losses;
import io.autodiff.nn.Nn;
import io.autodiff.spi.CompiledGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of rows, which read what they reduce: one kernel each, that computes what the calls do one by one. */
class RowFusionTest {
    private static final double[] SPECIAL = {
        Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN, 0, -0.0, 1e4, -1e4, 88.8, 0x1p100
    };

    @BeforeEach
    void needsACompiler() {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
    }

    /** Of x, w and two rows g and b; y and its gradient by x, for the output gradient w. */
    private static Program withGradient(Function<List<Tensor>, Tensor> function) {
        return in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(in.get(0));
                Tensor y = function.apply(in);
                List<Tensor> seeds = List.of(y.shape().isScalar() ? Tensors.of(0.5, y.dtype()) : in.get(1));
                Tensor dx = tape.gradient(List.of(y), List.of(in.get(0)), seeds, UnconnectedGradients.NONE)
                        .get(0);
                return List.of(y, dx);
            }
        };
    }

    /** Each is one kernel, and nothing else on arrays. */
    private static Map<String, Program> programs() {
        Map<String, Program> all = new LinkedHashMap<>();
        Map<String, Function<List<Tensor>, Tensor>> functions = new LinkedHashMap<>();
        functions.put("softmax", in -> in.get(0).softmax());
        functions.put("logSoftmax", in -> in.get(0).logSoftmax());
        functions.put("crossEntropy", in -> Losses.softmaxCrossEntropy(in.get(1), in.get(0)));
        functions.put("layerNorm", in -> Nn.layerNorm(in.get(0), in.get(2), in.get(3), 1e-5));
        functions.put(
                "shares", in -> in.get(0).div(in.get(0).square().sum(true, 1).add(1)));
        functions.forEach((name, function) -> {
            all.put(name, in -> List.of(function.apply(in)));
            all.put(name + " and its gradient", withGradient(function));
        });
        all.put("variance", in -> List.of(in.get(0).var(1)));
        all.put(
                "variance, kept",
                in -> List.of(in.get(0).var(true, 1), in.get(0).mean(true, 1)));
        all.put("logSumExp", in -> List.of(in.get(0).logSumExp(true, 1)));
        all.put(
                "the loss of all rows",
                in -> List.of(
                        in.get(0).sub(in.get(0).max(true, 1)).exp().sum(1).log().sum()));
        return all;
    }

    private static List<Tensor> inputs(DType dtype, long rows, long columns) {
        return Stream.of(Shape.of(rows, columns), Shape.of(rows, columns), Shape.of(columns), Shape.of(columns))
                .map(shape -> numbers(dtype, shape.elements()).reshape(shape).evaluate())
                .toList();
    }

    private static Tensor numbers(DType dtype, long count) {
        return Tensors.of(new SplittableRandom(count).doubles(count, -2, 2).toArray())
                .castTo(dtype);
    }

    private static long steps(String name, CompiledGraph plan) {
        return Pattern.compile("^  %.* = " + name + " ?[(\\[]", Pattern.MULTILINE)
                .matcher(plan.describe())
                .results()
                .count();
    }

    @Test
    void functionsOfRowsAreOneKernel() {
        for (long columns : new long[] {10, 16, 50, 300}) {
            List<Tensor> inputs = inputs(DType.FLOAT32, 6, columns);
            programs().forEach((name, program) -> {
                CompiledGraph plan = FusionTest.plan(program, inputs, Accelerator.compiler());
                assertEquals(1, steps("fused", plan), () -> name + "\n" + plan.describe());
                // What is left is on scalars: the number of rows, by which a loss is divided.
                assertTrue(steps("\\w+", plan) - steps("div", plan) == 1, () -> name + "\n" + plan.describe());
            });
        }
    }

    @Test
    void theyAgreeWithTheirCalls() {
        for (long[] shape : new long[][] {
            {1, 10}, {5, 2}, {5, 10}, {7, 16}, {4, 17}, {9, 37}, {3, 64}, {2, 1000}, {50, 3}, {35, 17}, {16, 40}
        }) {
            programs().forEach((name, program) -> {
                FusionTest.assertAgree(program, inputs(DType.FLOAT32, shape[0], shape[1]), 4e-6, name);
                FusionTest.assertAgree(program, inputs(DType.FLOAT64, shape[0], shape[1]), 1e-13, name);
            });
        }
    }

    @Test
    void specialNumbersAreWhatTheyAreInTheirCalls() {
        SplittableRandom random = new SplittableRandom(7);
        for (int columns : new int[] {3, 16, 33}) {
            int rows = 24;
            double[] x = random.doubles((long) rows * columns, -2, 2).toArray();
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    // Rows of nothing else, rows with one of them, and rows of a mixture.
                    boolean special =
                            row < SPECIAL.length || (row < 18 ? column == row % columns : random.nextInt(5) == 0);
                    if (special) {
                        x[row * columns + column] =
                                SPECIAL[row < 18 ? row % SPECIAL.length : random.nextInt(SPECIAL.length)];
                    }
                }
            }
            List<Tensor> inputs = new ArrayList<>(inputs(DType.FLOAT64, rows, columns));
            inputs.set(0, Tensors.of(x).reshape(rows, columns).evaluate());
            // What is left of numbers about 1 beside 1e4 has four digits less.
            programs().forEach((name, program) -> FusionTest.assertAgree(program, inputs, 1e-10, name));
        }
    }

    /** Neither does a square overflow, nor does one vanish. */
    @Test
    void normsOfNumbersOfAnySizeAgree() {
        Program norm = in -> List.of(in.get(0).norm2(1), in.get(0).norm2());
        for (double scale : new double[] {1e-200, 1e-30, 1, 1e30, 1e200}) {
            for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
                if (dtype == DType.FLOAT64 || Math.abs(Math.log10(scale)) < 40) {
                    Tensor x = numbers(DType.FLOAT64, 40)
                            .mul(scale)
                            .castTo(dtype)
                            .reshape(2, 20)
                            .evaluate();
                    double[] actual = FusionTest.plan(norm, List.of(x), Accelerator.compiler())
                            .run(List.of(x))
                            .get(0)
                            .toDoubleArray();
                    double[] elements = x.toDoubleArray();
                    for (int row = 0; row < 2; row++) {
                        double sum = 0;
                        for (int i = 0; i < 20; i++) {
                            sum += Math.pow(elements[20 * row + i] / scale, 2);
                        }
                        double unit = dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
                        assertEquals(
                                Math.sqrt(sum) * scale, actual[row], 8 * unit * actual[row], dtype + " of " + scale);
                    }
                }
            }
        }
    }

    /** A row that is as long as there are rows: what belongs to rows is not taken for what belongs to columns. */
    @Test
    void whatIsReadAlongTheOtherAxisIsAnotherKernel() {
        Program program = in -> {
            Tensor sums = in.get(0).mul(2).sum(1);
            return List.of(in.get(0).sub(sums), in.get(0).sub(sums.reshape(-1, 1)));
        };
        List<Tensor> inputs = List.of(numbers(DType.FLOAT64, 49).reshape(7, 7).evaluate());
        FusionTest.assertAgree(program, inputs, 1e-13, "a square");
        CompiledGraph plan = FusionTest.plan(program, inputs, Accelerator.compiler());
        assertEquals(2, steps("\\w+", plan), plan::describe);
    }

    /** What is on the way from a row to itself is not left out, though all else would be one kernel. */
    @Test
    void aMatrixProductOnTheWayIsNotJumpedOver() {
        Program program = in -> {
            Tensor sums = in.get(0).exp().sum(true, 1);
            Tensor mixed = sums.transpose().mmul(in.get(0)).sum().mul(1);
            return List.of(in.get(0).exp().div(sums), in.get(0).exp().mul(sums.add(mixed)));
        };
        FusionTest.assertAgree(
                program, List.of(numbers(DType.FLOAT64, 30).reshape(5, 6).evaluate()), 1e-12, "a product");
    }

    static Stream<Integer> seeds() {
        return Stream.iterate(0, seed -> seed + 1).limit(Integer.getInteger("autodiff.test.programs", 60));
    }

    /** Random functions of rows, columns, blocks and of all, one of the other, with reshapes between. */
    @ParameterizedTest
    @MethodSource("seeds")
    void randomFunctionsAgree(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] shapes = {{6, 7}, {3, 20}, {2, 3, 18}, {4, 5, 1}, {40}, {1, 9}, {5, 5}, {40, 9}, {19, 33}};
        int[] sizes = shapes[random.nextInt(shapes.length)];
        Shape shape = Shape.of(java.util.Arrays.stream(sizes).asLongStream().toArray());
        DType dtype = random.nextBoolean() ? DType.FLOAT64 : DType.FLOAT32;
        List<Tensor> inputs = List.of(
                numbers(dtype, shape.elements()).reshape(shape).evaluate(),
                numbers(dtype, sizes[sizes.length - 1]).evaluate());
        Program program = in -> {
            SplittableRandom choice = new SplittableRandom(seed + 1000L);
            List<Tensor> whole = new ArrayList<>(List.of(in.get(0), in.get(0).mul(in.get(1))));
            List<Tensor> others = new ArrayList<>();
            for (int i = choice.nextInt(3, 9); i > 0; i--) {
                int[] axes = choice.nextBoolean()
                        ? new int[] {sizes.length - 1}
                        : choice.ints(1, 0, sizes.length).toArray();
                Tensor x = whole.get(choice.nextInt(whole.size()));
                boolean keep = choice.nextInt(3) > 0;
                Tensor reduced = switch (choice.nextInt(4)) {
                    case 0 -> x.max(keep, axes).add(1);
                    case 1 -> x.square().sum(keep, axes).add(1).sqrt();
                    case 2 -> x.mean(keep, axes);
                    default -> x.min(keep, axes).exp();
                };
                others.add(reduced);
                long[] kept = shape.toArray();
                kept[axes[0]] = 1;
                UnaryOperator<Tensor> back = r -> r.reshape(kept);
                whole.add(
                        switch (choice.nextInt(3)) {
                            case 0 -> x.sub(back.apply(reduced)).tanh();
                            case 1 -> x.mul(back.apply(reduced).square().add(1).rdiv(1));
                            default ->
                                back.apply(reduced).broadcastTo(shape).mul(x).sin();
                        });
            }
            List<Tensor> results = new ArrayList<>(whole.subList(whole.size() - 2, whole.size()));
            results.add(others.get(choice.nextInt(others.size())));
            results.add(others.get(others.size() - 1).sum());
            return results;
        };
        FusionTest.assertAgree(program, inputs, dtype == DType.FLOAT32 ? 5e-5 : 1e-12, "seed " + seed);
    }
}
