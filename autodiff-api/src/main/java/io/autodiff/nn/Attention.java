package io.autodiff.nn;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * Attention (Vaswani et al. 2017).
 *
 * <pre>{@code
 * Attention.Weights w = new Attention.Weights(query, null, key, null, value, null, output, null);
 * Tensor y = Attention.multiHead(x, x, x, w, 8, null);                      // self-attention of x [batch, positions, width]
 * }</pre>
 */
public final class Attention {
    private Attention() {}

    /**
     * The weights of {@link #multiHead}: four matrices, each with a bias or null. They are Keras' with its axes of heads and of
     * elements in a head merged.
     *
     * @param query [width of queries, heads * size]
     * @param queryBias [heads * size]; null for none
     * @param key [width of keys, heads * size]
     * @param keyBias [heads * size]; null for none
     * @param value [width of values, heads * value size]
     * @param valueBias [heads * value size]; null for none
     * @param output [heads * value size, output width]
     * @param outputBias [output width]; null for none
     */
    public record Weights(
            Operand query,
            @Nullable Operand queryBias,
            Operand key,
            @Nullable Operand keyBias,
            Operand value,
            @Nullable Operand valueBias,
            Operand output,
            @Nullable Operand outputBias) {}

    /**
     * Means of the values, weighted by softmax(query keys' / sqrt(size)).
     *
     * @param query [..., queries, size]
     * @param key [..., positions, size]
     * @param value [..., positions, value size]
     * @param mask bool, of a shape that broadcasts to [..., queries, positions]: true where a query may look. Null for everywhere. A query
     *     that may look nowhere gets the plain mean.
     * @return [..., queries, value size]
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor scaledDotProduct(Operand query, Operand key, Operand value, @Nullable Operand mask) {
        int rank = query.shape().rank();
        if (rank < 2 || key.shape().rank() != rank || value.shape().rank() != rank) {
            throw new IllegalArgumentException("attention takes query, key and value of one rank, 2 or more, not "
                    + query.spec() + ", " + key.spec() + " and " + value.spec());
        }
        double size = query.shape().size(rank - 1);
        Tensor scores = query.mul(1 / Math.sqrt(size)).mmul(key, false, true);
        if (mask != null) {
            // Finite, so that a row of nothing else is no NaN; what is far below the others becomes 0 in softmax.
            Tensor hidden = Tensors.of(query.dtype() == DType.FLOAT16 ? -3e4 : -1e9, query.dtype());
            scores = Tensors.where(mask, scores, hidden);
        }
        return scores.softmax(-1).mmul(value);
    }

    /**
     * Attention of several heads, each in a part of the projected queries, keys and values.
     *
     * @param query [batch, queries, width of queries]
     * @param key [batch, positions, width of keys]
     * @param value [batch, positions, width of values]
     * @param weights of the projections
     * @param heads how many
     * @param mask bool, of a shape that broadcasts to [batch, heads, queries, positions]: true where a query may look; null for everywhere
     * @return [batch, queries, output width]
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor multiHead(
            Operand query, Operand key, Operand value, Weights weights, int heads, @Nullable Operand mask) {
        Tensor q = heads(project("query", query, weights.query, weights.queryBias), heads);
        Tensor k = heads(project("key", key, weights.key, weights.keyBias), heads);
        Tensor v = heads(project("value", value, weights.value, weights.valueBias), heads);
        Tensor each = scaledDotProduct(q, k, v, mask).permute(0, 2, 1, 3);
        Shape shape = each.shape();
        Tensor merged = each.reshape(shape.size(0), shape.size(1), shape.size(2) * shape.size(3));
        return project("output", merged, weights.output, weights.outputBias);
    }

    /** The last axis through a matrix. */
    private static Tensor project(String name, Operand x, Operand w, @Nullable Operand bias) {
        Shape shape = x.shape();
        if (shape.rank() != 3 || w.shape().rank() != 2 || w.shape().size(0) != shape.size(2)) {
            throw new IllegalArgumentException(
                    "multiHead: '" + name + "' is [batch, positions, width] with weights [width, size], not " + x.spec()
                            + " with " + w.spec());
        }
        long width = w.shape().size(1);
        Tensor y = x.reshape(Shape.of(shape.size(0) * shape.size(1), shape.size(2)))
                .mmul(w)
                .reshape(shape.size(0), shape.size(1), width);
        return bias == null ? y : y.add(bias);
    }

    /** [batch, positions, width] as [batch, heads, positions, width / heads]. */
    private static Tensor heads(Tensor x, int heads) {
        long width = x.shape().size(2);
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException(
                    "multiHead: " + heads + " heads do not divide the width " + width + " of " + x.spec());
        }
        return x.reshape(x.shape().size(0), x.shape().size(1), heads, width / heads)
                .permute(0, 2, 1, 3);
    }
}
