package io.autodiff.nn;

import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The normalisations of {@link Nn}. */
final class Normalization {
    /** TensorFlow's. */
    private static final double LEAST_SQUARED_LENGTH = 1e-12;

    private Normalization() {}

    static Tensor batchNorm(
            Operand x,
            Operand mean,
            Operand variance,
            @Nullable Operand gamma,
            @Nullable Operand beta,
            double epsilon,
            int axis) {
        boolean[] channels = x.shape().select(axis);
        Tensor scaled = x.sub(along(x, channels, mean, "mean"))
                .div(along(x, channels, variance, "variance").add(epsilon).sqrt());
        return affine(scaled, channels, gamma, beta);
    }

    static Nn.BatchNorm batchNormTraining(
            Operand x, @Nullable Operand gamma, @Nullable Operand beta, double epsilon, int axis) {
        boolean[] channels = x.shape().select(axis);
        boolean[] others = channels.clone();
        for (int i = 0; i < others.length; i++) {
            others[i] = !channels[i];
        }
        Moments moments = moments(x, others);
        long size = x.shape().size(x.shape().axis(axis));
        return new Nn.BatchNorm(
                affine(moments.normalize(epsilon), channels, gamma, beta),
                moments.mean.reshape(size),
                moments.variance.reshape(size));
    }

    static Tensor layerNorm(Operand x, @Nullable Operand gamma, @Nullable Operand beta, double epsilon, int... axes) {
        boolean[] normalized = axes.length == 0
                ? x.shape().select(-1)
                : x.shape().select(Arrays.stream(axes).asLongStream().toArray());
        return affine(moments(x, normalized).normalize(epsilon), normalized, gamma, beta);
    }

    static Tensor groupNorm(
            Operand x, int groups, @Nullable Operand gamma, @Nullable Operand beta, double epsilon, Layout layout) {
        Shape shape = x.shape();
        int channelAxis = layout == Layout.CHANNELS_LAST ? shape.rank() - 1 : 1;
        if (shape.rank() < 2 || groups < 1 || shape.size(channelAxis) % groups != 0) {
            throw new IllegalArgumentException("groupNorm of " + x.spec() + ", " + layout + ", in " + groups
                    + " groups: the groups must divide the channels");
        }
        // The axis of channels becomes two, of groups and of what is in one; the groups are kept apart, and the images.
        long[] cut = new long[shape.rank() + 1];
        boolean[] normalized = new boolean[cut.length];
        for (int axis = 0; axis < cut.length; axis++) {
            cut[axis] = axis == channelAxis
                    ? groups
                    : axis == channelAxis + 1
                            ? shape.size(channelAxis) / groups
                            : shape.size(axis < channelAxis ? axis : axis - 1);
            normalized[axis] = axis != 0 && axis != channelAxis;
        }
        Tensor scaled =
                moments(x.reshape(Shape.of(cut)), normalized).normalize(epsilon).reshape(shape);
        return affine(scaled, shape.select(channelAxis), gamma, beta);
    }

    static Tensor l2Normalize(Operand x, int... axes) {
        Tensor squares = x.square().sum(true, axes);
        return x.div(
                Tensors.of(LEAST_SQUARED_LENGTH, x.dtype()).maximum(squares).sqrt());
    }

    /** Mean and variance over some axes, which stay with size 1. */
    private record Moments(Tensor deviations, Tensor mean, Tensor variance) {
        Tensor normalize(double epsilon) {
            return deviations.div(variance.add(epsilon).sqrt());
        }
    }

    private static Moments moments(Operand x, boolean[] over) {
        int[] axes = new int[over.length];
        int count = 0;
        for (int axis = 0; axis < over.length; axis++) {
            if (over[axis]) {
                axes[count++] = axis;
            }
        }
        // No axes would mean all of them; the mean over none is x.
        Tensor mean = count == 0 ? x.asTensor() : x.mean(true, Arrays.copyOf(axes, count));
        Tensor deviations = x.sub(mean);
        Tensor squares = deviations.square();
        Tensor variance = count == 0 ? squares : squares.mean(true, Arrays.copyOf(axes, count));
        return new Moments(deviations, mean, variance);
    }

    private static Tensor affine(Tensor x, boolean[] axes, @Nullable Operand gamma, @Nullable Operand beta) {
        Tensor scaled = gamma == null ? x : x.mul(along(x, axes, gamma, "gamma"));
        return beta == null ? scaled : scaled.add(along(x, axes, beta, "beta"));
    }

    /** A parameter that has the sizes of some axes of x, in a shape that broadcasts to x along them. */
    private static Tensor along(Operand x, boolean[] axes, Operand parameter, String name) {
        long[] expected = new long[axes.length];
        long[] broadcast = new long[axes.length];
        int count = 0;
        for (int axis = 0; axis < axes.length; axis++) {
            broadcast[axis] = axes[axis] ? x.shape().size(axis) : 1;
            if (axes[axis]) {
                expected[count++] = x.shape().size(axis);
            }
        }
        Shape sizes = Shape.of(Arrays.copyOf(expected, count));
        if (!parameter.shape().equals(sizes) || parameter.dtype() != x.dtype()) {
            throw new IllegalArgumentException("'" + name + "' is " + parameter.spec() + ", to normalise " + x.spec()
                    + " it must be " + x.dtype() + sizes);
        }
        return parameter.reshape(Shape.of(broadcast));
    }
}
