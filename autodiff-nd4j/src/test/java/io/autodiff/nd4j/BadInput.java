package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Bad input, a row each: it is a Java exception that names the op and what is wrong; the process lives on, and computes right.
 */
abstract class BadInput {
    static final Tensor VECTOR = Tensors.of(new double[] {1, 2, 3});
    static final Tensor MATRIX = Tensors.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
    static final Tensor SCALAR = Tensors.of(1.0);
    static final Tensor EMPTY = Tensors.zeros(DType.FLOAT64, 0, 3);
    static final Tensor INTS = Tensors.of(new int[] {0, 1, 2});
    static final Tensor BOOLS = Tensors.of(new boolean[] {true, false, true});
    static final long HUGE = Long.MAX_VALUE;

    private record Bad(String name, Supplier<?> code, List<String> words) {}

    private final List<Bad> rows = new ArrayList<>();

    /** Adds a row: code that makes a tensor or a list of them, and words that the message must hold. */
    final void bad(String name, Supplier<?> code, String... words) {
        rows.add(new Bad(name, code, List.of(words)));
    }

    static Tensor ints(int... values) {
        return Tensors.of(values);
    }

    @TestFactory
    Stream<DynamicTest> badInputIsAnExceptionThatTells() {
        return rows.stream()
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> {
                    RuntimeException e = assertThrows(
                            RuntimeException.class, () -> evaluate(row.code().get()));
                    assertTrue(
                            e instanceof IllegalArgumentException || e instanceof IllegalStateException, () -> "" + e);
                    for (String word : row.words()) {
                        assertTrue(
                                String.valueOf(e.getMessage()).contains(word), "'" + word + "' in: " + e.getMessage());
                    }
                }));
    }

    private static void evaluate(Object result) {
        for (Object tensor : result instanceof List<?> list ? list : Collections.singletonList(result)) {
            ((Tensor) tensor).evaluate();
        }
    }

    @AfterAll
    static void stillRight() {
        assertArrayEquals(new double[] {3, 1}, VECTOR.gather(ints(2, 0)).toDoubleArray());
        assertArrayEquals(
                new double[] {14, 32, 32, 77}, MATRIX.mmul(MATRIX, false, true).toDoubleArray());
    }
}
