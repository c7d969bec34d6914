package io.autodiff.benchmarks;

import io.autodiff.DType;
import io.autodiff.Linalg;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMultiplication;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The ops that {@link CommonOps} measures, as tensors have them and by hand of ND4J's ops; all in float32, and positive. */
@SuppressWarnings("ImmutableEnumChecker") // the functions have no state
public enum CommonOp {
    ADD(2, in -> in.get(0).add(in.get(1)), h -> h.custom("add", h.x(0), h.x(1)), (h, y) -> List.of(h.dy(), h.dy())),
    MUL(
            2,
            in -> in.get(0).mul(in.get(1)),
            h -> h.custom("multiply", h.x(0), h.x(1)),
            (h, y) -> List.of(h.custom("multiply", h.dy(), h.x(1)), h.custom("multiply", h.dy(), h.x(0)))),
    DIV(2, in -> in.get(0).div(in.get(1)), h -> h.custom("divide", h.x(0), h.x(1)), (h, y) -> {
        INDArray dx = h.custom("divide", h.dy(), h.x(1));
        INDArray product = h.custom("multiply", dx, y);
        return List.of(dx, h.legacy(product, z -> new Negative(product, z)));
    }),
    MAXIMUM(2, in -> in.get(0).maximum(in.get(1)), h -> h.custom("maximum", h.x(0), h.x(1)), (h, y) -> {
        INDArray dx = h.like(y);
        INDArray dy = h.like(y);
        h.customTo("maximum_bp", List.of(dx, dy), List.of(), h.x(0), h.x(1), h.dy());
        return List.of(dx, dy);
    }),
    SQUARE(
            1,
            in -> in.get(0).square(),
            h -> h.legacy(h.x(0), z -> new Square(h.x(0), z)),
            (h, y) -> List.of(h.scaled(h.custom("multiply", h.dy(), h.x(0)), 2))),
    SQRT(
            1,
            in -> in.get(0).sqrt(),
            h -> h.legacy(h.x(0), z -> new Sqrt(h.x(0), z)),
            (h, y) -> List.of(h.scaled(h.custom("divide", h.dy(), y), 0.5f))),
    EXP(
            1,
            in -> in.get(0).exp(),
            h -> h.legacy(h.x(0), z -> new Exp(h.x(0), z)),
            (h, y) -> List.of(h.custom("multiply", h.dy(), y))),
    LOG(
            1,
            in -> in.get(0).log(),
            h -> h.legacy(h.x(0), z -> new Log(h.x(0), z)),
            (h, y) -> List.of(h.custom("divide", h.dy(), h.x(0)))),
    TANH(
            1,
            in -> in.get(0).tanh(),
            h -> h.legacy(h.x(0), z -> new Tanh(h.x(0), z)),
            (h, y) -> List.of(h.custom("tanh_bp", h.x(0), h.dy()))),
    SIGMOID(
            1,
            in -> in.get(0).sigmoid(),
            h -> h.legacy(h.x(0), z -> new Sigmoid(h.x(0), z)),
            (h, y) -> List.of(h.custom("sigmoid_bp", h.x(0), h.dy()))),
    RELU(
            1,
            in -> in.get(0).relu(),
            h -> h.legacy(h.x(0), z -> new RectifiedLinear(h.x(0), z, 0)),
            (h, y) -> List.of(h.custom("relu_bp", h.x(0), h.dy()))),
    SUM(1, in -> in.get(0).sum(), h -> h.reduced("reduce_sum", h.x(0)), (h, y) -> {
        INDArray dx = h.like(h.x(0));
        // Of an array, assign would take the one element that there is, and leave the others.
        h.step(() -> dx.assign(h.dy().getFloat(0)));
        return List.of(dx);
    }),
    NORM2(1, in -> in.get(0).norm2(), h -> h.reduced("reduce_norm2", h.x(0)), (h, y) -> {
        INDArray dx = h.like(h.x(0));
        h.step(() -> Nd4j.getExecutioner()
                .exec(new ScalarMultiplication(h.x(0), null, dx, h.dy().getFloat(0) / y.getFloat(0))));
        return List.of(dx);
    }),
    SOFTMAX(1, in -> in.get(0).reshape(-1, 10).softmax(), h -> h.custom("softmax", h.rows(h.x(0))), (h, y) -> {
        INDArray product = h.custom("multiply", h.dy(), y);
        INDArray sum = Nd4j.create(y.dataType(), y.rows());
        h.customTo("reduce_sum", List.of(sum), List.of(1L), product);
        INDArray rest = h.custom("subtract", h.dy(), sum.reshape('c', new long[] {y.rows(), 1}));
        return List.of(h.custom("multiply", rest, y).reshape('c', h.x(0).shape()));
    }),
    GATHER(
            1,
            in -> in.get(0).gather(in.get(1)),
            h -> {
                INDArray y = h.like(h.x(0));
                h.customTo("gather", List.of(y), List.of(0L), h.x(0), h.x(1));
                return y;
            },
            (h, y) -> {
                INDArray zeros = h.like(h.x(0));
                INDArray dx = h.like(h.x(0));
                h.customTo("scatter_add", List.of(dx), List.of(), zeros, h.x(1), h.dy());
                return List.of(dx);
            }),
    SORT(
            1,
            in -> in.get(0).sort(),
            h -> {
                INDArray y = h.like(h.x(0));
                h.step(() -> Nd4j.sort(y.assign(h.x(0)), 0, true));
                return y;
            },
            (h, y) -> {
                INDArray zeros = h.like(y);
                INDArray dx = h.like(y);
                h.step(() -> Nd4j.exec(DynamicCustomOp.builder("scatter_upd")
                        .addInputs(zeros, Nd4j.sortWithIndices(h.x(0).dup(), 0, true)[0].castTo(DataType.INT32), h.dy())
                        .addOutputs(dx)
                        .build()));
                return List.of(dx);
            }),
    CUMSUM(1, in -> in.get(0).cumSum(0), h -> h.running(h.x(0), 0), (h, y) -> List.of(h.running(h.dy(), 1))),
    CONCAT(
            2,
            in -> Tensors.concat(0, in.get(0), in.get(1)),
            h -> {
                INDArray y = Nd4j.create(h.x(0).dataType(), 2 * h.x(0).length());
                h.customTo("concat", List.of(y), List.of(0L), h.x(0), h.x(1));
                return y;
            },
            (h, y) -> {
                long half = h.x(0).length();
                INDArray dx = h.like(h.x(0));
                INDArray dy = h.like(h.x(0));
                h.step(() -> dx.assign(h.dy().get(NDArrayIndex.interval(0, half))));
                h.step(() -> dy.assign(h.dy().get(NDArrayIndex.interval(half, 2 * half))));
                return List.of(dx, dy);
            }),
    TRANSPOSE(
            1,
            in -> in.get(0).reshape(-1, 10).transpose(),
            h -> {
                INDArray y = Nd4j.create(h.x(0).dataType(), 10, h.x(0).length() / 10);
                h.step(() -> y.assign(h.rows(h.x(0)).transpose()));
                return y;
            },
            (h, y) -> {
                INDArray dx = Nd4j.create(h.x(0).dataType(), h.x(0).length() / 10, 10);
                h.step(() -> dx.assign(h.dy().transpose()));
                return List.of(dx.reshape('c', h.x(0).shape()));
            }),
    INVERSE(1, in -> Linalg.inverse(in.get(0)), h -> h.custom("matrix_inverse", h.x(0)), (h, y) -> {
        INDArray half = Nd4j.create(y.dataType(), y.shape(), 'f');
        INDArray dx = Nd4j.create(y.dataType(), y.shape(), 'f');
        h.step(() -> Nd4j.gemm(y, h.dy(), half, true, false, 1, 0));
        h.step(() -> Nd4j.gemm(half, y, dx, false, true, -1, 0));
        return List.of(dx);
    });

    private final int count;
    final Function<List<Tensor>, Tensor> tensors;
    final Function<ByHand, INDArray> value;
    final BiFunction<ByHand, INDArray, List<INDArray>> gradient;

    CommonOp(
            int count,
            Function<List<Tensor>, Tensor> tensors,
            Function<ByHand, INDArray> value,
            BiFunction<ByHand, INDArray, List<INDArray>> gradient) {
        this.count = count;
        this.tensors = tensors;
        this.value = value;
        this.gradient = gradient;
    }

    /** The inputs: vectors of a size, or a square matrix of about as many elements, far from singular. */
    List<Tensor> inputs(int size) {
        if (this == INVERSE) {
            int side = (int) Math.sqrt(size);
            return List.of(vector(1, side * side)
                    .reshape(side, side)
                    .add(Tensors.eye(DType.FLOAT32, side).mul(side))
                    .evaluate());
        }
        return this == GATHER
                ? List.of(
                        vector(1, size),
                        Tensors.of(new Random(5).ints(size, 0, size).toArray()))
                : IntStream.range(0, count).mapToObj(i -> vector(i, size)).toList();
    }

    private static Tensor vector(int seed, int size) {
        return Tensors.of(Peers.normal(seed, size)).abs().add(0.1).evaluate();
    }
}
