package io.autodiff.nd4j.blas;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/** BLAS on addresses. Matrices are row-major. */
public final class Blas {
    /** OpenBLAS takes threads, which spin while they wait, for sums of more elements. */
    private static final int MOST_SUMMED = 10_000;

    private static final int ROW_MAJOR = 101;
    private static final int PLAIN = 111;
    private static final int TRANSPOSED = 112;

    /** A thread's pointers: to make three for each call would cost as much as a small product. */
    private static final ThreadLocal<Places> PLACES = ThreadLocal.withInitial(Places::new);

    private Blas() {}

    private static final class FloatPlace extends FloatPointer {
        FloatPlace() {
            super((Pointer) null);
        }

        FloatPlace at(long place) {
            address = place;
            return this;
        }
    }

    private static final class DoublePlace extends DoublePointer {
        DoublePlace() {
            super((Pointer) null);
        }

        DoublePlace at(long place) {
            address = place;
            return this;
        }
    }

    private static final class Places {
        final FloatPlace floatX = new FloatPlace();
        final FloatPlace floatY = new FloatPlace();
        final FloatPlace floatZ = new FloatPlace();
        final DoublePlace doubleX = new DoublePlace();
        final DoublePlace doubleY = new DoublePlace();
        final DoublePlace doubleZ = new DoublePlace();
    }

    private static int flag(boolean transpose) {
        return transpose ? TRANSPOSED : PLAIN;
    }

    /** z = x y + beta z, of float64 or else float32. */
    static void gemm(
            boolean wide,
            boolean transposeX,
            boolean transposeY,
            int rows,
            int columns,
            int inner,
            long x,
            int strideX,
            long y,
            int strideY,
            int beta,
            long z) {
        Places p = PLACES.get();
        int tx = flag(transposeX);
        int ty = flag(transposeY);
        if (wide) {
            openblas_nolapack.cblas_dgemm(
                    ROW_MAJOR,
                    tx,
                    ty,
                    rows,
                    columns,
                    inner,
                    1,
                    p.doubleX.at(x),
                    strideX,
                    p.doubleY.at(y),
                    strideY,
                    beta,
                    p.doubleZ.at(z),
                    columns);
        } else {
            openblas_nolapack.cblas_sgemm(
                    ROW_MAJOR,
                    tx,
                    ty,
                    rows,
                    columns,
                    inner,
                    1,
                    p.floatX.at(x),
                    strideX,
                    p.floatY.at(y),
                    strideY,
                    beta,
                    p.floatZ.at(z),
                    columns);
        }
    }

    /** z = A x + beta z, or A' x + beta z, of float64 or else float32; A has these rows and columns as it lies. */
    static void gemv(
            boolean wide,
            boolean transpose,
            int rows,
            int columns,
            long a,
            int stride,
            long x,
            int strideX,
            int beta,
            long z) {
        Places p = PLACES.get();
        if (wide) {
            openblas_nolapack.cblas_dgemv(
                    ROW_MAJOR,
                    flag(transpose),
                    rows,
                    columns,
                    1,
                    p.doubleX.at(a),
                    stride,
                    p.doubleY.at(x),
                    strideX,
                    beta,
                    p.doubleZ.at(z),
                    1);
        } else {
            openblas_nolapack.cblas_sgemv(
                    ROW_MAJOR,
                    flag(transpose),
                    rows,
                    columns,
                    1,
                    p.floatX.at(a),
                    stride,
                    p.floatY.at(x),
                    strideX,
                    beta,
                    p.floatZ.at(z),
                    1);
        }
    }

    /**
     * Whether all elements are finite, and so far from the greatest float that their sum is, too.
     *
     * @param address of float32, next to each other
     * @param elements how many
     * @return false if there is NaN or an infinity
     */
    public static boolean isFinite(long address, long elements) {
        FloatPlace place = PLACES.get().floatX;
        boolean finite = true;
        for (long from = 0; finite && from < elements; from += MOST_SUMMED) {
            int count = (int) Math.min(MOST_SUMMED, elements - from);
            finite = Float.isFinite(openblas_nolapack.cblas_sasum(count, place.at(address + 4 * from), 1));
        }
        return finite;
    }
}
