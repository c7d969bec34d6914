package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.products.Operands;
import io.autodiff.nd4j.products.Pooling;
import io.autodiff.nd4j.products.ProductKernel;
import io.autodiff.nd4j.products.Products;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pooling over any number of spatial axes of a tensor [images, spatial axes, channels]. Attributes: {@code window}, {@code strides}
 * and {@code dilations}, one for each spatial axis; {@code pads}, two for each: how many positions, which no window sees, are added before
 * and after. Padding counts for nothing, as in TensorFlow: a maximum ignores it and an average leaves it out. A window never lies
 * on padding alone.
 *
 * <p>A maximum is the first of equal ones, and the whole gradient goes to it. With x fixed, {@code max_pool_gradient}, which puts
 * what belongs to a window where its maximum is, and {@code max_pool_select}, which takes it from there, are each other's
 * adjoints; neither depends on x but through where the maxima are.
 */
final class PoolingOps {
    static final Op MAX_POOL = pooling("max_pool", "x")
            .shape(c -> pooled(c, floating(c, "x")))
            .kernel(INDArray.class, PoolingOps::maxPool)
            .gradient("x", (c, dy) -> execute("max_pool_gradient", c, c.input("x"), dy));

    static final Op MAX_POOL_GRADIENT = pooling("max_pool_gradient", "x", "dy")
            .shape(c -> {
                TensorSpec x = floating(c, "x");
                requirePooled(c, x, c.input("dy"));
                return x;
            })
            .kernel(INDArray.class, PoolingOps::maxPoolGradient)
            .notDifferentiable("x")
            .gradient("dy", (c, dx) -> execute("max_pool_select", c, c.input("x"), dx));

    static final Op MAX_POOL_SELECT = pooling("max_pool_select", "x", "v")
            .shape(c -> {
                TensorSpec x = floating(c, "x");
                if (!x.equals(c.input("v"))) {
                    throw c.error("'v' must be like 'x'");
                }
                return pooled(c, x);
            })
            .kernel(INDArray.class, c -> select(c, c.input("v")))
            .notDifferentiable("x")
            .gradient("v", (c, dy) -> execute("max_pool_gradient", c, c.input("x"), dy));

    static final Op AVG_POOL = pooling("avg_pool", "x")
            .shape(c -> pooled(c, floating(c, "x")))
            .kernel(INDArray.class, PoolingOps::avgPool)
            .gradient(
                    "x",
                    (c, dy) -> Executor.execute(
                            "avg_pool_gradient",
                            attributes(c, "shape", c.input("x").shape()),
                            dy));

    /** The adjoint of avg_pool, which is linear. The attribute {@code shape} is that of its input. */
    static final Op AVG_POOL_GRADIENT = pooling("avg_pool_gradient", "dy")
            .attribute("shape", Shape.class)
            .shape(c -> {
                TensorSpec dy = floating(c, "dy");
                TensorSpec x = new TensorSpec(dy.dtype(), c.attributes().shape("shape"));
                requirePooled(c, x, dy);
                return x;
            })
            .kernel(INDArray.class, PoolingOps::avgPoolGradient)
            .gradient("dy", (c, dx) -> execute("avg_pool", c, dx));

    static final List<Op> OPS = List.of(MAX_POOL, MAX_POOL_GRADIENT, MAX_POOL_SELECT, AVG_POOL, AVG_POOL_GRADIENT);

    private PoolingOps() {}

    private static Op pooling(String name, String... inputs) {
        return Op.named(name)
                .inputs(inputs)
                .attribute("window", List.class)
                .attribute("strides", List.class)
                .attribute("dilations", List.class)
                .attribute("pads", List.class);
    }

    private static Tensor execute(String op, OpCall<Tensor> call, Operand... inputs) {
        return Executor.execute(op, attributes(call), inputs);
    }

    /** What the ops share of a call's attributes, and more. */
    private static Attributes attributes(OpCall<?> call, Object... more) {
        Attributes a = call.attributes();
        Object[] shared = {
            "window", a.get("window", List.class),
            "strides", a.get("strides", List.class),
            "dilations", a.get("dilations", List.class),
            "pads", a.get("pads", List.class)
        };
        Object[] all = Arrays.copyOf(shared, shared.length + more.length);
        System.arraycopy(more, 0, all, shared.length, more.length);
        return Attributes.ofPairs(all);
    }

    private static TensorSpec floating(OpCall<TensorSpec> call, String input) {
        return Shapes.require(call, input, DType::isFloating, "a floating dtype");
    }

    private static TensorSpec pooled(OpCall<?> call, TensorSpec x) {
        Windows windows = windows(call, x.shape());
        int empty = windows.axisWithWindowOnPadding();
        if (empty >= 0) {
            throw call.error("on spatial axis " + empty + " of " + x.shape() + " some windows of "
                    + Arrays.toString(call.attributes().longs("window")) + " with dilations "
                    + Arrays.toString(call.attributes().longs("dilations")) + " would hold nothing but padding; pads "
                    + Arrays.toString(call.attributes().longs("pads")) + " are too wide");
        }
        return new TensorSpec(
                x.dtype(), windows.outputShape(x.shape().size(x.shape().rank() - 1)));
    }

    private static void requirePooled(OpCall<TensorSpec> call, TensorSpec x, TensorSpec dy) {
        TensorSpec expected = pooled(call, x);
        if (!expected.equals(dy)) {
            throw call.error("the result for " + x + " is " + expected + ", 'dy' is " + dy);
        }
    }

    private static Windows windows(OpCall<?> call, Shape x) {
        return Windows.of(
                call, x, call.attributes().longs("window"), call.attributes().longs("dilations"));
    }

    /** For each element of the result, where in x the first maximum of its window is; NaN counts as the greatest. */
    private static int[] maxima(OpCall<INDArray> call) {
        INDArray array = call.input("x");
        double[] x = NdArrays.doubles(array);
        int channels = (int) array.size(array.rank() - 1);
        Windows windows = windows(call, Shape.of(array.shape()));
        int[] maxima = new int[windows.rows() * channels];
        Arrays.fill(maxima, -1);
        windows.forEach((row, tap, position, length) -> {
            for (int i = position * channels; i < (position + length) * channels; i++) {
                int window = row * channels + i % channels;
                double most = maxima[window] < 0 ? Double.NEGATIVE_INFINITY : x[maxima[window]];
                if (maxima[window] < 0 || x[i] > most || (Double.isNaN(x[i]) && !Double.isNaN(most))) {
                    maxima[window] = i;
                }
            }
        });
        return maxima;
    }

    private static INDArray maxPool(OpCall<INDArray> call) {
        INDArray made = byLibrary(call, Pooling.Kind.MAX, call.inputSpec(0));
        return made == null ? select(call, call.input("x")) : made;
    }

    /** The result by a library that computes float32; null if there is none, or none for these elements. */
    private static @Nullable INDArray byLibrary(OpCall<INDArray> call, Pooling.Kind kind, TensorSpec x) {
        TensorSpec spec = call.outputSpec();
        if (x.dtype() != DType.FLOAT32
                || x.shape().elements() == 0
                || spec.shape().elements() == 0) {
            return null;
        }
        int channels = (int) x.shape().size(x.shape().rank() - 1);
        ProductKernel kernel = Products.find(windows(call, x.shape()).pooling(kind, channels));
        return kernel == null
                ? null
                : Operands.run(
                        kernel,
                        Operands.float32(call, 0),
                        call.inputCount() > 1 ? Operands.float32(call, 1) : null,
                        spec);
    }

    private static INDArray select(OpCall<INDArray> call, INDArray from) {
        int[] maxima = maxima(call);
        double[] elements = NdArrays.doubles(from);
        double[] selected = new double[maxima.length];
        for (int i = 0; i < selected.length; i++) {
            selected[i] = elements[maxima[i]];
        }
        return of(call, selected);
    }

    private static INDArray maxPoolGradient(OpCall<INDArray> call) {
        INDArray made = byLibrary(call, Pooling.Kind.MAX_GRADIENT, call.inputSpec(0));
        if (made != null) {
            return made;
        }
        int[] maxima = maxima(call);
        double[] dy = NdArrays.doubles(call.input("dy"));
        double[] dx = new double[(int) call.outputSpec().shape().elements()];
        for (int i = 0; i < maxima.length; i++) {
            dx[maxima[i]] += dy[i];
        }
        return of(call, dx);
    }

    private static INDArray avgPool(OpCall<INDArray> call) {
        INDArray made = byLibrary(call, Pooling.Kind.AVERAGE, call.inputSpec(0));
        if (made != null) {
            return made;
        }
        INDArray array = call.input("x");
        double[] x = NdArrays.doubles(array);
        int channels = (int) array.size(array.rank() - 1);
        Windows windows = windows(call, Shape.of(array.shape()));
        int[] seen = seen(windows);
        double[] y = new double[seen.length * channels];
        windows.forEach((row, tap, position, length) -> {
            for (int i = position * channels; i < (position + length) * channels; i++) {
                y[row * channels + i % channels] += x[i];
            }
        });
        for (int i = 0; i < y.length; i++) {
            y[i] /= seen[i / channels];
        }
        return of(call, y);
    }

    private static INDArray avgPoolGradient(OpCall<INDArray> call) {
        INDArray made = byLibrary(call, Pooling.Kind.AVERAGE_GRADIENT, call.outputSpec());
        if (made != null) {
            return made;
        }
        Shape shape = call.outputSpec().shape();
        double[] dy = NdArrays.doubles(call.input("dy"));
        int channels = (int) shape.size(shape.rank() - 1);
        Windows windows = windows(call, shape);
        int[] seen = seen(windows);
        double[] dx = new double[(int) shape.elements()];
        windows.forEach((row, tap, position, length) -> {
            for (int i = position * channels; i < (position + length) * channels; i++) {
                dx[i] += dy[row * channels + i % channels] / seen[row];
            }
        });
        return of(call, dx);
    }

    /** For each row, how many positions of the input its window holds. */
    private static int[] seen(Windows windows) {
        int[] seen = new int[windows.rows()];
        windows.forEach((row, tap, position, length) -> seen[row] += length);
        return seen;
    }

    private static INDArray of(OpCall<INDArray> call, double[] elements) {
        return NdArrays.of(new TensorSpec(DType.FLOAT64, call.outputSpec().shape()), elements)
                .castTo(NdArrays.dataType(call.outputSpec().dtype()));
    }
}
