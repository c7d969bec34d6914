package io.autodiff.nd4j.products;

import io.autodiff.DType;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/** Has a library compute a little, with guards around the results, before anything depends on it. */
final class Trial {
    private static final int GUARD = 16;
    private static final float MARK = -7777;

    private Trial() {}

    /** What went wrong, or null. */
    static @Nullable String of(ProductLibrary library) {
        for (boolean transposeX : new boolean[] {false, true}) {
            for (int columns : new int[] {5, 1}) {
                MatrixProduct product =
                        new MatrixProduct(DType.FLOAT32, 7, 3, columns, transposeX, false, transposeX ? 7 : 3, false);
                String problem = run(library.product(product), 21, 3 * columns, 7 * columns, (x, y, z, i) -> {
                    z[i] = 0;
                    for (int k = 0; k < 3; k++) {
                        int row = i / columns;
                        z[i] += x[transposeX ? k * 7 + row : row * 3 + k] * y[k * columns + i % columns];
                    }
                });
                if (problem != null) {
                    return "its trial of a matrix product " + problem;
                }
            }
        }
        // A window of two over four positions of two channels, to one.
        String problem = run(
                library.convolution(new Convolution(
                        Convolution.Kind.FORWARD,
                        1,
                        2,
                        1,
                        1,
                        List.of(4),
                        List.of(2),
                        List.of(3),
                        List.of(1),
                        List.of(1),
                        List.of(0),
                        List.of(0))),
                8,
                4,
                3,
                (x, y, z, i) ->
                        z[i] = x[2 * i] * y[0] + x[2 * i + 1] * y[1] + x[2 * i + 2] * y[2] + x[2 * i + 3] * y[3]);
        return problem == null ? null : "its trial of a convolution " + problem;
    }

    @FunctionalInterface
    private interface Element {
        void compute(float[] x, float[] y, float[] z, int index);
    }

    /** On small whole numbers, so that every order of summation gives the same. */
    private static @Nullable String run(@Nullable ProductKernel kernel, int xs, int ys, int zs, Element expected) {
        if (kernel == null) {
            return null;
        }
        float[] x = new float[xs];
        float[] y = new float[ys];
        float[] z = new float[zs];
        float[] guarded = new float[zs + 2 * GUARD];
        Arrays.fill(guarded, MARK);
        for (int i = 0; i < xs; i++) {
            x[i] = i % 5 - 1;
        }
        for (int i = 0; i < ys; i++) {
            y[i] = 2 - i % 3;
        }
        boolean done;
        try (FloatPointer px = new FloatPointer(x);
                FloatPointer py = new FloatPointer(y);
                FloatPointer pz = new FloatPointer(guarded)) {
            done = kernel.run(px.address(), py.address(), 0, pz.address() + 4L * GUARD);
            pz.get(guarded);
        }
        if (!done) {
            return "was refused";
        }
        for (int i = 0; i < guarded.length; i++) {
            boolean inside = i >= GUARD && i < GUARD + zs;
            if (inside) {
                expected.compute(x, y, z, i - GUARD);
            }
            float right = inside ? z[i - GUARD] : MARK;
            if (Float.compare(guarded[i], right) != 0) {
                return inside ? "computed " + guarded[i] + " and not " + right : "wrote beyond its result";
            }
        }
        return null;
    }
}
