package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;

/** {@link Rows} in the host's memory. The numbers must have been checked, so that an error names the index and its place. */
final class HostRows {
    /** From so many elements a row on, sums are rounded to the dtype as they grow, and need no memory but the result's. */
    private static final long WIDE = 16;

    private HostRows() {}

    /** The rows with these numbers, of an array whose rows are as long as they are to be. */
    static HostArray take(OpCall<HostArray> call, HostArray x, long[] rows) {
        HostArray z = HostArray.allocate(call.outputSpec());
        long length = length(z, rows);
        z.takeRuns(x, starts(rows, length), length);
        return z;
    }

    /** x with some rows replaced by rows of others; of several for one place the last. */
    static HostArray replace(OpCall<HostArray> call, HostArray x, HostArray others, long[] rows) {
        HostArray z = HostArray.allocate(call.outputSpec());
        z.copy(0, z.strides(), x, 0, x.strides(), z.sizes());
        long length = length(others, rows);
        z.putRuns(others, starts(rows, length), length);
        return z;
    }

    /** Sums of rows of x: each is added to the row of the result that its target names; rows that nothing names are 0. */
    static HostArray sum(OpCall<HostArray> call, HostArray x, long[] targets) {
        TensorSpec spec = call.outputSpec();
        long length = length(x, targets);
        if (length >= WIDE && (spec.dtype() == DType.FLOAT32 || spec.dtype() == DType.FLOAT64)) {
            HostArray z = HostArray.zeros(spec);
            z.addRuns(x, starts(targets, length), length);
            return z;
        }
        int elements = Math.toIntExact(spec.shape().elements());
        return spec.dtype().isInteger()
                ? HostArray.of(spec, sums(x.longs(), targets, (int) length, elements))
                : HostArray.of(spec, sums(x.doubles(), targets, (int) length, elements));
    }

    /** The elements of such sums, of rows one after the other. */
    static long[] sums(long[] rows, long[] targets, int length, int elements) {
        long[] sums = new long[elements];
        for (int i = 0; i < rows.length; i++) {
            sums[(int) targets[i / length] * length + i % length] += rows[i];
        }
        return sums;
    }

    /** As of integers. */
    static double[] sums(double[] rows, long[] targets, int length, int elements) {
        double[] sums = new double[elements];
        for (int i = 0; i < rows.length; i++) {
            sums[(int) targets[i / length] * length + i % length] += rows[i];
        }
        return sums;
    }

    private static long length(HostArray array, long[] rows) {
        return rows.length == 0 ? 0 : array.spec().shape().elements() / rows.length;
    }

    private static long[] starts(long[] rows, long length) {
        return Arrays.stream(rows).map(row -> row * length).toArray();
    }
}
