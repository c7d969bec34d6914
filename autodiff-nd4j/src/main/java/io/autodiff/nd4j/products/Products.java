package io.autodiff.nd4j.products;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which libraries compute products, and their kernels. Asked for the first time, libraries are looked for and tried, and one line of
 * the log says what came of it.
 *
 * <pre>{@code
 * ProductKernel kernel = Products.find(product);      // null: ND4J computes it
 * // -Dautodiff.products=none: no library; =blas, =onednn: that one alone; absent: all that work
 * }</pre>
 */
public final class Products {
    private static final String PROPERTY = "autodiff.products";

    /** Kernels hold native memory, so that there is a bound; the longest unused goes first. */
    private static final int MOST_KERNELS = 512;

    private static final class Found {
        static final List<ProductLibrary> LIBRARIES = report();

        private static List<ProductLibrary> report() {
            Choice choice = choose(
                    System.getProperty(PROPERTY),
                    Nd4j.getBackend().getClass().getSimpleName(),
                    () -> ServiceLoader.load(ProductLibrary.class, ProductLibrary.class.getClassLoader()));
            System.getLogger(Products.class.getName()).log(System.Logger.Level.INFO, choice.message);
            return choice.libraries;
        }
    }

    private static final Map<Object, Optional<ProductKernel>> KERNELS = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Optional<ProductKernel>> eldest) {
            return size() > MOST_KERNELS;
        }
    };

    private Products() {}

    /** {@return the libraries of this process, each asked before those after it; empty if ND4J computes all} */
    public static List<ProductLibrary> libraries() {
        return Found.LIBRARIES;
    }

    /**
     * {@return the kernel of a matrix product; null if no library has one}
     *
     * @param product of at least one element everywhere
     */
    public static @Nullable ProductKernel find(MatrixProduct product) {
        return find(product, library -> library.product(product));
    }

    /**
     * {@return the kernel of a convolution; null if no library has one}
     *
     * @param convolution of at least one element everywhere
     */
    public static @Nullable ProductKernel find(Convolution convolution) {
        return find(convolution, library -> library.convolution(convolution));
    }

    /**
     * {@return the kernel of pooling; null if no library has one}
     *
     * @param pooling of at least one element everywhere
     */
    public static @Nullable ProductKernel find(Pooling pooling) {
        return find(pooling, library -> library.pooling(pooling));
    }

    private static @Nullable ProductKernel find(Object key, Function<ProductLibrary, @Nullable ProductKernel> make) {
        synchronized (KERNELS) {
            Optional<ProductKernel> known = KERNELS.get(key);
            if (known == null) {
                known = libraries().stream()
                        .map(library -> Optional.ofNullable(make.apply(library)))
                        .flatMap(Optional::stream)
                        .findFirst();
                KERNELS.put(key, known);
            }
            return known.orElse(null);
        }
    }

    /**
     * What was chosen, and the line that says so.
     *
     * @param libraries in the order in which they are asked
     * @param message for the log
     */
    record Choice(List<ProductLibrary> libraries, String message) {}

    static Choice choose(
            @Nullable String wanted, String backend, Supplier<? extends Iterable<ProductLibrary>> libraries) {
        List<ProductLibrary> working = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        if ("none".equals(wanted)) {
            reasons.add("as " + PROPERTY + " says");
        } else if (!backend.equals("CpuBackend")) {
            reasons.add("they are for arrays in the CPU's memory, and ND4J runs on " + backend);
        } else {
            for (ProductLibrary library : libraries.get()) {
                if (wanted == null || wanted.equals(library.name())) {
                    String obstacle = obstacle(library);
                    if (obstacle == null) {
                        working.add(library);
                    } else {
                        reasons.add("without " + library.name() + ": " + obstacle);
                    }
                }
            }
            if (working.isEmpty() && reasons.isEmpty()) {
                reasons.add("no library" + (wanted == null ? "" : " of the name " + wanted) + " is on the class path");
            }
        }
        String names = working.stream().map(ProductLibrary::name).collect(Collectors.joining(", "));
        return new Choice(
                List.copyOf(working),
                "matrix products and convolutions: " + (working.isEmpty() ? "none but ND4J's" : names)
                        + (reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")") + "; -D" + PROPERTY
                        + "=none leaves them to ND4J, =onednn or =blas asks for one library");
    }

    private static @Nullable String obstacle(ProductLibrary library) {
        try {
            String obstacle = library.obstacle();
            return obstacle != null ? obstacle : Trial.of(library);
        } catch (RuntimeException | LinkageError e) {
            return "it fails: " + e;
        }
    }
}
