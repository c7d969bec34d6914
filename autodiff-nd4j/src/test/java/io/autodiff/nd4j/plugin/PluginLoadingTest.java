package io.autodiff.nd4j.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.nd4j.plugin.PluginJar.Plugins;
import io.autodiff.op.InvalidOpException;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import io.autodiff.spi.Executor;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins in class loaders of their own, as in an application server. */
class PluginLoadingTest {
    @TempDir
    Path folder;

    private final Tensor x = Tensors.of(new double[] {0.5, -2, 3});

    /** A method {@code ops()} with one op, whose value is its input times a factor, by a kernel. */
    private static String times(String op, int factor) {
        return "static final Op TIMES = Op.named(\"" + op + "\").inputs(\"x\").shape(Shapes.floating(\"x\"))"
                + ".kernel(INDArray.class, c -> c.input(\"x\").mul(" + factor + "))"
                + ".gradient(\"x\", (c, dy) -> dy.mul(" + factor + "));"
                + " public List<Op> ops() { return List.of(TIMES); }";
    }

    private Path jar(String jar, String provider, String members) {
        return new PluginJar(folder.resolve(jar + "-classes"))
                .provider(provider, members)
                .jar("../" + jar);
    }

    private static double[] gradient(Tensor at, String op) {
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(at);
            return tape.gradientOrThrow(Executor.execute(op, at).square(), at).toDoubleArray();
        }
    }

    @Test
    void aPluginIsThereForThreadsOfItsLoader() throws IOException {
        OpRegistry.shared().names();
        try (Plugins app = PluginJar.loader(jar("tripled.jar", "Tripled", times("test_tripled", 3)))) {
            app.run(() -> {
                assertArrayEquals(new double[] {9, -36, 54}, gradient(x, "test_tripled"));
                assertEquals(
                        "Tripled", OpRegistry.shared().provider("test_tripled").name());
                assertTrue(OpRegistry.shared()
                        .describe("test_tripled")
                        .endsWith("provider: 'Tripled' (com.acme.Tripled, tripled.jar)"));
                assertTrue(OpRegistry.shared().names().containsAll(Set.of("test_tripled", "sin")));
                assertEquals(List.of(), OpRegistry.shared().problems());
            });
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> OpRegistry.shared().op("test_tripled"));
            assertTrue(e.getMessage().contains("there is no op 'test_tripled'"), e.getMessage());
            assertFalse(OpRegistry.shared().names().contains("test_tripled"));
        }
    }

    @Test
    void twoApplicationsHaveEachItsOwn() throws IOException {
        try (Plugins one = PluginJar.loader(jar("one.jar", "One", times("test_scaled", 2)));
                Plugins two = PluginJar.loader(jar("two.jar", "Two", times("test_scaled", 10)))) {
            for (int round = 0; round < 2; round++) {
                one.run(() -> assertEquals(
                        3, Executor.execute("test_scaled", Tensors.of(1.5)).item()));
                two.run(() -> assertEquals(
                        15, Executor.execute("test_scaled", Tensors.of(1.5)).item()));
            }
        }
    }

    @Test
    void anApplicationMayOverrideABuiltInOp() throws IOException {
        String members = times("sin", 7).replace(".inputs(\"x\")", ".overriding().inputs(\"x\")");
        try (Plugins app = PluginJar.loader(jar("overriding.jar", "Overriding", members));
                Plugins thief = PluginJar.loader(jar("thief.jar", "Thief", times("sin", 7)))) {
            app.run(() -> assertArrayEquals(new double[] {3.5, -14, 21}, x.sin().toDoubleArray()));
            assertEquals(Math.sin(0.5), x.sin().toDoubleArray()[0]);
            thief.run(() -> assertMentions(
                    assertThrows(IllegalStateException.class, () -> x.sin()),
                    "op 'sin' is registered by two providers",
                    "'nd4j' (io.autodiff.nd4j.ops.BuiltInOps, autodiff-nd4j",
                    "'Thief' (com.acme.Thief, thief.jar)",
                    "overriding()"));
        }
    }

    @Test
    void twoPluginsOfOneNameAreToldWithTheirJars() throws IOException {
        try (Plugins app = PluginJar.loader(
                jar("first.jar", "First", times("test_same", 2)), jar("second.jar", "Second", times("test_same", 3)))) {
            app.run(() -> assertMentions(
                    assertThrows(
                            IllegalStateException.class,
                            () -> OpRegistry.shared().names()),
                    "'test_same'",
                    "'First' (com.acme.First, first.jar)",
                    "'Second' (com.acme.Second, second.jar)"));
        }
    }

    @Test
    void aJarMayComeAfterTheStart() throws IOException {
        try (Plugins app = PluginJar.loader()) {
            app.run(() -> {
                assertThrows(IllegalArgumentException.class, () -> Executor.execute("test_late", x));
                app.add(jar("late.jar", "Late", times("test_late", 2)));
                assertArrayEquals(
                        new double[] {1, -4, 6},
                        Executor.execute("test_late", x).toDoubleArray());
            });
        }
        try (Plugins plugin = PluginJar.loader(jar("loaded.jar", "Loaded", times("test_loaded", 2)))) {
            assertEquals(Set.of("test_loaded"), OpRegistry.shared().load(plugin));
            assertEquals(Set.of(), OpRegistry.shared().load(plugin), "it is there");
            assertArrayEquals(new double[] {4, -16, 24}, gradient(x, "test_loaded"));
        }
    }

    @Test
    void aPluginIsCollectedWithItsLoader() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            loaders.add(used(jar("passing" + i + ".jar", "Passing", times("test_passing" + i, 2)), "test_passing" + i));
        }
        for (int i = 0; i < 100 && loaders.stream().anyMatch(loader -> loader.get() != null); i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertNull(loaders.get(0).get(), "of an application");
        assertNull(loaders.get(1).get(), "loaded into the registry of the library");
        assertThrows(IllegalArgumentException.class, () -> OpRegistry.shared().op("test_passing1"));
        assertFalse(OpRegistry.shared().names().contains("test_passing1"));
    }

    /** A plugin in use: by tapes, plans, compiled functions, threads that ended and one that goes on. */
    private WeakReference<ClassLoader> used(Path jar, String op) throws Exception {
        try (Plugins app = PluginJar.loader(jar)) {
            Runnable use = () -> {
                for (int round = 0; round < 3; round++) {
                    assertArrayEquals(new double[] {4, -16, 24}, gradient(x, op));
                }
                CompiledFunction f =
                        Functions.compile(in -> Executor.execute(op, in).exp());
                assertEquals(Math.exp(6), f.apply(x).toDoubleArray()[2], 1e-9);
            };
            if (op.endsWith("1")) {
                OpRegistry.shared().load(app);
                use.run();
            } else {
                app.run(use);
                Thread thread = new Thread(use);
                thread.setContextClassLoader(app);
                thread.start();
                thread.join();
            }
            return new WeakReference<>(app);
        }
    }

    @Test
    void manyThreadsThatComeFirstFindTheSame() throws Exception {
        String slow = "public Slow() throws Exception { Thread.sleep(20); } " + times("test_slow", 2);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Plugins app = PluginJar.loader(jar("slow.jar", "Slow", slow))) {
            CountDownLatch start = new CountDownLatch(1);
            List<Callable<Op>> tasks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tasks.add(() -> {
                    Thread.currentThread().setContextClassLoader(app);
                    start.await();
                    Op op = OpRegistry.shared().op("test_slow");
                    assertArrayEquals(new double[] {4, -16, 24}, gradient(x, "test_slow"));
                    return op;
                });
            }
            List<Future<Op>> found = tasks.stream().map(threads::submit).toList();
            start.countDown();
            Op first = found.get(0).get(60, TimeUnit.SECONDS);
            for (Future<Op> op : found) {
                assertSame(first, op.get(60, TimeUnit.SECONDS));
            }
            assertNotSame(first, OpRegistry.shared().op("sin"));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aProviderThatDoesNotLoadIsToldAndTheOthersLoad() throws IOException {
        PluginJar plugin = new PluginJar(folder.resolve("mixed-classes"))
                .provider(
                        "Throwing",
                        "public Throwing() { throw new IllegalStateException(\"boom-in-constructor\"); } "
                                + times("test_throwing", 2))
                .provider("Failing", "public List<Op> ops() { throw new IllegalStateException(\"boom-in-ops\"); }")
                .source("Missing", "public class Missing { public static int factor() { return 2; } }")
                .provider("Unlinked", "public List<Op> ops() { Missing.factor(); return List.of(); }")
                .provider("Later", "public int spiVersion() { return 2; } public List<Op> ops() { return List.of(); }")
                .provider(
                        "Forgetful",
                        "public List<Op> ops() { return List.of(Op.named(\"test_forgetful\").inputs(\"x\")"
                                + ".shape(Shapes.floating(\"x\")).kernel(INDArray.class, c -> c.input(\"x\"))); }")
                .provider("Whole", times("test_whole", 2));
        try (Plugins app = PluginJar.loader(plugin.jar("../mixed.jar", "Missing"))) {
            app.run(() -> {
                assertArrayEquals(new double[] {4, -16, 24}, gradient(x, "test_whole"));
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> Executor.execute("test_throwing", x));
                assertMentions(
                        e,
                        "there is no op 'test_throwing'",
                        "'Whole' (com.acme.Whole, mixed.jar)",
                        "com.acme.Throwing, mixed.jar: java.lang.IllegalStateException: boom-in-constructor",
                        "the provider 'Failing' (com.acme.Failing, mixed.jar) cannot be used: boom-in-ops",
                        "the provider 'Unlinked' (com.acme.Unlinked, mixed.jar) does not link:",
                        "com/acme/Missing",
                        "'Later'",
                        "version 2",
                        "'Forgetful'",
                        "no gradient is registered for input 'x'");
                assertEquals("boom-in-constructor", e.getCause().getMessage());
                assertEquals(4, e.getSuppressed().length);
                assertEquals(5, OpRegistry.shared().problems().size());
            });
            assertMentions(
                    assertThrows(IllegalStateException.class, () -> new OpRegistry(List.of()).load(app)),
                    "boom-in-constructor",
                    "boom-in-ops");
        }
    }

    @Test
    void aWrongOpIsToldWithItsProviderAndTheTapeGoesOn() throws IOException {
        String members = "static final Op KERNEL ="
                + " Op.named(\"test_kernel\").inputs(\"x\").shape(Shapes.floating(\"x\")).kernel(INDArray.class, c"
                + " -> { throw new ArithmeticException(\"boom-in-kernel\"); }).gradient(\"x\", (c, dy) -> dy);"
                + " static final Op SHAPE ="
                + " Op.named(\"test_shape\").inputs(\"x\").shape(Shapes.floating(\"x\")).kernel(INDArray.class, c"
                + " -> c.input(\"x\").sum()).gradient(\"x\", (c, dy) -> dy); static final Op RULE ="
                + " Op.named(\"test_rule\").inputs(\"x\").shape(Shapes.floating(\"x\")).kernel(INDArray.class, c"
                + " -> c.input(\"x\").mul(2)).gradient(\"x\", (c, dy) -> { throw new"
                + " ArithmeticException(\"boom-in-rule\"); }); static final Op SPEC ="
                + " Op.named(\"test_spec\").inputs(\"x\").shape(Shapes.floating(\"x\")).kernel(INDArray.class, c"
                + " -> c.input(\"x\").mul(2)).gradient(\"x\", (c, dy) -> dy.sum()); public List<Op> ops() { return"
                + " List.of(KERNEL, SHAPE, RULE, SPEC); }";
        String blame = "the op is of the provider 'Wrong' (com.acme.Wrong, wrong.jar)";
        try (Plugins app = PluginJar.loader(jar("wrong.jar", "Wrong", members))) {
            app.run(() -> {
                try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
                    tape.watch(x);
                    assertMentions(
                            assertThrows(
                                    InvalidOpException.class,
                                    () -> Executor.execute("test_kernel", x).toDoubleArray()),
                            "the kernel of test_kernel(x=float64[3]) failed:",
                            "boom-in-kernel",
                            blame);
                    assertMentions(
                            assertThrows(
                                    InvalidOpException.class,
                                    () -> Executor.execute("test_shape", x).toDoubleArray()),
                            "the kernel of test_shape(x=float64[3]): it gave float64[] for the output 'output', which"
                                    + " the shape function declares as float64[3]",
                            blame);
                    Tensor rule = Executor.execute("test_rule", x);
                    assertMentions(
                            assertThrows(InvalidOpException.class, () -> tape.gradient(rule, x)),
                            "the gradient rule for the input 'x' of test_rule(x=float64[3]) failed:",
                            "boom-in-rule",
                            blame);
                    Tensor spec = Executor.execute("test_spec", x);
                    assertMentions(
                            assertThrows(InvalidOpException.class, () -> tape.gradient(spec, x)),
                            "the gradient rule of test_spec(x=float64[3]): it gave float64[] for the input 'x', which"
                                    + " is float64[3]",
                            blame);
                    assertArrayEquals(
                            new double[] {1, -4, 6},
                            tape.gradientOrThrow(x.square(), x).toDoubleArray());
                }
                assertEquals(List.of(), Executor.recorders());
            });
        }
    }

    @Test
    void aProviderMustNotUseOpsWhileItIsLoaded() throws IOException {
        String members = "public List<Op> ops() { return List.of(OpRegistry.shared().op(\"test_nowhere\")); }";
        try (Plugins app = PluginJar.loader(jar("early.jar", "Early", members))) {
            app.run(() -> assertMentions(
                    assertThrows(IllegalArgumentException.class, () -> Executor.execute("test_early", x)),
                    "'Early'",
                    "while providers are being loaded"));
        }
    }

    private static void assertMentions(Exception e, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }
}
