package io.autodiff.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import io.autodiff.CompiledMany;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.Variable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code y = sin(1.01 y + 0.1)}, 200 times from {@code y = x}; y and its gradient by x are read in Java: a tape of many ops,
 * and so the cost of each.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SineChain {
    private static final int LINKS = 200;
    private static final float SCALE = 1.01f;
    private static final float SHIFT = 0.1f;
    /** From here the gradient is 2e-36; from 1 it would not be a normal float, and slow on some processors. */
    private static final float START = -0.5f;

    /** One way to compute y and its gradient. */
    abstract static class Peer {
        /** y, after {@link #run}. */
        float value;

        /** Computes the value and the gradient, and gives the gradient. */
        abstract float run();
    }

    /** The tape, as a program without compiled functions has it. */
    @State(Scope.Thread)
    public static class Eager extends Peer {
        private final Variable x = Variable.of(START);

        @Override
        float run() {
            List<Tensor> results = valueAndGradient(x);
            value = (float) results.get(0).item();
            return (float) results.get(1).item();
        }

        private static List<Tensor> valueAndGradient(Operand x) {
            try (GradientTape tape = GradientTape.open()) {
                tape.watch(x);
                Tensor y = x.asTensor();
                for (int i = 0; i < LINKS; i++) {
                    y = y.mul(SCALE).add(SHIFT).sin();
                }
                return List.of(y, tape.gradientOrThrow(y, x));
            }
        }
    }

    /** The same, compiled with the tape inside. */
    @State(Scope.Thread)
    public static class Compiled extends Peer {
        private final Variable x = Variable.of(START);
        private final CompiledMany function = Functions.compileMany(in -> Eager.valueAndGradient(in.get(0)));

        @Override
        float run() {
            List<Tensor> results = function.apply(List.of(x));
            value = (float) results.get(0).item();
            return (float) results.get(1).item();
        }
    }

    /** The derivative by hand, in floats; sine and cosine are Java's, of doubles. */
    @State(Scope.Thread)
    public static class PlainJava extends Peer {
        // Not final: the compiler must not know it.
        private float x = START;

        @Override
        float run() {
            float y = x;
            float gradient = 1;
            for (int i = 0; i < LINKS; i++) {
                float angle = y * SCALE + SHIFT;
                gradient *= (float) Math.cos(angle) * SCALE;
                y = (float) Math.sin(angle);
            }
            value = y;
            return gradient;
        }
    }

    /** The derivative by hand on arrays, in place: the least that ND4J's kernels can cost. */
    @State(Scope.Thread)
    public static class Nd4jByHand extends Peer {
        private final INDArray y = Nd4j.scalar(START);
        private final INDArray slope = Nd4j.scalar(0f);
        private final INDArray gradient = Nd4j.scalar(0f);

        @Override
        float run() {
            y.assign(START);
            gradient.assign(1);
            for (int i = 0; i < LINKS; i++) {
                y.muli(SCALE).addi(SHIFT);
                Nd4j.exec(new Cos(y, slope));
                gradient.muli(slope).muli(SCALE);
                Nd4j.exec(new Sin(y, y));
            }
            value = y.getFloat(0);
            return gradient.getFloat(0);
        }
    }

    /** PyTorch's autograd by way of DJL. */
    @State(Scope.Thread)
    public static class DjlPyTorch extends Peer {
        private final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDArray x = manager.create(START);

        /** Asks for x's gradient, once. */
        public DjlPyTorch() {
            x.setRequiresGradient(true);
        }

        @Override
        float run() {
            // The scope frees what the call made; without it, native memory grows.
            try (NDScope scope = new NDScope()) {
                NDArray y = x;
                try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                    for (int i = 0; i < LINKS; i++) {
                        y = y.mul(SCALE).add(SHIFT).sin();
                    }
                    collector.backward(y);
                }
                NDArray dy = x.getGradient();
                value = y.getFloat();
                float gradient = dy.getFloat();
                // PyTorch adds to the gradient that is there.
                dy.muli(0);
                return gradient;
            }
        }
    }

    /** Throws if one of them computes otherwise than the floats of plain Java. */
    static void check() {
        check("the eager chain", new Eager());
        check("the compiled chain", new Compiled());
        check("ND4J's chain", new Nd4jByHand());
        check("PyTorch's chain", new DjlPyTorch());
    }

    private static void check(String name, Peer peer) {
        PlainJava plain = new PlainJava();
        float gradient = plain.run();
        // Twice: a gradient that is added to the one before would show.
        for (int i = 0; i < 2; i++) {
            Peers.requireClose("the gradient of " + name, peer.run(), gradient);
            Peers.requireClose("the value of " + name, peer.value, plain.value);
        }
    }

    @Benchmark
    public float eager(Eager peer) {
        return peer.run();
    }

    @Benchmark
    public float compiled(Compiled peer) {
        return peer.run();
    }

    @Benchmark
    public float plainJava(PlainJava peer) {
        return peer.run();
    }

    @Benchmark
    public float nd4j(Nd4jByHand peer) {
        return peer.run();
    }

    @Benchmark
    public float djlPyTorch(DjlPyTorch peer) {
        return peer.run();
    }
}
