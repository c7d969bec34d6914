package io.autodiff.nn;

import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Functions of neural networks: activations, normalisation, dropout, embedding, and those of {@link Convolutions}. {@link Losses},
 * {@link Recurrent} and {@link Attention} are beside it.
 *
 * <pre>{@code
 * Tensor h = Nn.gelu(x.mmul(w).add(b));
 * Tensor n = Nn.layerNorm(h, gamma, beta, 1e-6);
 * Tensor d = Nn.dropout(n, 0.1, true, Random.shared());
 * }</pre>
 *
 * <p>Each is a composite of ops, so that gradients of every order follow. A dtype or shape that does not fit throws
 * {@link IllegalArgumentException} from the op that met it, with dtypes and shapes. Formulas are TensorFlow's (Keras 3), and so are the
 * slopes at kinks, which each method tells.
 */
public final class Nn extends Convolutions {
    /** Klambauer et al. (2017), Self-Normalizing Neural Networks. */
    private static final double SELU_ALPHA = 1.6732632423543772;

    private static final double SELU_SCALE = 1.0507009873554805;

    private Nn() {}

    // ---- activations ----

    /**
     * {@return x where it is positive, else 0; the slope at 0 is 0}
     *
     * @param x numeric
     */
    public static Tensor relu(Operand x) {
        return x.relu();
    }

    /**
     * {@return x, but at least 0 and at most 6; the slope at both ends is 0}
     *
     * @param x numeric
     */
    public static Tensor relu6(Operand x) {
        return Tensors.of(6, x.dtype()).minimum(x.relu());
    }

    /**
     * {@return x where it is positive, else alpha x; the slope at 0 is alpha}
     *
     * @param x floating
     * @param alpha the slope below 0
     */
    public static Tensor leakyRelu(Operand x, double alpha) {
        return Tensors.where(x.gt(0), x, x.mul(alpha));
    }

    /**
     * {@return x where it is positive, else alpha (e^x - 1); the slope at 0 is alpha}
     *
     * @param x floating
     * @param alpha minus the limit far below 0
     */
    public static Tensor elu(Operand x, double alpha) {
        // Above 0 the other side is not chosen, but would overflow.
        return Tensors.where(x.gt(0), x, x.minimum(0).expm1().mul(alpha));
    }

    /**
     * {@return {@link #elu} with alpha 1}
     *
     * @param x floating
     */
    public static Tensor elu(Operand x) {
        return elu(x, 1);
    }

    /**
     * {@return the scaled {@link #elu} whose constants keep mean 0 and variance 1 (Klambauer et al. 2017)}
     *
     * @param x floating
     */
    public static Tensor selu(Operand x) {
        return elu(x, SELU_ALPHA).mul(SELU_SCALE);
    }

    /**
     * {@return x times the normal distribution function of x, exactly (Hendrycks and Gimpel 2016)}
     *
     * @param x floating
     */
    public static Tensor gelu(Operand x) {
        // By erfc, as 1 + erf(x) has no digits left far below 0.
        return x.mul(x.mul(-Math.sqrt(0.5)).erfc()).mul(0.5);
    }

    /**
     * {@return {@link #gelu} with the hyperbolic tangent in place of the error function, off by up to 5e-4}
     *
     * @param x floating
     */
    public static Tensor geluTanh(Operand x) {
        Tensor inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
        return x.mul(inner.tanh().add(1)).mul(0.5);
    }

    /**
     * {@return x / (1 + e^-x), also known as SiLU}
     *
     * @param x floating
     */
    public static Tensor swish(Operand x) {
        return x.mul(x.sigmoid());
    }

    /**
     * {@return x tanh(softplus(x)) (Misra 2019)}
     *
     * @param x floating
     */
    public static Tensor mish(Operand x) {
        return x.mul(x.softplus().tanh());
    }

    /**
     * {@return x / (1 + |x|)}
     *
     * @param x floating
     */
    public static Tensor softsign(Operand x) {
        return x.div(x.abs().add(1));
    }

    /**
     * {@return log(1 / (1 + e^-x)), exact for x of any size}
     *
     * @param x floating
     */
    public static Tensor logSigmoid(Operand x) {
        return x.neg().softplus().neg();
    }

    /**
     * {@return (x + 3) / 6, but at least 0 and at most 1, as in Keras 3 and PyTorch; the slope at both ends is 0}
     *
     * @param x floating
     */
    public static Tensor hardSigmoid(Operand x) {
        return relu6(x.add(3)).div(6);
    }

    /**
     * {@return x, but at least -1 and at most 1; the slope at both ends is 1}
     *
     * @param x floating
     */
    public static Tensor hardTanh(Operand x) {
        return x.clip(-1, 1);
    }

    /**
     * {@return e^x along an axis, scaled to the sum 1}
     *
     * @param x floating
     * @param axis along which it sums to 1
     */
    public static Tensor softmax(Operand x, int axis) {
        return x.softmax(axis);
    }

    /**
     * {@return the logarithm of {@link #softmax}, exact where that is 0}
     *
     * @param x floating
     * @param axis along which the exponentials sum to 1
     */
    public static Tensor logSoftmax(Operand x, int axis) {
        return x.logSoftmax(axis);
    }

    // ---- normalisation ----

    /**
     * What {@link #batchNormTraining} gives: the output, and the statistics of the batch for the moving averages.
     *
     * @param output of the shape of the input
     * @param mean of each channel
     * @param variance of each channel
     */
    public record BatchNorm(Tensor output, Tensor mean, Tensor variance) {}

    /**
     * Batch normalisation by given statistics (Ioffe and Szegedy 2015), as at inference: (x - mean) gamma / sqrt(variance + epsilon) +
     * beta.
     *
     * @param x of rank 1 or more
     * @param mean one for each channel
     * @param variance one for each channel
     * @param gamma one for each channel; null for 1
     * @param beta one for each channel; null for 0
     * @param epsilon what is added to the variance; Keras takes 1e-3
     * @param axis of the channels, often -1
     * @return of the shape of x
     */
    public static Tensor batchNorm(
            Operand x,
            Operand mean,
            Operand variance,
            @Nullable Operand gamma,
            @Nullable Operand beta,
            double epsilon,
            int axis) {
        return Normalization.batchNorm(x, mean, variance, gamma, beta, epsilon, axis);
    }

    /**
     * Batch normalisation by the statistics of the batch, through which gradients pass. The variance is that of the population, the
     * mean of squared deviations.
     *
     * <pre>{@code
     * Nn.BatchNorm n = Nn.batchNormTraining(x, gamma, beta, 1e-3, -1);
     * mean.assign(mean.mul(0.99).add(n.mean().mul(0.01)));                  // for inference, by batchNorm
     * variance.assign(variance.mul(0.99).add(n.variance().mul(0.01)));
     * }</pre>
     *
     * @param x of rank 1 or more
     * @param gamma one for each channel; null for 1
     * @param beta one for each channel; null for 0
     * @param epsilon what is added to the variance; Keras takes 1e-3
     * @param axis of the channels, often -1; the statistics are over all others
     * @return the output of the shape of x, mean and variance of each channel
     */
    public static BatchNorm batchNormTraining(
            Operand x, @Nullable Operand gamma, @Nullable Operand beta, double epsilon, int axis) {
        return Normalization.batchNormTraining(x, gamma, beta, epsilon, axis);
    }

    /**
     * Layer normalisation (Ba, Kiros and Hinton 2016): over some axes of each example, to mean 0 and variance 1.
     *
     * @param x of rank 1 or more
     * @param gamma factors, of the sizes of those axes; null for 1
     * @param beta summands, of the sizes of those axes; null for 0
     * @param epsilon what is added to the variance; Keras takes 1e-3, others 1e-5
     * @param axes over which it normalises; none for the last
     * @return of the shape of x
     */
    public static Tensor layerNorm(
            Operand x, @Nullable Operand gamma, @Nullable Operand beta, double epsilon, int... axes) {
        return Normalization.layerNorm(x, gamma, beta, epsilon, axes);
    }

    /**
     * Group normalisation (Wu and He 2018): the channels of each image in groups, each over its channels and all positions to
     * mean 0 and variance 1. As many groups as channels is instance normalisation.
     *
     * @param x images
     * @param groups that divide the channels
     * @param gamma one for each channel; null for 1
     * @param beta one for each channel; null for 0
     * @param epsilon what is added to the variance; Keras takes 1e-3, others 1e-5
     * @param layout where the channels stand
     * @return of the shape of x
     */
    public static Tensor groupNorm(
            Operand x, int groups, @Nullable Operand gamma, @Nullable Operand beta, double epsilon, Layout layout) {
        return Normalization.groupNorm(x, groups, gamma, beta, epsilon, layout);
    }

    /**
     * {@return x / sqrt(max(sum of squares over some axes, 1e-12)), which is of length 1 unless x is nearly 0}
     *
     * @param x floating
     * @param axes over which the length is taken; none for all
     */
    public static Tensor l2Normalize(Operand x, int... axes) {
        return Normalization.l2Normalize(x, axes);
    }

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

    /**
     * {@return the rows of a table for each id, [shape of ids, width]; the gradient of the table adds up those of equal ids}
     *
     * @param table [entries, width]
     * @param ids int32 or int64; one outside the table throws when computed
     */
    public static Tensor embedding(Operand table, Operand ids) {
        return Executor.execute("gather", Attributes.of("axis", 0L), table, ids);
    }
}
