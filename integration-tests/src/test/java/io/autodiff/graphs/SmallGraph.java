package io.autodiff.graphs;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.UnconnectedGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A random program of a few steps on arrays of any sizes: its choices depend on what broadcasts, and not on how many rows and columns
 * there are. So one program runs with many sizes, and kernels, which are by structure, are compiled for a few of them only. Nothing
 * keeps its numbers within a domain: NaN, infinities and all else may come of it.
 */
final class SmallGraph {
    /** The inputs' shapes: R rows, C columns. */
    private static final List<String> SHAPES = List.of("RC", "C", "R1", "1C", "", "1", "RC");

    private static final int INPUTS = 3;

    /** A way to compute something element by element, of one tensor or of both. */
    private record Step(String name, boolean ofBoth, BinaryOperator<Tensor> function) {}

    private static Step of(String name, UnaryOperator<Tensor> function) {
        return new Step(name, false, (a, b) -> function.apply(a));
    }

    private static Step of(String name, BinaryOperator<Tensor> function) {
        return new Step(name, true, function);
    }

    private static final List<Step> ANY = List.of(
            of("add", Tensor::add),
            of("sub", Tensor::sub),
            of("mul", Tensor::mul),
            of("maximum", (a, b) -> a.maximum(b)),
            of("minimum", (a, b) -> a.minimum(b)),
            of("neg", a -> a.neg()),
            of("abs", a -> a.abs()),
            of("square", a -> a.square()),
            of("sign", a -> a.sign()),
            of("clip", a -> a.clip(-1, 2)),
            of("where", (a, b) -> Tensors.where(a.gt(b), a, b)),
            of("mask", (a, b) -> a.lte(b).castTo(a.dtype()).mul(b)),
            of("eq", (a, b) -> a.eq(b).castTo(a.dtype()).add(a)),
            of("numbers", a -> a.mul(3).rsub(1)));

    private static final List<Step> INTEGER = List.of(
            of("floorDiv", (a, b) -> a.floorDiv(b)),
            of("floorMod", (a, b) -> a.floorMod(b.abs().maximum(1))),
            of(
                    "toFloat",
                    (a, b) -> a.castTo(DType.FLOAT64)
                            .mul(0.5)
                            .floor()
                            .add(b.castTo(DType.FLOAT64))
                            .gt(0)
                            .castTo(a.dtype())));

    private static final List<Step> FLOATING = List.of(
            of("div", Tensor::div),
            of("divNoNan", (a, b) -> a.divNoNan(b)),
            of("mulNoNan", (a, b) -> a.mulNoNan(b)),
            of("sqrt", a -> a.sqrt()),
            of("floor", a -> a.floor()),
            of("round", a -> a.round()),
            of("relu", a -> a.maximum(0)),
            of("isNaN", (a, b) -> Tensors.where(a.isNaN(), b, a)),
            of("wide", a -> a.castTo(DType.FLOAT64).mul(0.1).castTo(a.dtype())),
            of("narrow", a -> a.castTo(DType.FLOAT32).add(0.5).castTo(a.dtype())),
            of("stopGradient", (a, b) -> a.stopGradient().mul(b)));

    /** They take LLVM longest: a program has one of them at most. */
    private static final List<Step> FUNCTIONS = List.of(
            of("exp", a -> a.exp()),
            of("log", a -> a.log()),
            of("sin", a -> a.sin()),
            of("tanh", a -> a.tanh()),
            of("sigmoid", a -> a.sigmoid()),
            of("pow", Tensor::pow),
            of("softplus", a -> a.softplus()),
            of("atan", a -> a.atan()),
            of("erf", a -> a.erf()),
            of("log1p", a -> a.log1p()));

    private interface Reduction {
        Tensor apply(Tensor x, boolean keep, int[] axes);
    }

    private static final List<Reduction> REDUCTIONS = List.of(
            (x, k, axes) -> x.sum(k, axes),
            (x, k, axes) -> x.sum(k, axes),
            (x, k, axes) -> x.max(k, axes),
            (x, k, axes) -> x.min(k, axes),
            (x, k, axes) -> x.mean(k, axes));

    private final long seed;
    private final DType dtype;
    private final boolean gradients;

    SmallGraph(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        this.seed = seed;
        this.dtype = List.of(DType.FLOAT32, DType.FLOAT64, DType.FLOAT32, DType.FLOAT64, DType.INT32, DType.INT64)
                .get(random.nextInt(6));
        this.gradients = dtype.isFloating() && random.nextBoolean();
    }

    DType dtype() {
        return dtype;
    }

    /** The shapes of the inputs, for so many rows and columns. */
    List<Shape> shapes(long rows, long columns) {
        return patterns().stream()
                .map(pattern -> Shape.of(pattern.chars()
                        .mapToLong(axis -> axis == 'R' ? rows : axis == 'C' ? columns : 1)
                        .toArray()))
                .toList();
    }

    private List<String> patterns() {
        SplittableRandom random = new SplittableRandom(31 * seed + 7);
        List<String> patterns = new ArrayList<>(List.of(random.nextInt(5) == 0 ? "" : "RC"));
        while (patterns.size() < INPUTS) {
            patterns.add(SHAPES.get(random.nextInt(SHAPES.size())));
        }
        return patterns;
    }

    /**
     * Runs the program: all that no step reads, and perhaps the gradients of their sum; what a step reads, and what comes out, goes
     * through a function before.
     */
    List<Tensor> apply(List<Tensor> inputs, UnaryOperator<Tensor> each) {
        if (!gradients) {
            return new Run(inputs, each).results();
        }
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(inputs);
            List<Tensor> results = new ArrayList<>(new Run(inputs, each).results());
            Tensor sum = results.get(0).sum();
            for (Tensor result : results.subList(1, results.size())) {
                sum = sum.add(result.mul(0.75).sum());
            }
            tape.gradient(List.of(sum), inputs, null, UnconnectedGradients.ZERO).stream()
                    .map(Objects::requireNonNull)
                    .forEach(results::add);
            return results;
        }
    }

    /** The steps, one on a line. */
    String describe(List<Tensor> inputs) {
        Run run = new Run(inputs, x -> x);
        run.results();
        return "seed " + seed + (gradients ? ", with gradients" : "") + "\n" + String.join("\n", run.log);
    }

    /** A tensor, and what its axes are: R, C, 1, or N for both in one. */
    private record Node(Tensor tensor, String axes) {}

    private final class Run {
        private final SplittableRandom choice = new SplittableRandom(seed + 1000);
        private final UnaryOperator<Tensor> each;
        private final List<Node> nodes = new ArrayList<>();
        private final List<String> log = new ArrayList<>();
        private final Set<Integer> used = new HashSet<>();
        private boolean hasFunction;

        Run(List<Tensor> inputs, UnaryOperator<Tensor> each) {
            this.each = each;
            List<String> patterns = patterns();
            for (int i = 0; i < inputs.size(); i++) {
                add("input", inputs.get(i), patterns.get(i));
            }
        }

        private void add(String what, Tensor tensor, String axes) {
            log.add("%" + nodes.size() + " = " + what + ": " + tensor.spec());
            nodes.add(new Node(tensor, axes));
        }

        List<Tensor> results() {
            int count = nodes.size() + choice.nextInt(2, 8);
            while (nodes.size() < count) {
                step();
            }
            // What nothing needs would be computed eagerly, and left out of a compiled function.
            return IntStream.range(INPUTS, count)
                    .filter(node -> !used.contains(node))
                    .mapToObj(node -> read(node).tensor)
                    .toList();
        }

        private Node read(int node) {
            return new Node(each.apply(nodes.get(node).tensor), nodes.get(node).axes);
        }

        private int operand() {
            int size = nodes.size();
            return choice.nextBoolean() ? size - 1 - choice.nextInt(2) : choice.nextInt(size);
        }

        private void step() {
            int a = operand();
            int b = operand();
            int before = nodes.size();
            Node x = read(a);
            switch (choice.nextInt(8)) {
                case 0 -> reduce(a, x);
                case 1 -> structure(a, x);
                default -> {
                    Step step = elementwise();
                    Node y = step.ofBoth ? read(b) : x;
                    String axes = broadcast(x.axes, y.axes);
                    if (axes != null) {
                        used.add(step.ofBoth ? b : a);
                        add(step.name + " of %" + a + ", %" + b, step.function.apply(x.tensor, y.tensor), axes);
                    }
                }
            }
            if (nodes.size() > before) {
                used.add(a);
            }
        }

        private Step elementwise() {
            if (dtype.isInteger()) {
                return oneOf(choice.nextInt(4) == 0 ? INTEGER : ANY);
            }
            boolean function = !hasFunction && choice.nextInt(8) == 0;
            hasFunction |= function;
            return oneOf(function ? FUNCTIONS : choice.nextBoolean() ? FLOATING : ANY);
        }

        private <T> T oneOf(List<T> list) {
            return list.get(choice.nextInt(list.size()));
        }

        private void reduce(int a, Node x) {
            int rank = x.axes.length();
            int[] axes = rank == 0 || choice.nextInt(3) == 0
                    ? IntStream.range(0, rank).toArray()
                    : new int[] {choice.nextInt(rank)};
            boolean keep = choice.nextBoolean();
            Reduction reduction = REDUCTIONS.get(choice.nextInt(REDUCTIONS.size() - (dtype.isInteger() ? 1 : 0)));
            StringBuilder left = new StringBuilder();
            for (int axis = 0; axis < rank; axis++) {
                int own = axis;
                boolean reduced = IntStream.of(axes).anyMatch(other -> other == own);
                left.append(!reduced ? x.axes.substring(axis, axis + 1) : keep ? "1" : "");
            }
            Tensor result = reduction.apply(x.tensor, keep, axes);
            add("reduction of %" + a + ", axes " + Arrays.toString(axes), result, left.toString());
        }

        private void structure(int a, Node x) {
            String axes = x.axes;
            switch (choice.nextInt(4)) {
                case 0 -> {
                    boolean both = axes.contains("N") || (axes.contains("R") && axes.contains("C"));
                    String flat = both ? "N" : axes.contains("R") ? "R" : axes.contains("C") ? "C" : "1";
                    add("reshape of %" + a, x.tensor.reshape(-1), flat);
                }
                case 1 ->
                    add(
                            "transpose of %" + a,
                            x.tensor.transpose(),
                            new StringBuilder(axes).reverse().toString());
                case 2 -> add("expandDims of %" + a, x.tensor.expandDims(0), "1" + axes);
                default -> add("reverse of %" + a, x.tensor.reverse(), axes);
            }
        }

        /** What two broadcast to, whatever the sizes; null if that depends on them. */
        private @Nullable String broadcast(String a, String b) {
            int rank = Math.max(a.length(), b.length());
            if (rank > 3) {
                return null;
            }
            String left = "1".repeat(rank - a.length()) + a;
            String right = "1".repeat(rank - b.length()) + b;
            StringBuilder axes = new StringBuilder();
            for (int i = 0; i < rank; i++) {
                char one = left.charAt(i);
                char other = right.charAt(i);
                if (one != other && one != '1' && other != '1') {
                    return null;
                }
                axes.append(one == '1' ? other : one);
            }
            return axes.toString();
        }
    }
}
