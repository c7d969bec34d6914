package io.autodiff.nd4j.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.GradientTape;
import io.autodiff.Variable;
import io.autodiff.op.Op;
import io.autodiff.op.OpRegistry;
import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API as a named module: with a plugin that is a module, too, and with the engine on the class path. */
class ModulePathTest {
    @TempDir
    Path folder;

    @Test
    void aPluginMayBeAModule() throws Exception {
        Path api = PluginJar.pathOf(Op.class);
        PluginJar plugin = new PluginJar(folder)
                .provider(
                        "Modular",
                        "public List<Op> ops() { return List.of(Op.named(\"test_modular\").inputs(\"x\")"
                                + ".shape(Shapes.floating(\"x\")).elementwise(e -> e.input(\"x\").mul(e.constant(2)))"
                                + ".gradient(\"x\", (c, dy) -> dy.mul(2))); }");
        plugin.compileModule(
                "module com.acme { requires io.autodiff; provides io.autodiff.spi.OpProvider with com.acme.Modular; }",
                api);
        Configuration modules = ModuleLayer.boot()
                .configuration()
                .resolveAndBind(ModuleFinder.of(api, plugin.classes()), ModuleFinder.of(), Set.of("io.autodiff"));
        ClassLoader loader = ModuleLayer.boot()
                .defineModulesWithOneLoader(modules, ClassLoader.getPlatformClassLoader())
                .findLoader("io.autodiff");
        Class<?> registry = loader.loadClass(OpRegistry.class.getName());
        assertEquals("io.autodiff", registry.getModule().getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        for (ClassLoader context : new ClassLoader[] {loader, null, ClassLoader.getPlatformClassLoader()}) {
            thread.setContextClassLoader(context);
            try {
                Object shared = registry.getMethod("shared").invoke(null);
                assertEquals(Set.of("test_modular"), registry.getMethod("names").invoke(shared));
                assertTrue(registry.getMethod("describe", String.class)
                        .invoke(shared, "test_modular")
                        .toString()
                        .contains("'Modular' (com.acme.Modular"));
                InvocationTargetException e = assertThrows(
                        InvocationTargetException.class,
                        () -> loader.loadClass(Variable.class.getName())
                                .getMethod("of", Object.class)
                                .invoke(null, 1.0));
                assertTrue(
                        e.getCause().getMessage().contains("no autodiff engine"),
                        e.getCause().toString());
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    @Test
    void theEngineOnTheClassPathServesTheModule() throws Exception {
        String api = PluginJar.pathOf(Op.class).toString();
        String others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(path -> !path.equals(api))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.nd4j.log.initialization=false",
                        "-p",
                        api,
                        "--add-modules",
                        "io.autodiff",
                        "-cp",
                        others,
                        Program.class.getName()))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        assertTrue(said.contains("module io.autodiff: 6.0"), said);
    }

    /** What runs in a JVM of its own. */
    static final class Program {
        private Program() {}

        /** Prints where the API is, and a gradient. */
        public static void main(String[] arguments) {
            Variable x = Variable.of(3.0);
            try (GradientTape tape = GradientTape.open()) {
                System.out.println(Op.class.getModule() + ": "
                        + tape.gradientOrThrow(x.square(), x).item());
            }
        }
    }
}
