package io.autodiff.nd4j.array;

import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.BooleanIndexer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.bytedeco.javacpp.indexer.IntIndexer;
import org.bytedeco.javacpp.indexer.LongIndexer;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The elements of a dense, row-major array, read and written in blocks; of a view that begins inside
 * another array, they are those of a copy, which is only to be read. Floating elements are doubles
 * here, integers and bools are longs.
 */
public final class ElementBuffer {
    private final INDArray array;
    private final Indexer elements;

    /**
     * Looks at an array; on a device, its elements are brought to the host.
     *
     * @param array dense and row-major, not empty
     */
    public ElementBuffer(INDArray array) {
        // The indexer of a view begins with the view, or with the whole array: it does not say which.
        this.array = array.data().offset() == 0 ? array : array.dup('c');
        Nd4j.getAffinityManager().ensureLocation(this.array, AffinityManager.Location.HOST);
        this.elements = this.array.data().indexer();
    }

    /**
     * Reads elements at equal distances.
     *
     * @param first which is the first
     * @param step how far it is to the next; 0 for the same again
     * @param floating where they go if they are floating
     * @param integers where they go if they are not
     * @param to where the first of them goes
     * @param count how many
     */
    public void load(long first, long step, double[] floating, long[] integers, int to, int count) {
        if (elements instanceof FloatIndexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof DoubleIndexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof HalfIndexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof Bfloat16Indexer source) {
            for (int k = 0; k < count; k++) {
                floating[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof IntIndexer source) {
            for (int k = 0; k < count; k++) {
                integers[to + k] = source.get(first + k * step);
            }
        } else if (elements instanceof LongIndexer source) {
            for (int k = 0; k < count; k++) {
                integers[to + k] = source.get(first + k * step);
            }
        } else {
            BooleanIndexer source = (BooleanIndexer) elements;
            for (int k = 0; k < count; k++) {
                integers[to + k] = source.get(first + k * step) ? 1 : 0;
            }
        }
    }

    /**
     * Writes elements one after the other; float32 and int32 are rounded and wrapped. Not for the dtypes of two bytes.
     *
     * @param first which is the first
     * @param floating where they come from if they are floating
     * @param integers where they come from if they are not
     * @param count how many
     */
    public void store(long first, double[] floating, long[] integers, int count) {
        if (elements instanceof FloatIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, (float) floating[k]);
            }
        } else if (elements instanceof DoubleIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, floating[k]);
            }
        } else if (elements instanceof IntIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, (int) integers[k]);
            }
        } else if (elements instanceof LongIndexer target) {
            for (int k = 0; k < count; k++) {
                target.put(first + k, integers[k]);
            }
        } else {
            BooleanIndexer target = (BooleanIndexer) elements;
            for (int k = 0; k < count; k++) {
                target.put(first + k, integers[k] != 0);
            }
        }
    }

    /** Says that all is written: on a device, the host's elements are the ones that count. */
    public void written() {
        Nd4j.getAffinityManager().tagLocation(array, AffinityManager.Location.HOST);
    }
}
