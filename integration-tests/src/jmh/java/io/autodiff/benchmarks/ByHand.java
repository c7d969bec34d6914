package io.autodiff.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.Op;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMultiplication;
import org.nd4j.linalg.factory.Nd4j;

/** A computation written by hand with ND4J, in its fastest form: ops and their contexts are made once, and so are all arrays. */
final class ByHand {
    private final List<INDArray> inputs;
    private final @Nullable INDArray outputGradient;
    private final List<Runnable> steps = new ArrayList<>();

    ByHand(List<INDArray> inputs, @Nullable INDArray outputGradient) {
        this.inputs = inputs;
        this.outputGradient = outputGradient;
    }

    INDArray x(int number) {
        return inputs.get(number);
    }

    INDArray dy() {
        INDArray dy = outputGradient;
        if (dy == null) {
            throw new IllegalStateException("no gradient is wanted");
        }
        return dy;
    }

    INDArray like(INDArray x) {
        return Nd4j.create(x.dataType(), x.shape(), 'c');
    }

    /** A vector as a matrix of ten columns. */
    INDArray rows(INDArray x) {
        // Of numbers in place of an array, ND4J takes the letter for one more size.
        return x.reshape('c', new long[] {x.length() / 10, 10});
    }

    void step(Runnable code) {
        steps.add(code);
    }

    void run() {
        for (Runnable step : steps) {
            step.run();
        }
    }

    /** A custom op whose result is like its first input. */
    INDArray custom(String name, INDArray... in) {
        INDArray z = like(in[0]);
        customTo(name, List.of(z), List.of(), in);
        return z;
    }

    /** A custom op of one array, over all its axes. */
    INDArray reduced(String name, INDArray x) {
        INDArray z = Nd4j.scalar(x.dataType(), 0);
        customTo(name, List.of(z), List.of(), x);
        return z;
    }

    /** A running sum. */
    INDArray running(INDArray x, long reverse) {
        INDArray z = like(x);
        customTo("cumsum", List.of(z), List.of(0L, reverse, 0L), x);
        return z;
    }

    void customTo(String name, List<INDArray> out, List<Long> integers, INDArray... in) {
        DynamicCustomOp op = DynamicCustomOp.builder(name)
                .addInputs(in)
                .addOutputs(out.toArray(new INDArray[0]))
                .build();
        OpContext context = Nd4j.getExecutioner().buildContext();
        context.setInputArrays(in);
        context.setOutputArrays(out.toArray(new INDArray[0]));
        context.setIArguments(integers.stream().mapToLong(i -> i).toArray());
        step(() -> Nd4j.getExecutioner().exec(op, context));
    }

    /** A legacy op, which needs no context. */
    INDArray legacy(INDArray like, Function<INDArray, Op> maker) {
        INDArray z = like(like);
        Op op = maker.apply(z);
        step(() -> Nd4j.getExecutioner().exec(op));
        return z;
    }

    /** In place. */
    INDArray scaled(INDArray x, float factor) {
        Op op = new ScalarMultiplication(x, null, x, factor);
        step(() -> Nd4j.getExecutioner().exec(op));
        return x;
    }
}
