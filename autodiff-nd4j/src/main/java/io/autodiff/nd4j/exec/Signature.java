package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.op.OpCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What makes two pieces of pending work the same, so that one plan serves both: their ops, attributes and specs, how the calls hang
 * together, which leaves are one, and which results are kept. Not the values of the leaves: a learning rate may change.
 */
final class Signature {
    private final Object[] parts;
    private final int[] links;
    private final int hash;

    private Signature(Object[] parts, int[] links) {
        this.parts = parts;
        this.links = links;
        this.hash = 31 * Arrays.hashCode(parts) + Arrays.hashCode(links);
    }

    /**
     * The signature of calls.
     *
     * @param calls in the order in which they can run
     * @param kept of each, whether its results are kept
     * @param leaves gets the nodes that they use and do not compute, each once
     */
    static Signature of(List<Computation> calls, boolean[] kept, List<Node> leaves) {
        List<Object> parts = new ArrayList<>(4 * calls.size());
        int count = 0;
        for (Computation computation : calls) {
            count += computation.call().inputCount() + 1;
        }
        int[] links = new int[count];
        int link = 0;
        Map<Node, Integer> numbers = new HashMap<>();
        for (int i = 0; i < kept.length; i++) {
            Computation computation = calls.get(i);
            OpCall<Tensor> call = computation.call();
            for (int k = 0; k < call.inputCount(); k++) {
                Node input = computation.input(k);
                Integer number = numbers.get(input);
                if (number == null) {
                    // Leaves are numbered from -1 down, results from 0 up.
                    number = -1 - leaves.size();
                    numbers.put(input, number);
                    leaves.add(input);
                    parts.add(input.spec());
                }
                links[link++] = number;
            }
            links[link++] = kept[i] ? 1 : 0;
            parts.add(call.op());
            parts.add(call.attributes());
            parts.add(call.outputSpecs());
            for (Node output : computation.outputs()) {
                numbers.put(output, numbers.size() - leaves.size());
            }
        }
        return new Signature(parts.toArray(), links);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signature signature
                && hash == signature.hash
                && Arrays.equals(links, signature.links)
                && Arrays.equals(parts, signature.parts);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
