package io.autodiff.nd4j.array;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Devices;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may not be allocated is an exception, after a collection. In a process of its own, which may have little. */
class MemoryLimitTest {
    private static final int ELEMENTS = 1 << 20;
    private static final int MOST = 12 * 4 * ELEMENTS;

    /** What runs there. */
    static final class Program {
        private Program() {}

        /**
         * Asks for more than there may be, and then for less.
         *
         * @param args none
         */
        public static void main(String[] args) {
            List<Tensor> kept = new ArrayList<>();
            Tensor ones = Tensors.ones(DType.FLOAT32, ELEMENTS).evaluate();
            try {
                while (kept.size() < 100) {
                    kept.add(ones.sin().evaluate());
                }
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
            if (kept.size() < 5
                    || kept.size() > 12
                    || kept.get(4).toFloatArray()[7] != kept.get(0).toFloatArray()[7]) {
                throw new AssertionError(kept.size() + " arrays");
            }
            kept.clear();
            try (Scratch scratch = Scratch.open(MOST + 1L)) {
                throw new AssertionError(scratch.address());
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
            // Of many sizes: what waits in the pool for others must not count against them. Nobody closes these.
            for (int i = 0; i < 60; i++) {
                Tensors.ones(DType.FLOAT32, ELEMENTS - 10_000 * i).sin().evaluate();
                if (Devices.statistics().liveBytes() + Devices.statistics().pooledBytes() > MOST) {
                    throw new AssertionError(Devices.statistics());
                }
            }
            System.out.println("all came back");
        }
    }

    @Test
    void moreThanThereMayBeIsAnExceptionThatNamesTheOpAndTheSizes() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dautodiff.memory=" + MOST,
                        "-Dautodiff.kernels=none",
                        "-Dautodiff.execution=" + System.getProperty("autodiff.execution", "deferred"),
                        "-Dorg.nd4j.log.initialization=false",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Program.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains("sin(x=float32[1048576])"), said);
        assertTrue(said.contains("no memory for float32[1048576], of 4194304 bytes"), said);
        assertTrue(said.contains(MOST + " are allowed, by -Dautodiff.memory"), said);
        assertTrue(said.contains("no memory for what native code keeps while it runs, " + (MOST + 1)), said);
        assertTrue(said.contains("all came back"), said);
    }
}
