package io.autodiff.nd4j.blas;

import io.autodiff.DType;
import io.autodiff.nd4j.products.MatrixProduct;
import io.autodiff.nd4j.products.ProductKernel;

/** A product of two matrices. OpenBLAS takes as many threads for a large one as ND4J has it take. */
record MatrixKernel(MatrixProduct p) implements ProductKernel {
    @Override
    public boolean run(long x, long y, long bias, long z) {
        Blas.gemm(
                p.dtype() == DType.FLOAT64,
                p.transposeX(),
                p.transposeY(),
                p.rows(),
                p.columns(),
                p.inner(),
                x,
                p.strideX(),
                y,
                p.transposeY() ? p.inner() : p.columns(),
                0,
                z);
        return true;
    }
}
