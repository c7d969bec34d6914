package io.autodiff.graphs;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A random program over the whole library of ops, as data: inputs, and a list of steps from a table of {@link Row rows}. It reads no
 * variables and draws no random numbers; for those there is {@link RandomGraph}.
 *
 * <p>Values stay between about -2 and 2, integers between -99 and 99: a result that is larger is scaled, or its remainder
 * taken. No value comes near a kink of the step that it goes to, for none of the inputs of {@link #inputs}.
 */
final class OpGraph {
    /** How many different inputs there are. */
    static final int CALLS = 2;

    private static final List<Row> ANY_DTYPE = joined(List.of(
            ElementwiseRows.NUMERIC,
            ReductionRows.NUMERIC,
            StructureRows.ARRANGE,
            StructureRows.INDEX,
            MatrixRows.PRODUCTS));

    /** The rows for float32 and float64. */
    static final List<Row> FLOATING = joined(List.of(
            ANY_DTYPE,
            ElementwiseRows.FLOATING,
            ReductionRows.FLOATING,
            MatrixRows.FLOATING,
            NetworkRows.FLOATING,
            ControlRows.FLOATING));

    /** Those that finite differences agree with. */
    static final List<Row> SMOOTH = FLOATING.stream().filter(Row::smooth).toList();

    /** The rows for int32 and int64. */
    static final List<Row> INTEGER =
            joined(List.of(ANY_DTYPE, ElementwiseRows.INTEGER, ReductionRows.INTEGER, ControlRows.INTEGER));

    private static final List<Shape> SHAPES = Stream.of(
                    sizes(),
                    sizes(1),
                    sizes(3),
                    sizes(2, 3),
                    sizes(2, 1),
                    sizes(1, 3),
                    sizes(3, 3),
                    sizes(2, 1, 3),
                    sizes(1, 1))
            .map(Shape::of)
            .toList();
    private static final List<Shape> EMPTY = List.of(Shape.of(0), Shape.of(0, 3), Shape.of(2, 0));
    /** One graph in so many has an empty input. */
    private static final int EMPTY_ONE_IN = 12;

    /** Larger results are not made, so that the programs stay quick. */
    private static final int MOST_ELEMENTS = 24;

    private static final double LARGEST = 2;
    private static final double LARGEST_INTEGER = 99;
    private static final int REMAINDER = 97;
    /** How far from a kink. */
    private static final double MARGIN = 0.01;

    /** A step, its operands' numbers, and what comes out. */
    private record Call(Row row, Row.Step step, int a, int b, String spec) {}

    private final long seed;
    private final DType dtype;
    private final List<List<Tensor>> inputs;
    private final List<Call> calls;
    private final int[] results;

    private OpGraph(long seed, DType dtype, List<List<Tensor>> inputs, List<Call> calls, int[] results) {
        this.seed = seed;
        this.dtype = dtype;
        this.inputs = inputs;
        this.calls = calls;
        this.results = results;
    }

    /** A program of 5 to 40 steps. */
    static OpGraph random(long seed, DType dtype, List<Row> rows) {
        return new Maker(seed, dtype, rows).make();
    }

    DType dtype() {
        return dtype;
    }

    long seed() {
        return seed;
    }

    List<Tensor> inputs(int call) {
        return inputs.get(call);
    }

    int inputCount() {
        return inputs.get(0).size();
    }

    /** The names of the rows, each as often as it occurs. */
    List<String> names() {
        return calls.stream().map(call -> call.row().name()).toList();
    }

    /** The numbers of what the steps compute. */
    IntStream steps() {
        return IntStream.range(inputCount(), inputCount() + calls.size());
    }

    /** The program that computes this one result. */
    OpGraph upTo(int number) {
        boolean[] needed = new boolean[number + 1];
        needed[number] = true;
        List<Call> kept = new ArrayList<>(calls.subList(0, number + 1 - inputCount()));
        for (int i = number; i >= inputCount(); i--) {
            Call call = calls.get(i - inputCount());
            if (needed[i]) {
                needed[call.a()] = true;
                needed[call.b()] = true;
            } else {
                kept.set(i - inputCount(), new Call(NOTHING, NOTHING_STEP, 0, 0, call.spec()));
            }
        }
        return new OpGraph(seed, dtype, inputs, kept, new int[] {number});
    }

    /** Runs the program. */
    List<Tensor> apply(List<Tensor> in) {
        return apply(in, x -> x);
    }

    /** Runs the program; what a step reads, and what comes out, goes through a function before. */
    List<Tensor> apply(List<Tensor> in, UnaryOperator<Tensor> each) {
        List<Tensor> nodes = new ArrayList<>(in);
        for (Call call : calls) {
            nodes.add(call.step().function().apply(each.apply(nodes.get(call.a())), each.apply(nodes.get(call.b()))));
        }
        return Arrays.stream(results).mapToObj(nodes::get).map(each).toList();
    }

    /** Of floating results: all elements, each with another weight, summed. */
    static Tensor weighted(List<Tensor> results) {
        Tensor sum = Tensors.zeros(results.get(0).dtype());
        for (Tensor result : results) {
            double[] weights = new double[(int) result.shape().elements()];
            Arrays.setAll(weights, i -> Math.cos(1.3 * i + 0.3) + 0.1);
            Tensor weight = Tensors.of(weights).castTo(result.dtype()).reshape(result.shape());
            sum = sum.add(result.mul(weight).sum());
        }
        return sum;
    }

    /** The inputs, then the steps, one on a line. */
    String describe() {
        List<String> lines = new ArrayList<>();
        lines.add("seed " + seed);
        for (int i = 0; i < inputCount(); i++) {
            Tensor input = inputs.get(0).get(i);
            lines.add("%" + i + " = " + input.spec() + " " + Arrays.toString(input.toDoubleArray()));
        }
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (!call.row().equals(NOTHING)) {
                lines.add("%" + (inputCount() + i) + " = " + call.row().name() + " "
                        + call.step().arguments() + " of %" + call.a() + ", %" + call.b() + ": " + call.spec());
            }
        }
        lines.add("results " + Arrays.toString(results));
        return String.join("\n", lines);
    }

    private static final Row.Step NOTHING_STEP = Row.step((a, b) -> a);
    /** In place of a step that is not needed. */
    private static final Row NOTHING = Row.shaped("nothing", (a, b, choice) -> NOTHING_STEP);

    private static List<Row> joined(List<List<Row>> tables) {
        return tables.stream().flatMap(List::stream).toList();
    }

    private static long[] sizes(long... sizes) {
        return sizes;
    }

    /** Makes a program, and runs it meanwhile, to see where the values are. */
    private static final class Maker {
        private final long seed;
        private final DType dtype;
        private final List<Row> rows;
        private final Choice choice;
        private final List<List<Tensor>> inputs = new ArrayList<>();
        private final List<List<Tensor>> nodes = new ArrayList<>();
        private final List<Call> calls = new ArrayList<>();

        Maker(long seed, DType dtype, List<Row> rows) {
            this.seed = seed;
            this.dtype = dtype;
            this.rows = rows;
            this.choice = new Choice(seed);
            boolean empty = choice.below(EMPTY_ONE_IN) == 0;
            List<Shape> shapes = new ArrayList<>();
            int count = 2 + choice.below(4);
            for (int i = 0; i < count; i++) {
                shapes.add(choice.of(i == 0 && empty ? EMPTY : SHAPES));
            }
            for (int call = 0; call < CALLS; call++) {
                List<Tensor> in = shapes.stream().map(this::input).toList();
                inputs.add(in);
                nodes.add(new ArrayList<>(in));
            }
        }

        private Tensor input(Shape shape) {
            long count = shape.elements();
            Tensor elements = Tensors.of(dtype.isInteger() ? choice.wholeNumbers(count) : choice.numbers(count));
            return elements.mul(dtype.isInteger() ? 1 : LARGEST)
                    .castTo(dtype)
                    .reshape(shape)
                    .evaluate();
        }

        OpGraph make() {
            int count = 5 + choice.below(36);
            while (calls.size() < count) {
                Row row = choice.of(rows);
                int a = operand();
                int b = operand();
                Row.Step step = row.maker().make(shape(a), shape(b), choice);
                if (step != null && isAwayFromKinks(step, a, b)) {
                    add(row, step, a, b);
                }
            }
            boolean[] used = new boolean[nodes.get(0).size()];
            calls.forEach(call -> {
                used[call.a()] = true;
                used[call.b()] = true;
            });
            int[] results = IntStream.range(inputs.get(0).size(), used.length)
                    .filter(i -> !used[i])
                    .toArray();
            return new OpGraph(seed, dtype, inputs, calls, results);
        }

        private Shape shape(int number) {
            return nodes.get(0).get(number).shape();
        }

        /** The late ones more often, so that programs become deep. */
        private int operand() {
            int size = nodes.get(0).size();
            return choice.flip() ? Math.max(0, size - 1 - choice.below(4)) : choice.below(size);
        }

        private boolean isAwayFromKinks(Row.Step step, int a, int b) {
            BinaryOperator<Tensor> kinks = step.kinks();
            return kinks == null
                    || dtype.isInteger()
                    || nodes.stream()
                            .map(values -> kinks.apply(values.get(a), values.get(b)))
                            .flatMapToDouble(distances -> Arrays.stream(distances.toDoubleArray()))
                            .allMatch(distance -> Math.abs(distance) >= MARGIN);
        }

        private void add(Row row, Row.Step step, int a, int b) {
            List<Tensor> values = results(step, a, b);
            double largest = 0;
            for (Tensor value : values) {
                if (value.shape().elements() > MOST_ELEMENTS) {
                    return;
                }
                for (double element : value.toDoubleArray()) {
                    if (!Double.isFinite(element)) {
                        throw new AssertionError("not finite: " + row.name() + " " + step.arguments() + " of "
                                + nodes.get(0).get(a) + ", " + nodes.get(0).get(b) + ", seed " + seed);
                    }
                    largest = Math.max(largest, Math.abs(element));
                }
            }
            Row.Step bounded = bounded(step, largest);
            if (!bounded.equals(step)) {
                values = results(bounded, a, b);
            }
            calls.add(new Call(row, bounded, a, b, values.get(0).spec().toString()));
            for (int call = 0; call < CALLS; call++) {
                nodes.get(call).add(values.get(call).evaluate());
            }
        }

        private List<Tensor> results(Row.Step step, int a, int b) {
            return nodes.stream()
                    .map(values -> step.function().apply(values.get(a), values.get(b)))
                    .toList();
        }

        /** The step, and what keeps its result between the bounds. */
        private Row.Step bounded(Row.Step step, double largest) {
            if (largest <= (dtype.isInteger() ? LARGEST_INTEGER : LARGEST)) {
                return step;
            }
            double factor = Math.scalb(LARGEST, -1 - Math.getExponent(largest));
            Number number = dtype.isInteger() ? (Number) REMAINDER : (Number) factor;
            return new Row.Step(
                    step.arguments() + (dtype.isInteger() ? " modulo " : " times ") + number,
                    (a, b) -> {
                        Tensor result = step.function().apply(a, b);
                        return dtype.isInteger() ? result.floorMod(number) : result.mul(number);
                    },
                    null);
        }
    }
}
