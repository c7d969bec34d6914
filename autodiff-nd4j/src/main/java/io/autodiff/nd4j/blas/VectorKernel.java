package io.autodiff.nd4j.blas;

import io.autodiff.DType;
import io.autodiff.nd4j.products.MatrixProduct;
import io.autodiff.nd4j.products.ProductKernel;

/**
 * A product of a matrix and a vector, some rows of the matrix at a time: OpenBLAS would take threads for more, which spin while they
 * wait. A sum over rows is so one over parts of them, always the same ones.
 */
final class VectorKernel implements ProductKernel {
    /** OpenBLAS takes threads from so many elements on. */
    private static final int MOST_ELEMENTS = 9216;

    private final boolean wide;
    /** Whether the first factor is the matrix. */
    private final boolean first;
    /** Whether the sum is over the rows of the matrix, as it lies. */
    private final boolean transpose;

    private final int rows;
    private final int columns;
    private final int stride;
    /** From one element of the vector to the next. */
    private final int step;
    /** The rows and columns of a part. */
    private final int partRows;

    private final int partColumns;

    VectorKernel(MatrixProduct p) {
        wide = p.dtype() == DType.FLOAT64;
        first = p.columns() == 1;
        transpose = first ? p.transposeX() : !p.transposeY();
        int result = first ? p.rows() : p.columns();
        rows = transpose ? p.inner() : result;
        columns = transpose ? result : p.inner();
        stride = first ? p.strideX() : columns;
        step = first || !p.transposeX() ? 1 : p.strideX();
        partColumns = Math.min(columns, MOST_ELEMENTS - 1);
        partRows = (MOST_ELEMENTS - 1) / partColumns;
    }

    @Override
    public boolean run(long x, long y, long bias, long z) {
        long matrix = first ? x : y;
        long vector = first ? y : x;
        long bytes = wide ? 8 : 4;
        for (int row = 0; row < rows; row += partRows) {
            int height = Math.min(partRows, rows - row);
            for (int column = 0; column < columns; column += partColumns) {
                // What is summed over, and what stays.
                int summed = transpose ? row : column;
                int kept = transpose ? column : row;
                Blas.gemv(
                        wide,
                        transpose,
                        height,
                        Math.min(partColumns, columns - column),
                        matrix + bytes * ((long) row * stride + column),
                        stride,
                        vector + bytes * summed * step,
                        step,
                        summed == 0 ? 0 : 1,
                        z + bytes * kept);
            }
        }
        return true;
    }
}
