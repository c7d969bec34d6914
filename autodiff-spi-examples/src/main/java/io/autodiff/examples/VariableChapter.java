package io.autodiff.examples;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import java.util.Arrays;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code tf.Variable}: what it is made of, how it prints, how it is assigned to. */
final class VariableChapter {
    private VariableChapter() {}

    static void run(Checks check) {
        check.chapter("Variables");
        fromJavaValues(check);
        fromArraysAndTensors(check);
        printing(check);
        trainable(check);
        assigning(check);
        tensorsStayAsTheyAre(check);
    }

    private static void fromJavaValues(Checks check) {
        check.exactly("Variable.of(3)", Variable.of(3), "int32[]", 3);
        check.exactly("Variable.of(3f)", Variable.of(3f), "float32[]", 3);
        check.exactly("Variable.of(3.0)", Variable.of(3.0), "float64[]", 3);
        check.exactly("Variable.of(new int[] {1, 2})", Variable.of(new int[] {1, 2}), "int32[2]", 1, 2);

        Variable wide = Variable.builder(new int[] {1, 2}).dtype(DType.FLOAT64).build();
        check.exactly("the same with dtype(FLOAT64)", wide, "float64[2]", 1, 2);
    }

    private static void fromArraysAndTensors(Checks check) {
        INDArray array = Nd4j.createFromArray(new double[][] {{1, 2}, {3, 4}});
        Variable copied = Variable.of(array);
        array.addi(100);
        check.exactly("of an INDArray, changed afterwards", copied, "float64[2, 2]", 1, 2, 3, 4);

        Tensor constant = Tensors.of(new int[][] {{1, 2}, {3, 4}});
        check.exactly("of a constant", Variable.of(constant), "int32[2, 2]", 1, 2, 3, 4);

        Tensor zeros = Tensors.zeros(DType.FLOAT32, 2, 3);
        check.exactly("of zeros", Variable.of(zeros), "float32[2, 3]", 0, 0, 0, 0, 0, 0);

        Variable random = Variable.of(Random.seeded(1).normal(DType.FLOAT32, 2, 2));
        Variable again = Variable.of(Random.seeded(1).normal(DType.FLOAT32, 2, 2));
        check.same("of random normal numbers", random.spec().toString(), "float32[2, 2]");
        check.same("one seed, the same numbers", Arrays.equals(random.toFloatArray(), again.toFloatArray()), true);
    }

    private static void printing(Checks check) {
        Variable x = Variable.builder(3).name("x").build();
        Tensor y = Tensors.of(new double[] {1, 2});
        check.same("a variable prints as", x.toString(), "Variable(3, name=x, shape=[], dtype=int32)");
        check.same("a tensor prints as", y.toString(), "Tensor([1.0, 2.0], shape=[2], dtype=float64)");
    }

    private static void trainable(Checks check) {
        check.same("trainable, unless", Variable.of(3.0).trainable(), true);
        check.same(
                "it is told not to be",
                Variable.builder(3.0).trainable(false).build().trainable(),
                false);
    }

    private static void assigning(Checks check) {
        Variable x = Variable.of(new int[] {1, 2});
        x.assign(new int[] {3, 4});
        check.exactly("assign [3, 4]", x, "int32[2]", 3, 4);
        x.assignAdd(new int[] {1, 1});
        check.exactly("assignAdd [1, 1]", x, "int32[2]", 4, 5);
        x.assignAdd(new int[] {1, 1});
        check.exactly("and again", x, "int32[2]", 5, 6);
        x.assignSub(new int[] {2, 0});
        check.exactly("assignSub [2, 0]", x, "int32[2]", 3, 6);
    }

    /** {@code Tensors.range(5).assign(...)} does not compile: a tensor has no such method. */
    private static void tensorsStayAsTheyAre(Checks check) {
        Operand range = Tensors.range(5);
        check.exactly("range(5)", range, "int32[5]", 0, 1, 2, 3, 4);
        check.same("is a Tensor", Tensor.class.isInstance(range), true);
        check.same("is a Variable", Variable.class.isInstance(range), false);
        boolean assignable = Arrays.stream(Tensor.class.getMethods())
                .anyMatch(method -> Objects.requireNonNull(method.getName()).startsWith("assign"));
        check.same("can be assigned to", assignable, false);
    }
}
