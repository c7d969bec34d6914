package io.autodiff.nd4j.products;

import org.jspecify.annotations.Nullable;

/**
 * Computes products on the CPU's memory; found by {@link java.util.ServiceLoader}. An implementation can be loaded where what it needs
 * is absent, and then says so. A method gives null for what the library does not know, or others do better.
 *
 * <pre>{@code
 * ProductKernel kernel = library.product(new MatrixProduct(DType.FLOAT32, 2, 3, 4, false, false, 3, false));
 * }</pre>
 */
public interface ProductLibrary {
    /** {@return the name by which the system property {@code autodiff.products} chooses it} */
    String name();

    /** {@return why it cannot work here, as the end of a sentence; null if it can} */
    @Nullable
    String obstacle();

    /**
     * Makes a kernel.
     *
     * @param product of at least one element everywhere
     * @return the kernel, or null
     */
    @Nullable
    ProductKernel product(MatrixProduct product);

    /**
     * Makes a kernel.
     *
     * @param convolution of at least one element everywhere
     * @return the kernel, or null
     */
    default @Nullable ProductKernel convolution(Convolution convolution) {
        return null;
    }

    /**
     * Makes a kernel.
     *
     * @param pooling of at least one element everywhere
     * @return the kernel, or null
     */
    default @Nullable ProductKernel pooling(Pooling pooling) {
        return null;
    }
}
