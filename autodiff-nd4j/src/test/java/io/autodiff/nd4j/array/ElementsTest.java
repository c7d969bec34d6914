package io.autodiff.nd4j.array;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.op.TensorSpec;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Copies of elements that Java has no room for. Nothing is read: there is nothing at the address. */
class ElementsTest {
    @TestFactory
    Stream<DynamicTest> whatJavaHasNoRoomForIsTold() {
        return Stream.of(
                refused("doubles", DType.BOOL, Elements::doubles),
                refused("floats", DType.FLOAT32, Elements::floats),
                refused("longs", DType.INT32, Elements::longs));
    }

    private static DynamicTest refused(String name, DType dtype, BiFunction<Long, TensorSpec, Object> copy) {
        return DynamicTest.dynamicTest(name, () -> {
            // The JVM's own limit is less.
            refused(copy, new TensorSpec(dtype, Shape.of(Integer.MAX_VALUE)), "no memory");
            refused(copy, new TensorSpec(dtype, Shape.of(1L << 31)), "2^31-1");
        });
    }

    private static void refused(BiFunction<Long, TensorSpec, Object> copy, TensorSpec spec, String word) {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> copy.apply(0L, spec));
        assertTrue(e.getMessage().contains(word) && e.getMessage().contains(spec.toString()), e::getMessage);
    }
}
