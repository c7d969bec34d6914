package io.autodiff.graphs;

import io.autodiff.DType;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A random program of 5 to 40 steps on tensors, a variable and random numbers, in float64 or float32. Each run makes the same calls.
 */
final class RandomGraph {
    /** The shapes of the inputs. */
    static final List<Shape> INPUTS = List.of(Shape.SCALAR, Shape.of(3), Shape.of(2, 3), Shape.of(2, 1));

    /** Larger results are not made, so that the programs stay quick. */
    private static final int MOST_ELEMENTS = 24;
    /** What may be larger goes through a sine before it is multiplied, so that nothing overflows. */
    private static final double LARGE = 10;

    /** One program in so many is of float32. */
    private static final int FLOAT32_ONE_IN = 3;

    private static final double[] START = {0.5, -0.25, 0.125};

    private final long seed;
    private final DType dtype;
    private final Variable state;
    private final Random numbers;
    private final UnaryOperator<Tensor> each;

    RandomGraph(long seed) {
        this(seed, x -> x);
    }

    private RandomGraph(long seed, UnaryOperator<Tensor> each) {
        this.seed = seed;
        this.each = each;
        this.dtype = seed % FLOAT32_ONE_IN == 0 ? DType.FLOAT32 : DType.FLOAT64;
        this.state = Variable.builder(START).dtype(dtype).build();
        this.numbers = Random.seeded(seed);
    }

    /** The same program; what a step reads, and what comes out, goes through a function before. */
    RandomGraph with(UnaryOperator<Tensor> function) {
        return new RandomGraph(seed, function);
    }

    /** The variable that the program reads and assigns. */
    Variable state() {
        return state;
    }

    /** Sets variable and random numbers to where they were at first. */
    void reset() {
        state.assign(Tensors.of(START, dtype));
        numbers.setSeed(seed);
    }

    DType dtype() {
        return dtype;
    }

    /** Inputs for one call. */
    List<Tensor> inputs(int call) {
        Random random = Random.seeded(31 * seed + call);
        return INPUTS.stream()
                .map(shape -> random.uniform(dtype, shape.toArray()).mul(4).sub(2))
                .map(Tensor::evaluate)
                .toList();
    }

    /** Runs the program: a scalar of all that it came to at last, then some of its tensors. */
    List<Tensor> apply(List<Tensor> inputs) {
        return new Run(inputs).results();
    }

    /** The steps of the program, one on a line. */
    String describe() {
        Run run = new Run(inputs(0));
        run.results();
        return String.join("\n", run.log);
    }

    /** The names of the steps, each as often as it occurs. */
    List<String> stepNames() {
        Run run = new Run(inputs(0));
        run.results();
        return run.log.stream()
                .map(line -> line.replaceAll(".* = (\\w+).*", "$1"))
                .toList();
    }

    /** The names of all steps that programs are made of. */
    static List<String> allStepNames() {
        RandomGraph graph = new RandomGraph(0);
        return List.copyOf(graph.new Run(graph.inputs(0)).steps.keySet());
    }

    /** A tensor, and a bound of the magnitude of its elements, which depends on no value. */
    private record Node(int number, Tensor tensor, double bound) {
        Shape shape() {
            return tensor.shape();
        }
    }

    /** One run; the choices depend on the seed and on shapes, never on values. */
    private final class Run {
        private final SplittableRandom choice = new SplittableRandom(seed);
        private final Map<String, BinaryOperator<@Nullable Node>> steps = new LinkedHashMap<>();
        private final List<Node> nodes = new ArrayList<>();
        private final List<String> log = new ArrayList<>();

        Run(List<Tensor> inputs) {
            inputs.forEach(input -> nodes.add(node(input, 2)));
            arithmetic();
            functions();
            structure();
            effects();
        }

        List<Tensor> results() {
            List<String> names = List.copyOf(steps.keySet());
            int count = choice.nextInt(5, 41);
            while (log.size() < count) {
                String name = names.get(choice.nextInt(names.size()));
                Node a = operand();
                Node b = operand();
                Node result = steps.get(name).apply(read(a), read(b));
                if (result != null && result.shape().elements() <= MOST_ELEMENTS) {
                    Node next = new Node(nodes.size(), result.tensor(), result.bound());
                    nodes.add(next);
                    log.add("%" + next.number() + " = " + name + " of %" + a.number() + ", %" + b.number() + ": "
                            + next.tensor().spec());
                }
            }
            List<Tensor> last = nodes.subList(nodes.size() - 3, nodes.size()).stream()
                    .map(node -> read(node).tensor())
                    .toList();
            List<Tensor> results = new ArrayList<>();
            results.add(
                    last.get(0).sum().add(last.get(1).mean()).add(last.get(2).sum()));
            results.addAll(last);
            results.add(read(operand()).tensor());
            return results;
        }

        /** The late ones more often, so that programs become deep. */
        private Node operand() {
            int size = nodes.size();
            return nodes.get(choice.nextBoolean() ? size - 1 - choice.nextInt(4) : choice.nextInt(size));
        }

        private Node read(Node node) {
            return new Node(node.number(), each.apply(node.tensor()), node.bound());
        }

        private Node node(Tensor tensor, double bound) {
            return new Node(nodes.size(), tensor, bound);
        }

        private DType other() {
            return dtype == DType.FLOAT32 ? DType.FLOAT64 : DType.FLOAT32;
        }

        private Node tame(Node a) {
            return a.bound() > LARGE ? node(a.tensor().sin(), 1) : a;
        }

        private void elementwise(String name, BinaryOperator<Tensor> step, BinaryOperator<Double> bound) {
            steps.put(name, (a, b) -> {
                if (Shape.broadcast(a.shape(), b.shape()) == null) {
                    return null;
                }
                Node x = tame(a);
                Node y = tame(b);
                return node(step.apply(x.tensor(), y.tensor()), bound.apply(x.bound(), y.bound()));
            });
        }

        private void arithmetic() {
            elementwise("add", Tensor::add, Double::sum);
            elementwise("sub", Tensor::sub, Double::sum);
            elementwise("mul", Tensor::mul, (a, b) -> a * b);
            elementwise("div", (a, b) -> a.div(b.square().add(1)), (a, b) -> a);
            elementwise("divNoNan", (a, b) -> a.divNoNan(b.abs().add(0.5)), (a, b) -> 2 * a);
            elementwise("numbers", (a, b) -> a.mul(0.5).rsub(1).add(b.div(3)), (a, b) -> 1 + a + b);
            elementwise("where", (a, b) -> Tensors.where(a.gt(b), a, b.mul(2)), (a, b) -> 2 * Math.max(a, b));
            elementwise("mask", (a, b) -> a.lte(b).castTo(dtype).mul(a), Math::max);
            elementwise("twice", (a, b) -> a.mul(b).sin().add(a.mul(b).sin()), (a, b) -> 2.0);
            elementwise(
                    "notNeeded",
                    (a, b) -> {
                        a.exp().log().add(b);
                        return b.neg();
                    },
                    Math::max);
        }

        private void functions() {
            elementwise("square", (a, b) -> a.square(), (a, b) -> a * a);
            elementwise("cube", (a, b) -> a.pow(3), (a, b) -> a * a * a);
            elementwise("power", (a, b) -> a.square().add(1).pow(b.tanh()), (a, b) -> 1 + a * a);
            elementwise("sin", (a, b) -> a.sin(), (a, b) -> 1.0);
            elementwise("cos", (a, b) -> a.cos(), (a, b) -> 1.0);
            elementwise("tanh", (a, b) -> a.tanh(), (a, b) -> 1.0);
            elementwise("sigmoid", (a, b) -> a.sigmoid(), (a, b) -> 1.0);
            elementwise("exp", (a, b) -> a.tanh().exp(), (a, b) -> 3.0);
            elementwise("log", (a, b) -> a.square().add(1).log(), (a, b) -> 1 + a);
            elementwise("sqrt", (a, b) -> a.square().add(1).sqrt(), (a, b) -> 1 + a);
            elementwise("abs", (a, b) -> a.abs(), (a, b) -> a);
            elementwise("castTo", (a, b) -> a.castTo(other()).castTo(dtype), (a, b) -> a);
            elementwise(
                    "integer",
                    (a, b) -> a.mul(3).castTo(DType.INT32).castTo(dtype).mul(b),
                    (a, b) -> 3 * a * b);
            elementwise("stopGradient", (a, b) -> a.stopGradient().mul(b), (a, b) -> a * b);
        }

        private void structure() {
            steps.put("sum", (a, b) -> node(a.tensor().sum(axes(a)), a.bound() * MOST_ELEMENTS));
            steps.put("sumKeeping", (a, b) -> node(a.tensor().sum(true, axes(a)), a.bound() * MOST_ELEMENTS));
            steps.put("mean", (a, b) -> node(a.tensor().mean(axes(a)), a.bound()));
            steps.put("norm2", (a, b) -> node(tame(a).tensor().norm2(axes(a)), LARGE * 5));
            steps.put("reshape", (a, b) -> node(a.tensor().reshape(sizes(a)), a.bound()));
            steps.put(
                    "transpose",
                    (a, b) -> a.shape().rank() < 2 ? null : node(a.tensor().transpose(), a.bound()));
            steps.put("slice", (a, b) -> {
                if (a.shape().rank() == 0) {
                    return null;
                }
                long[] begin = new long[a.shape().rank()];
                long[] sizes = a.shape().toArray();
                begin[0] = choice.nextLong(sizes[0]);
                sizes[0] = 1;
                return node(a.tensor().slice(begin, Shape.of(sizes)), a.bound());
            });
            steps.put("mmul", (a, b) -> {
                if (a.shape().rank() != 2 || b.shape().rank() != 2) {
                    return null;
                }
                Node x = tame(a);
                Node y = tame(b);
                double bound = x.bound() * y.bound() * MOST_ELEMENTS;
                if (a.shape().size(1) == b.shape().size(0)) {
                    return node(x.tensor().mmul(y.tensor()), bound);
                }
                return a.shape().size(1) == b.shape().size(1)
                        ? node(x.tensor().mmul(y.tensor(), false, true), bound)
                        : node(x.tensor().mmul(x.tensor(), true, false), x.bound() * bound);
            });
            steps.put("stack", (a, b) -> {
                Tensor other =
                        a.shape().equals(b.shape()) ? b.tensor() : a.tensor().neg();
                int axis = choice.nextInt(a.shape().rank() + 1);
                return node(Tensors.stack(axis, a.tensor(), other), Math.max(a.bound(), b.bound()));
            });
            steps.put("broadcastTo", (a, b) -> {
                Shape shape = Shape.broadcast(a.shape(), b.shape());
                return shape == null ? null : node(a.tensor().broadcastTo(shape), a.bound());
            });
        }

        private void effects() {
            steps.put("read", (a, b) -> node(state.mul(a.tensor().mean().tanh()), 10));
            steps.put("assign", (a, b) -> {
                state.assign(state.add(a.tensor().mean().sin()));
                return node(state.sin(), 1);
            });
            steps.put("random", (a, b) -> node(numbers.uniform(dtype, 3), 1));
        }

        /** Of a tensor: all axes, or one. */
        private int[] axes(Node a) {
            int rank = a.shape().rank();
            return rank == 0 || choice.nextBoolean() ? new int[0] : new int[] {choice.nextInt(rank)};
        }

        /** The same elements as a row, a column, a vector, or with one more axis. */
        private long[] sizes(Node a) {
            long elements = a.shape().elements();
            return switch (choice.nextInt(4)) {
                case 0 -> new long[] {1, elements};
                case 1 -> new long[] {elements, 1};
                case 2 -> new long[] {-1};
                default -> elements % 2 == 0 ? new long[] {2, -1} : new long[] {1, -1};
            };
        }
    }
}
