package io.autodiff.nd4j.products;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.blas.BlasLibrary;
import io.autodiff.nd4j.fused.GuardedMemory;
import io.autodiff.nd4j.onednn.OneDnnLibrary;
import io.autodiff.op.TensorSpec;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/** Products on memory against sums in double, element by element, with guards around the results. */
class StackProductTest {
    private static final long SEED = 20;

    @BeforeAll
    static void needsTheCpu() {
        assumeTrue(Nd4j.getBackend().getClass().getSimpleName().equals("CpuBackend"), "ND4J runs on the CPU");
    }

    static Stream<MatrixProduct> products() {
        List<MatrixProduct> products = new ArrayList<>();
        int[][] sizes = {
            {1, 1, 1},
            {1, 5, 1},
            {7, 1, 1},
            {1, 1, 9},
            {3, 4, 5},
            {16, 16, 16},
            {17, 3, 33},
            {2, 300, 65},
            {65, 20, 1},
            {1, 20, 65},
            {1000, 20, 1},
            {20, 1000, 1},
            {1, 1000, 20},
            {1, 20000, 1},
            {1, 30, 10000},
            {128, 100, 10}
        };
        for (int[] s : sizes) {
            for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
                for (int flags = 0; flags < 8; flags++) {
                    boolean tx = (flags & 1) != 0;
                    products.add(new MatrixProduct(
                            dtype, s[0], s[1], s[2], tx, (flags & 2) != 0, tx ? s[0] + flags : s[1], (flags & 4) != 0));
                }
            }
        }
        return products.stream();
    }

    @ParameterizedTest
    @MethodSource("products")
    void eachLibraryMultiplies(MatrixProduct p) {
        int known = 0;
        for (ProductLibrary library : List.of(new OneDnnLibrary(), new BlasLibrary())) {
            ProductKernel kernel = library.product(p);
            if (kernel != null) {
                known++;
                assertMultiplies(library.name(), kernel, p);
            }
        }
        boolean expected = !p.bias() || (p.dtype() == DType.FLOAT32 && !p.isVector());
        assertEquals(expected, known > 0, "somebody knows " + p);
    }

    private static int sizeX(MatrixProduct p) {
        return p.transposeX() ? (p.inner() - 1) * p.strideX() + p.rows() : p.rows() * p.inner();
    }

    private static GuardedMemory numbers(DType dtype, int size, Random random) {
        GuardedMemory memory = new GuardedMemory(dtype, size);
        for (int i = 0; i < size; i++) {
            memory.set(i, random.nextGaussian());
        }
        return memory;
    }

    private static void assertMultiplies(String name, ProductKernel kernel, MatrixProduct p) {
        Random random = new Random(SEED);
        try (GuardedMemory x = numbers(p.dtype(), sizeX(p), random);
                GuardedMemory y = numbers(p.dtype(), p.inner() * p.columns(), random);
                GuardedMemory bias = numbers(p.dtype(), p.columns(), random);
                GuardedMemory z = new GuardedMemory(p.dtype(), p.rows() * p.columns())) {
            for (int i = 0; i < z.size(); i++) {
                // What was in the memory before must not come through.
                z.set(i, Double.NaN);
            }
            assertTrue(kernel.run(x.address(), y.address(), bias.address(), z.address()));
            assertTrue(z.isGuarded() && x.isGuarded() && y.isGuarded(), name + " keeps to its memory: " + p);
            double[] products = new double[2];
            for (int i = 0; i < z.size(); i++) {
                sum(p, x, y, i, products);
                double expected = products[0] + (p.bias() ? bias.floating(i % p.columns()) : 0);
                double allowed = (p.dtype() == DType.FLOAT32 ? 1e-6 : 1e-15) * (products[1] + 1);
                assertEquals(expected, z.floating(i), allowed, name + " SEED " + SEED + " element " + i + " of " + p);
            }
        }
    }

    /** An element of the product, and the sum of the magnitudes that it is made of. */
    private static void sum(MatrixProduct p, GuardedMemory x, GuardedMemory y, int element, double[] sums) {
        int row = element / p.columns();
        int column = element % p.columns();
        sums[0] = 0;
        sums[1] = 0;
        for (int k = 0; k < p.inner(); k++) {
            double product = x.floating(p.transposeX() ? k * p.strideX() + row : row * p.strideX() + k)
                    * y.floating(p.transposeY() ? column * p.inner() + k : k * p.columns() + column);
            sums[0] += product;
            sums[1] += Math.abs(product);
        }
    }

    @ParameterizedTest
    @MethodSource("products")
    void notANumberAndInfinityComeThrough(MatrixProduct p) {
        if (p.rows() * p.inner() * p.columns() > 10_000 || p.strideX() > p.rows() + p.inner()) {
            return;
        }
        for (ProductLibrary library : List.of(new OneDnnLibrary(), new BlasLibrary())) {
            ProductKernel kernel = library.product(p);
            for (double special : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                if (kernel != null) {
                    try (GuardedMemory x = new GuardedMemory(p.dtype(), sizeX(p));
                            GuardedMemory y = new GuardedMemory(p.dtype(), p.inner() * p.columns());
                            GuardedMemory bias = new GuardedMemory(p.dtype(), p.columns());
                            GuardedMemory z = new GuardedMemory(p.dtype(), p.rows() * p.columns())) {
                        for (int i = 0; i < x.size(); i++) {
                            x.set(i, i == 0 ? special : 1);
                        }
                        for (int i = 0; i < y.size(); i++) {
                            // 0 times infinity is NaN in the first column.
                            y.set(i, i == 0 ? 0 : 1);
                        }
                        for (int i = 0; i < bias.size(); i++) {
                            bias.set(i, 1);
                        }
                        kernel.run(x.address(), y.address(), bias.address(), z.address());
                        double[] sums = new double[2];
                        for (int i = 0; i < z.size(); i++) {
                            sum(p, x, y, i, sums);
                            assertEquals(sums[0] + (p.bias() ? 1 : 0), z.floating(i), library.name() + " " + p);
                        }
                    }
                }
            }
        }
    }

    /** Shapes of factors and whether they are transposed: batches that are broadcast, on either side, and one matrix for a stack. */
    static Stream<Object[]> stacks() {
        return Stream.of(new Object[][] {
            {new long[] {3, 4}, new long[] {4, 5}, false, false},
            {new long[] {2, 3, 4}, new long[] {4, 5}, false, false},
            {new long[] {2, 3, 4}, new long[] {5, 4}, false, true},
            {new long[] {2, 4, 3}, new long[] {4, 5}, true, false},
            {new long[] {3, 4}, new long[] {2, 4, 5}, false, false},
            {new long[] {2, 1, 3, 4}, new long[] {3, 4, 2}, false, false},
            {new long[] {2, 1, 4, 3}, new long[] {1, 3, 2, 4}, true, true},
            {new long[] {1, 3, 4}, new long[] {5, 4, 1}, false, false},
            {new long[] {6, 1, 1}, new long[] {6, 1, 1}, false, false},
            {new long[] {300, 200}, new long[] {200, 300}, false, false},
            {new long[] {200, 301}, new long[] {200, 300}, true, false},
            {new long[] {40, 64, 64}, new long[] {40, 64, 64}, false, true},
        });
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void stacksAreBroadcast(long[] shapeX, long[] shapeY, boolean transposeX, boolean transposeY) {
        assumeTrue(!Products.libraries().isEmpty(), "there are libraries");
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            Stack stack = new Stack(dtype, Shape.of(shapeX), Shape.of(shapeY), transposeX, transposeY);
            stack.assertMultiplies();
        }
    }

    /** A product of stacks on guarded memory. */
    private static final class Stack {
        final TensorSpec x;
        final TensorSpec y;
        final TensorSpec z;
        final boolean transposeX;
        final boolean transposeY;
        final int rows;
        final int inner;
        final int columns;

        Stack(DType dtype, Shape shapeX, Shape shapeY, boolean transposeX, boolean transposeY) {
            x = new TensorSpec(dtype, shapeX);
            y = new TensorSpec(dtype, shapeY);
            this.transposeX = transposeX;
            this.transposeY = transposeY;
            int rx = shapeX.rank();
            int ry = shapeY.rank();
            rows = (int) shapeX.size(transposeX ? rx - 1 : rx - 2);
            inner = (int) shapeX.size(transposeX ? rx - 2 : rx - 1);
            columns = (int) shapeY.size(transposeY ? ry - 2 : ry - 1);
            Shape batch = Shape.broadcast(batch(shapeX), batch(shapeY));
            long[] sizes = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
            sizes[batch.rank()] = rows;
            sizes[batch.rank() + 1] = columns;
            z = new TensorSpec(dtype, Shape.of(sizes));
        }

        private static Shape batch(Shape shape) {
            return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
        }

        StackProduct product() {
            return StackProduct.of(x, y, z, transposeX, transposeY, false);
        }

        double[] run(GuardedMemory mx, GuardedMemory my) {
            try (GuardedMemory mz = new GuardedMemory(z.dtype(), (int) z.shape().elements())) {
                product().run(mx.address(), my.address(), 0, mz.address());
                assertTrue(mz.isGuarded(), "keeps to its memory");
                double[] elements = new double[mz.size()];
                for (int i = 0; i < elements.length; i++) {
                    elements[i] = mz.floating(i);
                }
                return elements;
            }
        }

        void assertMultiplies() {
            Random random = new Random(SEED);
            try (GuardedMemory mx = numbers(x.dtype(), (int) x.shape().elements(), random);
                    GuardedMemory my = numbers(y.dtype(), (int) y.shape().elements(), random)) {
                double[] actual = run(mx, my);
                for (int i = 0; i < actual.length; i += 1 + actual.length / 500) {
                    double[] sums = expected(mx, my, i);
                    double allowed = (x.dtype() == DType.FLOAT32 ? 1e-6 : 1e-15) * (sums[1] + 1);
                    assertEquals(sums[0], actual[i], allowed, "SEED " + SEED + ", element " + i + " of " + x + y);
                }
                assertArrayEquals(actual, run(mx, my), "the same bits each time");
            }
        }

        private double[] expected(GuardedMemory mx, GuardedMemory my, int element) {
            int matrix = element / (rows * columns);
            int beginX = number(x.shape(), matrix) * rows * inner;
            int beginY = number(y.shape(), matrix) * inner * columns;
            int row = element / columns % rows;
            int column = element % columns;
            double[] sums = new double[2];
            for (int k = 0; k < inner; k++) {
                double product = mx.floating(beginX + (transposeX ? k * rows + row : row * inner + k))
                        * my.floating(beginY + (transposeY ? column * inner + k : k * columns + column));
                sums[0] += product;
                sums[1] += Math.abs(product);
            }
            return sums;
        }

        /** Which matrix of a factor belongs to one of the result. */
        private int number(Shape factor, int matrix) {
            Shape batch = batch(z.shape());
            int number = 0;
            int step = 1;
            int rest = matrix;
            for (int axis = batch.rank() - 1, own = factor.rank() - 3; own >= 0; axis--, own--) {
                int index = rest % (int) batch.size(axis);
                rest /= (int) batch.size(axis);
                number += factor.size(own) == 1 ? 0 : index * step;
                step *= (int) factor.size(own);
            }
            return number;
        }
    }

    @Test
    void otherDtypesAndNoElementsAreLeftToOthers() {
        assertNull(stack(DType.FLOAT16, 2, 3, 4).product());
        assertNull(stack(DType.INT32, 2, 3, 4).product());
        assertNull(stack(DType.FLOAT32, 0, 3, 4).product());
        assertNull(stack(DType.FLOAT32, 2, 0, 4).product());
    }

    private static Stack stack(DType dtype, long rows, long inner, long columns) {
        return new Stack(dtype, Shape.of(rows, inner), Shape.of(inner, columns), false, false);
    }

    @Test
    void severalThreadsGetTheSameBits() {
        assumeTrue(!Products.libraries().isEmpty(), "there are libraries");
        Stack stack = stack(DType.FLOAT32, 96, 80, 112);
        Random random = new Random(SEED);
        try (GuardedMemory x = numbers(DType.FLOAT32, 96 * 80, random);
                GuardedMemory y = numbers(DType.FLOAT32, 80 * 112, random)) {
            double[] expected = stack.run(x, y);
            List<CompletableFuture<Void>> runs = Stream.generate(() -> CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < 50; i++) {
                            assertArrayEquals(expected, stack.run(x, y));
                        }
                    }))
                    .limit(4)
                    .toList();
            runs.forEach(CompletableFuture::join);
        }
    }

    /** Threads of OpenMP or BLAS would wait for the next product by spinning, and compete with everything else. */
    @Test
    void noThreadsAreStarted() {
        assumeTrue(!Products.libraries().isEmpty(), "there are libraries");
        File tasks = new File("/proc/self/task");
        assumeTrue(tasks.isDirectory(), "the system tells of its threads");
        NativeOps ops = NativeOpsHolder.getInstance().getDeviceNativeOps();
        int threads = ops.ompGetMaxThreads();
        Stack large = stack(DType.FLOAT32, 300, 200, 301);
        Stack vector = stack(DType.FLOAT64, 3000, 200, 1);
        Random random = new Random(SEED);
        try (GuardedMemory x = numbers(DType.FLOAT32, 300 * 200, random);
                GuardedMemory y = numbers(DType.FLOAT32, 200 * 301, random);
                GuardedMemory a = numbers(DType.FLOAT64, 3000 * 200, random);
                GuardedMemory b = numbers(DType.FLOAT64, 200, random)) {
            large.run(x, y);
            vector.run(a, b);
            int before = tasks.list().length;
            ops.setOmpNumThreads(16);
            large.run(x, y);
            vector.run(a, b);
            assertTrue(tasks.list().length < before + 8, before + " threads became " + tasks.list().length);
            assertEquals(16, ops.ompGetMaxThreads(), "the thread's own setting is as it was");
        } finally {
            ops.setOmpNumThreads(threads);
        }
    }
}
