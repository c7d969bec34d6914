package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.op.OpCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a thread has called since its last evaluation. Of that thread alone. */
final class Backlog {
    private final List<Computation> calls = new ArrayList<>();
    private long bytes;

    void add(Computation computation) {
        calls.add(computation);
        OpCall<Tensor> call = computation.call();
        for (int i = 0; i < call.inputCount(); i++) {
            // Scalars weigh less than the calls, which are counted already.
            if (call.inputSpec(i).shape().rank() > 0 && computation.input(i).pending() == null) {
                bytes += call.inputSpec(i).bytes();
            }
        }
    }

    boolean isFull() {
        return calls.size() >= Execution.MOST_PENDING || bytes >= Execution.MOST_HELD;
    }

    /** About how many bytes of arrays the calls hold as their inputs. */
    long bytes() {
        return bytes;
    }

    /** What no call has used; from now on there is nothing here. */
    List<Node> takeUnused() {
        if (calls.isEmpty()) {
            return List.of();
        }
        List<Node> unused = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            Computation computation = calls.get(i);
            if (!computation.isConsumed() && computation.isPending()) {
                for (int output = 0; output < computation.outputCount(); output++) {
                    unused.add(computation.output(output));
                }
            }
        }
        calls.clear();
        bytes = 0;
        return unused;
    }

    /** Lets go of those among the last so many that were released. */
    void forgetReleased(int last) {
        if (!calls.isEmpty()) {
            calls.subList(Math.max(0, calls.size() - last), calls.size())
                    .removeIf(computation -> !computation.isPending());
        }
    }

    void forget(Collection<Node> released) {
        if (calls.isEmpty() || released.isEmpty()) {
            return;
        }
        Set<Node> gone = new HashSet<>(released);
        calls.removeIf(computation -> gone.containsAll(computation.outputs()));
    }
}
