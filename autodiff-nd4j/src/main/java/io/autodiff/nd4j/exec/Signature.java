package io.autodiff.nd4j.exec;

import io.autodiff.Tensor;
import io.autodiff.nd4j.graph.Computation;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.op.OpCall;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes two pieces of pending work the same, so that one plan serves both: their ops, attributes and specs, how the calls hang
 * together, which leaves are one, and which results are kept. Not the values of the leaves, as a learning rate may change; but for small
 * whole exponents, of which kernels make products.
 */
final class Signature {
    private static final int LEAST_EXPONENT = -1;
    private static final int MOST_EXPONENT = 8;
    /** What stands for the exponent 0, far from the numbers of leaves. */
    private static final int EXPONENT_0 = Integer.MIN_VALUE / 2;

    private final CallForm[] forms;
    private final int[] links;
    private final int hash;

    private Signature(CallForm[] forms, int[] links) {
        this.forms = forms;
        this.links = links;
        this.hash = 31 * Arrays.hashCode(forms) + Arrays.hashCode(links);
    }

    /**
     * The signature of calls.
     *
     * @param calls in the order in which they can run, each with its {@linkplain Computation#place place} there
     * @param kept of each, whether its results are kept
     * @param leaves gets the nodes that they use and do not compute, each once, but for those whose value is a part of the signature
     */
    static Signature of(List<Computation> calls, boolean[] kept, List<Node> leaves) {
        int count = 0;
        for (int i = 0; i < kept.length; i++) {
            count += calls.get(i).call().inputCount() + 1;
        }
        CallForm[] forms = new CallForm[kept.length];
        int[] links = new int[count];
        Leaves known = new Leaves(count, leaves);
        for (int i = 0; i < kept.length; i++) {
            Computation computation = calls.get(i);
            forms[i] = CallForm.of(computation.call());
            if (forms[i].hasExponent && computation.input(1).isInJava()) {
                known.addExponent(computation.input(1));
            }
        }
        // Results are numbered from 0 up.
        int[] first = new int[kept.length + 1];
        int link = 0;
        for (int i = 0; i < kept.length; i++) {
            Computation computation = calls.get(i);
            OpCall<Tensor> call = computation.call();
            for (int k = 0; k < call.inputCount(); k++) {
                Node input = computation.input(k);
                Computation below = input.pending();
                links[link++] = below == null ? known.number(input) : first[below.place()] + below.outputNumber(input);
            }
            links[link++] = kept[i] ? 1 : 0;
            first[i + 1] = first[i] + computation.outputCount();
        }
        return new Signature(forms, links);
    }

    /** The numbers of leaves, from -1 down, and those that exponents have by their value, in a table that is never full. */
    private static final class Leaves {
        private final @Nullable Node[] table;
        private final int[] numbers;
        private final List<Node> inOrder;

        Leaves(int most, List<Node> inOrder) {
            this.table = new Node[2 * Integer.highestOneBit(Math.max(1, most))];
            this.numbers = new int[table.length];
            this.inOrder = inOrder;
        }

        int number(Node leaf) {
            int slot = slot(leaf);
            if (table[slot] == null) {
                table[slot] = leaf;
                numbers[slot] = -1 - inOrder.size();
                inOrder.add(leaf);
            }
            return numbers[slot];
        }

        void addExponent(Node leaf) {
            double exponent = leaf.floating();
            // Not -0, which is another factor than 0.
            boolean isWhole = Double.compare(exponent, (int) exponent) == 0;
            if (isWhole && exponent >= LEAST_EXPONENT && exponent <= MOST_EXPONENT) {
                int slot = slot(leaf);
                table[slot] = leaf;
                numbers[slot] = EXPONENT_0 + (int) exponent;
            }
        }

        /** Where a leaf is, or the free place for it. */
        private int slot(Node leaf) {
            int slot = leaf.hashCode() & (table.length - 1);
            while (table[slot] != null && !leaf.equals(table[slot])) {
                slot = (slot + 1) & (table.length - 1);
            }
            return slot;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signature signature
                && hash == signature.hash
                && Arrays.equals(links, signature.links)
                && Arrays.equals(forms, signature.forms);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
