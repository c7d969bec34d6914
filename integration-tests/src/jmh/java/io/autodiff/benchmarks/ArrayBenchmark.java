package io.autodiff.benchmarks;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.training.GradientCollector;
import io.autodiff.CompiledSupplier;
import io.autodiff.Functions;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Variable;
import io.autodiff.optimizer.Sgd;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A work on arrays that is repeated, such as a step of training: as a program of this library, eager and compiled, and as one of DJL.
 * Each gives one number, which is read in Java. What a subclass measures beside these is one more benchmark method.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class ArrayBenchmark {
    /** One way to do the work. Each has its own state. */
    interface Peer {
        /** Does it once, and gives the number that is read. */
        float step();
    }

    /** A program of this library, with all that it needs. */
    abstract static class Program {
        /** {@return the number that is read; all else that is wanted is assigned to variables} */
        abstract Tensor run();

        final Peer eager() {
            return reading(this::run);
        }

        final Peer compiled() {
            CompiledSupplier compiled = Functions.compileSupplier(this::run);
            return reading(compiled);
        }

        private static Peer reading(Supplier<Tensor> work) {
            return () -> {
                try (TensorScope scope = TensorScope.open()) {
                    return (float) work.get().item();
                }
            };
        }
    }

    /** A step of gradient descent; the loss before it is read. */
    abstract static class Descent extends Program {
        private final Sgd sgd;

        Descent(float rate) {
            sgd = new Sgd(rate);
        }

        /** Computes what is made less. */
        abstract Tensor loss();

        /** {@return what is changed for it} */
        abstract List<Variable> variables();

        @Override
        final Tensor run() {
            return sgd.minimize(this::loss, variables());
        }
    }

    /** PyTorch's autograd by way of DJL. */
    abstract static class Djl implements Peer {
        final NDManager manager = NDManager.newBaseManager("PyTorch");
        private final NDList variables = new NDList();

        /** Takes an array for one whose gradient is asked for. */
        final NDArray variable(NDArray array) {
            array.setRequiresGradient(true);
            variables.add(array);
            return array;
        }

        /** Computes what is differentiated. */
        abstract NDArray loss();

        /** Does something with a variable and its gradient. */
        abstract void use(NDArray variable, NDArray gradient);

        @Override
        public final float step() {
            // The scope frees what the step made; without it, native memory grows.
            try (NDScope scope = new NDScope()) {
                NDArray loss;
                try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
                    loss = loss();
                    collector.backward(loss);
                }
                for (NDArray variable : variables) {
                    NDArray gradient = variable.getGradient();
                    use(variable, gradient);
                    // PyTorch adds to the gradient that is there.
                    gradient.muli(0);
                }
                return loss.getFloat();
            }
        }
    }

    /** A step of gradient descent by DJL. */
    abstract static class DjlDescent extends Djl {
        private final float rate;

        DjlDescent(float rate) {
            this.rate = rate;
        }

        @Override
        final void use(NDArray variable, NDArray gradient) {
            variable.subi(gradient.mul(rate));
        }
    }

    private Peer peer = () -> Float.NaN;

    /** Makes the program, with state of its own. */
    abstract Program program();

    /** Makes the same of DJL. */
    abstract Djl djl();

    /**
     * Makes what a benchmark method measures.
     *
     * @param method its name
     */
    Peer peer(String method) {
        return switch (method) {
            case "eager" -> program().eager();
            case "compiled" -> program().compiled();
            case "djlPyTorch" -> djl();
            default -> throw new IllegalArgumentException("nothing is called " + method);
        };
    }

    /** Makes the peer of the method that is going to be measured. */
    @Setup
    public void prepare(BenchmarkParams params) {
        String name = params.getBenchmark();
        peer = peer(name.substring(name.lastIndexOf('.') + 1));
    }

    /** What {@link #check} compares the others with. */
    String standard() {
        return "djlPyTorch";
    }

    /** The methods whose peers are compared with the standard. */
    List<String> compared() {
        return List.of("eager", "compiled");
    }

    /** Throws if one of them computes otherwise than the standard. */
    void check() {
        for (String method : compared()) {
            Peer standard = peer(standard());
            Peer other = peer(method);
            // In training, each number comes from the step before it.
            for (int i = 0; i < 10; i++) {
                Peers.requireClose(method + " of " + getClass().getSimpleName(), other.step(), standard.step());
            }
        }
    }

    final float step() {
        return peer.step();
    }

    @Benchmark
    public float eager() {
        return step();
    }

    @Benchmark
    public float compiled() {
        return step();
    }

    @Benchmark
    public float djlPyTorch() {
        return step();
    }
}
