package io.autodiff.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.spi.OpProvider;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ops are checked whole, and names are kept apart, when they are registered. */
class OpRegistryTest {
    private static final Op TWICE = Op.named("twice")
            .inputs("x")
            .shape(Shapes.numeric("x"))
            .kernel(Object.class, c -> c.input("x"))
            .gradient("x", (c, dy) -> dy);

    private record Provider(String name, List<Op> ops) implements OpProvider {}

    @Test
    void anOpIsFoundByNameWithItsProvider() {
        Provider provider = new Provider("mine", List.of(TWICE));
        OpRegistry registry = new OpRegistry(List.of(provider));
        assertSame(TWICE, registry.op("twice"));
        assertSame(provider, registry.provider("twice"));
        assertEquals(Set.of("twice"), registry.names());
    }

    @Test
    void anUnknownNameListsTheNearestAndTheProviders() {
        OpRegistry registry = new OpRegistry(List.of(new Provider("mine", List.of(TWICE))));
        assertMessage(
                assertThrows(IllegalArgumentException.class, () -> registry.op("thrice")),
                "'thrice'",
                "twice",
                "'mine'",
                "add that jar");
    }

    @Test
    void aNameRegisteredTwiceNamesBothProviders() {
        Provider first = new Provider("first", List.of(TWICE));
        Provider second = new Provider("second", List.of(TWICE));
        assertMessage(
                assertThrows(IllegalStateException.class, () -> new OpRegistry(List.of(first, second))),
                "'twice'",
                "'first'",
                "'second'",
                "overriding()");
    }

    @Test
    void anOverrideWinsInEitherOrder() {
        Provider base = new Provider("base", List.of(TWICE));
        Provider override = new Provider("override", List.of(TWICE.overriding()));
        assertSame(override, new OpRegistry(List.of(base, override)).provider("twice"));
        assertSame(override, new OpRegistry(List.of(override, base)).provider("twice"));
    }

    @Test
    void twoOverridesAreAnError() {
        Provider first = new Provider("first", List.of(TWICE.overriding()));
        Provider second = new Provider("second", List.of(TWICE.overriding()));
        assertThrows(IllegalStateException.class, () -> new OpRegistry(List.of(first, second)));
    }

    @Test
    void aRefusedProviderAddsNothing() {
        OpRegistry registry = new OpRegistry(List.of(new Provider("base", List.of(TWICE))));
        Op other = Op.named("other")
                .inputs("x")
                .shape(Shapes.sameAs("x"))
                .kernel(Object.class, c -> c.input("x"))
                .notDifferentiable();
        assertThrows(IllegalStateException.class, () -> registry.register(new Provider("bad", List.of(other, TWICE))));
        assertEquals(Set.of("twice"), registry.names());
    }

    @Test
    void anInputWithoutGradientIsNamedAndTheWayOutTold() {
        Op forgetful = Op.named("forgetful")
                .inputs("x", "y")
                .shape(Shapes.sameAs("x"))
                .kernel(Object.class, c -> c.input("x"))
                .gradient("x", (c, dy) -> dy);
        assertMessage(
                assertThrows(
                        IllegalStateException.class,
                        () -> new OpRegistry(List.of(new Provider("bad", List.of(forgetful))))),
                "'forgetful'",
                "'y'",
                ".gradient(\"y\"",
                ".notDifferentiable(\"y\")");
    }

    @Test
    void aContradictionIsNamed() {
        assertNotWhole(TWICE.notDifferentiable("x"), "declared otherwise");
        assertNotWhole(TWICE.gradient("z", (c, dy) -> dy), "'z'");
        assertNotWhole(TWICE.residuals("z"), "'z'");
        assertNotWhole(TWICE.inputs("x", "x"), "twice");
        assertNotWhole(TWICE.outputs("a", "b"), ".gradients(...)");
        assertNotWhole(
                Op.named("bare").inputs("x").notDifferentiable(),
                ".shape(...)",
                ".kernel(INDArray.class",
                ".elementwise(...)");
        assertNotWhole(TWICE.elementwise(e -> e.input("x")).outputs("a", "b"), "an elementwise op has one output");
    }

    @Test
    void aScalarMeaningStandsForAKernel() {
        Op op = Op.named("thrice")
                .inputs("x")
                .shape(Shapes.floating("x"))
                .elementwise(e -> e.constant(3).mul(e.input("x")))
                .notDifferentiable();
        assertEquals(op, op.checked());
    }

    @Test
    void whatIsSaidTwiceIsAnErrorAtOnce() {
        assertThrows(IllegalStateException.class, () -> TWICE.gradient("x", (c, dy) -> dy));
        assertThrows(IllegalStateException.class, () -> TWICE.kernel(Object.class, c -> c.input("x")));
    }

    @Test
    void anOpNeverChanges() {
        Op more = TWICE.attribute("axis", Long.class);
        assertEquals("twice(x) -> output", TWICE.toString());
        assertEquals("twice(x) -> output {axis=Long}", more.toString());
        assertThrows(IllegalArgumentException.class, () -> Op.named("CamelCase"));
    }

    private static void assertNotWhole(Op op, String... words) {
        assertMessage(assertThrows(IllegalStateException.class, op::checked), words);
    }

    private static void assertMessage(Exception e, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }

    @Test
    void anOpIsDescribed() {
        Op op = Op.named("smooth")
                .inputs("x", "k")
                .outputs("y", "saved")
                .residuals("saved")
                .attribute(Attribute.of("width", Double.class).defaultsTo(0.5).mustBe("positive", w -> w > 0))
                .attribute("axis", Long.class)
                .shapes(c -> List.of(c.input("x"), c.input("x")))
                .kernels(Object.class, c -> List.of(c.input("x"), c.input("x")))
                .gradients((c, dys, needed) -> List.of(dys.get(0), dys.get(0)))
                .notDifferentiable("k");
        OpRegistry registry = new OpRegistry(List.of(new Provider("mine", List.of(op, TWICE))));
        assertEquals("""
                  smooth(x, k) -> y, saved {axis=Long, width=Double}
                    input x: gradient, of all inputs together
                    input k: not differentiable
                    output y
                    output saved: residual
                    attribute width: Double = 0.5, positive
                    attribute axis: Long
                    kernels: java.lang.Object
                    broadcasts: no
                    fuses: no
                    provider: 'mine' (io.autodiff.op.OpRegistryTest$Provider, autodiff-api)\
                  """, registry.describe("smooth"));
        assertMessage(
                assertThrows(IllegalArgumentException.class, () -> registry.describe("smoth")), "'smoth'", "smooth");
    }

    @Test
    void aProviderOfAnotherVersionIsNamed() {
        OpProvider later = new OpProvider() {
            @Override
            public String name() {
                return "later";
            }

            @Override
            public int spiVersion() {
                return 2;
            }

            @Override
            public List<Op> ops() {
                throw new AssertionError("not asked for");
            }
        };
        assertMessage(
                assertThrows(IllegalStateException.class, () -> new OpRegistry(List.of(later))),
                "'later' (" + later.getClass().getName() + ", autodiff-api)",
                "version 2",
                "this library has version 1");
    }

    @Test
    void aProviderWhoseOpsFailIsNamedAndItsCauseIsKept() {
        OpRegistry registry = new OpRegistry(List.of(new Provider("good", List.of(TWICE))));
        RuntimeException boom = new UnsupportedOperationException("boom");
        Error missing = new NoClassDefFoundError("com/acme/Missing");
        for (Throwable cause : List.of(boom, missing)) {
            OpProvider failing = new OpProvider() {
                @Override
                public String name() {
                    return "failing";
                }

                @Override
                public List<Op> ops() {
                    if (cause instanceof Error error) {
                        throw error;
                    }
                    throw boom;
                }
            };
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> registry.register(failing));
            assertMessage(e, "'failing'", "autodiff-api", String.valueOf(cause.getMessage()));
            assertSame(cause, e.getCause());
        }
        assertEquals(Set.of("twice"), registry.names());
        assertEquals(List.of(), registry.problems());
    }
}
