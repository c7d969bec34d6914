package io.autodiff.nd4j.graph;

import io.autodiff.Tensor;
import io.autodiff.op.OpCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call whose outputs are not computed yet. Its outputs point to it until they have their values, and so keep its inputs. */
public final class Computation implements Node.State {
    /** In place of a depth: waits for a placeholder. */
    private static final int TRACED = -1;

    private final OpCall<Tensor> call;
    /** Or TRACED. */
    private final int depth;

    private final @Nullable Throwable origin;
    private List<Node> outputs = List.of();
    /** The linearisation that this was last met in, and how far it got here; saves a set and a stack of what was visited. */
    int mark;

    int nextInput;
    /** Where that linearisation came from; null when it is done. */
    @Nullable
    Computation above;

    Computation(OpCall<Tensor> call, boolean remembersOrigin) {
        this.call = call;
        int deepest = 0;
        boolean traced = Node.isPlaceholder(call);
        for (int i = 0; i < call.inputCount(); i++) {
            Computation below = input(i).pending();
            if (below != null) {
                deepest = Math.max(deepest, below.depth);
                traced |= below.depth == TRACED;
            }
        }
        this.depth = traced ? TRACED : deepest + 1;
        this.origin = remembersOrigin ? new Throwable(call.describe() + " was called here") : null;
    }

    void setOutputs(List<Node> nodes) {
        outputs = nodes;
    }

    /** {@return the op call, its inputs and output specs} */
    public OpCall<Tensor> call() {
        return call;
    }

    /** {@return the nodes that wait for the results, in the op's order} */
    public List<Node> outputs() {
        return outputs;
    }

    /**
     * {@return one input}
     *
     * @param index its number
     */
    public Node input(int index) {
        return (Node) call.input(index);
    }

    /** {@return the length of the longest chain of pending calls that ends here; -1 if it {@link #isTraced}} */
    public int depth() {
        return depth;
    }

    /** {@return whether this waits for a placeholder, and so never gets a value} */
    public boolean isTraced() {
        return depth == TRACED;
    }

    /** {@return where the call was made, in debug mode; null otherwise} */
    public @Nullable Throwable origin() {
        return origin;
    }
}
