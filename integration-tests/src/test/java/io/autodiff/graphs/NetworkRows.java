package io.autodiff.graphs;

import static io.autodiff.graphs.Row.ranked;
import static io.autodiff.graphs.Row.shaped;
import static io.autodiff.graphs.Row.step;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nn.Attention;
import io.autodiff.nn.ConvOptions;
import io.autodiff.nn.Layout;
import io.autodiff.nn.Nn;
import io.autodiff.nn.Padding;
import io.autodiff.nn.PoolOptions;
import java.util.List;

/** Of neural networks, for floating dtypes. */
final class NetworkRows {
    static final List<Row> FLOATING = List.of(
            ranked("softmax", 1, (a, b, choice) -> {
                int axis = choice.axis(a);
                return step(x -> x.softmax(axis), axis);
            }),
            ranked("logSoftmax", 1, (a, b, choice) -> {
                int axis = choice.axis(a);
                return step(x -> x.logSoftmax(axis), axis);
            }),
            shaped("conv1d", (a, b, choice) -> {
                        Tensor weights = weights(choice, 2, 1, 2);
                        ConvOptions options = options(choice);
                        return step(x -> Nn.conv1d(x.reshape(1, -1, 1), cast(weights, x), options), options, weights);
                    })
                    .filled(),
            shaped(
                            "conv1dOfBoth",
                            (a, b, choice) -> b.elements() > a.elements()
                                    ? null
                                    : step((x, y) ->
                                            Nn.conv1d(x.reshape(1, -1, 1), y.reshape(-1, 1, 1), ConvOptions.valid())))
                    .filled(),
            ranked("conv2d", 2, (a, b, choice) -> {
                        Tensor weights = weights(choice, 2, 2, 1, 2);
                        ConvOptions options = options(choice);
                        return step(x -> Nn.conv2d(image(x), cast(weights, x), options), options, weights);
                    })
                    .filled(),
            ranked("conv2dTranspose", 2, (a, b, choice) -> {
                        Tensor weights = weights(choice, 2, 2, 2, 1);
                        return step(x -> Nn.conv2dTranspose(image(x), cast(weights, x), ConvOptions.valid()), weights);
                    })
                    .filled(),
            ranked("maxPool2d", 2, (a, b, choice) -> {
                        PoolOptions options = PoolOptions.window(2).strides(1).padding(Padding.SAME);
                        return step(x -> Nn.maxPool2d(image(x), options), options);
                    })
                    .filled()
                    .kinkedAt((a, b) -> Row.gaps(a)),
            ranked("avgPool2d", 2, (a, b, choice) -> {
                        PoolOptions options = choice.flip()
                                ? PoolOptions.window(2).padding(Padding.SAME)
                                : PoolOptions.window(3).strides(1).dilations(2).padding(Padding.of(2, 2, 2, 2));
                        return step(x -> Nn.avgPool2d(image(x), options), options);
                    })
                    .filled(),
            ranked(
                            "upsampleNearest",
                            2,
                            (a, b, choice) -> step(x -> Nn.upsampleNearest(image(x), Layout.CHANNELS_LAST, 2, 1)))
                    .filled(),
            ranked(
                            "resizeBilinear",
                            2,
                            (a, b, choice) -> step(x -> Nn.resizeBilinear(image(x), Layout.CHANNELS_LAST, 3, 3)))
                    .filled(),
            ranked("attention", 2, (a, b, choice) -> step(x -> Attention.scaledDotProduct(x.sin(), x, x.neg(), null)))
                    .filled());

    private NetworkRows() {}

    /** One image of one channel, as many rows high as there are. */
    private static Tensor image(Tensor x) {
        Shape shape = x.shape();
        return x.reshape(1, -1, shape.size(shape.axis(-1)), 1);
    }

    private static ConvOptions options(Choice choice) {
        return ConvOptions.same().strides(1 + choice.below(2)).dilations(1);
    }

    private static Tensor weights(Choice choice, long... sizes) {
        return Tensors.of(choice.numbers(Shape.of(sizes).elements()))
                .reshape(sizes)
                .evaluate();
    }

    private static Tensor cast(Tensor weights, Tensor x) {
        return weights.castTo(x.dtype());
    }
}
