package io.autodiff.nd4j.onednn;

import io.autodiff.nd4j.products.MatrixProduct;
import io.autodiff.nd4j.products.ProductKernel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;

/**
 * Matrix products. Of what follows one, only the bias is joined to it: oneDNN's relu makes 0 of NaN, where this library's keeps it.
 */
final class MatrixPrimitives {
    private MatrixPrimitives() {}

    static ProductKernel of(MatrixProduct p) {
        memory.desc x = matrix(p.rows(), p.inner(), p.transposeX(), p.strideX());
        memory.desc y = matrix(p.inner(), p.columns(), p.transposeY(), p.transposeY() ? p.inner() : p.columns());
        memory.desc z = matrix(p.rows(), p.columns(), false, p.columns());
        memory.desc bias = matrix(1, p.columns(), false, p.columns());
        matmul.desc operation = p.bias() ? new matmul.desc(x, y, bias, z) : new matmul.desc(x, y, z);
        matmul.primitive_desc implementation = new matmul.primitive_desc(operation, Engine.ATTRIBUTES, Engine.CPU);
        List<Primitives.Argument> arguments = new ArrayList<>(List.of(
                new Primitives.Argument(dnnl.DNNL_ARG_SRC, x, Primitives.X),
                new Primitives.Argument(dnnl.DNNL_ARG_WEIGHTS, y, Primitives.Y),
                new Primitives.Argument(dnnl.DNNL_ARG_DST, z, Primitives.Z)));
        if (p.bias()) {
            arguments.add(new Primitives.Argument(dnnl.DNNL_ARG_BIAS, bias, Primitives.BIAS));
        }
        return new Primitives()
                .add(new matmul(implementation), implementation, arguments.toArray(new Primitives.Argument[0]));
    }

    private static memory.desc matrix(long rows, long columns, boolean transpose, long stride) {
        return Engine.floats(new long[] {rows, columns}, transpose ? new long[] {1, stride} : new long[] {stride, 1});
    }
}
