package io.autodiff;

import org.jspecify.annotations.Nullable;

/**
 * Numbers operands from 0 on, by identity: what is known of them can then be kept in arrays. A hash table of open addressing, and not
 * an IdentityHashMap, since that asks the JVM for each key's identity hash, which for a new object costs more than all the rest of
 * recording it.
 */
final class OperandNumbers {
    /** What is not numbered. */
    static final int NONE = -1;

    private static final int SMALLEST = 32;
    /** 2^32 divided by the golden ratio: spreads hash codes that follow each other. */
    private static final int SPREAD = 0x9E3779B9;

    /** The table of what has none yet: most tapes end with one that is not used again. */
    private static final @Nullable Operand[] NO_OPERANDS = new Operand[1];

    private @Nullable Operand[] operands = NO_OPERANDS;
    private int[] numbers = {};
    private int size;

    int size() {
        return size;
    }

    /** {@return the number of an operand, or NONE} */
    int of(Operand operand) {
        int slot = slot(operand);
        return operands[slot] == null ? NONE : numbers[slot];
    }

    /** {@return the number of an operand, from now on if it had none} */
    int add(Operand operand) {
        int slot = slot(operand);
        if (operands[slot] != null) {
            return numbers[slot];
        }
        if (2 * (size + 1) > operands.length) {
            grow();
            slot = slot(operand);
        }
        operands[slot] = operand;
        numbers[slot] = size;
        return size++;
    }

    /** Where the operand is, or else the free slot where it belongs. */
    private int slot(Operand operand) {
        int mask = operands.length - 1;
        // The highest bits of the product are the best spread.
        int slot = ((operand.hashCode() * SPREAD) >>> Integer.numberOfLeadingZeros(mask)) & mask;
        while (operands[slot] != operand && operands[slot] != null) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        @Nullable Operand[] oldOperands = operands;
        int[] oldNumbers = numbers;
        operands = new Operand[Math.max(SMALLEST, 4 * oldOperands.length)];
        numbers = new int[operands.length];
        for (int i = 0; i < oldNumbers.length; i++) {
            Operand operand = oldOperands[i];
            if (operand != null) {
                int slot = slot(operand);
                operands[slot] = operand;
                numbers[slot] = oldNumbers[i];
            }
        }
    }
}
