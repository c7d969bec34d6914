package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.products.Operands;
import io.autodiff.nd4j.products.StackProduct;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products. */
final class LinalgOps {
    /**
     * The product of matrices, or of stacks of them whose batch axes are broadcast. With X and Y the inputs after their
     * transpositions, d(XY): dX = dZ Y', dY = X' dZ.
     */
    static final Op MATMUL = Op.named("matmul")
            .inputs("x", "y")
            .attribute("transposeX", Boolean.class)
            .attribute("transposeY", Boolean.class)
            .shape(LinalgOps::matmulSpec)
            .broadcasting()
            .kernel(INDArray.class, LinalgOps::matmul)
            .gradient("x", (c, dz) -> {
                boolean tx = c.attributes().flag("transposeX");
                boolean ty = c.attributes().flag("transposeY");
                Tensor y = c.input("y");
                return tx ? y.mmul(dz, ty, true) : dz.mmul(y, false, !ty);
            })
            .gradient("y", (c, dz) -> {
                boolean tx = c.attributes().flag("transposeX");
                boolean ty = c.attributes().flag("transposeY");
                Tensor x = c.input("x");
                return ty ? dz.mmul(x, true, tx) : x.mmul(dz, !tx, false);
            });

    static final List<Op> OPS = List.of(MATMUL);

    private LinalgOps() {}

    private static TensorSpec matmulSpec(OpCall<TensorSpec> call) {
        TensorSpec x = Shapes.require(call, "x", DType::isFloating, "a floating dtype");
        TensorSpec y = call.input("y");
        Shapes.requireSameDType(call, x, y);
        int rx = x.shape().rank();
        int ry = y.shape().rank();
        if (rx < 2 || ry < 2) {
            throw call.error("the product is of matrices, of rank 2 or more each; use Linalg.matvec for a vector, or"
                    + " reshape it to one column or one row first");
        }
        int tx = call.attributes().flag("transposeX") ? 1 : 0;
        int ty = call.attributes().flag("transposeY") ? 1 : 0;
        long innerX = x.shape().size(rx - 1 - tx);
        long innerY = y.shape().size(ry - 2 + ty);
        if (innerX != innerY) {
            throw call.error("the inner sizes " + innerX + " and " + innerY + " differ, for transposeX " + (tx == 1)
                    + " and transposeY " + (ty == 1));
        }
        return new TensorSpec(
                x.dtype(),
                Matrices.stack(
                        Matrices.batch(call, x.shape(), y.shape()),
                        x.shape().size(rx - 2 + tx),
                        y.shape().size(ry - 1 - ty)));
    }

    private static INDArray matmul(OpCall<INDArray> call) {
        TensorSpec spec = call.outputSpec();
        // ND4J adds up half floats in half floats, where 2048 + 1 is 2048, and a hundred times slower than floats.
        boolean half = spec.dtype() == DType.FLOAT16 || spec.dtype() == DType.BFLOAT16;
        DType dtype = half ? DType.FLOAT32 : spec.dtype();
        TensorSpec computed = new TensorSpec(dtype, spec.shape());
        StackProduct product = StackProduct.of(
                new TensorSpec(dtype, call.inputSpec(0).shape()),
                new TensorSpec(dtype, call.inputSpec(1).shape()),
                computed,
                call.attributes().flag("transposeX"),
                call.attributes().flag("transposeY"),
                false);
        if (product != null) {
            return Operands.multiply(product, Operands.of(call, 0, dtype), Operands.of(call, 1, dtype), null, computed)
                    .castTo(NdArrays.dataType(spec.dtype()));
        }
        INDArray z = NdArrays.allocate(computed);
        if (call.input("x").isEmpty()) {
            // The inner size is 0: sums of nothing.
            z.assign(0);
        } else {
            long[] batch = Matrices.batch(spec.shape()).toArray();
            Nd4j.exec(DynamicCustomOp.builder("matmul")
                    .addInputs(factor(call.input("x"), z, batch), factor(call.input("y"), z, batch))
                    .addOutputs(z)
                    .addIntegerArguments(flag(call, "transposeX"), flag(call, "transposeY"), 0)
                    .build());
        }
        return z.castTo(NdArrays.dataType(spec.dtype()));
    }

    private static int flag(OpCall<INDArray> call, String attribute) {
        return call.attributes().flag(attribute) ? 1 : 0;
    }

    /** A factor in the dtype of the product and with its batch axes: ND4J multiplies stacks of equal batch axes only. */
    private static INDArray factor(INDArray x, INDArray product, long[] batch) {
        long[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = x.size(x.rank() - 2);
        shape[batch.length + 1] = x.size(x.rank() - 1);
        return Kernels.broadcast(x.castTo(product.dataType()), shape);
    }
}
