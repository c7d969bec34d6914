package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.AutodiffProvider;
import io.autodiff.spi.Executor;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A named cell that holds a value which can be assigned. Dtype and shape stay what they were at the start.
 *
 * <pre>{@code
 * Variable x = Variable.of(3f);                       // float32; of(3) is int32, of(3.0) float64
 * Variable a = Variable.builder(new float[] {1, 2}).name("a").dtype(DType.FLOAT64).trainable(false).build();
 * x.assign(4).assignAdd(1);                           // 5.0
 * Tensor y = x.square();                              // a read: y stays 25.0 whatever is assigned to x
 * }</pre>
 *
 * <p>Each read is a tensor of its own that belongs to this variable; gradients over all reads add up. An assignment takes a value
 * and no gradient path with it. Reads and assignments are safe from any thread; each assignment is one step.
 */
public final class Variable implements Operand {
    private final String name;
    private final boolean trainable;
    private final TensorSpec spec;
    /** What tapes keep of a read but for its leaf. */
    private final OpCall<Operand> readCall;

    private volatile Tensor value;
    /** Whether any call may have the value for an input, or a tensor be of the same. Scalars are not told of. */
    private volatile boolean used;

    private final long maker = Thread.currentThread().getId();
    /** Whether any other thread than the maker has had to do with this. */
    private volatile boolean shared;
    /** How many compiled functions run on what was held when they were called. */
    private final AtomicInteger running = new AtomicInteger();

    private Variable(Tensor initial, String name, boolean trainable) {
        this.name = name;
        this.trainable = trainable;
        this.spec = initial.spec();
        this.readCall = OpCall.of(BackwardPass.READ, Attributes.NONE, List.of(spec))
                .withOutputSpecs(List.of(spec))
                .withInputs(List.of(this));
        this.value = Executor.created(AutodiffProvider.current().alias(initial));
        this.used = spec.shape().isScalar();
    }

    /**
     * A trainable variable.
     *
     * @param value an int, long, float, double or boolean, a rectangular array of them of any rank, a Tensor, a Variable, or an
     *     array of the engine (an INDArray); it is copied
     * @return the variable, whose dtype follows from the value
     * @throws IllegalArgumentException if the value is none of these
     */
    public static Variable of(Object value) {
        return builder(value).build();
    }

    /**
     * The settings of a variable.
     *
     * @param value as for {@link #of}
     * @return a builder
     */
    public static Builder builder(Object value) {
        return new Builder(Objects.requireNonNull(value, "value"));
    }

    /**
     * The settings of a variable.
     *
     * <pre>{@code
     * Variable.builder(new double[] {1, 2}).name("weights").trainable(false).build()
     * }</pre>
     */
    public static final class Builder {
        private final Object value;
        private String name = "Variable";
        private @Nullable DType dtype;
        private boolean trainable = true;

        private Builder(Object value) {
            this.value = value;
        }

        /**
         * How printing and messages call the variable; "Variable" unless set. Names need not differ.
         *
         * @param newName the name
         * @return this builder
         */
        public Builder name(String newName) {
            name = Objects.requireNonNull(newName, "newName");
            return this;
        }

        /**
         * The dtype; unless set, it follows from the value.
         *
         * @param newDtype one that can hold the value
         * @return this builder
         */
        public Builder dtype(DType newDtype) {
            dtype = Objects.requireNonNull(newDtype, "newDtype");
            return this;
        }

        /**
         * Whether tapes watch the variable when it is read; true unless set.
         *
         * @param newTrainable whether they do
         * @return this builder
         */
        public Builder trainable(boolean newTrainable) {
            trainable = newTrainable;
            return this;
        }

        /**
         * Makes the variable.
         *
         * @return a new variable
         * @throws IllegalArgumentException if the value is of no kind that a tensor is made of, or the dtype cannot hold it
         * @throws IllegalStateException inside a compiled function
         */
        public Variable build() {
            if (Trace.current() != null) {
                throw new IllegalStateException(
                        "the Variable '" + name + "' is created inside a compiled function, and would be"
                                + " created anew at each call; create it outside, once");
            }
            Variable variable = new Variable(Literals.tensor(value, dtype), name, trainable);
            Executor.assigned(variable);
            return variable;
        }
    }

    /** {@return how printing and messages call it} */
    public String name() {
        return name;
    }

    /** {@return whether tapes watch it when it is read} */
    public boolean trainable() {
        return trainable;
    }

    @Override
    public TensorSpec spec() {
        return spec;
    }

    /** {@return the present value, as a new tensor that belongs to this read} */
    @Override
    public Tensor asTensor() {
        Tensor cell = use();
        return Executor.read(
                this, cell, Executor.created(AutodiffProvider.current().alias(cell)));
    }

    /**
     * Takes over the value of a tensor or variable.
     *
     * @param newValue of this variable's shape and dtype
     * @return this variable
     * @throws IllegalArgumentException if shape or dtype differ; the variable is then as it was
     */
    public Variable assign(Operand newValue) {
        requireFit("assign", Objects.requireNonNull(newValue, "newValue").spec());
        set(newValue.asTensor());
        return this;
    }

    /**
     * Takes over a Java value.
     *
     * @param newValue a number or array of this variable's shape, that its dtype can hold; or an array of the engine
     * @return this variable
     * @throws IllegalArgumentException if it does not fit; the variable is then as it was
     */
    public Variable assign(Object newValue) {
        return assign(operand(Objects.requireNonNull(newValue, "newValue")));
    }

    /**
     * Adds to the value.
     *
     * @param delta of this variable's shape and dtype
     * @return this variable
     * @throws IllegalArgumentException if shape or dtype differ; the variable is then as it was
     */
    public Variable assignAdd(Operand delta) {
        requireFit("assignAdd", Objects.requireNonNull(delta, "delta").spec());
        Tensor addend = delta.asTensor();
        synchronized (this) {
            update(use().add(addend));
        }
        return this;
    }

    /**
     * Adds to the value.
     *
     * @param delta a number or array of this variable's shape, that its dtype can hold; or an array of the engine
     * @return this variable
     * @throws IllegalArgumentException if it does not fit; the variable is then as it was
     */
    public Variable assignAdd(Object delta) {
        return assignAdd(operand(Objects.requireNonNull(delta, "delta")));
    }

    /**
     * Subtracts from the value.
     *
     * @param delta of this variable's shape and dtype
     * @return this variable
     * @throws IllegalArgumentException if shape or dtype differ; the variable is then as it was
     */
    public Variable assignSub(Operand delta) {
        requireFit("assignSub", Objects.requireNonNull(delta, "delta").spec());
        Tensor subtrahend = delta.asTensor();
        synchronized (this) {
            update(use().sub(subtrahend));
        }
        return this;
    }

    /**
     * Subtracts from the value.
     *
     * @param delta a number or array of this variable's shape, that its dtype can hold; or an array of the engine
     * @return this variable
     * @throws IllegalArgumentException if it does not fit; the variable is then as it was
     */
    public Variable assignSub(Object delta) {
        return assignSub(operand(Objects.requireNonNull(delta, "delta")));
    }

    @Override
    public double item() {
        return cell().item();
    }

    @Override
    public double[] toDoubleArray() {
        return cell().toDoubleArray();
    }

    @Override
    public long[] toLongArray() {
        return cell().toLongArray();
    }

    /** {@return a read of this variable, without its output} */
    OpCall<Operand> readCall() {
        return readCall;
    }

    /** The tensor in the cell, for who only looks at it, or inside a trace what will be there: not a read, so no tape hears of it. */
    Tensor cell() {
        Trace trace = Trace.current();
        if (trace != null) {
            return trace.cell(this);
        }
        touch();
        return value;
    }

    /** The tensor in the cell, to become the input of a call, or another tensor's value; else as {@link #cell}. */
    Tensor use() {
        Tensor cell = cell();
        if (!used && Trace.current() == null) {
            used = true;
            Executor.used(this, cell);
        }
        return cell;
    }

    /** Whether nobody can come upon a value here any more that this held. */
    boolean isDoneWith(Tensor former) {
        return value != former && !shared;
    }

    /** Whether {@link #use} has given the value to anybody, so that not all who have it are known. */
    boolean isUsed() {
        return used && !spec.shape().isScalar();
    }

    /** Notes that no call that {@link #use} has given the value to is left. */
    void release() {
        if (isUsed()) {
            used = false;
        }
    }

    /** Comes before each access: another thread then sees what {@link #replace} put here, or is seen by it. */
    private void touch() {
        if (!shared && Thread.currentThread().getId() != maker) {
            shared = true;
        }
    }

    /** What a compiled function runs on, until it {@link #leave leaves}. */
    Tensor enter() {
        Tensor cell = use();
        running.incrementAndGet();
        return cell;
    }

    void leave() {
        running.decrementAndGet();
    }

    /**
     * Takes a tensor over that nobody else has, and gives up what was here, whose memory is then free for the next one: no tensor that
     * anybody has been given is that one itself. What another thread may be about to read is left to the collector.
     */
    void replace(Tensor newValue) {
        touch();
        Tensor former = exchange(newValue);
        Executor.assigned(this);
        if (!shared && running.get() == 0) {
            AutodiffProvider.current().giveUp(former, false);
        }
    }

    private synchronized Tensor exchange(Tensor newValue) {
        Tensor former = value;
        hold(newValue);
        return former;
    }

    private void hold(Tensor newValue) {
        value = newValue;
        release();
    }

    /** An alias, so that the cell is never one tensor with what was assigned: no gradient path leads into a variable. */
    private synchronized void set(Tensor newValue) {
        boolean traced = Trace.current() != null;
        update(traced ? newValue : Executor.created(AutodiffProvider.current().alias(newValue)));
    }

    /** Takes a tensor over that nobody else has. */
    private synchronized void update(Tensor newValue) {
        Trace trace = Trace.current();
        if (trace == null) {
            touch();
            hold(newValue);
        } else {
            trace.assign(this, newValue);
        }
        Executor.assigned(this);
    }

    private Operand operand(Object newValue) {
        return newValue instanceof Operand operand ? operand : Literals.tensor(newValue, spec.dtype());
    }

    private void requireFit(String action, TensorSpec given) {
        if (!given.equals(spec)) {
            String what = given.dtype() != spec.dtype() ? "dtype" : "shape";
            throw new IllegalArgumentException(action + " of " + given + " to the variable '" + name + "', which is "
                    + spec + ": the " + what + " differs, and stays what it was when the variable was made");
        }
    }

    /** {@return value, name, shape and dtype, such as {@code Variable(3.0, name=x, shape=[], dtype=float32)}} */
    @Override
    public String toString() {
        return Printing.variable(this);
    }
}
