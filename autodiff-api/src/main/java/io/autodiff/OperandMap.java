package io.autodiff;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A map whose keys are operands by identity: open addressing in one array. In place of an IdentityHashMap, since that asks the JVM
 * for each key's identity hash, which for a new object costs more than all the rest of recording it.
 *
 * @param <V> what is kept for each operand
 */
final class OperandMap<V> {
    private static final int SMALLEST = 16;
    /** 2^32 divided by the golden ratio: spreads hash codes that follow each other. */
    private static final int SPREAD = 0x9E3779B9;

    private @Nullable Object[] table = new Object[2 * SMALLEST]; // key, value, key, value
    private int size;

    int size() {
        return size;
    }

    boolean contains(Operand key) {
        return table[slot(key)] != null;
    }

    @SuppressWarnings("unchecked") // put is the only way in
    @Nullable
    V get(Operand key) {
        return (V) table[slot(key) + 1];
    }

    void put(Operand key, V value) {
        int slot = slot(key);
        if (table[slot] == null) {
            size++;
            if (4 * size > table.length) {
                grow();
                slot = slot(key);
            }
            table[slot] = key;
        }
        table[slot + 1] = value;
    }

    /** Forgets a key's value; the key stays, as one that has none. */
    void forget(Operand key) {
        int slot = slot(key);
        if (table[slot] != null) {
            table[slot + 1] = null;
        }
    }

    void clear() {
        table = new Object[2 * SMALLEST];
        size = 0;
    }

    /** Where the key is, or else the free place where it belongs. */
    private int slot(Operand key) {
        int mask = table.length - 1;
        // The highest bits of the product are the best spread.
        int slot = (((key.hashCode() * SPREAD) >>> 8) << 1) & mask;
        while (table[slot] != key && table[slot] != null) {
            slot = (slot + 2) & mask;
        }
        return slot;
    }

    private void grow() {
        @Nullable Object[] old = table;
        table = Arrays.copyOf(new Object[0], 2 * old.length);
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != null) {
                int slot = slot((Operand) old[i]);
                table[slot] = old[i];
                table[slot + 1] = old[i + 1];
            }
        }
    }
}
