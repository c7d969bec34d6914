package io.autodiff.nd4j.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.llvm.LlvmCompiler;
import io.autodiff.op.ScalarFunction;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** Which compiler is chosen, and that what does not work here is not. */
class AcceleratorTest {
    /** A compiler whose kernels do what a test says. */
    private record Stub(String name, String obstacle, LoopKernel kernel) implements KernelCompiler {
        @Override
        public boolean isThere() {
            return !"it is not there".equals(obstacle);
        }

        @Override
        public boolean supports(ScalarFunction function, DType dtype) {
            return true;
        }

        @Override
        public int lanes(LoopProgram program) {
            return 1;
        }

        @Override
        public LoopKernel compile(LoopProgram program, LoopForm form) {
            return kernel;
        }
    }

    private static Accelerator.Choice choose(String wanted, String backend, KernelCompiler... compilers) {
        return Accelerator.choose(wanted, backend, () -> List.of(compilers));
    }

    private static void assertNone(Accelerator.Choice choice, String reason) {
        assertNull(choice.compiler(), choice.message());
        assertTrue(choice.message().contains(reason), choice.message());
        assertTrue(choice.message().contains("autodiff.kernels"), choice.message());
    }

    @Test
    void thePropertyTurnsKernelsOffBeforeAnythingIsLoaded() {
        Supplier<List<KernelCompiler>> none = () -> {
            throw new AssertionError("was asked");
        };
        assertNone(Accelerator.choose("none", "CpuBackend", none), "as autodiff.kernels says");
        assertNone(Accelerator.choose(null, "JCublasBackend", none), "JCublasBackend");
    }

    @Test
    void aMissingCompilerIsTold() {
        assertNone(choose(null, "CpuBackend"), "no compiler is on the class path");
        assertNone(choose("other", "CpuBackend", new LlvmCompiler()), "no compiler of the name other");
        assertNone(choose(null, "CpuBackend", new Stub("a", "it is not there", x -> {})), "a: it is not there");
    }

    @Test
    void ofACompilerThatNobodyAskedForNothingIsSaid() {
        KernelCompiler absent = new Stub("a", "it is not there", x -> {});
        assertEquals(
                System.Logger.Level.DEBUG, choose(null, "CpuBackend", absent).level());
        assertEquals(System.Logger.Level.DEBUG, choose(null, "CpuBackend").level());
        assertEquals(System.Logger.Level.INFO, choose("a", "CpuBackend", absent).level());
        assertEquals(
                System.Logger.Level.INFO,
                choose(null, "CpuBackend", absent, new Stub("b", "it is broken", x -> {}))
                        .level());
    }

    @Test
    void aCompilerThatFailsItsTrialIsNotUsed() {
        assertNone(choose(null, "CpuBackend", new Stub("idle", null, x -> {})), "idle: its trial computed");
        assertNone(
                choose(null, "CpuBackend", new Stub("broken", null, x -> {
                    throw new UnsatisfiedLinkError("no library");
                })),
                "no library");
        assertNone(choose(null, "CpuBackend", new Stub("careless", null, AcceleratorTest::writeBeyond)), "beyond");
    }

    /** Computes the trial rightly, and one element more. */
    private static void writeBeyond(Pointer arguments) {
        LongPointer words = new LongPointer(arguments);
        long size = words.get(1);
        BytePointer x = at(words.get(2), 4 * size);
        BytePointer factor = at(words.get(3), 4);
        BytePointer y = at(words.get(4), 4 * (size + 1));
        double total = 0;
        for (long i = 0; i < size; i++) {
            y.putFloat(4 * i, x.getFloat(4 * i) * factor.getFloat());
            total += y.getFloat(4 * i);
        }
        y.putFloat(4 * size, 7);
        at(words.get(5), 8).putDouble(0, total);
    }

    private static BytePointer at(long place, long size) {
        return new BytePointer(new Pointer() {
                    {
                        address = place;
                    }
                })
                .capacity(size);
    }

    @Test
    void theFirstThatWorksIsChosen() {
        KernelCompiler present = Accelerator.compiler();
        if (present != null) {
            Accelerator.Choice choice =
                    choose("llvm", "CpuBackend", new Stub("absent", "it is not there", x -> {}), present);
            assertEquals(present, choice.compiler());
            assertTrue(choice.message().contains("llvm"), choice.message());
        }
    }

    /** As on the class path of who does not add the jar. */
    @Test
    void withoutItsJarLlvmSaysSo() throws ReflectiveOperationException {
        KernelCompiler compiler = (KernelCompiler) new WithoutLlvm()
                .loadClass(LlvmCompiler.class.getName())
                .getConstructor()
                .newInstance();
        assertNone(choose(null, "CpuBackend", compiler), "llvm-platform:13.0.1-1.5.7 is not on the class path");
    }

    private static final class WithoutLlvm extends ClassLoader {
        WithoutLlvm() {
            super(AcceleratorTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.bytedeco.llvm.")) {
                throw new ClassNotFoundException(name);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null || !name.startsWith(LlvmCompiler.class.getPackageName())) {
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
}
