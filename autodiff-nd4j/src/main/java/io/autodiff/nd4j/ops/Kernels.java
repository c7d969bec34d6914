package io.autodiff.nd4j.ops;

import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.OpCall;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.TransformOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels that hand a call to ND4J. The result is always allocated here, by the spec that was inferred: INDArray's own methods
 * take the left operand's shape, order and dtype, which broadcasting and views make wrong.
 */
final class Kernels {
    private Kernels() {}

    /** An elementwise ND4J op of one input, which gets input and result. */
    static Function<OpCall<INDArray>, INDArray> transform(String input, TransformFactory factory) {
        return c -> {
            INDArray x = c.input(input);
            // The executioner asks a legacy op for elements, and an empty array has none; those never come here.
            return Nd4j.getExecutioner().exec(factory.create(x, NdArrays.allocate(c.outputSpec())));
        };
    }

    /** An ND4J custom op by name, on all inputs as they are. */
    static Function<OpCall<INDArray>, INDArray> custom(String name) {
        return c -> custom(c, name, c.inputs());
    }

    /** An ND4J custom op by name, on the given arrays. */
    static INDArray custom(OpCall<INDArray> call, String name, List<INDArray> inputs) {
        INDArray z = NdArrays.allocate(call.outputSpec());
        Nd4j.exec(DynamicCustomOp.builder(name)
                .addInputs(inputs.stream().map(x -> ofRank(z.rank(), x)).toArray(INDArray[]::new))
                .addOutputs(z)
                .build());
        return z;
    }

    /** The array with axes of size 1 put before its own: ND4J takes [1, 1] beside [3] for a scalar, and then expects [3]. */
    private static INDArray ofRank(int rank, INDArray x) {
        if (x.rank() == 0 || x.rank() >= rank) {
            return x;
        }
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        System.arraycopy(x.shape(), 0, shape, rank - x.rank(), x.rank());
        return x.reshape('c', shape);
    }

    /** An array broadcast to the shape of the result. */
    static INDArray broadcast(OpCall<INDArray> call, INDArray x) {
        return broadcast(x, call.outputSpec().shape().toArray());
    }

    /** An array broadcast to a shape; itself if it has it. */
    static INDArray broadcast(INDArray x, long[] shape) {
        if (Arrays.equals(x.shape(), shape)) {
            return x;
        }
        INDArray z = Nd4j.createUninitialized(x.dataType(), shape, 'c');
        Nd4j.exec(DynamicCustomOp.builder("broadcast_to")
                .addInputs(x, Nd4j.createFromArray(shape))
                .addOutputs(z)
                .build());
        return z;
    }

    /** Makes an ND4J op of input and result. */
    @FunctionalInterface
    interface TransformFactory {
        TransformOp create(INDArray x, INDArray z);
    }
}
