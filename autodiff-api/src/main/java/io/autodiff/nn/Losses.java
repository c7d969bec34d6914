package io.autodiff.nn;

import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.Arrays;

/**
 * Losses: how far predictions are from labels. Each has a short form that gives the mean, a scalar to be minimised, and one with a
 * {@link Reduction} that gives all or their sum.
 *
 * <pre>{@code
 * Tensor loss = Losses.sparseSoftmaxCrossEntropy(labels, logits);                        // labels int32[n], logits [n, classes]
 * Tensor each = Losses.sparseSoftmaxCrossEntropy(labels, logits, Losses.Reduction.NONE); // [n]
 * }</pre>
 *
 * <p>As in TensorFlow, labels come first. Cross-entropies take logits, the numbers before softmax or sigmoid, and are exact for logits of
 * any size. Losses of classes go along the last axis and leave one number for each example; the others leave one for each element.
 * Labels and predictions have one floating dtype and one shape, or shapes that broadcast.
 */
public final class Losses {
    private Losses() {}

    /** What becomes of the losses of examples or elements. */
    public enum Reduction {
        /** They stay as they are. */
        NONE,
        /** Their sum. */
        SUM,
        /** Their mean. */
        MEAN;

        private Tensor of(Tensor losses) {
            return switch (this) {
                case NONE -> losses;
                case SUM -> losses.sum();
                case MEAN -> losses.mean();
            };
        }
    }

    // ---- of classes ----

    /**
     * {@return the mean of {@link #softmaxCrossEntropy(Operand, Operand, Reduction)}}
     *
     * @param labels probabilities of the classes
     * @param logits of the classes
     */
    public static Tensor softmaxCrossEntropy(Operand labels, Operand logits) {
        return softmaxCrossEntropy(labels, logits, Reduction.MEAN);
    }

    /**
     * Minus the sum over the classes, along the last axis, of labels * log(softmax(logits)). A class with label 0 counts nothing, even
     * with logit -infinity.
     *
     * @param labels probabilities of the classes, of the shape of the logits
     * @param logits [..., classes]
     * @param reduction of the losses, one for each example
     * @return the losses or what they are reduced to
     */
    public static Tensor softmaxCrossEntropy(Operand labels, Operand logits, Reduction reduction) {
        if (!labels.shape().equals(logits.shape()) || logits.shape().isScalar()) {
            throw new IllegalArgumentException(
                    "softmaxCrossEntropy takes labels and logits of one shape [..., classes], not " + labels.spec()
                            + " and " + logits.spec() + "; integer labels go to sparseSoftmaxCrossEntropy");
        }
        // 0 less the sum: of a sure and right answer it is 0, and not -0.
        return reduction.of(logits.logSoftmax(-1).mulNoNan(labels).sum(-1).rsub(0));
    }

    /**
     * {@return the mean of {@link #sparseSoftmaxCrossEntropy(Operand, Operand, Reduction)}}
     *
     * @param labels the number of the class of each example
     * @param logits [..., classes]
     */
    public static Tensor sparseSoftmaxCrossEntropy(Operand labels, Operand logits) {
        return sparseSoftmaxCrossEntropy(labels, logits, Reduction.MEAN);
    }

    /**
     * Minus log(softmax(logits)) of one class for each example.
     *
     * @param labels the number of the class of each example, int32 or int64, of the shape of the logits without their last axis; one
     *     outside the classes throws {@link io.autodiff.op.InvalidOperandException} when computed
     * @param logits [..., classes]
     * @param reduction of the losses, one for each example
     * @return the losses or what they are reduced to
     */
    public static Tensor sparseSoftmaxCrossEntropy(Operand labels, Operand logits, Reduction reduction) {
        int last = logits.shape().rank() - 1;
        Shape examples = Shape.of(Arrays.copyOf(logits.shape().toArray(), Math.max(0, last)));
        if (last < 0 || !labels.shape().equals(examples) || !labels.dtype().isInteger()) {
            throw new IllegalArgumentException(
                    "sparseSoftmaxCrossEntropy takes logits [..., classes] and an int32 or int64 label"
                            + " for each row of them, not labels " + labels.spec() + " and logits " + logits.spec());
        }
        long[] column = logits.shape().toArray();
        column[last] = 1;
        Tensor chosen = Tensors.takeAlongAxis(logits.logSoftmax(-1), labels.reshape(Shape.of(column)), last);
        return reduction.of(chosen.reshape(examples).rsub(0));
    }

    /**
     * {@return the mean of {@link #sigmoidCrossEntropy(Operand, Operand, Reduction)}}
     *
     * @param labels probabilities of yes
     * @param logits of yes against no
     */
    public static Tensor sigmoidCrossEntropy(Operand labels, Operand logits) {
        return sigmoidCrossEntropy(labels, logits, Reduction.MEAN);
    }

    /**
     * Minus labels * log(sigmoid(logits)) + (1 - labels) * log(1 - sigmoid(logits)), for independent answers of yes and no.
     *
     * @param labels probabilities of yes
     * @param logits of yes against no
     * @param reduction of the losses, one for each element
     * @return the losses or what they are reduced to
     */
    public static Tensor sigmoidCrossEntropy(Operand labels, Operand logits, Reduction reduction) {
        Tensor yes = logits.neg().softplus().mulNoNan(labels);
        Tensor no = logits.softplus().mulNoNan(labels.rsub(1));
        return reduction.of(yes.add(no));
    }

    /**
     * {@return the mean of {@link #klDivergence(Operand, Operand, Reduction)}}
     *
     * @param labels probabilities
     * @param predictions probabilities
     */
    public static Tensor klDivergence(Operand labels, Operand predictions) {
        return klDivergence(labels, predictions, Reduction.MEAN);
    }

    /**
     * The divergence of Kullback and Leibler (1951), the sum along the last axis of labels * log(labels / predictions). A label of 0
     * counts nothing; a prediction of 0 for another label gives infinity, as nothing is clipped.
     *
     * @param labels probabilities
     * @param predictions probabilities
     * @param reduction of the losses, one for each example
     * @return the losses or what they are reduced to
     */
    public static Tensor klDivergence(Operand labels, Operand predictions, Reduction reduction) {
        Tensor counts = labels.gt(0);
        Tensor one = Tensors.ones(labels.dtype());
        // Logarithms of 1 where nothing counts: no infinity, and no gradient of one.
        Tensor ratio = Tensors.where(counts, labels, one)
                .log()
                .sub(Tensors.where(counts, predictions, one).log());
        return reduction.of(labels.mul(ratio).sum(-1));
    }

    // ---- of elements ----

    /**
     * {@return the mean squared error}
     *
     * @param labels what is right
     * @param predictions what is said
     */
    public static Tensor mse(Operand labels, Operand predictions) {
        return mse(labels, predictions, Reduction.MEAN);
    }

    /**
     * {@return squared errors}
     *
     * @param labels what is right
     * @param predictions what is said
     * @param reduction of the losses, one for each element
     */
    public static Tensor mse(Operand labels, Operand predictions, Reduction reduction) {
        return reduction.of(predictions.sub(labels).square());
    }

    /**
     * {@return the mean absolute error; its slope at 0 is 0}
     *
     * @param labels what is right
     * @param predictions what is said
     */
    public static Tensor mae(Operand labels, Operand predictions) {
        return mae(labels, predictions, Reduction.MEAN);
    }

    /**
     * {@return absolute errors; their slope at 0 is 0}
     *
     * @param labels what is right
     * @param predictions what is said
     * @param reduction of the losses, one for each element
     */
    public static Tensor mae(Operand labels, Operand predictions, Reduction reduction) {
        return reduction.of(predictions.sub(labels).abs());
    }

    /**
     * {@return the mean of {@link #huber(Operand, Operand, double, Reduction)} with delta 1}
     *
     * @param labels what is right
     * @param predictions what is said
     */
    public static Tensor huber(Operand labels, Operand predictions) {
        return huber(labels, predictions, 1, Reduction.MEAN);
    }

    /**
     * Half the squared error e up to delta, and delta (|e| - delta / 2) beyond (Huber 1964).
     *
     * @param labels what is right
     * @param predictions what is said
     * @param delta where it goes over from the square to a line; greater than 0
     * @param reduction of the losses, one for each element
     * @return the losses or what they are reduced to
     */
    public static Tensor huber(Operand labels, Operand predictions, double delta, Reduction reduction) {
        if (!(delta > 0)) {
            throw new IllegalArgumentException("delta must be greater than 0, it is " + delta);
        }
        Tensor error = predictions.sub(labels);
        // With the clipped error c, both halves are c (e - c / 2).
        Tensor clipped = error.clip(-delta, delta);
        return reduction.of(clipped.mul(error.sub(clipped.mul(0.5))));
    }

    /**
     * {@return the mean of {@link #logCosh(Operand, Operand, Reduction)}}
     *
     * @param labels what is right
     * @param predictions what is said
     */
    public static Tensor logCosh(Operand labels, Operand predictions) {
        return logCosh(labels, predictions, Reduction.MEAN);
    }

    /**
     * {@return log(cosh(error)), a smooth absolute error}
     *
     * @param labels what is right
     * @param predictions what is said
     * @param reduction of the losses, one for each element
     */
    public static Tensor logCosh(Operand labels, Operand predictions, Reduction reduction) {
        Tensor error = predictions.sub(labels);
        return reduction.of(error.add(error.mul(-2).softplus()).sub(Math.log(2)));
    }

    /**
     * {@return the mean of {@link #hinge(Operand, Operand, Reduction)}}
     *
     * @param labels -1 or 1
     * @param predictions any numbers
     */
    public static Tensor hinge(Operand labels, Operand predictions) {
        return hinge(labels, predictions, Reduction.MEAN);
    }

    /**
     * {@return 1 - label * prediction where that is positive, else 0; the slope at 0 is 0}
     *
     * @param labels -1 or 1
     * @param predictions any numbers
     * @param reduction of the losses, one for each element
     */
    public static Tensor hinge(Operand labels, Operand predictions, Reduction reduction) {
        return reduction.of(labels.mul(predictions).rsub(1).relu());
    }

    /**
     * {@return the mean of {@link #cosineDistance(Operand, Operand, Reduction)}}
     *
     * @param labels vectors
     * @param predictions vectors
     */
    public static Tensor cosineDistance(Operand labels, Operand predictions) {
        return cosineDistance(labels, predictions, Reduction.MEAN);
    }

    /**
     * {@return 1 minus the cosine of the angle between vectors along the last axis; 1 if one of them is 0}
     *
     * @param labels vectors
     * @param predictions vectors
     * @param reduction of the losses, one for each vector
     */
    public static Tensor cosineDistance(Operand labels, Operand predictions, Reduction reduction) {
        return reduction.of(Nn.l2Normalize(labels, -1)
                .mul(Nn.l2Normalize(predictions, -1))
                .sum(-1)
                .rsub(1));
    }
}
