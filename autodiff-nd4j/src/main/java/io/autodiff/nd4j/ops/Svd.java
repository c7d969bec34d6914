package io.autodiff.nd4j.ops;

import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * A matrix of m by n as U S V', k being the lesser of m and n: U is m by k, V is n by k, the values descend. A pair of vectors may
 * be negated at will; here each column of U has its sign from {@link #sign}.
 */
final class Svd {
    final double[] values;
    final DMatrixRMaj left;
    final DMatrixRMaj right;

    private Svd(double[] values, DMatrixRMaj left, DMatrixRMaj right) {
        this.values = values;
        this.left = left;
        this.right = right;
    }

    /** The decomposition of an item's first input. */
    static Svd of(Matrices.Item item) {
        DMatrixRMaj x = item.input(0);
        int size = Math.min(x.numRows, x.numCols);
        if (size == 0) {
            return new Svd(new double[0], new DMatrixRMaj(x.numRows, 0), new DMatrixRMaj(x.numCols, 0));
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(x.numRows, x.numCols, true, true, true);
        if (!svd.decompose(x.copy())) {
            throw item.error(
                    "the singular values of 'x' were not found, the iteration did not converge; scale its rows and columns");
        }
        double[] values = svd.getSingularValues();
        int[] order = descending(values, size);
        DMatrixRMaj u = ordered(svd.getU(null, false), order);
        DMatrixRMaj v = ordered(svd.getV(null, false), order);
        double[] sorted = new double[size];
        for (int j = 0; j < size; j++) {
            sorted[j] = values[order[j]];
            double sign = sign(u, j);
            scale(u, j, sign);
            scale(v, j, sign);
        }
        return new Svd(sorted, u, v);
    }

    /** The positions of values from the greatest to the least. */
    static int[] descending(double[] values, int count) {
        return IntStream.range(0, count)
                .boxed()
                .sorted((i, j) -> Double.compare(values[j], values[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    /** Some columns of a matrix. */
    static DMatrixRMaj ordered(DMatrixRMaj x, int[] columns) {
        DMatrixRMaj y = new DMatrixRMaj(x.numRows, columns.length);
        for (int i = 0; i < y.numRows; i++) {
            for (int j = 0; j < columns.length; j++) {
                y.set(i, j, x.get(i, columns[j]));
            }
        }
        return y;
    }

    /**
     * What makes the first large element of a column positive, large being half of the greatest or more: the vector then does not
     * jump with a rounding error where several are greatest, as in (1, -1).
     */
    static double sign(DMatrixRMaj x, int column) {
        double greatest = 0;
        for (int i = 0; i < x.numRows; i++) {
            greatest = Math.max(greatest, Math.abs(x.get(i, column)));
        }
        for (int i = 0; i < x.numRows; i++) {
            if (Math.abs(x.get(i, column)) >= greatest / 2) {
                return x.get(i, column) < 0 ? -1 : 1;
            }
        }
        return 1;
    }

    /** Multiplies a column. */
    static void scale(DMatrixRMaj x, int column, double factor) {
        for (int i = 0; i < x.numRows; i++) {
            x.set(i, column, x.get(i, column) * factor);
        }
    }
}
