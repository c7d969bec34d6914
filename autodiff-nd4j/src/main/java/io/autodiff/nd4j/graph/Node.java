package io.autodiff.nd4j.graph;

import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a tensor is on this engine: a spec, and either a value or the computation that will give it one. The value is set once;
 * the node then lets go of the computation, and with it of its inputs.
 */
public final class Node implements Tensor {
    /** The identity, for another tensor of the same value. */
    private static final Op ALIAS = Op.named("alias")
            .inputs("x")
            .shape(Shapes.sameAs("x"))
            .kernel(INDArray.class, c -> c.input("x"))
            .notDifferentiable()
            .checked();

    private final TensorSpec spec;
    private final Evaluator evaluator;
    private volatile @Nullable Value value;
    /** Becomes null after the value is set, so that of two threads none sees neither. */
    private volatile @Nullable Computation pending;

    private Node(TensorSpec spec, Evaluator evaluator, @Nullable Value value, @Nullable Computation pending) {
        this.spec = spec;
        this.evaluator = evaluator;
        this.value = value;
        this.pending = pending;
    }

    /**
     * A node that has its value, and owns it.
     *
     * @param spec dtype and shape
     * @param value its elements
     * @param evaluator of this thread
     * @return the node
     */
    public static Node leaf(TensorSpec spec, Value value, Evaluator evaluator) {
        Node node = new Node(spec, evaluator, value, null);
        value.setOwner(node);
        return node;
    }

    /**
     * Another node of the same value, computed or not.
     *
     * @param node of any thread
     * @param evaluator of this thread
     * @return the node
     */
    public static Node alias(Node node, Evaluator evaluator) {
        Value present = node.value;
        if (present != null && node.evaluator == evaluator) {
            return new Node(node.spec, evaluator, present, null);
        }
        List<TensorSpec> specs = List.of(node.spec);
        return pending(
                        OpCall.of(ALIAS, Attributes.NONE, specs)
                                .withOutputSpecs(specs)
                                .withInputs(List.of(node)),
                        evaluator)
                .get(0);
    }

    /**
     * The outputs of a call that will be computed later. What belongs to another thread is computed first, and its value is taken
     * over: no graph spans two threads, and a scope of the other thread cannot free what this one still needs.
     *
     * @param call on nodes
     * @param evaluator of this thread
     * @return one node for each output
     * @throws IllegalStateException if an input was released
     */
    public static List<Node> pending(OpCall<Tensor> call, Evaluator evaluator) {
        List<Tensor> own = new ArrayList<>(call.inputs().size());
        boolean foreign = false;
        for (Tensor tensor : call.inputs()) {
            Node input = (Node) tensor;
            if (input.evaluator == evaluator) {
                input.requireAlive();
                own.add(input);
            } else {
                Value value = input.value();
                value.pin();
                own.add(new Node(input.spec, evaluator, value, null));
                foreign = true;
            }
        }
        Computation computation = new Computation(foreign ? call.withInputs(own) : call);
        List<Node> outputs = new ArrayList<>(call.outputSpecs().size());
        for (TensorSpec spec : call.outputSpecs()) {
            outputs.add(new Node(spec, evaluator, null, computation));
        }
        computation.setOutputs(outputs);
        return outputs;
    }

    @Override
    public TensorSpec spec() {
        return spec;
    }

    /** {@return the evaluator of the thread that made this node} */
    public Evaluator evaluator() {
        return evaluator;
    }

    /** {@return what will compute the value; null if it is there, or gone} */
    public @Nullable Computation pending() {
        Computation computation = pending;
        return value != null ? null : computation;
    }

    /**
     * {@return whether this is the outcome of {@link #alias}: its value is its input's}
     *
     * @param call a pending call
     */
    public static boolean isAlias(OpCall<Tensor> call) {
        return call.op() == ALIAS;
    }

    /**
     * The value, computed now if it was not before.
     *
     * @return the value
     * @throws IllegalStateException if the node was released
     */
    public Value value() {
        Value present = value;
        if (present == null) {
            evaluator.evaluate(List.of(this));
            present = value;
            if (present == null) {
                throw released();
            }
        }
        return present;
    }

    /**
     * Gives the node its value, and ownership of it if it has no owner. Called once, under the evaluator's monitor.
     *
     * @param computed the value
     */
    public void complete(Value computed) {
        if (computed.owner() == null) {
            computed.setOwner(this);
        }
        value = computed;
        pending = null;
    }

    /** {@return the exception for using a node that is gone} */
    public IllegalStateException released() {
        return new IllegalStateException("this tensor, " + spec
                + ", was released when its TensorScope closed; hand it to scope.keep(...) before that");
    }

    private void requireAlive() {
        if (pending == null && value == null) {
            throw released();
        }
    }

    /** Lets go of everything, and gives the value that may now be freed, if this node owns one. */
    @Nullable
    Value release() {
        synchronized (evaluator) {
            Value last = value;
            value = null;
            pending = null;
            return last != null && last.owner() == this ? last : null;
        }
    }

    @Override
    public double item() {
        if (!spec.shape().isScalar()) {
            return Tensor.super.item();
        }
        return spec.dtype().isFloating() ? value().floating() : value().integer();
    }

    @Override
    public double[] toDoubleArray() {
        return read(NdArrays::doubles);
    }

    @Override
    public float[] toFloatArray() {
        return read(NdArrays::floats);
    }

    @Override
    public long[] toLongArray() {
        if (spec.dtype().isFloating()) {
            throw new IllegalArgumentException("toLongArray() and toIntArray() need an integer or bool, this is " + spec
                    + "; use castTo(DType.INT64)");
        }
        return read(NdArrays::longs);
    }

    /**
     * Reads the value while nothing can free it.
     *
     * @param reader of the array, which it must not change
     * @param <R> its result
     * @return its result
     */
    public <R> R read(Function<INDArray, R> reader) {
        Value present = value();
        return NdArrays.detached(() -> present.read(reader));
    }

    /** {@return value, shape and dtype on one line} */
    @Override
    public String toString() {
        return Tensor.toString(this);
    }
}
