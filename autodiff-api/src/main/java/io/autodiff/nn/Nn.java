package io.autodiff.nn;

import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;

/**
 * Functions of neural networks: dropout, and those of {@link Convolutions}; {@link Recurrent} is beside it.
 *
 * <pre>{@code
 * Tensor d = Nn.dropout(x, 0.1, true, Random.shared());
 * }</pre>
 */
public final class Nn extends Convolutions {
    private Nn() {}

    // ---- dropout and embedding ----

    /**
     * Sets elements to 0 by chance, and scales the others so that the expectation stays (Srivastava et al. 2014).
     *
     * @param x floating
     * @param rate the chance of an element to become 0, from 0 to below 1
     * @param training whether it is training; x itself if not
     * @param random which elements
     * @return of the shape of x
     * @throws IllegalArgumentException if the rate is outside
     */
    public static Tensor dropout(Operand x, double rate, boolean training, Random random) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("the rate of dropout is from 0 to below 1, not " + rate);
        }
        if (!training || rate == 0) {
            return x.asTensor();
        }
        Tensor kept = random.uniform(x.dtype(), x.shape().toArray()).gte(rate);
        return Tensors.where(kept, x.div(1 - rate), Tensors.zerosLike(x));
    }
}
