package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.fused.Accelerator;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import io.autodiff.spi.Executor;
import io.autodiff.tck.OpSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random programs on arrays, and each sample of each elementwise op: fused, and one call at a time. */
class RandomFusionTest {
    private static final List<Shape> SHAPES = List.of(
            Shape.of(17),
            Shape.of(3, 17),
            Shape.of(3, 1),
            Shape.of(1, 17),
            Shape.of(2, 3, 17),
            Shape.SCALAR,
            Shape.of(1));
    private static final int MOST_ELEMENTS = 200;

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("autodiff.test.programs", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void programsAgree(int seed) {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
        SplittableRandom random = new SplittableRandom(seed);
        DType dtype = seed % 3 == 0 ? DType.FLOAT32 : DType.FLOAT64;
        List<Tensor> inputs = SHAPES.stream()
                .map(shape -> Tensors.of(random.doubles(shape.elements(), -1, 1).toArray())
                        .castTo(dtype)
                        .reshape(shape.toArray())
                        .evaluate())
                .toList();
        FusionTest.assertAgree(
                in -> new Run(seed, in).results(), inputs, dtype == DType.FLOAT32 ? 2e-4 : 1e-11, "seed " + seed);
    }

    /** One run of a program; each intermediate result is between -1 and 1, so that errors do not grow. */
    private static final class Run {
        private final SplittableRandom choice;
        private final Map<String, BinaryOperator<Tensor>> steps = new LinkedHashMap<>();
        private final List<Tensor> tensors;

        Run(int seed, List<Tensor> inputs) {
            choice = new SplittableRandom(31L * seed + 1);
            tensors = new ArrayList<>(inputs);
            steps.put("add", (a, b) -> a.add(b).mul(0.5));
            steps.put("sub", (a, b) -> a.sub(b).mul(0.5));
            steps.put("mul", Tensor::mul);
            steps.put("div", (a, b) -> a.div(b.square().add(1)));
            steps.put("where", (a, b) -> Tensors.where(a.gt(b), a, b));
            steps.put("mask", (a, b) -> a.lte(b).castTo(a.dtype()).mul(a));
            steps.put("power", (a, b) -> a.square().add(1).pow(b.tanh()).mul(0.25));
            steps.put("sin", (a, b) -> a.mul(20).sin());
            steps.put("cos", (a, b) -> a.add(b).cos());
            steps.put("sigmoid", (a, b) -> a.mul(5).sigmoid());
            steps.put("exp", (a, b) -> a.exp().mul(0.3));
            steps.put("log", (a, b) -> a.square().add(1).log());
            steps.put("sqrt", (a, b) -> a.square().add(1).sqrt().mul(0.5));
            steps.put("abs", (a, b) -> a.abs().neg());
            steps.put("wide", (a, b) -> a.castTo(DType.FLOAT64).mul(3).sin().castTo(a.dtype()));
            steps.put("sum", (a, b) -> a.sum(axes(a)).mul(0.1).tanh());
            steps.put("sumKeeping", (a, b) -> a.sum(true, axes(a)).mul(0.1).sin());
            steps.put("reshape", (a, b) -> a.reshape(-1).mul(1));
            steps.put("broadcast", (a, b) -> a.broadcastTo(Shape.broadcast(a.shape(), b.shape())));
            steps.put("stop", (a, b) -> a.stopGradient().mul(b));
            steps.put("transpose", (a, b) -> a.shape().rank() == 2 ? a.transpose() : a.neg());
        }

        List<Tensor> results() {
            List<String> names = List.copyOf(steps.keySet());
            int count = tensors.size() + choice.nextInt(4, 20);
            while (tensors.size() < count) {
                BinaryOperator<Tensor> step = steps.get(names.get(choice.nextInt(names.size())));
                Tensor a = operand();
                Tensor b = operand();
                Shape shape = Shape.broadcast(a.shape(), b.shape());
                if (shape != null && shape.elements() <= MOST_ELEMENTS) {
                    tensors.add(step.apply(a, b));
                }
            }
            List<Tensor> results = new ArrayList<>(tensors.subList(count - 3, count));
            results.add(operand());
            results.add(tensors.get(count - 1).sum());
            return results;
        }

        private Tensor operand() {
            int size = tensors.size();
            return tensors.get(choice.nextBoolean() ? size - 1 - choice.nextInt(4) : choice.nextInt(size));
        }

        private int[] axes(Tensor a) {
            int rank = a.shape().rank();
            return rank == 0 || choice.nextBoolean() ? new int[0] : new int[] {choice.nextInt(rank)};
        }
    }

    @TestFactory
    Stream<DynamicTest> samplesAgree() {
        return io.autodiff.nd4j.ops.Samples.elementwise()
                .filter(sample -> OpRegistry.shared().op(sample.op()).elementwise() != null)
                .map(sample -> DynamicTest.dynamicTest(sample.toString(), () -> check(sample)));
    }

    private static void check(OpSample sample) {
        assumeTrue(Accelerator.compiler() != null, "there is a compiler of kernels");
        Op op = OpRegistry.shared().op(sample.op());
        // One more axis, so that scalars, too, go through the kernel; a second call, so that there is something to
        // join.
        FusionTest.Program program = in -> {
            List<? extends Operand> longer = in.stream()
                    .map(x -> x.reshape(Stream.concat(
                                    Stream.of(1L),
                                    IntStream.range(0, x.shape().rank()).mapToObj(x.shape()::size))
                            .mapToLong(size -> size)
                            .toArray()))
                    .toList();
            Tensor y = Executor.execute(op, sample.attributes(), longer).get(0);
            return List.of(y, y.stopGradient());
        };
        FusionTest.assertAgree(program, sample.inputs(), 8 * 0x1p-52, sample.toString());
    }
}
