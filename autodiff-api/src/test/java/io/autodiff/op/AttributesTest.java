package io.autodiff.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributesTest {
    private static final Attributes SOME = Attributes.ofPairs(
            "flag", true, "n", 3L, "axes", List.of(0L, 2L), "dtype", DType.INT32, "shape", Shape.of(2, 3));

    @Test
    void valuesAreReadByType() {
        assertTrue(SOME.flag("flag"));
        assertEquals(3, SOME.integer("n"));
        assertArrayEquals(new long[] {0, 2}, SOME.longs("axes"));
        assertEquals(DType.INT32, SOME.dtype("dtype"));
        assertEquals(Shape.of(2, 3), SOME.shape("shape"));
    }

    @Test
    void equalityIsByContentAndNotByOrder() {
        Attributes a = Attributes.of("x", 1L, "y", List.of(2L));
        assertEquals(a, Attributes.of("y", List.of(2L), "x", 1L));
        assertEquals(a.hashCode(), Attributes.of("y", List.of(2L), "x", 1L).hashCode());
        assertNotEquals(a, Attributes.of("x", 1L, "y", List.of(3L)));
    }

    @Test
    void whatIsNoAttributeIsRefusedByName() {
        for (Object value : List.of(1, 1.5f, List.of(1), new Object())) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> Attributes.of("axis", value));
            assertTrue(String.valueOf(e.getMessage()).contains("'axis'"), e.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> Attributes.ofPairs("a", 1L, "a", 2L));
        assertThrows(IllegalArgumentException.class, () -> Attributes.ofPairs("a"));
        assertThrows(IllegalArgumentException.class, () -> SOME.flag("n"));
        assertThrows(IllegalArgumentException.class, () -> SOME.integer("none"));
    }

    @Test
    void aCallMustGiveWhatTheOpDeclares() {
        Op op = Op.named("some")
                .inputs("x")
                .attribute("axis", Long.class)
                .shape(Shapes.sameAs("x"))
                .kernel(Object.class, c -> c.input("x"))
                .notDifferentiable();
        List<TensorSpec> x = List.of(new TensorSpec(DType.FLOAT32, Shape.of(2)));
        assertEquals(x, op.infer(OpCall.of(op, Attributes.of("axis", 1L), x)));
        for (Attributes wrong :
                List.of(Attributes.NONE, Attributes.of("axis", true), Attributes.of("axis", 1L, "more", 2L))) {
            InvalidOperandException e =
                    assertThrows(InvalidOperandException.class, () -> op.infer(OpCall.of(op, wrong, x)));
            assertTrue(String.valueOf(e.getMessage()).startsWith("some(x=float32[2]): "), e.getMessage());
        }
        assertThrows(
                InvalidOperandException.class,
                () -> op.infer(OpCall.of(op, Attributes.of("axis", 1L), List.of(x.get(0), x.get(0)))));
    }

    private static final List<Attributes> SETTLED = new ArrayList<>();
    private static final List<TensorSpec> X = List.of(new TensorSpec(DType.FLOAT32, Shape.of(2)));

    private static final Op LEAKY = Op.named("leaky")
            .inputs("x")
            .attribute(Attribute.of("slope", Double.class)
                    .defaultsTo(0.01)
                    .mustBe("in [0, 1)", slope -> slope >= 0 && slope < 1))
            .attribute(Attribute.of("axes", List.class).defaultsTo(List.of(0L)))
            .attribute("mode", String.class)
            .shape(c -> {
                SETTLED.add(c.attributes());
                return c.input("x");
            })
            .kernel(Object.class, c -> c.input("x"))
            .notDifferentiable();

    @Test
    void whatACallDoesNotGiveIsTheDefault() {
        OpCall<TensorSpec> call = OpCall.of(LEAKY, Attributes.of("mode", "fast"), X);
        assertEquals(0.01, call.attributes().real("slope"));
        assertEquals("fast", call.attributes().text("mode"));
        assertArrayEquals(new long[] {0}, call.attributes().longs("axes"));
        LEAKY.infer(call);
        assertEquals(call.attributes(), SETTLED.get(SETTLED.size() - 1));
        assertEquals(
                0.5,
                OpCall.of(LEAKY, Attributes.of("mode", "fast", "slope", 0.5), X)
                        .attributes()
                        .real("slope"));
    }

    @Test
    void aValueThatIsNotAsItMustBeIsRefused() {
        InvalidOperandException e = assertThrows(
                InvalidOperandException.class,
                () -> LEAKY.infer(OpCall.of(LEAKY, Attributes.of("mode", "fast", "slope", 2.0), X)));
        assertEquals("leaky(x=float32[2]): attribute 'slope' is 2.0, it must be in [0, 1)", e.getMessage());
        InvalidOperandException missing =
                assertThrows(InvalidOperandException.class, () -> LEAKY.infer(OpCall.of(LEAKY, Attributes.NONE, X)));
        assertEquals("leaky(x=float32[2]): attribute 'mode' must be a String, it is missing", missing.getMessage());
    }

    @Test
    void aDeclarationIsCheckedAtOnce() {
        Attribute<Double> rate = Attribute.of("rate", Double.class).mustBe("positive", r -> r > 0);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> rate.defaultsTo(-1.0));
        assertEquals("the default does not fit: attribute 'rate' is -1.0, it must be positive", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Attribute.of("rate", Float.class));
        assertThrows(
                IllegalArgumentException.class,
                () -> Attribute.of("axes", List.class).defaultsTo(List.of("x")));
        assertEquals("rate: Double = 2.0, positive", rate.defaultsTo(2.0).toString());
    }
}
