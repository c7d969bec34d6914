package io.autodiff.benchmarks;

import io.autodiff.CompiledFunction;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.concurrent.TimeUnit;
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
 * The Hessian of {@code sum(x^4)} of a thousand elements times a vector, by a gradient of a gradient. DJL is missing: it has no
 * gradients of gradients.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class HessianVectorProduct {
    private static final int SIZE = 1000;
    private static final float[] START = Peers.normal(5, SIZE);
    private static final float[] VECTOR = Peers.normal(6, SIZE);

    /** Two tapes, as a program without compiled functions has them. */
    @State(Scope.Thread)
    public static class Eager {
        private final Variable x = Variable.of(START);
        private final Tensor vector = Tensors.of(VECTOR);

        Tensor product(Operand x) {
            try (GradientTape outer = GradientTape.open()) {
                outer.watch(x);
                Tensor gradient;
                try (GradientTape inner = GradientTape.open()) {
                    inner.watch(x);
                    gradient = inner.gradientOrThrow(x.pow(4).sum(), x);
                }
                return outer.gradientOrThrow(gradient.mul(vector).sum(), x);
            }
        }

        Tensor run() {
            // What is given back is computed, and its memory free again.
            try (TensorScope scope = TensorScope.open()) {
                return product(x).evaluate();
            }
        }
    }

    /** The same, compiled with the tapes inside. */
    @State(Scope.Thread)
    public static class Compiled {
        private final Eager eager = new Eager();
        private final CompiledFunction function = Functions.compile(eager::product);

        Tensor product() {
            return function.apply(eager.x);
        }

        Tensor run() {
            try (TensorScope scope = TensorScope.open()) {
                return product().evaluate();
            }
        }
    }

    /** The second derivative by hand, in floats. */
    @State(Scope.Thread)
    public static class PlainJava {
        private final float[] x = START.clone();
        private final float[] vector = VECTOR.clone();

        float[] run() {
            float[] product = new float[SIZE];
            for (int i = 0; i < SIZE; i++) {
                product[i] = 12 * x[i] * x[i] * vector[i];
            }
            return product;
        }
    }

    /** Throws if one of them computes otherwise than plain Java. */
    static void check() {
        float[] expected = new PlainJava().run();
        Eager eager = new Eager();
        Compiled compiled = new Compiled();
        // More than once: kernels take over where the same work comes again.
        for (int i = 0; i < 3; i++) {
            eager.run();
            compiled.run();
            Peers.requireClose("the eager product", eager.product(eager.x).toFloatArray(), expected);
            Peers.requireClose("the compiled product", compiled.product().toFloatArray(), expected);
        }
    }

    @Benchmark
    public Tensor eager(Eager peer) {
        return peer.run();
    }

    @Benchmark
    public Tensor compiled(Compiled peer) {
        return peer.run();
    }

    @Benchmark
    public float[] plainJava(PlainJava peer) {
        return peer.run();
    }
}
