package io.autodiff.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autodiff.DType;
import io.autodiff.Shape;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever a shape function throws, the message has the op and its inputs. */
class OpInferTest {
    private static OpCall<TensorSpec> call(Function<OpCall<TensorSpec>, TensorSpec> shape) {
        Op op = Op.named("tested")
                .inputs("x")
                .shape(shape)
                .kernel(Object.class, c -> c)
                .notDifferentiable();
        return OpCall.of(op, Attributes.NONE, List.of(new TensorSpec(DType.FLOAT32, Shape.of(2, 3))));
    }

    @Test
    void aRefusalOfAHelperGetsTheNameOfTheOp() {
        OpCall<TensorSpec> axis = call(
                c -> new TensorSpec(DType.FLOAT32, Shape.of(c.input("x").shape().axis(5))));
        InvalidOperandException e =
                assertThrows(InvalidOperandException.class, () -> axis.op().infer(axis));
        assertEquals("tested(x=float32[2, 3]): no axis 5 in shape [2, 3]: axes run from -2 to 1", e.getMessage());
        OpCall<TensorSpec> narrow =
                call(c -> new TensorSpec(DType.FLOAT32, Shape.of(Math.addExact(Long.MAX_VALUE, c.inputCount()))));
        InvalidOperandException overflow =
                assertThrows(InvalidOperandException.class, () -> narrow.op().infer(narrow));
        assertEquals("tested(x=float32[2, 3]): long overflow", overflow.getMessage());
    }

    @Test
    void theOpsOwnRefusalStaysAsItIs() {
        OpCall<TensorSpec> own = call(c -> {
            throw c.error("is too early");
        });
        InvalidOperandException e =
                assertThrows(InvalidOperandException.class, () -> own.op().infer(own));
        assertEquals("tested(x=float32[2, 3]): is too early", e.getMessage());
    }

    @Test
    void aMistakeInAShapeFunctionIsToldAsOne() {
        OpCall<TensorSpec> mistaken = call(c -> c.inputs().get(7));
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> mistaken.op().infer(mistaken));
        assertEquals(
                "the shape function of tested(x=float32[2, 3]) failed: java.lang.ArrayIndexOutOfBoundsException: Index"
                        + " 7 out of bounds for length 1; the op is of no provider, it is declared by"
                        + " io.autodiff.op.OpInferTest, autodiff-api",
                e.getMessage());
    }

    @Test
    void anOpSaysItsAttributes() {
        Op op = Op.named("tested").attribute("axis", Long.class).attribute("keepDims", Boolean.class);
        assertEquals(
                Map.of("axis", Long.class, "keepDims", Boolean.class),
                op.attributes().values().stream().collect(Collectors.toMap(Attribute::name, Attribute::type)));
    }
}
