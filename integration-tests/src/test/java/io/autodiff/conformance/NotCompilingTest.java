package io.autodiff.conformance;

import org.junit.jupiter.api.Test;

/** What the API leaves to the compiler to refuse; each next to the same statement as it should be. */
class NotCompilingTest {
    @Test
    void aTensorCannotBeAssigned() {
        Snippet.of("Variable.of(1).assign(2);").compiles();
        Snippet.of("Tensors.of(1).assign(2);").failsWith("cannot find symbol");
    }

    @Test
    void noneOfTheAssignmentsIsThereForTensorsOrOperands() {
        for (String name : new String[] {"assign", "assignAdd", "assignSub"}) {
            Snippet.of("Variable.of(1.0)." + name + "(Tensors.of(2.0));").compiles();
            Snippet.of("Tensors.of(1.0)." + name + "(Tensors.of(2.0));").failsWith("cannot find symbol");
            Snippet.of("Operand x = Variable.of(1.0); x." + name + "(2.0);").failsWith("cannot find symbol");
        }
    }

    @Test
    void aVariableIsNoTensor() {
        Snippet.of("Operand x = Variable.of(1.0); Tensor y = x.asTensor();").compiles();
        Snippet.of("Tensor y = Variable.of(1.0);").failsWith("Variable cannot be converted to io.autodiff.Tensor");
    }

    @Test
    void aListOfGradientsIsNoTensor() {
        String x = "Variable x = Variable.of(1.0); GradientTape tape = GradientTape.open(); ";
        Snippet.of(x + "Tensor dx = tape.gradient(x, x);").compiles();
        Snippet.of(x + "Tensor dx = tape.gradient(x, java.util.List.of(x));")
                .failsWith("cannot be converted to io.autodiff.Tensor");
    }

    @Test
    void anOperandIsNoNumberOrText() {
        Snippet.of("Tensors.of(1.0).add(2);").compiles();
        Snippet.of("Tensors.of(1.0).add(\"2\");").failsWith("String");
        Snippet.of("double y = Tensors.of(1.0);").failsWith("Tensor cannot be converted to double");
    }
}
