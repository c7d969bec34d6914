package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Branch;
import io.autodiff.CompiledAction;
import io.autodiff.CompiledFunction;
import io.autodiff.CompiledMany;
import io.autodiff.CompiledSupplier;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import io.autodiff.transform.GradientCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LoopsTest {
    /** Programs of [x, n], whose loops depend on both. Each is run as it is, and as a compiled function. */
    private static Map<String, Function<List<Tensor>, Tensor>> programs() {
        return Map.of(
                "power",
                in -> Loops.repeat(in.get(1), in.get(0), y -> y.mul(in.get(0))),
                "newton",
                in -> Loops.whileLoop(
                        Tensors.of(1.0),
                        r -> r.square().sub(in.get(0)).abs().gt(1e-3),
                        r -> r.add(in.get(0).div(r)).mul(0.5)),
                "nested",
                in -> Loops.repeat(
                        in.get(1),
                        in.get(0),
                        y -> Loops.repeat(2, y, z -> z.mul(in.get(0)).sin())),
                "branching",
                in -> Loops.repeat(
                        in.get(1),
                        in.get(0),
                        y -> Branch.cond(
                                y.gt(1),
                                () -> y.mul(in.get(0)).sin(),
                                () -> y.exp().mul(in.get(0)))),
                "vector",
                in -> Loops.repeat(
                                in.get(1),
                                Tensors.stack(0, in.get(0), in.get(0).square()),
                                v -> v.cos().mul(in.get(0)))
                        .sum(),
                "two states",
                in -> {
                    List<Tensor> last = Loops.repeat(
                            in.get(1),
                            List.of(in.get(0), in.get(0).sin()),
                            s -> List.of(s.get(1), s.get(0).mul(s.get(1)).add(in.get(0))));
                    return last.get(0).mul(last.get(1));
                });
    }

    @TestFactory
    Stream<DynamicTest> compiledLoopsAreWhatJavaLoopsAre() {
        return programs().entrySet().stream()
                .flatMap(program -> Stream.of(0, 1, 4)
                        .map(n -> DynamicTest.dynamicTest(
                                program.getKey() + ", " + n + " steps",
                                () -> agree(program.getValue(), Tensors.of(1.3), n))));
    }

    private static void agree(Function<List<Tensor>, Tensor> program, Tensor x, int n) {
        CompiledMany compiled = Functions.compileMany(in -> List.of(program.apply(in)));
        Function<List<Tensor>, Tensor> called = in -> compiled.apply(in).get(0);
        double[] eager = derivatives(program, x, n);
        assertArrayEquals(eager, derivatives(called, x, n), 1e-9, "tapes around the compiled function");
        CompiledMany inside = Functions.compileMany(in -> tensors(program, in.get(0), in.get(1)));
        double[] within = inside.apply(List.of(x, Tensors.of(n))).stream()
                .mapToDouble(Tensor::item)
                .toArray();
        assertArrayEquals(eager, within, 1e-9, "tapes inside the compiled function");
        assertEquals(1, compiled.traces());
        Tensor count = Tensors.of(n);
        GradientCheck.standard().check(in -> called.apply(List.of(in.get(0), count)), List.of(x));
    }

    private static double[] derivatives(Function<List<Tensor>, Tensor> f, Tensor x, int n) {
        return tensors(f, x, Tensors.of(n)).stream().mapToDouble(Tensor::item).toArray();
    }

    /** Value, first, second and third derivative. */
    private static List<Tensor> tensors(Function<List<Tensor>, Tensor> f, Tensor x, Tensor n) {
        try (GradientTape third = GradientTape.open();
                GradientTape second = GradientTape.open();
                GradientTape first = GradientTape.open()) {
            third.watch(x);
            second.watch(x);
            first.watch(x);
            Tensor y = f.apply(List.of(x, n));
            Tensor dy = orZero(first.gradient(y, x), x);
            Tensor d2y = orZero(second.gradient(dy, x), x);
            Tensor d3y = orZero(third.gradient(d2y, x), x);
            return List.of(y, dy, d2y, d3y);
        }
    }

    private static Tensor orZero(Tensor gradient, Tensor like) {
        return gradient == null ? Tensors.zerosLike(like) : gradient;
    }

    @Test
    void trainingInALoopIsTrainingOutside() {
        Variable x = Variable.of(0f);
        Sgd sgd = new Sgd(0.01);
        Supplier<Tensor> loss = () -> x.square().sub(x.mul(2)).add(1);
        CompiledAction train = Functions.compileAction(() -> Loops.repeat(1000, () -> sgd.minimize(loss, List.of(x))));
        train.run();
        double compiled = x.item();
        x.assign(0);
        for (int i = 0; i < 1000; i++) {
            sgd.minimize(loss, List.of(x));
        }
        assertEquals(x.item(), compiled);
        assertEquals(0.999998569, compiled, 2e-7);
        sgd.setLearningRate(0);
        train.run();
        assertEquals(compiled, x.item(), "the rate is asked for at each call");
    }

    /** Each step reads the variable anew, and assigns it: gradients add up over the reads, and pass no assignment. */
    @Test
    void gradientsByVariablesThatAreAssignedAddUpOverReads() {
        for (int n : new int[] {0, 1, 3}) {
            Variable v = Variable.of(1.5);
            Variable w = Variable.of(0.7);
            Supplier<Tensor> program = () -> {
                Tensor sum = Loops.repeat(n, Tensors.of(1.0), s -> {
                    Tensor next = s.mul(v).add(v.square().mul(w));
                    v.assign(next.sin());
                    return next.add(v);
                });
                return sum.mul(v);
            };
            double[] eager = byVariables(program, v, w);
            v.assign(1.5);
            CompiledSupplier compiled = Functions.compileSupplier(program);
            assertArrayEquals(eager, byVariables(compiled, v, w), 1e-12);
        }
    }

    private static double[] byVariables(Supplier<Tensor> program, Variable v, Variable w) {
        try (GradientTape second = GradientTape.open();
                GradientTape first = GradientTape.open()) {
            Tensor y = program.get();
            List<Tensor> g = first.gradient(List.of(y), List.of(v, w), null, UnconnectedGradients.ZERO);
            Tensor both = g.get(0).add(g.get(1));
            List<Tensor> h = second.gradient(List.of(both), List.of(v, w), null, UnconnectedGradients.ZERO);
            return new double[] {
                y.item(),
                v.item(),
                g.get(0).item(),
                g.get(1).item(),
                h.get(0).item(),
                h.get(1).item()
            };
        }
    }

    @Test
    void tensorsFromAroundALoopGetTheirGradient() {
        Tensor captured = Tensors.of(3.0);
        CompiledFunction f = Functions.compile(x -> {
            Tensor outer = x.mul(captured.square());
            return Loops.repeat(2, x, y -> y.mul(captured).add(outer));
        });
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(captured);
            // ((2c + 2c^2) c + 2c^2) at c = 3
            Tensor y = f.apply(Tensors.of(2.0));
            assertEquals(90, y.item());
            assertEquals(
                    2 * 2 * 3 + 6 * 9 + 4 * 3, tape.gradientOrThrow(y, captured).item(), 1e-9);
        }
    }

    @Test
    void eachStepDrawsItsOwnNumbers() {
        Random random = Random.seeded(7);
        CompiledFunction draw = Functions.compile(x -> x.mul(random.uniform(DType.FLOAT64)));
        Function<Tensor, List<Tensor>> code = start -> Loops.repeat(
                Tensors.of(3),
                List.of(start, start, start, start),
                s -> List.of(
                        s.get(1),
                        s.get(2),
                        random.uniform(DType.FLOAT64),
                        Loops.repeat(2, s.get(3), y -> y.add(draw.apply(Tensors.of(1.0))))));
        CompiledMany f = Functions.compileMany(in -> code.apply(in.get(0)));
        Set<Double> seen = new HashSet<>();
        List<Double> first = values(f);
        seen.addAll(first);
        seen.addAll(values(f));
        assertEquals(8, seen.size(), "a number was drawn twice: " + seen);
        random.setSeed(7);
        assertEquals(first, values(f));
    }

    private static List<Double> values(CompiledMany f) {
        return f.apply(List.of(Tensors.of(0.0))).stream().map(Tensor::item).toList();
    }

    /** The gradient runs the loop again, with the same numbers. */
    @Test
    void gradientsSeeTheNumbersThatWereDrawn() {
        Random random = Random.seeded(3);
        CompiledMany f = Functions.compileMany(in -> {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(in.get(0));
                Tensor y = Loops.repeat(3, in.get(0), s -> s.mul(random.uniform(DType.FLOAT64)));
                return List.of(y, tape.gradientOrThrow(y, in.get(0)));
            }
        });
        for (int call = 0; call < 2; call++) {
            List<Tensor> results = f.apply(List.of(Tensors.of(2.0)));
            assertEquals(results.get(0).item(), 2 * results.get(1).item(), 1e-15);
        }
    }

    @Test
    void whatALoopPrintsComesAtEachStepOfEachCall() {
        CompiledAction action = Functions.compileAction(() -> {
            Loops.repeat(2, Tensors.of(1.0), x -> {
                Functions.print("step", x);
                return x.mul(2);
            });
            Branch.run(Tensors.of(true), () -> Functions.print("yes"), () -> Functions.print("no"));
        });
        PrintStream out = System.out;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            action.run();
            action.run();
        } finally {
            System.setOut(out);
        }
        List<String> words = text.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceAll("\\(([0-9.]+).*", " $1"))
                .toList();
        assertEquals(6, words.size(), words::toString);
        assertTrue(words.get(1).contains("2.0") && words.get(2).equals("yes"), words::toString);
        assertEquals(words.subList(0, 3), words.subList(3, 6));
    }

    @Test
    void oneSideOfABranchAssigns() {
        Variable v = Variable.of(1.0);
        Variable u = Variable.of(10.0);
        CompiledFunction f = Functions.compile(x -> {
            Branch.run(x.gt(0), () -> v.assignAdd(x), () -> u.assignSub(x));
            return v.mul(u);
        });
        assertEquals(30, f.apply(Tensors.of(2.0)).item());
        assertEquals(39, f.apply(Tensors.of(-3.0)).item());
        assertEquals(3, v.item());
        assertEquals(13, u.item());
        assertEquals(1, f.traces());
    }

    @Test
    void aStepThatFailsLeavesVariablesAsTheyWere() {
        Variable v = Variable.of(4);
        CompiledFunction f = Functions.compile(n -> {
            Loops.repeat(n, () -> v.assign(Tensors.of(12).floorDiv(v.sub(2))));
            return v;
        });
        assertEquals(6, f.apply(Tensors.of(1)).item());
        v.assign(8);
        Exception e = assertThrows(
                IllegalArgumentException.class, () -> f.apply(Tensors.of(2)).item());
        assertTrue(e.getMessage().contains("floor_div"), e.getMessage());
        assertEquals(8, v.item());
    }

    @Test
    void errorsSayWhatALoopNeeds() {
        for (boolean compiled : new boolean[] {false, true}) {
            Function<Tensor, Tensor> grows = x -> Loops.repeat(2, x, y -> Tensors.stack(0, y, y));
            Function<Tensor, Tensor> unclear = x -> Loops.whileLoop(x, y -> y, y -> y.sub(1));
            Function<Tensor, Tensor> fraction = x -> Loops.repeat(x, x, y -> y.sub(1));
            Function<Tensor, Tensor> vector = x -> Branch.cond(Tensors.of(new boolean[] {true}), () -> x, () -> x);
            fails(compiled, grows, "the body of a loop gives");
            fails(compiled, unclear, "bool scalar");
            fails(compiled, fraction, "int32 or int64 scalar");
            fails(compiled, vector, "bool scalar");
        }
        fails(true, x -> Branch.cond(x.gt(0), () -> x, () -> x.castTo(DType.FLOAT32)), "one side gives");
        Variable v = Variable.of(1.0);
        fails(true, x -> Loops.whileLoop(x, y -> v.assignAdd(y).gt(2), y -> y.add(1)), "the condition of a loop");
        fails(true, x -> x.item() > 0 ? x : x.neg(), "Branch.cond");
    }

    private static void fails(boolean compiled, Function<Tensor, Tensor> f, String words) {
        Function<Tensor, Tensor> called = compiled ? Functions.compile(f)::apply : f;
        Exception e = assertThrows(RuntimeException.class, () -> called.apply(Tensors.of(2.0)));
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    /** What the inner function reads after it assigned is the new value, also where tapes need each op anew. */
    @Test
    void aFunctionInAFunctionReadsWhatItAssigned() {
        Variable v = Variable.of(1.0);
        CompiledFunction inner = Functions.compile(x -> {
            v.assignAdd(1);
            return v.square().mul(x);
        });
        CompiledFunction outer = Functions.compile(x -> inner.apply(x).add(v));
        Tensor x = Tensors.of(3.0);
        assertEquals(2 * 2 * 3 + 2, outer.apply(x).item());
        try (GradientTape tape = GradientTape.open()) {
            Tensor y = outer.apply(x);
            assertEquals(3 * 3 * 3 + 3, y.item());
            assertEquals(2 * 3 * 3 + 1, tape.gradientOrThrow(y, v).item());
        }
        assertNotEquals(1, v.item());
    }
}
