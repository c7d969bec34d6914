package io.autodiff.nd4j.onednn;

import io.autodiff.DType;
import io.autodiff.nd4j.products.Convolution;
import io.autodiff.nd4j.products.MatrixProduct;
import io.autodiff.nd4j.products.Pooling;
import io.autodiff.nd4j.products.ProductKernel;
import io.autodiff.nd4j.products.ProductLibrary;
import java.io.IOException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Products of float32 by oneDNN, for who adds {@code org.bytedeco:dnnl-platform:2.5.2-1.5.7}. A primitive takes up to 50 ms to make, a
 * later one 0.5 ms. Products with a vector are left to BLAS, which is faster there.
 *
 * <pre>{@code
 * new OneDnnLibrary().obstacle();       // null, or for instance that the jar is not there
 * }</pre>
 */
public final class OneDnnLibrary implements ProductLibrary {
    /** The version of JavaCPP that this was tried with. */
    private static final String JAVACPP = "1.5.7";

    /** For {@link java.util.ServiceLoader}. */
    public OneDnnLibrary() {}

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public @Nullable String obstacle() {
        try {
            Class.forName("org.bytedeco.dnnl.global.dnnl", false, OneDnnLibrary.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return "org.bytedeco:dnnl-platform:2.5.2-1.5.7 is not on the class path";
        }
        try {
            String javacpp = Loader.getVersion();
            if (!JAVACPP.equals(javacpp)) {
                return "it needs JavaCPP " + JAVACPP + ", and there is " + javacpp;
            }
            return Engine.obstacle();
        } catch (IOException | LinkageError e) {
            return "it does not load: " + e;
        }
    }

    @Override
    public @Nullable ProductKernel product(MatrixProduct product) {
        boolean known = product.dtype() == DType.FLOAT32 && !product.isVector();
        return known ? made(() -> MatrixPrimitives.of(product)) : null;
    }

    @Override
    public @Nullable ProductKernel convolution(Convolution convolution) {
        return made(() -> ConvolutionPrimitives.of(convolution));
    }

    @Override
    public @Nullable ProductKernel pooling(Pooling pooling) {
        return made(() -> PoolingPrimitives.of(pooling));
    }

    /** What oneDNN has no implementation of, it says by an exception. */
    private static @Nullable ProductKernel made(Supplier<@Nullable ProductKernel> maker) {
        try {
            return SingleThread.get(maker);
        } catch (RuntimeException e) {
            return null;
        }
    }
}
