package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Whether there is a compiler of fused kernels, and which. Asked for the first time, it is looked for and tried, and one line of
 * the log says what came of it; at level debug if there is none to try.
 *
 * <pre>{@code
 * KernelCompiler compiler = Accelerator.compiler();
 * // -Dautodiff.kernels=none: no compiler; =llvm: that one; absent: the first that works
 * }</pre>
 */
public final class Accelerator {
    private static final String PROPERTY = "autodiff.kernels";
    /** How much is done without kernels before there is one, where that is not worth it at once. */
    private static final String PATIENCE = "autodiff.kernels.patience";

    private static final class Found {
        static final @Nullable KernelCompiler COMPILER = report();

        private static @Nullable KernelCompiler report() {
            Choice choice = choose(
                    System.getProperty(PROPERTY),
                    Nd4j.getBackend().getClass().getSimpleName(),
                    () -> ServiceLoader.load(KernelCompiler.class, KernelCompiler.class.getClassLoader()));
            System.getLogger(Accelerator.class.getName()).log(choice.level, choice.message);
            return choice.compiler;
        }
    }

    private Accelerator() {}

    /** {@return the compiler of this process; null if calls run one by one on ND4J} */
    public static @Nullable KernelCompiler compiler() {
        return Found.COMPILER;
    }

    /**
     * How often something is to come before a kernel is made of it.
     *
     * @param usual as often as it pays
     * @return that, or 0 if the system property {@code autodiff.kernels.patience} is 0, as in tests of kernels
     */
    public static long patience(long usual) {
        return Integer.getInteger(PATIENCE, 1) == 0 ? 0 : usual;
    }

    /**
     * What was chosen, and the line that says so.
     *
     * @param compiler the compiler, or null
     * @param message for the log
     * @param level for the log: debug where there is no compiler and nobody asked for one
     */
    record Choice(@Nullable KernelCompiler compiler, String message, System.Logger.Level level) {}

    static Choice choose(
            @Nullable String wanted, String backend, Supplier<? extends Iterable<KernelCompiler>> compilers) {
        List<String> reasons = new ArrayList<>();
        boolean expected = wanted != null;
        if ("none".equals(wanted)) {
            reasons.add("as " + PROPERTY + " says");
        } else if (!backend.equals("CpuBackend")) {
            reasons.add("they are for arrays in the CPU's memory, and ND4J runs on " + backend);
        } else {
            for (KernelCompiler compiler : compilers.get()) {
                if (wanted == null || wanted.equals(compiler.name())) {
                    String obstacle = obstacle(compiler);
                    if (obstacle == null) {
                        return new Choice(
                                compiler,
                                "fused kernels: " + compiler.name() + "; -D" + PROPERTY + "=none turns them off",
                                System.Logger.Level.INFO);
                    }
                    expected |= compiler.isThere();
                    reasons.add(compiler.name() + ": " + obstacle);
                }
            }
            if (reasons.isEmpty()) {
                reasons.add("no compiler" + (wanted == null ? "" : " of the name " + wanted) + " is on the class path");
            }
        }
        return new Choice(
                null,
                "fused kernels: none, calls run one by one on ND4J (" + String.join("; ", reasons) + "); -D" + PROPERTY
                        + "=llvm asks for a compiler",
                expected ? System.Logger.Level.INFO : System.Logger.Level.DEBUG);
    }

    private static @Nullable String obstacle(KernelCompiler compiler) {
        try {
            String obstacle = compiler.obstacle();
            return obstacle != null ? obstacle : test(compiler);
        } catch (RuntimeException | LinkageError e) {
            return "it fails: " + e;
        }
    }

    /** Runs one kernel with guards around its result, before anything depends on kernels. */
    private static @Nullable String test(KernelCompiler compiler) {
        int size = 37;
        LoopProgram program = new LoopProgram(
                List.of(new Axis(size, true)),
                List.of(new Input(DType.FLOAT32, List.of(true)), new Input(DType.FLOAT32, List.of(false))),
                List.of(
                        new Load(0, DType.FLOAT32),
                        new Load(1, DType.FLOAT32),
                        new Apply(ScalarFunction.MUL, DType.FLOAT32, List.of(0, 1)),
                        new Reduce(Reduction.SUM, DType.FLOAT32, 2)),
                List.of(Output.ofPositions(2), Output.ofRows(3)));
        float[] guarded = new float[size + 2];
        double sum = 0;
        try (FloatPointer x = new FloatPointer(size);
                FloatPointer y = new FloatPointer(size + 2L)) {
            for (int i = 0; i < size; i++) {
                x.put(i, i + 1);
            }
            y.put(0, -1).put(size + 1L, -1);
            long[] results = new FusedLoop(program, compiler)
                    .run(
                            new long[] {x.address(), 0, y.address() + 4, 0},
                            new long[] {0, Float.floatToRawIntBits(0.5f), 0, 0});
            sum = Double.longBitsToDouble(results[1]);
            y.get(guarded);
        }
        for (int i = 0; i < size; i++) {
            if (Float.compare(guarded[i + 1], 0.5f * (i + 1)) != 0) {
                return "its trial computed " + guarded[i + 1] + " and not " + 0.5f * (i + 1);
            }
        }
        boolean right = Float.compare(guarded[0], -1) == 0
                && Float.compare(guarded[size + 1], -1) == 0
                && Double.compare(sum, 0.25 * size * (size + 1)) == 0;
        return right ? null : "its trial computed the sum " + sum + ", or wrote beyond its result";
    }
}
