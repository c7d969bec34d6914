package io.autodiff.nd4j.products;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.fused.Parts;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The product of stacks of matrices whose batch axes are broadcast, as products of two matrices each: one, where the stack can be taken
 * for one tall matrix, else one for each matrix of the result. Large ones are done in parts, on the threads of the common pool; how they
 * are cut depends on sizes and on the size of the pool, so that the same program gives the same bits each time.
 */
public final class StackProduct {
    /** Fewer multiplications than this, in a part, are not worth a thread: they take about 0.1 ms. */
    private static final double WORTH_A_THREAD = 1e7;

    private static final int LEAST_ROWS = 64;
    private static final int MOST_CUTS = 32;

    private final ProductKernel kernel;
    /** Of a part that has fewer rows than the others; itself the kernel if none has. */
    private final ProductKernel lastKernel;

    private final int bytes;
    /** How many parts the rows of one product are cut into, and how far apart those are, in bytes. */
    private final int cuts;

    private final long cutX;
    private final long cutZ;
    /** The sizes of the batch, and for each axis how far apart the matrices of the factors are, in bytes. */
    private final long[] batch;

    private final long[] stepX;
    private final long[] stepY;
    private final long stepZ;
    private final int count;
    private final boolean threads;

    private StackProduct(
            MatrixProduct product,
            ProductKernel kernel,
            int cuts,
            ProductKernel lastKernel,
            Stack stack,
            int partRows) {
        this.kernel = kernel;
        this.lastKernel = lastKernel;
        this.bytes = product.dtype().bytes();
        this.cuts = cuts;
        this.batch = stack.batch;
        this.stepX = scaled(stack.stepX);
        this.stepY = scaled(stack.stepY);
        this.stepZ = (long) bytes * product.rows() * product.columns();
        this.cutX = (long) bytes * partRows * (product.transposeX() ? 1 : product.strideX());
        this.cutZ = (long) bytes * partRows * product.columns();
        this.count = stack.count;
        this.threads = Parts.helpers() > 0 && product.multiplications() * count > 2 * WORTH_A_THREAD;
    }

    private long[] scaled(long[] steps) {
        return Arrays.stream(steps).map(step -> step * bytes).toArray();
    }

    /** The batch of a product, and for each of its axes how many elements of the factors are between its matrices. */
    private static final class Stack {
        final long[] batch;
        final long[] stepX;
        final long[] stepY;
        final int count;

        Stack(long[] batch, long[] stepX, long[] stepY, int count) {
            this.batch = batch;
            this.stepX = stepX;
            this.stepY = stepY;
            this.count = count;
        }
    }

    /**
     * Finds the kernels of a product.
     *
     * @param x the first factor
     * @param y the second factor
     * @param z the product
     * @param transposeX whether the matrices of the first factor are transposed first
     * @param transposeY whether those of the second factor are
     * @param bias whether a bias of as many elements as the product has columns is added to each row
     * @return null if no library has kernels for it
     */
    public static @Nullable StackProduct of(
            TensorSpec x, TensorSpec y, TensorSpec z, boolean transposeX, boolean transposeY, boolean bias) {
        DType dtype = z.dtype();
        int rank = z.shape().rank();
        long columns = z.shape().size(rank - 1);
        long rows = z.shape().size(rank - 2);
        long inner = x.shape().size(x.shape().rank() - (transposeX ? 2 : 1));
        boolean known = dtype == DType.FLOAT32 || dtype == DType.FLOAT64;
        if (!known || z.shape().elements() == 0 || inner == 0) {
            return null;
        }
        long[] batch = Arrays.copyOf(z.shape().toArray(), rank - 2);
        boolean one = !transposeX
                && Arrays.equals(
                        batch, Arrays.copyOf(x.shape().toArray(), x.shape().rank() - 2))
                && y.shape().elements() == inner * columns;
        if (one) {
            rows = z.shape().elements() / columns;
            batch = new long[0];
        }
        long count = Shape.of(batch).elements();
        long largest = Math.max(
                Math.max(count, z.shape().elements()),
                Math.max(x.shape().elements(), y.shape().elements()));
        if (largest > Integer.MAX_VALUE) {
            return null;
        }
        Stack stack = new Stack(batch, steps(batch, x.shape()), steps(batch, y.shape()), (int) count);
        MatrixProduct product = new MatrixProduct(
                dtype,
                (int) rows,
                (int) inner,
                (int) columns,
                transposeX,
                transposeY,
                (int) (transposeX ? rows : inner),
                bias);
        return of(product, stack);
    }

    private static @Nullable StackProduct of(MatrixProduct product, Stack stack) {
        int cuts = stack.count > 1 || product.isVector() ? 1 : cuts(product);
        int partRows = (product.rows() + cuts - 1) / cuts;
        int lastRows = product.rows() - (cuts - 1) * partRows;
        ProductKernel kernel = Products.find(withRows(product, partRows));
        ProductKernel last = lastRows == partRows ? kernel : Products.find(withRows(product, lastRows));
        return kernel == null || last == null ? null : new StackProduct(product, kernel, cuts, last, stack, partRows);
    }

    private static int cuts(MatrixProduct product) {
        int threads = Math.min(MOST_CUTS, Parts.helpers() + 1);
        int most = Math.min(threads, product.rows() / LEAST_ROWS);
        return (int) Math.max(1, Math.min(most, product.multiplications() / WORTH_A_THREAD));
    }

    private static MatrixProduct withRows(MatrixProduct p, int rows) {
        return new MatrixProduct(
                p.dtype(), rows, p.inner(), p.columns(), p.transposeX(), p.transposeY(), p.strideX(), p.bias());
    }

    /** For each axis of the batch, how far apart the matrices of a factor are: 0 where it is broadcast. */
    private static long[] steps(long[] batch, Shape factor) {
        long[] steps = new long[batch.length];
        int own = factor.rank() - 2;
        long step = factor.elements() == 0 ? 0 : factor.size(own) * factor.size(own + 1);
        for (int axis = batch.length - 1; axis >= 0 && own > 0; axis--) {
            own--;
            steps[axis] = factor.size(own) == 1 ? 0 : step;
            step *= factor.size(own);
        }
        return steps;
    }

    /**
     * Runs. Addresses are not checked here.
     *
     * @param x where the elements of the first factor are, dense and row-major
     * @param y where those of the second factor are
     * @param bias where those of the bias are, if there is one
     * @param z where those of the product go; it shares no memory with the others
     */
    public void run(long x, long y, long bias, long z) {
        int parts = count * cuts;
        if (threads && parts > 1) {
            int groups = Math.min(parts, 4 * (Parts.helpers() + 1));
            Parts.run(groups, group -> {
                for (int part = (int) ((long) parts * group / groups);
                        part < (int) ((long) parts * (group + 1) / groups);
                        part++) {
                    run(part, x, y, bias, z);
                }
            });
        } else {
            for (int part = 0; part < parts; part++) {
                run(part, x, y, bias, z);
            }
        }
    }

    private void run(int part, long x, long y, long bias, long z) {
        if (count == 1) {
            (part < cuts - 1 ? kernel : lastKernel).run(x + part * cutX, y, bias, z + part * cutZ);
            return;
        }
        long placeX = x;
        long placeY = y;
        long rest = part;
        for (int axis = batch.length - 1; axis >= 0; axis--) {
            long index = rest % batch[axis];
            rest /= batch[axis];
            placeX += index * stepX[axis];
            placeY += index * stepY[axis];
        }
        kernel.run(placeX, placeY, bias, z + part * stepZ);
    }
}
