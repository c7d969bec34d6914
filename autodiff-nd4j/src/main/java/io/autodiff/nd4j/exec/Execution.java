package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Evaluator;
import io.autodiff.nd4j.graph.Linearisation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.nd4j.graph.Value;
import io.autodiff.op.OpCall;
import java.util.Collection;
import java.util.List;

/**
 * One thread's pending work, and the one entry by which it becomes values. Whatever asks for a value comes to
 * {@link #evaluate}; nothing else runs a kernel.
 *
 * <p>In immediate mode ({@code -Dautodiff.execution=immediate}) each call is evaluated as it is made. In debug mode ({@code
 * -Dautodiff.debug=true}) what a kernel throws has the place of the call as a suppressed exception. Both are read when a thread
 * first uses the engine.
 */
public final class Execution implements Evaluator {
    /** A longer chain of pending calls is evaluated before it grows, so that a loop that reads nothing stays bounded. */
    static final int MOST_PENDING = 10_000;

    private static final ThreadLocal<Execution> CURRENT = ThreadLocal.withInitial(Execution::new);

    private final boolean immediate = immediate(System.getProperty("autodiff.execution", "deferred"));
    private final boolean debug = Boolean.getBoolean("autodiff.debug");
    private final Linearisation linearisation = new Linearisation();

    private int nodes;

    private Execution() {}

    /** {@return this thread's execution} */
    public static Execution current() {
        return CURRENT.get();
    }

    private static boolean immediate(String mode) {
        if (!mode.equals("immediate") && !mode.equals("deferred")) {
            throw new IllegalArgumentException(
                    "the system property autodiff.execution is 'deferred' or 'immediate', not '" + mode + "'");
        }
        return mode.equals("immediate");
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
        if (computation != null && !computation.isTraced() && (immediate || computation.depth() > MOST_PENDING)) {
            evaluate(outputs);
        }
        return outputs;
    }

    /**
     * Computes what is pending among the roots and below them. If a kernel fails, what was computed before it stays, and what
     * was not stays pending.
     */
    @Override
    public synchronized void evaluate(Collection<Node> roots) {
        Execution caller = CURRENT.get();
        // What a kernel computes with tensors belongs here too, whichever thread asks: so there is one monitor, never
        // two.
        CURRENT.set(this);
        try {
            run(roots);
        } finally {
            CURRENT.set(caller);
        }
    }

    private void run(Collection<Node> roots) {
        for (Computation computation : linearisation.order(roots)) {
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
    }

    /** What is pending among the roots and below them, in the order in which it can run. */
    synchronized List<Computation> order(Collection<Node> roots) {
        return linearisation.order(roots);
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
