package io.autodiff.nd4j.products;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.blas.BlasLibrary;
import io.autodiff.nd4j.onednn.OneDnnLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** Which libraries are chosen, and that what does not work here is not. */
class ProductsTest {
    /** A library whose kernels do what a test says. */
    private record Stub(String name, String obstacle, ProductKernel kernel) implements ProductLibrary {
        @Override
        public ProductKernel product(MatrixProduct product) {
            return kernel;
        }
    }

    private static Products.Choice choose(String wanted, String backend, ProductLibrary... libraries) {
        return Products.choose(wanted, backend, () -> List.of(libraries));
    }

    private static void assertNone(Products.Choice choice, String reason) {
        assertTrue(choice.libraries().isEmpty(), choice.message());
        assertTrue(choice.message().contains(reason), choice.message());
        assertTrue(choice.message().contains("none but ND4J's"), choice.message());
        assertTrue(choice.message().contains("-Dautodiff.products=none"), choice.message());
    }

    @Test
    void thePropertyTurnsLibrariesOffBeforeAnythingIsLoaded() {
        Supplier<List<ProductLibrary>> none = () -> {
            throw new AssertionError("was asked");
        };
        assertNone(Products.choose("none", "CpuBackend", none), "as autodiff.products says");
        assertNone(Products.choose(null, "JCublasBackend", none), "JCublasBackend");
    }

    @Test
    void aMissingLibraryIsTold() {
        assertNone(choose(null, "CpuBackend"), "no library is on the class path");
        assertNone(choose("other", "CpuBackend", new BlasLibrary()), "no library of the name other");
        assertNone(
                choose(null, "CpuBackend", new Stub("a", "it is not there", (x, y, b, z) -> true)),
                "without a: it is not there");
    }

    @Test
    void aLibraryThatFailsItsTrialIsNotUsed() {
        assertNone(
                choose(null, "CpuBackend", new Stub("idle", null, (x, y, b, z) -> true)),
                "idle: its trial of a matrix product computed");
        assertNone(
                choose(null, "CpuBackend", new Stub("refusing", null, (x, y, b, z) -> false)),
                "refusing: its trial of a matrix product was refused");
        assertNone(
                choose(null, "CpuBackend", new Stub("broken", null, (x, y, b, z) -> {
                    throw new UnsatisfiedLinkError("no library");
                })),
                "no library");
        BlasLibrary blas = new BlasLibrary();
        ProductLibrary careless = new ProductLibrary() {
            @Override
            public String name() {
                return "careless";
            }

            @Override
            public String obstacle() {
                return null;
            }

            @Override
            public ProductKernel product(MatrixProduct product) {
                ProductKernel right = blas.product(product);
                return (x, y, bias, z) -> {
                    at(z).put((long) product.rows() * product.columns(), 1);
                    return right.run(x, y, bias, z);
                };
            }
        };
        assertNone(choose(null, "CpuBackend", careless), "careless: its trial of a matrix product wrote beyond");
    }

    private static FloatPointer at(long place) {
        return new FloatPointer(new Pointer() {
            {
                address = place;
            }
        });
    }

    @Test
    void allThatWorkAreChosenInOrder() {
        ProductLibrary absent = new Stub("absent", "it is not there", (x, y, b, z) -> true);
        Products.Choice choice = choose(null, "CpuBackend", absent, new OneDnnLibrary(), new BlasLibrary());
        assertEquals(
                List.of("onednn", "blas"),
                choice.libraries().stream().map(ProductLibrary::name).toList(),
                choice.message());
        assertTrue(choice.message().contains("onednn, blas (without absent: it is not there)"), choice.message());
        Products.Choice one = choose("blas", "CpuBackend", new OneDnnLibrary(), new BlasLibrary());
        assertEquals(
                List.of("blas"),
                one.libraries().stream().map(ProductLibrary::name).toList());
    }

    /** As on the class path of who does not add the jar. */
    @Test
    void withoutTheirJarsLibrariesSaySo() throws ReflectiveOperationException {
        assertNone(
                choose(null, "CpuBackend", without("org.bytedeco.dnnl.", OneDnnLibrary.class)),
                "dnnl-platform:2.5.2-1.5.7 is not on the class path");
        assertNone(
                choose(null, "CpuBackend", without("org.bytedeco.openblas.", BlasLibrary.class)),
                "org.bytedeco:openblas is not on the class path");
    }

    @Test
    void kernelsAreKept() {
        MatrixProduct product = new MatrixProduct(DType.FLOAT64, 2, 3, 4, false, false, 3, false);
        ProductKernel first = Products.find(product);
        ProductKernel again = Products.find(new MatrixProduct(DType.FLOAT64, 2, 3, 4, false, false, 3, false));
        assertTrue(first == again, "the same kernel");
        assertEquals(Products.libraries().isEmpty(), first == null);
    }

    private static ProductLibrary without(String hidden, Class<? extends ProductLibrary> library)
            throws ReflectiveOperationException {
        return (ProductLibrary) new Hiding(hidden, library.getPackageName())
                .loadClass(library.getName())
                .getConstructor()
                .newInstance();
    }

    private static final class Hiding extends ClassLoader {
        private final String hidden;
        private final String own;

        Hiding(String hidden, String own) {
            super(ProductsTest.class.getClassLoader());
            this.hidden = hidden;
            this.own = own;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(hidden)) {
                throw new ClassNotFoundException(name);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null || !name.startsWith(own)) {
                return known != null ? known : super.loadClass(name, resolve);
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    @Test
    void aTrialSeesEveryElement() {
        // A transposition that is passed over shows on matrices that are not square.
        ProductLibrary plain = new Stub("plain", null, (x, y, bias, z) -> {
            float[] product = new float[35];
            Arrays.fill(product, 1);
            at(z).put(product);
            return true;
        });
        assertNone(choose(null, "CpuBackend", plain), "plain: its trial");
    }
}
