package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.Functions;
import io.autodiff.Loops;
import io.autodiff.Tensor;
import io.autodiff.TensorScope;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the engine holds, and gives back. */
class MemoryTest {
    private static final int ELEMENTS = 1 << 18;
    private static final long BYTES = 4L * ELEMENTS;

    @Test
    void aScopeGivesItsMemoryBackAtOnceToBeUsedAgain() {
        Tensor x = Tensors.ones(DType.FLOAT32, ELEMENTS).evaluate();
        long live = Devices.statistics().liveBytes();
        for (int i = 0; i < 20; i++) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor y = x.mul(i).evaluate();
                assertEquals(i, y.toFloatArray()[ELEMENTS - 1]);
                assertTrue(Devices.statistics().liveBytes() <= live + BYTES, Devices.statistics()::toString);
            }
            assertTrue(Devices.statistics().liveBytes() <= live, Devices.statistics()::toString);
            assertTrue(Devices.statistics().pooledBytes() >= BYTES, Devices.statistics()::toString);
        }
    }

    /** Nobody frees anything here: what is left to the collector comes back, too. */
    @Test
    void whatIsDroppedStaysBounded() {
        Variable x = Variable.of(new float[ELEMENTS]);
        long most = 0;
        Tensor ones = Tensors.ones(DType.FLOAT32, ELEMENTS).evaluate();
        for (int i = 0; i < 2000; i++) {
            x.assignAdd(ones);
            if (i % 10 == 0) {
                x.asTensor().evaluate();
                most = Math.max(most, Devices.statistics().liveBytes());
            }
        }
        assertEquals(2000, x.toFloatArray()[ELEMENTS - 1]);
        assertTrue(most <= 1L << 30, most + " bytes");
    }

    @Test
    void compiledFunctionsUseTheirMemoryAgain() {
        CompiledFunction f =
                Functions.compile(x -> Loops.repeat(10, x, y -> y.mul(2).sub(x)));
        Tensor x = Tensors.ones(DType.FLOAT32, ELEMENTS).evaluate();
        f.apply(x).evaluate();
        long live = Devices.statistics().liveBytes();
        for (int i = 0; i < 20; i++) {
            try (TensorScope scope = TensorScope.open()) {
                float[] expected = new float[ELEMENTS];
                Arrays.fill(expected, 1);
                assertArrayEquals(expected, f.apply(x).toFloatArray());
            }
            assertTrue(Devices.statistics().liveBytes() <= live, Devices.statistics()::toString);
        }
    }
}
