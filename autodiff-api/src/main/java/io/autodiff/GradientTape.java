package io.autodiff;

import io.autodiff.op.OpCall;
import io.autodiff.spi.Executor;
import io.autodiff.spi.Recorder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records ops while it is open, and gives gradients of what it recorded.
 *
 * <pre>{@code
 * Variable x = Variable.of(3.0);
 * try (GradientTape tape = GradientTape.open()) {
 *     Tensor y = x.square();
 *     Tensor dy = tape.gradientOrThrow(y, x);                // 6.0
 * }
 *
 * try (GradientTape outer = GradientTape.open(); GradientTape inner = GradientTape.open()) {
 *     Tensor y = x.pow(3);
 *     Tensor dy = inner.gradientOrThrow(y, x);               // 27.0
 *     Tensor d2y = outer.gradientOrThrow(dy, x);             // 18.0
 * }
 * }</pre>
 *
 * <p>Trainable variables are watched when they are read, tensors when {@link #watch} says so. A tape records on the thread that
 * opened it, from {@link #open()} to {@link #close()}; ops on other threads are not recorded. Tapes nest, and an outer one records
 * the gradient computation of an inner one. The gradient of a tape is asked for once, or any number of times if it is
 * {@linkplain Builder#persistent persistent}; before or after it is closed, and once closed on any thread.
 *
 * <p>A gradient is null where no differentiable path joins source and target: they are unconnected, or joined only through
 * integers, comparisons, {@link Operand#stopGradient} or what was computed outside of this library. Targets that are not scalars are
 * summed.
 */
public final class GradientTape implements AutoCloseable {
    private final boolean persistent;
    private final boolean watchAccessedVariables;
    private final Thread owner = Thread.currentThread();
    private final Recorder recorder = new TapeRecorder();

    private TapeRecords records = new TapeRecords();
    private final List<Variable> variables = new ArrayList<>();
    private boolean recording;
    private int paused;
    private boolean consumed;

    private GradientTape(Builder builder) {
        this.persistent = builder.persistent;
        this.watchAccessedVariables = builder.watchAccessedVariables;
    }

    /** {@return a new tape that records, watches trainable variables when they are read, and gives gradients once} */
    public static GradientTape open() {
        return builder().open();
    }

    /** {@return the settings of a tape to be opened} */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The settings of a tape.
     *
     * <pre>{@code
     * GradientTape.builder().persistent(true).watchAccessedVariables(false).open()
     * }</pre>
     */
    public static final class Builder {
        private boolean persistent;
        private boolean watchAccessedVariables = true;

        private Builder() {}

        /**
         * Whether gradients may be asked for more than once; false unless set.
         *
         * @param value whether they may
         * @return this builder
         */
        public Builder persistent(boolean value) {
            persistent = value;
            return this;
        }

        /**
         * Whether trainable variables are watched when they are read; true unless set.
         *
         * @param value whether they are
         * @return this builder
         */
        public Builder watchAccessedVariables(boolean value) {
            watchAccessedVariables = value;
            return this;
        }

        /** {@return a new tape of these settings, that records} */
        public GradientTape open() {
            GradientTape tape = new GradientTape(this);
            tape.start();
            return tape;
        }
    }

    /**
     * Watches a tensor or variable: ops on it are recorded from now on. Watching twice is watching once; an integer or bool
     * has no gradient, watched or not.
     *
     * @param operand the tensor, or the variable, trainable or not
     * @throws IllegalStateException if the tape does not record, or this is not its thread
     */
    public void watch(Operand operand) {
        Objects.requireNonNull(operand, "operand");
        requireOwner("watch");
        if (!recording) {
            throw new IllegalStateException(
                    "watch: this tape no longer records; call it before close(), or resume() first");
        }
        if (operand instanceof Variable variable) {
            watchVariable(variable);
        } else if (operand.dtype().isFloating()) {
            records.track(operand);
        }
    }

    /**
     * Watches several tensors and variables.
     *
     * @param operands as for {@link #watch(Operand)}
     * @throws IllegalStateException if the tape does not record, or this is not its thread
     */
    public void watch(List<? extends Operand> operands) {
        Objects.requireNonNull(operands, "operands").forEach(this::watch);
    }

    /**
     * The gradient of one target by one source.
     *
     * @param target a tensor or variable; the sum of its elements is what is differentiated
     * @param source a tensor or variable
     * @return of the source's shape and dtype, or null if the two are unconnected
     * @throws IllegalStateException as for the full form
     */
    public @Nullable Tensor gradient(Operand target, Operand source) {
        return gradient(single(target, "target"), single(source, "source")).get(0);
    }

    /**
     * The gradients of one target by several sources.
     *
     * @param target a tensor or variable
     * @param sources tensors or variables
     * @return one gradient for each source, null for an unconnected one
     * @throws IllegalStateException as for the full form
     */
    public List<@Nullable Tensor> gradient(Operand target, List<? extends Operand> sources) {
        return gradient(single(target, "target"), sources);
    }

    /**
     * The gradient of the sum of several targets by one source.
     *
     * @param targets tensors or variables
     * @param source a tensor or variable
     * @return of the source's shape and dtype, or null if it is unconnected to all targets
     * @throws IllegalStateException as for the full form
     */
    public @Nullable Tensor gradient(List<? extends Operand> targets, Operand source) {
        return gradient(targets, single(source, "source")).get(0);
    }

    /**
     * The gradients of the sum of several targets by several sources.
     *
     * @param targets tensors or variables
     * @param sources tensors or variables
     * @return one gradient for each source, null for an unconnected one
     * @throws IllegalStateException as for the full form
     */
    public List<@Nullable Tensor> gradient(List<? extends Operand> targets, List<? extends Operand> sources) {
        return gradient(targets, sources, null, UnconnectedGradients.NONE);
    }

    /**
     * The gradient of one target by one source that must be connected.
     *
     * @param target a tensor or variable
     * @param source a tensor or variable
     * @return of the source's shape and dtype
     * @throws IllegalStateException if they are not connected, and as for the full form
     */
    public Tensor gradientOrThrow(Operand target, Operand source) {
        return gradientOrThrow(single(target, "target"), single(source, "source"))
                .get(0);
    }

    /**
     * The gradients of the sum of several targets by several sources, each of which must be connected.
     *
     * @param targets tensors or variables
     * @param sources tensors or variables
     * @return one gradient for each source, of its shape and dtype
     * @throws IllegalStateException if a source is connected to no target, and as for the full form
     */
    public List<Tensor> gradientOrThrow(List<? extends Operand> targets, List<? extends Operand> sources) {
        List<Tensor> connected = new ArrayList<>();
        for (Tensor gradient : gradient(targets, sources)) {
            if (gradient == null) {
                Operand source = sources.get(connected.size());
                throw new IllegalStateException("no differentiable path joins a target of "
                        + targets.stream()
                                .map(target -> target.spec().toString())
                                .toList()
                        + " to the source " + source.spec()
                        + ": watch the source before it is used, and compute the target on"
                        + " this tape, from floating dtypes only");
            }
            connected.add(gradient);
        }
        return Collections.unmodifiableList(connected);
    }

    /**
     * The gradients of several targets by several sources: the sum over targets of output gradient times Jacobian.
     *
     * @param targets tensors or variables; one given twice counts twice; one that is not floating has no gradient
     * @param sources tensors or variables; one given twice gets its gradient twice
     * @param outputGradients one for each target, of its shape and dtype, null for ones; or null for ones everywhere
     * @param unconnected what to give for a source that is connected to no target
     * @return one gradient for each source, of its shape and dtype
     * @throws IllegalStateException if the tape's one gradient was given already and it is not persistent, it records on
     *     another thread, or a gradient rule gives something that does not fit its input
     * @throws IllegalArgumentException if an output gradient does not fit its target
     */
    public List<@Nullable Tensor> gradient(
            List<? extends Operand> targets,
            List<? extends Operand> sources,
            @Nullable List<? extends @Nullable Operand> outputGradients,
            UnconnectedGradients unconnected) {
        Objects.requireNonNull(targets, "targets");
        Objects.requireNonNull(sources, "sources");
        Objects.requireNonNull(unconnected, "unconnected");
        if (recording) {
            requireOwner("gradient, while the tape records,");
        }
        if (consumed) {
            throw new IllegalStateException(
                    "this tape gave its gradient already; a tape gives one, unless it is persistent:"
                            + " GradientTape.builder().persistent(true).open()");
        }
        List<Tensor> seeds = BackwardPass.seeds(targets, outputGradients);
        // A persistent tape that records also records its own sweep; a one-shot tape must not.
        if (!persistent) {
            paused++;
        }
        List<@Nullable Tensor> gradients;
        try {
            gradients = new BackwardPass(records).run(targets, seeds, sources);
            for (int i = 0; i < gradients.size(); i++) {
                if (gradients.get(i) == null && unconnected == UnconnectedGradients.ZERO) {
                    gradients.set(i, Tensors.zerosLike(sources.get(i)));
                }
            }
        } finally {
            if (!persistent) {
                paused--;
            }
        }
        if (!persistent) {
            stop();
            clear();
            consumed = true;
        }
        return Collections.unmodifiableList(gradients);
    }

    /**
     * Runs code that this tape does not record; outer tapes do.
     *
     * @param action the code
     * @throws IllegalStateException if the tape does not record, or this is not its thread
     */
    public void stopRecording(Runnable action) {
        Objects.requireNonNull(action, "action");
        requireOwner("stopRecording");
        if (!recording) {
            throw new IllegalStateException("stopRecording: this tape does not record");
        }
        paused++;
        try {
            action.run();
        } finally {
            paused--;
        }
    }

    /**
     * Forgets what was recorded and watched. A tape that records goes on with a blank record.
     *
     * @throws IllegalStateException if the tape records and this is not its thread
     */
    public void reset() {
        if (recording) {
            requireOwner("reset");
        }
        clear();
        consumed = false;
    }

    /**
     * Records again after {@link #close} or after the one gradient, in addition to what is on the tape still.
     *
     * @throws IllegalStateException if the tape records already, or this is not the thread that opened it
     */
    public void resume() {
        requireOwner("resume");
        if (recording) {
            throw new IllegalStateException("resume: this tape is recording already");
        }
        consumed = false;
        start();
    }

    /** {@return the variables watched so far, by {@link #watch} or by being read, in that order} */
    public List<Variable> watchedVariables() {
        return List.copyOf(variables);
    }

    /**
     * Ends the recording, and nothing else: gradients can still be asked for. Closing twice is closing once.
     *
     * @throws IllegalStateException if this is not the tape's thread, or a tape or scope that was opened later is still
     *     open; in that case this tape is closed nonetheless
     */
    @Override
    public void close() {
        if (!recording) {
            return;
        }
        requireOwner("close");
        if (!stop()) {
            throw new IllegalStateException(
                    "tapes and scopes close in the reverse of the order in which they were opened; this tape is closed, one"
                            + " opened after it is not");
        }
    }

    /** {@return state and number of records, such as {@code GradientTape(recording, 12 records)}} */
    @Override
    public String toString() {
        String state = recording ? "recording" : consumed ? "gradient given" : "closed";
        return "GradientTape(" + (persistent ? "persistent, " : "") + state + ", " + records.size() + " records)";
    }

    private void watchVariable(Variable variable) {
        if (records.track(variable)) {
            variables.add(variable);
        }
    }

    private void start() {
        Executor.push(recorder);
        recording = true;
    }

    /** Ends the recording; gives whether this was the innermost block. */
    private boolean stop() {
        boolean innermost = !recording || Executor.remove(recorder);
        recording = false;
        return innermost;
    }

    private void clear() {
        records = new TapeRecords();
        variables.clear();
    }

    private void requireOwner(String action) {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(action + " is for the thread that opened the tape, " + owner.getName()
                    + ", not for " + Thread.currentThread().getName());
        }
    }

    private static List<Operand> single(Operand operand, String name) {
        return List.of(Objects.requireNonNull(operand, name));
    }

    /** Hears what happens on the thread; apart from the tape so that these methods are not part of its face. */
    private final class TapeRecorder implements Recorder {
        @Override
        public void applied(OpCall<Tensor> call) {
            if (paused == 0) {
                records.add(call);
            }
        }

        @Override
        public void derived(OpCall<Tensor> call) {
            applied(call);
        }

        @Override
        public void read(Variable variable, Tensor value, Tensor leaf) {
            boolean watched = (watchAccessedVariables && variable.trainable()) || records.tracks(variable);
            if (paused > 0 || !watched) {
                return;
            }
            watchVariable(variable);
            if (leaf.dtype().isFloating()) {
                records.addRead(variable, leaf);
            }
        }

        @Override
        public boolean hearsEachOp() {
            return paused == 0;
        }

        @Override
        public List<Tensor> held() {
            return records.tensors();
        }
    }
}
