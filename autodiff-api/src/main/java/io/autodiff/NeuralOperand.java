package io.autodiff;

import io.autodiff.spi.Executor;

/** The methods of {@link Operand} for neural networks; the rest of them is in {@code io.autodiff.nn.Nn}. */
sealed interface NeuralOperand permits Operand {
    /** {@return this where it is positive, else 0; the slope at 0 is 0; numeric} */
    default Tensor relu() {
        return Executor.execute("relu", self());
    }

    /** {@return {@link #softmax(int)} along the last axis} */
    default Tensor softmax() {
        return softmax(-1);
    }

    /**
     * {@return e^x along an axis, scaled to the sum 1; floating}
     *
     * @param axis along which it sums to 1
     */
    default Tensor softmax(int axis) {
        Tensor exponentials = shifted(axis).exp();
        return exponentials.div(exponentials.sum(true, axis));
    }

    /** {@return {@link #logSoftmax(int)} along the last axis} */
    default Tensor logSoftmax() {
        return logSoftmax(-1);
    }

    /**
     * {@return the logarithm of softmax along an axis, exact where that is 0; floating}
     *
     * @param axis along which the exponentials sum to 1
     */
    default Tensor logSoftmax(int axis) {
        Tensor shifted = shifted(axis);
        return shifted.sub(shifted.exp().sum(true, axis).log());
    }

    /**
     * This less its greatest element along an axis, so that no exponential overflows. Softmax is the same for every constant that is
     * taken away, so to every order no gradient goes through it.
     */
    private Tensor shifted(int axis) {
        Operand x = self();
        return x.shape().elements() == 0 ? x.sub(0) : x.sub(x.max(true, axis).stopGradient());
    }

    private Operand self() {
        return (Operand) this;
    }
}
