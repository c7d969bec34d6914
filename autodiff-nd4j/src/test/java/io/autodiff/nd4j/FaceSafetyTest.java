package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Branch;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import io.autodiff.op.TensorSpec;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import io.autodiff.spi.Executor;
import io.autodiff.transform.GradientCheck;
import io.autodiff.transform.NumericalDerivative;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Tapes, variables, optimizers, compiled functions and checks of gradients, given what they cannot take. */
class FaceSafetyTest extends BadInput {
    private static final Sgd SGD = new Sgd(0.5);
    /** As many elements of eight bytes as the heap, less a bit: they would fit if there were nothing else. */
    private static final int NEARLY_ALL =
            (int) Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / Long.BYTES / 100 * 97);

    FaceSafetyTest() {
        functions();
        tapes();
        optimizers();
        checks();
        large();
    }

    private static Tensor foreign(TensorSpec spec) {
        return (Tensor) Proxy.newProxyInstance(
                Tensor.class.getClassLoader(),
                new Class<?>[] {Tensor.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "spec" -> spec;
                    case "dtype" -> spec.dtype();
                    case "shape" -> spec.shape();
                    case "asTensor" -> proxy;
                    case "hashCode" -> 7;
                    case "equals" -> proxy == arguments[0];
                    default -> throw new AssertionError(method.getName());
                });
    }

    private static Tensor released() {
        try (TensorScope ignored = TensorScope.open()) {
            return VECTOR.add(1).evaluate();
        }
    }

    private void functions() {
        bad(
                "a compiled function that gives null",
                () -> Functions.compile(x -> null).apply(VECTOR),
                "function",
                "null");
        bad(
                "a compiled function of many that gives null",
                () -> Functions.compileMany(in -> null).apply(List.of(VECTOR)),
                "function",
                "null",
                "list");
        bad(
                "a compiled function of many that gives null among others",
                () -> Functions.compileMany(in -> Arrays.asList(in.get(0), null))
                        .apply(List.of(VECTOR)),
                "function",
                "null",
                "result 1");
        bad(
                "a compiled supplier that gives null",
                () -> Functions.compileSupplier(() -> null).get(),
                "null");
        bad(
                "a compiled function that gives a foreign tensor",
                () -> Functions.compile(x -> foreign(x.spec())).apply(VECTOR),
                "another engine");
        bad(
                "a compiled function of a foreign tensor",
                () -> Functions.compile(x -> x.add(1)).apply(foreign(VECTOR.spec())),
                "another engine");
        bad(
                "a compiled function of a released tensor",
                () -> Functions.compile(x -> x.add(1)).apply(released()),
                "released");
        bad(
                "a function with a gradient that gives null",
                () -> Functions.customGradient(x -> null, (c, dy) -> dy).apply(VECTOR),
                "gradient",
                "null");
        bad(
                "functions with gradients that give null",
                () -> Functions.customGradientMany(in -> null, (c, dys, needed) -> dys)
                        .apply(List.of(VECTOR)),
                "gradient",
                "null");
        bad(
                "a host scalar that does not fit",
                () -> Functions.compileSupplier(() -> Functions.hostScalar(DType.INT32, () -> 0.5))
                        .get(),
                "0.5",
                "int32");
        for (boolean compiled : new boolean[] {false, true}) {
            String where = compiled ? "compiled, " : "";
            bad(
                    where + "a loop's body that gives null",
                    run(compiled, x -> Loops.repeat(2, x, y -> null)),
                    "body",
                    "null");
            bad(
                    where + "a loop's body that gives another shape",
                    run(compiled, x -> Loops.repeat(2, x, y -> y.sum())),
                    "body",
                    "float64[3]",
                    "float64[]");
            bad(
                    where + "a loop's condition that is null",
                    run(compiled, x -> Loops.whileLoop(x, y -> null, y -> y)),
                    "condition",
                    "null");
            bad(
                    where + "a loop's condition that is no bool",
                    run(compiled, x -> Loops.whileLoop(x, y -> y, y -> y)),
                    "condition",
                    "float64[3]");
            bad(
                    where + "a side that gives null",
                    run(compiled, x -> Branch.cond(x.sum().gt(0), () -> null, () -> x)),
                    "null");
        }
    }

    private static Supplier<Tensor> run(boolean compiled, Function<Tensor, Operand> code) {
        return compiled
                ? () -> Functions.compile(code).apply(VECTOR)
                : () -> code.apply(VECTOR).asTensor();
    }

    private static List<Tensor> gradient(Operand target, Operand source, Tensor outputGradient) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(VECTOR);
            Operand y = target == VECTOR ? VECTOR.square() : target;
            return tape.gradient(List.of(y), List.of(source), Arrays.asList(outputGradient), UnconnectedGradients.ZERO);
        }
    }

    private void tapes() {
        bad("an output gradient of another shape", () -> gradient(VECTOR, VECTOR, SCALAR), "float64[]", "float64[3]");
        bad(
                "an output gradient of another dtype",
                () -> gradient(VECTOR, VECTOR, VECTOR.castTo(DType.FLOAT32)),
                "float32[3]",
                "float64[3]");
        bad("a foreign output gradient", () -> gradient(VECTOR, VECTOR, foreign(VECTOR.spec())), "another engine");
        bad("a released output gradient", () -> gradient(VECTOR, VECTOR, released()), "released");
        bad(
                "a gradient that is asked for and not there",
                () -> {
                    try (GradientTape tape = GradientTape.open()) {
                        tape.watch(INTS);
                        return tape.gradientOrThrow(INTS.mul(2), INTS);
                    }
                },
                "int32[3]",
                "path");
        bad(
                "a second gradient",
                () -> {
                    try (GradientTape tape = GradientTape.open()) {
                        tape.watch(VECTOR);
                        tape.gradient(VECTOR.square(), VECTOR);
                        return tape.gradient(VECTOR.square(), VECTOR);
                    }
                },
                "persistent");
        bad(
                "a tensor that is watched after close",
                () -> {
                    GradientTape tape = GradientTape.open();
                    tape.close();
                    tape.watch(VECTOR);
                    return VECTOR;
                },
                "close()");
        bad(
                "what a scope does not keep any more",
                () -> {
                    TensorScope scope = TensorScope.open();
                    scope.close();
                    return scope.keep(VECTOR);
                },
                "closed");
    }

    private static Tensor applied(GradientAndVariable... pairs) {
        SGD.applyGradients(List.of(pairs));
        return pairs[pairs.length - 1].variable().asTensor();
    }

    private void optimizers() {
        Variable x = Variable.of(VECTOR);
        Variable n = Variable.builder(new int[] {1, 2, 3}).name("n").build();
        for (double rate : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            bad(
                    "a rate of " + rate,
                    () -> {
                        new Sgd(rate);
                        return VECTOR;
                    },
                    "learning rate",
                    "" + rate);
            bad(
                    "a new rate of " + rate,
                    () -> {
                        new Sgd(1).setLearningRate(rate);
                        return VECTOR;
                    },
                    "learning rate",
                    "" + rate);
        }
        bad(
                "no pairs",
                () -> {
                    SGD.applyGradients(List.of());
                    return VECTOR;
                },
                "No gradients");
        bad("no gradient in any pair", () -> applied(GradientAndVariable.of(null, x)), "No gradients", "Variable");
        bad("another shape", () -> applied(GradientAndVariable.of(SCALAR, x)), "float64[]", "float64[3]", "Variable");
        bad("an int variable", () -> applied(GradientAndVariable.of(INTS, n)), "'n'", "int32[3]", "floating");
        bad("a foreign gradient", () -> applied(GradientAndVariable.of(foreign(x.spec()), x)), "another engine");
        bad("a released gradient", () -> applied(GradientAndVariable.of(released(), x)), "released");
        bad("a loss that is null", () -> SGD.minimize(() -> null, List.of(x)), "loss", "null");
        bad("a loss that is a constant", () -> SGD.minimize(() -> VECTOR, List.of(x)), "No gradients");
        bad("a loss of no variables", () -> SGD.minimize(() -> x.square(), List.of()), "No gradients");
        bad("a loss of an int variable", () -> SGD.minimize(() -> n.mul(2), List.of(n)), "No gradients", "n");
        bad("a foreign loss", () -> SGD.minimize(() -> foreign(x.spec()), List.of(x)), "No gradients");
        bad("a released loss", () -> SGD.minimize(() -> released().mul(x), List.of(x)), "released");
        bad(
                "an assignment of a foreign tensor",
                () -> Variable.of(VECTOR).assign(foreign(VECTOR.spec())).asTensor(),
                "another engine");
        bad(
                "an assignment of a released tensor",
                () -> Variable.of(VECTOR).assign(released()).asTensor(),
                "released");
        bad(
                "an addition of a released tensor",
                () -> Variable.of(VECTOR).assignAdd(released()).asTensor(),
                "released");
    }

    private void checks() {
        Function<List<Tensor>, Tensor> square = in -> in.get(0).square();
        GradientCheck check = GradientCheck.standard();
        List<Consumer<GradientCheck>> settings = List.of(
                c -> c.withOrder(0),
                c -> c.withOrder(Integer.MIN_VALUE),
                c -> c.withEps(0),
                c -> c.withEps(Double.NaN),
                c -> c.withEps(Double.POSITIVE_INFINITY),
                c -> c.withTolerances(Double.NaN, 0),
                c -> c.withTolerances(0, -1),
                c -> c.withTolerances(0, Double.POSITIVE_INFINITY));
        for (int i = 0; i < settings.size(); i++) {
            Consumer<GradientCheck> setting = settings.get(i);
            bad(
                    "setting " + i + " of a check",
                    () -> {
                        setting.accept(check);
                        return VECTOR;
                    },
                    "order",
                    "eps",
                    "absolute",
                    "relative");
        }
        bad("a check of null", () -> checked(check, in -> null, square), "function", "null");
        bad("a check of float32", () -> checked(check, in -> in.get(0).castTo(DType.FLOAT32), square), "float32[3]");
        bad(
                "a check like another shape",
                () -> checked(check, square, in -> in.get(0).sum()),
                "float64[3]",
                "float64[]");
        bad(
                "a check without inputs",
                () -> {
                    check.check(in -> VECTOR, List.of());
                    return VECTOR;
                },
                "float64 input");
        for (double eps : new double[] {0, -1, Double.NaN}) {
            bad(
                    "a difference over " + eps,
                    () -> NumericalDerivative.gradient(square, List.of(VECTOR), eps),
                    "eps",
                    "" + eps);
            bad(
                    "a derivative over " + eps,
                    () -> Tensors.of(NumericalDerivative.of(Math::sin, 1, eps)),
                    "eps",
                    "" + eps);
        }
        bad(
                "differences of ints",
                () -> NumericalDerivative.gradient(square, List.of(INTS), 1e-3),
                "int32[3]",
                "float64");
        bad(
                "differences of null",
                () -> NumericalDerivative.gradient(in -> null, List.of(VECTOR), 1e-3),
                "function",
                "null");
    }

    private static Tensor checked(
            GradientCheck check, Function<List<Tensor>, Tensor> function, Function<List<Tensor>, Tensor> like) {
        check.checkLike(function, like, List.of(VECTOR));
        return VECTOR;
    }

    /** What is made of Java's arrays, of more elements than there is room for. */
    private void large() {
        Tensor zero = Tensors.of(0);
        bad(
                "a range as long as the heap",
                () -> Tensors.range(0, NEARLY_ALL, 1, DType.INT64),
                "a range",
                NEARLY_ALL + "",
                "-Xmx");
        bad("a floating range as long", () -> Tensors.range(0, NEARLY_ALL, 1, DType.FLOAT64), "a range", "-Xmx");
        bad("a longer range", () -> Tensors.range(Integer.MAX_VALUE), "a range", "-Xmx");
        bad("a unit matrix as high", () -> Tensors.eye(DType.BOOL, NEARLY_ALL, 1), "a range", "-Xmx");
        bad("one among as many", () -> zero.oneHot(NEARLY_ALL, DType.BOOL), "a range", "-Xmx");
        bad("a mask as long", () -> Tensors.sequenceMask(zero, NEARLY_ALL), "a range", "-Xmx");
        bad(
                "slices of which there are as many",
                () -> VECTOR.repeat(new long[] {Integer.MAX_VALUE, 0, 0}, 0),
                "slices",
                "-Xmx");
        bad("as many parts of nothing", () -> EMPTY.split(Integer.MAX_VALUE, 0).get(0), "split", "-Xmx");
        double[] row = new double[1 << 16];
        bad("one array so often", () -> Tensors.of(times(row, 1 << 16)), "[65536, 65536]", "2^31-1");
        bad("one array often", () -> Tensors.of(times(row, (1 << 15) - 1)), "[32767, 65536]", "-Xmx");
    }

    private static double[][] times(double[] row, int count) {
        double[][] rows = new double[count][];
        Arrays.fill(rows, row);
        return rows;
    }

    @Test
    void whatIsRefusedLeavesNothingBehind() {
        assertEquals(List.of(), Executor.recorders());
        Variable x = Variable.of(new double[] {1, 2, 3});
        Variable n = Variable.of(new int[] {1, 2, 3});
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> applied(GradientAndVariable.of(VECTOR, x), GradientAndVariable.of(INTS, n)));
        assertTrue(String.valueOf(e.getMessage()).contains("int32[3]"), e::getMessage);
        assertThrows(IllegalStateException.class, () -> x.assign(released()));
        assertThrows(IllegalArgumentException.class, () -> x.assign(foreign(x.spec())));
        assertArrayEquals(new double[] {1, 2, 3}, x.toDoubleArray());
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = x.square();
            assertThrows(
                    IllegalStateException.class,
                    () -> tape.gradient(List.of(y), List.of(x), List.of(released()), UnconnectedGradients.NONE));
            assertArrayEquals(new double[] {2, 4, 6}, tape.gradientOrThrow(y, x).toDoubleArray());
        }
    }

    /** An input that is null is an exception that names it, of each op, and at its first call and at later ones. */
    @Test
    void anOpNamesAnInputThatIsNull() {
        for (int call = 0; call < 2; call++) {
            NullPointerException e = assertThrows(NullPointerException.class, () -> VECTOR.add((Operand) null));
            assertEquals("the input 'y' of add", e.getMessage());
            assertArrayEquals(new double[] {2, 4, 6}, VECTOR.add(VECTOR).toDoubleArray());
        }
    }
}
