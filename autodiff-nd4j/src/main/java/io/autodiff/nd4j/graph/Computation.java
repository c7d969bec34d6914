package io.autodiff.nd4j.graph;

import io.autodiff.Tensor;
import io.autodiff.op.OpCall;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call whose outputs are not computed yet. Its outputs point to it until they have their values, and so keep its inputs. */
public final class Computation implements Node.State {
    private final OpCall<Tensor> call;
    private final boolean traced;
    private final @Nullable Throwable origin;
    /** The node that waits for the result, or an array of them. */
    private Object outputs = new Node[0];
    /** The linearisation that this was last met in, and how far it got here; saves a set and a stack of what was visited. */
    int mark;

    int nextInput;
    /** Where that linearisation came from; null when it is done. */
    @Nullable
    Computation above;

    private int place;
    private boolean consumed;
    private boolean met;

    Computation(OpCall<Tensor> call, Evaluator evaluator) {
        this.call = call;
        boolean placeholder = Node.isPlaceholder(call);
        for (int i = 0; i < call.inputCount(); i++) {
            Node input = input(i);
            input.await();
            Computation below = input.pending();
            if (below != null) {
                below.consumed = true;
                placeholder |= below.traced;
            }
        }
        this.traced = placeholder;
        this.origin = evaluator.remembersOrigins() ? new Throwable(call.describe() + " was called here") : null;
        this.outputs = call.outputCount() == 1
                ? new Node(call.outputSpec(), evaluator, this)
                : call.outputSpecs().stream()
                        .map(spec -> new Node(spec, evaluator, this))
                        .toArray(Node[]::new);
    }

    /** {@return the op call, its inputs and output specs} */
    public OpCall<Tensor> call() {
        return call;
    }

    /** {@return the nodes that wait for the results, in the op's order} */
    public List<Node> outputs() {
        return outputs instanceof Node only ? List.of(only) : Arrays.asList((Node[]) outputs);
    }

    /** {@return how many nodes wait for the results} */
    public int outputCount() {
        return outputs instanceof Node ? 1 : ((Node[]) outputs).length;
    }

    /**
     * {@return the node that waits for one of the results}
     *
     * @param index its number
     */
    public Node output(int index) {
        return outputs instanceof Node only ? only : ((Node[]) outputs)[index];
    }

    /**
     * {@return one input}
     *
     * @param index its number
     */
    public Node input(int index) {
        return (Node) call.input(index);
    }

    /** {@return its number among the calls that are being planned, as it was set last} */
    public int place() {
        return place;
    }

    /**
     * Sets its number among the calls that are being planned.
     *
     * @param number from 0 up
     */
    public void setPlace(int number) {
        place = number;
    }

    /**
     * {@return which of the outputs a node is}
     *
     * @param output one of them
     */
    public int outputNumber(Node output) {
        return outputs instanceof Node ? 0 : outputs().indexOf(output);
    }

    /** {@return whether an output is the input of a later call} */
    public boolean isConsumed() {
        return consumed;
    }

    /** {@return whether an evaluation before the present one has met this, and kept no value of it} */
    public boolean wasMet() {
        return met;
    }

    /** Notes that an evaluation has met this. */
    public void meet() {
        met = true;
    }

    /** {@return whether no output has its value yet, and none was released} */
    public boolean isPending() {
        for (int i = 0; i < outputCount(); i++) {
            if (output(i).pending() == null) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether this waits for a placeholder, and so never gets a value} */
    public boolean isTraced() {
        return traced;
    }

    /** {@return where the call was made, in debug mode; null otherwise} */
    public @Nullable Throwable origin() {
        return origin;
    }
}
