package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays as matrices whose rows are taken, added up and replaced by number. The numbers must have been checked: ND4J reads and writes
 * wherever they point.
 */
final class Rows {
    /** ND4J takes about as long for a row of whatever length as Java does for this many elements. */
    private static final long NARROW = 16;

    private Rows() {}

    /**
     * Some of the slices of x, which are counted from 0 in each of its outer parts.
     *
     * @param outer how many parts x has
     * @param size how many slices each has
     * @param indices the numbers of those wanted, the same in each part
     */
    static INDArray take(OpCall<INDArray> call, INDArray x, long outer, long size, long[] indices) {
        long length = x.length() / (outer * size);
        // Of this rank and with this axis ND4J is right for all sizes, and fast for most.
        INDArray source = x.reshape('c', new long[] {outer, size, length});
        return shaped(call, source, numeric -> {
            INDArray z = Nd4j.createUninitialized(numeric.dataType(), new long[] {outer, indices.length, length}, 'c');
            Nd4j.exec(DynamicCustomOp.builder("gather")
                    .addInputs(numeric, Nd4j.createFromArray(indices))
                    .addIntegerArguments(1)
                    .addOutputs(z)
                    .build());
            return z;
        });
    }

    /**
     * Rows that are sums of rows of x: each of x's is added to the one that its target names, and rows that nothing names are 0.
     * float16 and bfloat16 are added as float32.
     *
     * @param targets for each row of x
     * @param rows how many the result has
     */
    static INDArray sum(OpCall<INDArray> call, INDArray x, long[] targets, long rows) {
        TensorSpec spec = call.outputSpec();
        if (x.isEmpty()) {
            return NdArrays.allocate(spec).assign(0);
        }
        long length = x.length() / targets.length;
        if (length < NARROW) {
            return sumInJava(x, targets, spec);
        }
        DataType type = spec.dtype() == DType.FLOAT16 || spec.dtype() == DType.BFLOAT16 ? DataType.FLOAT : x.dataType();
        INDArray zeros =
                Nd4j.createUninitialized(type, new long[] {rows, length}, 'c').assign(0);
        INDArray z = scatter(
                "scatter_add", zeros, targets, x.castTo(type).reshape('c', new long[] {targets.length, length}));
        return z.castTo(NdArrays.dataType(spec.dtype()))
                .reshape('c', spec.shape().toArray());
    }

    private static INDArray sumInJava(INDArray x, long[] targets, TensorSpec spec) {
        int length = (int) (x.length() / targets.length);
        int elements = Math.toIntExact(spec.shape().elements());
        return NdArrays.of(
                spec,
                spec.dtype().isInteger()
                        ? HostRows.sums(NdArrays.longs(x), targets, length, elements)
                        : HostRows.sums(NdArrays.doubles(x), targets, length, elements));
    }

    /** x with some rows replaced by rows of others; of several for one place the last. */
    static INDArray replace(OpCall<INDArray> call, INDArray x, INDArray others, long[] targets) {
        if (others.isEmpty()) {
            return x;
        }
        long length = others.length() / targets.length;
        long[] matrix = {x.length() / length, length};
        return shaped(
                call,
                x.reshape('c', matrix),
                numeric -> scatter(
                        "scatter_upd",
                        numeric,
                        targets,
                        others.reshape('c', new long[] {targets.length, length}).castTo(numeric.dataType())));
    }

    /** ND4J's op by which rows are combined with those they name, told to go row by row: without that, equal targets race. */
    private static INDArray scatter(String name, INDArray x, long[] targets, INDArray rows) {
        INDArray z = Nd4j.createUninitialized(x.dataType(), x.shape(), 'c');
        Nd4j.exec(DynamicCustomOp.builder(name)
                .addInputs(x, Nd4j.createFromArray(targets), rows)
                .addBooleanArguments(true)
                .addOutputs(z)
                .build());
        return z;
    }

    /** What a function makes of an array, in the shape of the result; these ops of ND4J take no bool, so it goes as bytes. */
    private static INDArray shaped(OpCall<INDArray> call, INDArray x, UnaryOperator<INDArray> function) {
        long[] shape = call.outputSpec().shape().toArray();
        return x.dataType() == DataType.BOOL
                ? function.apply(x.castTo(DataType.INT8)).castTo(DataType.BOOL).reshape('c', shape)
                : function.apply(x).reshape('c', shape);
    }
}
