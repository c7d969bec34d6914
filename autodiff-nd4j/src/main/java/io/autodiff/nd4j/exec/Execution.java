package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Evaluator;
import io.autodiff.nd4j.graph.Linearisation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thread's pending work, and the one entry by which it becomes values. Whatever asks for a value comes to
 * {@link #evaluate}; nothing else runs a kernel.
 *
 * <p>What is asked for is computed together with what no later call has used since the last evaluation: variables that were assigned,
 * gradients, losses in a list. So a training step is one evaluation, whichever of its results is read, and nothing piles up. A scalar
 * call on scalars that have their values is computed at once, in Java, which costs less than to keep it. Arrays are computed by a {@link Plan}, found by the signature of what is pending: its temporaries
 * end with their last reader. What was not kept, and is asked for later, is computed again; the second time, it is kept.
 *
 * <p>In immediate mode ({@code -Dautodiff.execution=immediate}) each call is evaluated as it is made; in planned mode ({@code planned})
 * scalars go by plans, too, as in compiled functions. In debug mode ({@code
 * -Dautodiff.debug=true}) what a kernel throws has the place of the call as a suppressed exception; there are no plans then. Both are
 * read when a thread first uses the engine.
 */
public final class Execution implements Evaluator {
    /** After so many calls without an evaluation there is one, so that a loop that reads nothing stays bounded. */
    static final int MOST_PENDING = 10_000;

    /** The same for the arrays that pending calls hold as their inputs; each use counts. In bytes. */
    static final long MOST_HELD = 256L << 20;

    /** More calls than this are computed one by one: work that gathered by chance does not come again, and a plan would be lost. */
    static final int LARGEST_PLAN = 2000;

    /** When calls are computed, and how. */
    private enum Mode {
        /** Arrays when something asks for them, by plans; scalars as soon as their inputs are there. */
        DEFERRED,
        /** As they are made, one by one. */
        IMMEDIATE,
        /** When something asks for them, all by plans, as compiled functions are: for tests of plans. */
        PLANNED;

        static Mode of(String name) {
            for (Mode mode : values()) {
                if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return mode;
                }
            }
            throw new IllegalArgumentException("the system property autodiff.execution is 'deferred', 'immediate' or"
                    + " 'planned', not '" + name + "'");
        }
    }

    private static final ThreadLocal<Execution> OWN = ThreadLocal.withInitial(Execution::new);

    private final Mode mode = Mode.of(System.getProperty("autodiff.execution", "deferred"));
    private final boolean debug = Boolean.getBoolean("autodiff.debug");
    private final Linearisation linearisation = new Linearisation();
    private final Thread owner = Thread.currentThread();
    private final Backlog backlog = new Backlog();

    /** Where its thread's work belongs: here, but for the time in which the thread computes what belongs to another. */
    private Execution working = this;

    private int nodes;

    private Execution() {}

    /** {@return where this thread's work belongs} */
    public static Execution current() {
        return OWN.get().working;
    }

    /**
     * Where a call of this thread belongs.
     *
     * @param call on nodes
     * @return as {@link #current}; found without a look-up if the call's first input is of this thread
     */
    public static Execution of(OpCall<Tensor> call) {
        return call.inputCount() > 0
                        && ((Node) call.input(0)).evaluator() instanceof Execution execution
                        && execution.owner == Thread.currentThread()
                ? execution.working
                : current();
    }

    /**
     * Takes up a call of one output.
     *
     * @param call on nodes
     * @return its output: computed if it is a scalar of computed scalars, pending otherwise, unless the mode is immediate
     */
    public Node apply(OpCall<Tensor> call) {
        Node scalar = mode == Mode.DEFERRED ? scalar(call) : null;
        return scalar != null ? scalar : computation(call).output(0);
    }

    /**
     * Takes up a call.
     *
     * @param call on nodes
     * @return its outputs, pending unless the mode is immediate
     */
    public List<Node> applyAll(OpCall<Tensor> call) {
        return computation(call).outputs();
    }

    private Computation computation(OpCall<Tensor> call) {
        Computation computation = Node.pending(call, this);
        if (!computation.isTraced()) {
            if (mode == Mode.IMMEDIATE) {
                evaluate(computation.outputs());
            } else if (backlog.isFull()) {
                evaluate(List.of());
            }
        }
        return computation;
    }

    /** The output of a scalar call on scalars that have their values; null of any other call, and of one that fails. */
    private @Nullable Node scalar(OpCall<Tensor> call) {
        ScalarProgram program = ScalarProgram.of(call);
        try {
            return program.isOnScalars() ? program.run(call, this) : null;
        } catch (RuntimeException e) {
            // It stays pending, for whoever asks for its value to be told.
            return null;
        }
    }

    @Override
    public void made(Computation computation) {
        if (mode != Mode.IMMEDIATE && Thread.currentThread() == owner) {
            backlog.add(computation);
        }
    }

    /**
     * Computes what is pending among the roots and below them, and what else there is to compute. If a kernel fails, what was computed
     * before it stays, but for a plan, which gives back all that it had; what was not stays pending, and can be asked for again. A failure
     * of something that was not asked for is left to its own reader.
     */
    @Override
    public synchronized void evaluate(Collection<Node> roots) {
        Execution asking = OWN.get();
        Execution before = asking.working;
        // What a kernel computes with tensors belongs here too, whichever thread asks: so there is one monitor, never
        // two.
        asking.working = this;
        try {
            List<Node> unused = Thread.currentThread() == owner ? backlog.takeUnused() : List.of();
            if (unused.isEmpty()) {
                run(roots);
            } else {
                runBoth(roots, unused);
            }
        } finally {
            asking.working = before;
        }
    }

    private void runBoth(Collection<Node> roots, List<Node> unused) {
        List<Node> all = new ArrayList<>(roots);
        all.addAll(unused);
        try {
            run(all);
        } catch (RuntimeException e) {
            // Whose failure it was shows when the roots are computed alone.
            run(roots);
        }
    }

    private void run(Collection<Node> roots) {
        List<Computation> order = linearisation.order(roots);
        boolean singly = mode == Mode.IMMEDIATE || debug || order.size() > LARGEST_PLAN || waitsForPlaceholder(roots);
        int next = 0;
        while (next < order.size() && (singly || (mode == Mode.DEFERRED && isScalar(order.get(next))))) {
            run(order.get(next++));
        }
        if (next < order.size()) {
            PlanCache.run(next == 0 ? order : order.subList(next, order.size()), roots);
        }
    }

    /** Whether a call is as quickly computed as a plan for it is found. */
    private static boolean isScalar(Computation computation) {
        OpCall<Tensor> call = computation.call();
        return Node.isAlias(call)
                ? call.outputSpec().shape().isScalar() || computation.input(0).pending() == null
                : ScalarProgram.takes(call);
    }

    /** Then the placeholder's own kernel says what is wrong. */
    private static boolean waitsForPlaceholder(Collection<Node> roots) {
        for (Node root : roots) {
            Computation computation = root.pending();
            if (computation != null && computation.isTraced()) {
                return true;
            }
        }
        return false;
    }

    private static void run(Computation computation) {
        OpCall<Tensor> call = computation.call();
        Value[] inputs = new Value[call.inputCount()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = computation.input(i).value();
        }
        Value[] outputs = Node.isAlias(call) ? inputs : Replay.run(call, inputs, computation.origin());
        for (int i = 0; i < outputs.length; i++) {
            computation.output(i).complete(outputs[i]);
        }
    }

    /** What is pending among the roots and below them, in the order in which it can run. */
    synchronized List<Computation> order(Collection<Node> roots) {
        return linearisation.order(roots);
    }

    /**
     * Leaves out of the next evaluation what is about to be released.
     *
     * @param released nodes of any thread
     */
    public void forget(Collection<Node> released) {
        backlog.forget(released);
    }

    /**
     * Lets go of what was released.
     *
     * @param last how many of the last calls may be
     */
    public void forgetReleased(int last) {
        backlog.forgetReleased(last);
    }

    /** {@return about how many bytes of arrays this thread's pending calls hold as their inputs} */
    public long pendingBytes() {
        return backlog.bytes();
    }

    @Override
    public boolean remembersOrigins() {
        return debug;
    }

    /** Counts this thread's nodes; only this thread makes them. */
    @Override
    public int number() {
        return ++nodes;
    }
}
