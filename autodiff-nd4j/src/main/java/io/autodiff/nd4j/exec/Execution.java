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

/**
 * One thread's pending work, and the one entry by which it becomes values. Whatever asks for a value comes to
 * {@link #evaluate}; nothing else runs a kernel.
 *
 * <p>What is asked for is computed together with what no later call has used since the last evaluation: variables that were assigned,
 * gradients, losses in a list. So a training step is one evaluation, whichever of its results is read, and nothing piles up. Scalars
 * are computed one by one, in Java. Arrays are computed by a {@link Plan}, found by the signature of what is pending: its temporaries
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
        /** When something asks for them; scalars one by one, arrays by plans. */
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

    private static final ThreadLocal<Execution> CURRENT = ThreadLocal.withInitial(Execution::new);

    private final Mode mode = Mode.of(System.getProperty("autodiff.execution", "deferred"));
    private final boolean debug = Boolean.getBoolean("autodiff.debug");
    private final Linearisation linearisation = new Linearisation();
    private final Thread owner = Thread.currentThread();
    private final Backlog backlog = new Backlog();

    private int nodes;

    private Execution() {}

    /** {@return this thread's execution} */
    public static Execution current() {
        return CURRENT.get();
    }

    /**
     * Takes up a call.
     *
     * @param call on nodes
     * @return its outputs, pending unless the mode is immediate
     */
    public List<Node> apply(OpCall<Tensor> call) {
        List<Node> outputs = Node.pending(call, this);
        Computation computation = outputs.get(0).pending();
        if (computation != null && !computation.isTraced()) {
            if (mode == Mode.IMMEDIATE) {
                evaluate(outputs);
            } else if (backlog.isFull()) {
                evaluate(List.of());
            }
        }
        return outputs;
    }

    @Override
    public void made(Computation computation) {
        if (mode != Mode.IMMEDIATE && Thread.currentThread() == owner) {
            backlog.add(computation);
        }
    }

    /**
     * Computes what is pending among the roots and below them, and what else there is to compute. If a kernel fails, what was computed
     * before it stays, and what was not stays pending; a failure of something that was not asked for is left to its own reader.
     */
    @Override
    public synchronized void evaluate(Collection<Node> roots) {
        Execution caller = CURRENT.get();
        // What a kernel computes with tensors belongs here too, whichever thread asks: so there is one monitor, never
        // two.
        CURRENT.set(this);
        try {
            List<Node> unused = Thread.currentThread() == owner ? backlog.takeUnused() : List.of();
            if (unused.isEmpty()) {
                run(roots);
            } else {
                runBoth(roots, unused);
            }
        } finally {
            CURRENT.set(caller);
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
        while (next < order.size()
                && (singly
                        || (mode == Mode.DEFERRED
                                && ScalarInterpreter.takes(order.get(next).call())))) {
            run(order.get(next++));
        }
        if (next < order.size()) {
            PlanCache.run(order.subList(next, order.size()), roots);
        }
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
            computation.outputs().get(i).complete(outputs[i]);
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
