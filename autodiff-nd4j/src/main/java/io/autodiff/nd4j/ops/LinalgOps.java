package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products. */
final class LinalgOps {
    /** With X and Y the inputs after their transpositions, d(XY): dX = dZ Y', dY = X' dZ. */
    static final Op MATMUL = Op.named("matmul")
            .inputs("x", "y")
            .attribute("transposeX", Boolean.class)
            .attribute("transposeY", Boolean.class)
            .shape(LinalgOps::matmulSpec)
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
        if (x.shape().rank() != 2 || y.shape().rank() != 2) {
            throw call.error(
                    "the product is of matrices, of rank 2 each; reshape a vector to one column or one row first");
        }
        int tx = call.attributes().flag("transposeX") ? 1 : 0;
        int ty = call.attributes().flag("transposeY") ? 1 : 0;
        if (x.shape().size(1 - tx) != y.shape().size(ty)) {
            throw call.error("the inner sizes " + x.shape().size(1 - tx) + " and "
                    + y.shape().size(ty) + " differ, for transposeX " + (tx == 1) + " and transposeY " + (ty == 1));
        }
        return new TensorSpec(x.dtype(), Shape.of(x.shape().size(tx), y.shape().size(1 - ty)));
    }

    private static INDArray matmul(OpCall<INDArray> call) {
        INDArray x = call.input("x");
        INDArray y = call.input("y");
        INDArray z = NdArrays.allocate(call.outputSpec());
        if (x.isEmpty()) {
            // The inner size is 0: sums of nothing.
            return z.assign(0);
        }
        return Nd4j.matmul(
                x, y, z, call.attributes().flag("transposeX"), call.attributes().flag("transposeY"), false);
    }
}
