package io.autodiff.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import io.autodiff.CompiledAction;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import io.autodiff.optimizer.GradientAndVariable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A step of gradient descent on {@code x^2 - 2x + 1} at a rate of 0.01, with x read in Java after each: a tape or graph that
 * is as small as can be, and so the fixed cost of one.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class QuadraticStep {
    private static final float RATE = 0.01f;
    private static final int LOOP = 1000;

    /** One way to descend. Each has its own x, which starts at 0. */
    interface Peer {
        /** Does a step, or the steps of a loop, and gives x. */
        float step();
    }

    /** The tape, as a program without compiled functions has it. */
    @State(Scope.Thread)
    public static class Eager implements Peer {
        private final Variable x = Variable.of(0f);
        private final Sgd sgd = new Sgd(RATE);

        @Override
        public float step() {
            descend(x, sgd);
            return (float) x.item();
        }

        private static void descend(Variable x, Sgd sgd) {
            try (GradientTape tape = GradientTape.open()) {
                Tensor y = x.square().sub(x.mul(2)).add(1);
                Tensor dy = tape.gradientOrThrow(y, x);
                sgd.applyGradients(List.of(GradientAndVariable.of(dy, x)));
            }
        }
    }

    /** The same step, compiled. */
    @State(Scope.Thread)
    public static class Compiled implements Peer {
        private final Variable x = Variable.of(0f);
        private final Sgd sgd = new Sgd(RATE);
        private final CompiledAction action = Functions.compileAction(() -> Eager.descend(x, sgd));

        @Override
        public float step() {
            action.run();
            return (float) x.item();
        }
    }

    /** A loop in one compiled call: x is read once after all steps. */
    @State(Scope.Thread)
    public static class CompiledLoop implements Peer {
        private final Variable x = Variable.of(0f);
        private final Sgd sgd = new Sgd(RATE);
        private final CompiledAction action;

        /** The loop that is measured. */
        public CompiledLoop() {
            this(LOOP);
        }

        CompiledLoop(int steps) {
            action = Functions.compileAction(() -> Loops.repeat(steps, () -> Eager.descend(x, sgd)));
        }

        @Override
        public float step() {
            action.run();
            return (float) x.item();
        }
    }

    /** The least that a step can cost: the derivative by hand, in floats. */
    @State(Scope.Thread)
    public static class PlainJava implements Peer {
        private float x;

        @Override
        public float step() {
            x -= RATE * (2 * x - 2);
            return x;
        }
    }

    /** The derivative by hand on arrays, in place: the least that a step of ND4J's kernels can cost. */
    @State(Scope.Thread)
    public static class Nd4jByHand implements Peer {
        private final INDArray x = Nd4j.scalar(0f);
        private final INDArray dy = Nd4j.scalar(0f);

        @Override
        public float step() {
            dy.assign(x).muli(2).subi(2).muli(RATE);
            x.subi(dy);
            return x.getFloat(0);
        }
    }

    /** ND4J's own differentiation: the graph is built once, and its gradient function with it. */
    @State(Scope.Thread)
    public static class SameDiffGraph implements Peer {
        private final SameDiff graph = SameDiff.create();
        private final SDVariable x = graph.var("x", Nd4j.scalar(0f));

        /** Builds the graph. */
        public SameDiffGraph() {
            x.mul(x).sub(x.mul(2)).add("y", 1).markAsLoss();
        }

        @Override
        public float step() {
            INDArray dy = Objects.requireNonNull(
                    graph.calculateGradients(Map.of(), "x").get("x"));
            INDArray value = x.getArr();
            value.subi(dy.mul(RATE));
            return value.getFloat(0);
        }
    }

    /** PyTorch's autograd by way of DJL. */
    @State(Scope.Thread)
    public static class DjlPyTorch implements Peer {
        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray x = manager.create(0f);

        /** Asks for x's gradient, once. */
        public DjlPyTorch() {
            x.setRequiresGradient(true);
        }

        @Override
        public float step() {
            // The scope frees what the step made; without it, native memory grows.
            try (NDScope scope = new NDScope()) {
                try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                    collector.backward(x.square().sub(x.mul(2)).add(1));
                }
                NDArray dy = x.getGradient();
                x.subi(dy.mul(RATE));
                // PyTorch adds to the gradient that is there.
                dy.muli(0);
                return x.getFloat();
            }
        }
    }

    /** Throws if one of them descends otherwise than the floats of plain Java. */
    static void check() {
        // So few that x is still on its way: near the minimum all rates look alike.
        int steps = 100;
        float expected = last(new PlainJava(), steps);
        Peers.requireClose("eager quadratic", last(new Eager(), steps), expected);
        Peers.requireClose("compiled quadratic", last(new Compiled(), steps), expected);
        Peers.requireClose("loop of quadratic steps", last(new CompiledLoop(steps), 1), expected);
        Peers.requireClose("ND4J's quadratic", last(new Nd4jByHand(), steps), expected);
        Peers.requireClose("SameDiff's quadratic", last(new SameDiffGraph(), steps), expected);
        Peers.requireClose("PyTorch's quadratic", last(new DjlPyTorch(), steps), expected);
    }

    private static float last(Peer peer, int steps) {
        float x = Float.NaN;
        for (int i = 0; i < steps; i++) {
            x = peer.step();
        }
        return x;
    }

    @Benchmark
    public float eager(Eager peer) {
        return peer.step();
    }

    @Benchmark
    public float compiled(Compiled peer) {
        return peer.step();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public float compiledLoop(CompiledLoop peer) {
        return peer.step();
    }

    @Benchmark
    public float plainJava(PlainJava peer) {
        return peer.step();
    }

    @Benchmark
    public float nd4j(Nd4jByHand peer) {
        return peer.step();
    }

    @Benchmark
    public float sameDiff(SameDiffGraph peer) {
        return peer.step();
    }

    @Benchmark
    public float djlPyTorch(DjlPyTorch peer) {
        return peer.step();
    }
}
