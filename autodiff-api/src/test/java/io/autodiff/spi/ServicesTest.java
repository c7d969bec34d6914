package io.autodiff.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.Tensors;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Discovery of engines; this module has none on its class path. */
class ServicesTest {
    @Test
    void noEngineIsAnErrorThatNamesTheJar() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Tensors.of(1.0));
        assertTrue(String.valueOf(e.getMessage()).contains("io.autodiff:autodiff-nd4j"), e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains("nd4j-native-platform"), e.getMessage());
        // The second try says the same: no class was left half initialised.
        assertEquals(
                e.getMessage(),
                assertThrows(IllegalStateException.class, () -> Tensors.of(1.0)).getMessage());
    }

    @Test
    void theHighestPriorityWins() {
        AutodiffProvider low = engine("low", 0);
        AutodiffProvider high = engine("high", 1);
        assertSame(high, choose(List.of(low, high), null));
        assertSame(high, choose(List.of(high, low), null));
    }

    @Test
    void amongEqualsTheNameDecidesAndNotTheOrderOfJars() {
        AutodiffProvider a = engine("a", 0);
        AutodiffProvider b = engine("b", 0);
        assertSame(a, choose(List.of(a, b), null));
        assertSame(a, choose(List.of(b, a), null));
    }

    @Test
    void theSystemPropertyNamesOne() {
        AutodiffProvider low = engine("low", 0);
        AutodiffProvider high = engine("high", 1);
        assertSame(low, choose(List.of(low, high), "low"));
    }

    @Test
    void anUnknownNameIsAnErrorThatListsWhatIsThere() {
        List<AutodiffProvider> found = List.of(engine("low", 0), engine("high", 1));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> choose(found, "other"));
        for (String word : List.of("autodiff.provider", "'other'", "'low'", "'high'")) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }

    @Test
    void anEngineThatDoesNotLoadIsToldWhereThereIsNoOther() {
        Throwable cause = new NoClassDefFoundError("org/nd4j/linalg/factory/Nd4j");
        Discovery<AutodiffProvider> broken =
                new Discovery<>(List.of(), List.of(new Discovery.Failure(ServicesTest.class, cause)));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> Services.choose(broken, null));
        for (String word : List.of(ServicesTest.class.getName(), "does not load", "org/nd4j/linalg/factory/Nd4j")) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
        assertSame(cause, e.getCause());
        AutodiffProvider whole = engine("whole", 0);
        assertSame(whole, Services.choose(new Discovery<>(List.of(whole), broken.failures()), null));
    }

    private static AutodiffProvider choose(List<AutodiffProvider> found, @Nullable String wanted) {
        return Services.choose(new Discovery<>(found, List.of()), wanted);
    }

    private static AutodiffProvider engine(String name, int priority) {
        return (AutodiffProvider) Proxy.newProxyInstance(
                ServicesTest.class.getClassLoader(),
                new Class<?>[] {AutodiffProvider.class},
                (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "name" -> name;
                        case "priority" -> priority;
                        default -> throw new AssertionError("not called when choosing: " + method);
                    };
                });
    }
}
