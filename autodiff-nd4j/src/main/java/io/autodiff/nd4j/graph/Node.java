package io.autodiff.nd4j.graph;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    /** What stands for an argument while a function is traced; its kernel is what comes of asking for the value. */
    private static final Op PLACEHOLDER = Op.named("placeholder")
            .attribute("dtype", DType.class)
            .attribute("shape", Shape.class)
            .shape(c ->
                    new TensorSpec(c.attributes().dtype("dtype"), c.attributes().shape("shape")))
            .kernel(INDArray.class, c -> {
                throw new IllegalStateException(
                        "while a function is traced, its tensors have no values, so that Java cannot read them; choose"
                                + " by value with Branch.cond or Tensors.where, loop with Loops.whileLoop, print with"
                                + " Functions.print, and read results after the call");
            })
            .checked();

    /** What a node has: one of the three, and nothing once it is released. */
    sealed interface State permits Value, Computation, InJava {}

    /** A scalar that is in the node itself, and becomes a {@link Value} when a kernel needs one. */
    private enum InJava implements State {
        SCALAR
    }

    private static final VarHandle STATE = handle("state", State.class);
    private static final VarHandle AWAITED = handle("awaited", boolean.class);

    private final TensorSpec spec;
    private final Evaluator evaluator;
    private final int hash;
    /** Whether a call may still wait for this. Set as the state is. */
    @SuppressWarnings("UnusedVariable") // used by way of AWAITED
    private boolean awaited;

    /** Of a scalar that was made in Java: a double's, or an integer; 0 or 1 for a bool. */
    private final long bits;
    /**
     * Set with release, read with acquire: who sees a value sees what is in it. A volatile write would have the processor wait, which
     * costs more than all the rest of making a node.
     */
    @SuppressWarnings("UnusedVariable") // used by way of STATE
    private @Nullable State state;

    private Node(TensorSpec spec, Evaluator evaluator, State state, long bits) {
        this.spec = spec;
        this.evaluator = evaluator;
        this.hash = evaluator.number();
        this.bits = bits;
        set(state);
    }

    /** What a computation will give its value. */
    Node(TensorSpec spec, Evaluator evaluator, Computation computation) {
        this(spec, evaluator, computation, 0);
    }

    /**
     * A floating scalar.
     *
     * @param spec of rank 0
     * @param number rounded to the dtype
     * @param evaluator of this thread
     * @return the node
     */
    public static Node ofFloating(TensorSpec spec, double number, Evaluator evaluator) {
        return new Node(spec, evaluator, InJava.SCALAR, Double.doubleToRawLongBits(number));
    }

    /**
     * An integer or bool scalar.
     *
     * @param spec of rank 0
     * @param number in the dtype's range; for bool, 0 or 1
     * @param evaluator of this thread
     * @return the node
     */
    public static Node ofInteger(TensorSpec spec, long number, Evaluator evaluator) {
        return new Node(spec, evaluator, InJava.SCALAR, number);
    }

    private static VarHandle handle(String field, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(Node.class, field, type);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private @Nullable State state() {
        return (State) STATE.getAcquire(this);
    }

    private void set(@Nullable State next) {
        STATE.setRelease(this, next);
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
        Node node = new Node(spec, evaluator, value, 0);
        value.claim(node);
        return node;
    }

    /**
     * A node that has its value, which stays somebody else's.
     *
     * @param spec dtype and shape
     * @param value its elements
     * @param evaluator of this thread
     * @return the node
     */
    public static Node borrowing(TensorSpec spec, Value value, Evaluator evaluator) {
        value.lend();
        return new Node(spec, evaluator, value, 0);
    }

    /**
     * A node that never has a value.
     *
     * @param spec dtype and shape
     * @param evaluator of this thread
     * @return the node
     */
    public static Node placeholder(TensorSpec spec, Evaluator evaluator) {
        OpCall<TensorSpec> call =
                OpCall.of(PLACEHOLDER, Attributes.of("dtype", spec.dtype(), "shape", spec.shape()), List.of());
        return pending(call.withOutputSpecs(List.of(spec)).withInputs(List.of()), evaluator)
                .output(0);
    }

    /**
     * Another node of the same value, computed or not.
     *
     * @param node of any thread
     * @param evaluator of this thread
     * @return the node
     */
    public static Node alias(Node node, Evaluator evaluator) {
        State present = node.state();
        if (present == InJava.SCALAR) {
            return node.inJava(evaluator);
        } else if (present instanceof Value value && node.evaluator == evaluator) {
            return borrowing(node.spec, value, evaluator);
        }
        return pending(OpCall.on(ALIAS, Attributes.NONE, node), evaluator).output(0);
    }

    /**
     * A call that will be computed later, with its outputs. What belongs to another thread is computed first, and its value is taken
     * over: no graph spans two threads, and a scope of the other thread cannot free what this one still needs.
     *
     * @param call on nodes
     * @param evaluator of this thread
     * @return the call
     * @throws IllegalStateException if an input was released
     */
    public static Computation pending(OpCall<Tensor> call, Evaluator evaluator) {
        Computation computation = new Computation(inOneThread(call, evaluator), evaluator);
        if (!computation.isTraced()) {
            evaluator.made(computation);
        }
        return computation;
    }

    /**
     * {@return the tensor as what it is}
     *
     * @param tensor of this engine
     * @throws IllegalArgumentException if it is another engine's
     */
    public static Node of(Tensor tensor) {
        if (tensor instanceof Node node) {
            return node;
        }
        throw new IllegalArgumentException(
                "a tensor of another engine, " + tensor.getClass().getName()
                        + ", cannot be used with the engine 'nd4j'; copy its elements with Tensors.of(...)");
    }

    private static OpCall<Tensor> inOneThread(OpCall<Tensor> call, Evaluator evaluator) {
        boolean foreign = false;
        for (int i = 0; i < call.inputCount(); i++) {
            Node input = (Node) call.input(i);
            input.requireAlive();
            foreign |= input.evaluator != evaluator;
        }
        return foreign
                ? call.withInputs(call.inputs().stream()
                        .map(input -> ((Node) input).ofThread(evaluator))
                        .toList())
                : call;
    }

    private Node ofThread(Evaluator other) {
        return evaluator == other
                ? this
                : state() == InJava.SCALAR ? inJava(other) : borrowing(spec, valueFor(other), other);
    }

    private Node inJava(Evaluator other) {
        return new Node(spec, other, InJava.SCALAR, bits);
    }

    /**
     * The value, for work of one thread. If the node is another thread's, its memory is kept: that thread's scopes must not free
     * what is being read here.
     *
     * @param reader of the thread that works
     * @return the value, computed now if it was not before
     * @throws IllegalStateException if the node was released
     */
    public Value valueFor(Evaluator reader) {
        Value present = value();
        if (evaluator != reader) {
            present.pin();
        }
        return present;
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
        return state() instanceof Computation computation ? computation : null;
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
     * {@return whether this is what {@link #placeholder} made}
     *
     * @param call a pending call
     */
    public static boolean isPlaceholder(OpCall<Tensor> call) {
        return call.op() == PLACEHOLDER;
    }

    /** {@return whether the value is there: neither pending nor gone} */
    public boolean isComputed() {
        State now = state();
        return now == InJava.SCALAR || now instanceof Value;
    }

    /** {@return whether this is a scalar that came from Java, and that nothing can free or change} */
    public boolean isInJava() {
        State now = state();
        return now == InJava.SCALAR || (now instanceof Value value && value.inJava);
    }

    /** {@return the one element of a floating scalar, computed now if it was not before} */
    public double floating() {
        return state() == InJava.SCALAR ? Double.longBitsToDouble(bits) : value().floating();
    }

    /** {@return the one element of an integer or bool scalar, computed now if it was not before} */
    public long integer() {
        return state() == InJava.SCALAR ? bits : value().integer();
    }

    /**
     * The value, computed now if it was not before.
     *
     * @return the value
     * @throws IllegalStateException if the node was released
     */
    public Value value() {
        State now = state();
        if (now == InJava.SCALAR) {
            Value made = spec.dtype().isFloating()
                    ? Value.ofFloating(spec, Double.longBitsToDouble(bits))
                    : Value.ofInteger(spec, bits);
            // Another thread may have made it, or released the node.
            STATE.compareAndSet(this, now, made);
            now = state();
        } else if (now instanceof Computation) {
            evaluator.evaluate(List.of(this));
            now = state();
        }
        if (now instanceof Value present) {
            return present;
        }
        throw released();
    }

    /**
     * Gives the node its value, and ownership of it if it has no owner. Called once, under the evaluator's monitor.
     *
     * @param computed the value
     */
    public void complete(Value computed) {
        computed.claim(this);
        set(computed);
    }

    /** {@return the value, computed now if it was not before; this node no longer owns it} */
    public Value handedOver() {
        Value present = value();
        present.disown(this);
        return present;
    }

    /** {@return the exception for using a node that is gone} */
    public IllegalStateException released() {
        return new IllegalStateException("this tensor, " + spec
                + ", was released when its TensorScope closed; hand it to scope.keep(...) before that");
    }

    private void requireAlive() {
        if (state() == null) {
            throw released();
        }
    }

    /** Lets go of everything, and gives the value that may now be freed, if this node owns one. The evaluator's monitor is held. */
    @Nullable
    Value release() {
        State last = state();
        set(null);
        return last instanceof Value value && value.end(this) ? value : null;
    }

    /** Notes that a call has this for an input, and may be computed later. */
    void await() {
        AWAITED.setRelease(this, true);
    }

    /** {@return whether a call may still be computed that has this for an input} */
    public boolean isAwaited() {
        return (boolean) AWAITED.getAcquire(this);
    }

    /** Ends this, and frees its value, unless another node has the same, or somebody reads it. */
    public void giveUp() {
        if (state() instanceof Value value && value.isOnlyOf(this)) {
            Release.release(List.of(this), List.of());
        }
    }

    /** {@return whether it is the same object: {@link #eq} compares elements} */
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    /** {@return a number of this object's own: cheaper than the JVM's, and asked for by every tape} */
    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public double item() {
        if (!spec.shape().isScalar()) {
            return Tensor.super.item();
        }
        return spec.dtype().isFloating() ? floating() : integer();
    }

    @Override
    public double[] toDoubleArray() {
        return value().doubles();
    }

    @Override
    public float[] toFloatArray() {
        return value().floats();
    }

    @Override
    public long[] toLongArray() {
        if (spec.dtype().isFloating()) {
            throw new IllegalArgumentException("toLongArray() and toIntArray() need an integer or bool, this is " + spec
                    + "; use castTo(DType.INT64)");
        }
        return value().longs();
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
