package io.autodiff.graphs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Index;
import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The checks of random programs fail where an op is wrong. */
class WrongOpsAreFoundTest {
    private static final int GRAPHS = 20;
    /** Of some programs, the step's operand does not depend on the inputs, or is 0. */
    private static final double FOUND = 0.9;

    @Test
    void aGradientThatIsTwoPercentOff() {
        Op square = Op.named("square_two_percent_off")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> c.input("x").mul(c.input("x")))
                .gradient("x", (c, dy) -> dy.mul(c.input("x")).mul(2 * 1.02))
                .checked();
        assertFound(
                Row.unary("wrong", x -> square.apply(x)).filled(), graph -> new Differences().problem(graph, false));
    }

    @Test
    void aGradientOfAGradientThatIsOff() {
        Op cube = Op.named("cube_without_second_order")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> c.input("x").mul(c.input("x")).mul(c.input("x")))
                .gradient(
                        "x",
                        (c, dy) -> dy.mul(c.input("x"))
                                .mul(c.input("x").stopGradient())
                                .mul(3))
                .checked();
        assertFound(Row.unary("wrong", x -> cube.apply(x)).filled(), graph -> new Differences().problem(graph, true));
    }

    /** Only the first row of what was broadcast comes back. */
    @Test
    void aBroadcastThatIsNotSummed() {
        Op add = Op.named("add_row")
                .inputs("x", "row")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> c.input("x").add(c.input("row")))
                .gradient("x", (c, dy) -> dy)
                .gradient("row", (c, dy) -> dy.get(Index.range(0, 1)))
                .checked();
        Row row = Row.ranked(
                "wrong",
                2,
                (a, b, choice) -> a.rank() > 2 || a.size(0) < 2 ? null : Row.step(x -> add.apply(x, x.sum(true, 0))));
        assertFound(row.filled(), graph -> new Differences().problem(graph, false));
    }

    /** The op is not said to be broadcasting, so that a gradient has its result's shape. */
    @Test
    void aBroadcastThatIsNotDeclared() {
        Op add = Op.named("add_row_undeclared")
                .inputs("x", "row")
                .shape(Shapes.sameAs("x"))
                .kernel(INDArray.class, c -> c.input("x").add(c.input("row")))
                .gradient("x", (c, dy) -> dy)
                .gradient("row", (c, dy) -> dy)
                .checked();
        Row row = Row.ranked(
                "wrong",
                2,
                (a, b, choice) -> a.rank() > 2 || a.size(0) < 2 ? null : Row.step(x -> add.apply(x, x.sum(true, 0))));
        assertFound(row.filled(), graph -> {
            try {
                return Agreement.problem(graph);
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        });
    }

    /** A step that is another one in a compiled function. */
    @Test
    void aCompiledFunctionThatDiffers() {
        assertFound(Row.unary("wrong", x -> x.mul(isTraced(x) ? 1 + 1e-6 : 1)), Agreement::problem);
    }

    /** What is traced has no value. */
    private static boolean isTraced(Tensor x) {
        try {
            x.evaluate();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /**
     * In programs that are random up to such a step and end with it: all that differs from the inputs' side goes through it. Seeds are
     * fixed, and so is what is found.
     */
    private static void assertFound(Row wrong, Function<OpGraph, @Nullable String> check) {
        // Often enough that each program has one.
        List<Row> rows = Stream.concat(
                        OpGraph.SMOOTH.stream(), Stream.generate(() -> wrong).limit(10))
                .toList();
        List<OpGraph> graphs = LongStream.range(0, 10L * GRAPHS)
                .mapToObj(seed -> OpGraph.random(seed, DType.FLOAT64, rows))
                .filter(graph -> graph.names().contains("wrong"))
                .limit(GRAPHS)
                .map(graph -> graph.upTo(graph.inputCount() + graph.names().indexOf("wrong")))
                .toList();
        long found = graphs.stream().filter(graph -> check.apply(graph) != null).count();
        assertTrue(graphs.size() == GRAPHS, () -> "programs: " + graphs.size());
        assertTrue(found >= FOUND * GRAPHS, () -> "found " + found + " of " + GRAPHS);
    }
}
