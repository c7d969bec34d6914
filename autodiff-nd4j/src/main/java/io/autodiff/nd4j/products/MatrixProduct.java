package io.autodiff.nd4j.products;

import io.autodiff.DType;

/**
 * The product of two matrices, and a row that is added to each of its rows if there is a bias. All are row-major, and dense but for
 * the first: of a transposed first factor, columns may be left out.
 *
 * @param dtype of all
 * @param rows of the result
 * @param inner the size that is summed over
 * @param columns of the result
 * @param transposeX whether the first factor lies as [inner, rows], else as [rows, inner]
 * @param transposeY whether the second factor lies as [columns, inner], else as [inner, columns]
 * @param strideX from one row of the first factor, as it lies, to the next, in elements
 * @param bias whether there is one, of as many elements as columns
 */
public record MatrixProduct(
        DType dtype,
        int rows,
        int inner,
        int columns,
        boolean transposeX,
        boolean transposeY,
        int strideX,
        boolean bias) {
    /** {@return whether one factor is a vector} */
    public boolean isVector() {
        return rows == 1 || columns == 1;
    }

    /** {@return how many multiplications it takes} */
    public double multiplications() {
        return (double) rows * inner * columns;
    }
}
