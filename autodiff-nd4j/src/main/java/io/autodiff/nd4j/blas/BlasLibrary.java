package io.autodiff.nd4j.blas;

import io.autodiff.DType;
import io.autodiff.nd4j.products.MatrixProduct;
import io.autodiff.nd4j.products.ProductKernel;
import io.autodiff.nd4j.products.ProductLibrary;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products of float64 and float32 by the OpenBLAS of ND4J's CPU backend. ND4J's own way to it costs microseconds, and its ops
 * copy.
 *
 * <pre>{@code
 * new BlasLibrary().obstacle();       // null on ND4J's CPU backend
 * }</pre>
 */
public final class BlasLibrary implements ProductLibrary {
    /** The version of JavaCPP that this was tried with. */
    private static final String JAVACPP = "1.5.7";

    /** For {@link java.util.ServiceLoader}. */
    public BlasLibrary() {}

    @Override
    public String name() {
        return "blas";
    }

    @Override
    public @Nullable String obstacle() {
        try {
            Class.forName("org.bytedeco.openblas.global.openblas_nolapack", false, BlasLibrary.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return "org.bytedeco:openblas is not on the class path";
        }
        try {
            String javacpp = Loader.getVersion();
            return JAVACPP.equals(javacpp) ? null : "it needs JavaCPP " + JAVACPP + ", and there is " + javacpp;
        } catch (IOException | LinkageError e) {
            return "it does not load: " + e;
        }
    }

    @Override
    public @Nullable ProductKernel product(MatrixProduct product) {
        // A bias is one more pass over the result, which is no better here than elsewhere.
        boolean known = (product.dtype() == DType.FLOAT32 || product.dtype() == DType.FLOAT64) && !product.bias();
        if (!known) {
            return null;
        }
        return product.isVector() ? new VectorKernel(product) : new MatrixKernel(product);
    }
}
