package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autodiff.DType;
import io.autodiff.Linalg;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Einsum against its definition, a loop over all labels, and its gradients against differences. */
class EinsumTest {
    private static Tensor random(long... sizes) {
        return Random.seeded(Arrays.hashCode(sizes)).normal(DType.FLOAT64, sizes);
    }

    private record Equation(String text, List<long[]> shapes) {}

    private static Equation equation(String text, long[]... shapes) {
        return new Equation(text, List.of(shapes));
    }

    private static long[] of(long... sizes) {
        return sizes;
    }

    private static final List<Equation> EQUATIONS = List.of(
            equation("ij,jk->ik", of(2, 3), of(3, 4)),
            equation("ij,jk", of(2, 3), of(3, 4)),
            equation("ji,jk->ki", of(3, 2), of(3, 4)),
            equation("bij,bjk->bik", of(2, 3, 4), of(2, 4, 2)),
            equation("bhqd,bhkd->bhqk", of(2, 2, 3, 4), of(2, 2, 2, 4)),
            equation("i,i->", of(3), of(3)),
            equation("i,i", of(3), of(3)),
            equation("i,j->ij", of(2), of(3)),
            equation("i,j->ji", of(2), of(3)),
            equation("ij,j->i", of(2, 3), of(3)),
            equation("ij,ij->ij", of(2, 3), of(2, 3)),
            equation("ij,ij->i", of(2, 3), of(2, 3)),
            equation("bij,bij->b", of(2, 2, 3), of(2, 2, 3)),
            equation("ij->ji", of(2, 3)),
            equation("ba", of(2, 3)),
            equation("ij->", of(2, 3)),
            equation("ij->j", of(2, 3)),
            equation("ii->i", of(3, 3)),
            equation("ii->", of(3, 3)),
            equation("ii", of(3, 3)),
            equation("iji->j", of(2, 3, 2)),
            equation("iij,jk->ik", of(2, 2, 3), of(3, 2)),
            equation("iii->i", of(2, 2, 2)),
            equation("ijij->ij", of(2, 3, 2, 3)),
            equation("ii,ii->i", of(3, 3), of(3, 3)),
            equation("i,ij,j->", of(2), of(2, 3), of(3)),
            equation("ij,jk,kl->il", of(2, 3), of(3, 4), of(4, 2)),
            equation("ij,kj,lj->ikl", of(2, 3), of(4, 3), of(2, 3)),
            equation("i,j,k->kij", of(2), of(3), of(4)),
            equation("ij,k->i", of(2, 3), of(4)),
            equation(",i->i", of(), of(3)),
            equation(",", of(), of()),
            equation("->", of()),
            equation(" i j , j -> i ", of(2, 3), of(3)),
            equation("Ab,bC->AC", of(2, 3), of(3, 2)),
            equation("ij,jk->ik", of(1, 3), of(3, 1)),
            equation("ij,jk->ik", of(2, 0), of(0, 3)),
            equation("ij,jk->ik", of(0, 2), of(2, 3)),
            equation("i,i->i", of(0), of(0)),
            equation("ii->i", of(0, 0)),
            equation("ii->", of(1, 1)));

    @TestFactory
    Stream<DynamicTest> einsumIsTheSumOverAllLabels() {
        return EQUATIONS.stream()
                .map(e -> DynamicTest.dynamicTest(e.text(), () -> {
                    List<Tensor> operands =
                            e.shapes().stream().map(EinsumTest::random).toList();
                    Tensor actual = Linalg.einsum(e.text(), operands.toArray(Operand[]::new));
                    assertArrayEquals(written(e.text(), operands), actual.toDoubleArray(), 1e-12);
                    GradientCheck.standard().check(in -> Linalg.einsum(e.text(), in.toArray(Operand[]::new)), operands);
                    List<Tensor> ints = operands.stream()
                            .map(x -> x.mul(10).castTo(DType.INT64))
                            .toList();
                    Tensor whole = Linalg.einsum(e.text(), ints.toArray(Operand[]::new));
                    assertEquals(DType.INT64, whole.dtype());
                    assertArrayEquals(written(e.text(), ints), whole.toDoubleArray());
                }));
    }

    /** The definition: for each assignment of numbers to labels, the product of the elements, added to the result's. */
    private static double[] written(String equation, List<Tensor> operands) {
        String[] sides = equation.replace(" ", "").split("->", -1);
        String[] inputs = sides[0].split(",", -1);
        String labels = sides[0].replace(",", "")
                .chars()
                .distinct()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        String output = sides.length == 2
                ? sides[1]
                : labels.chars()
                        .sorted()
                        .filter(c -> sides[0].indexOf(c) == sides[0].lastIndexOf(c))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
        long[] sizes = new long[labels.length()];
        for (int i = 0; i < inputs.length; i++) {
            for (int axis = 0; axis < inputs[i].length(); axis++) {
                sizes[labels.indexOf(inputs[i].charAt(axis))] =
                        operands.get(i).shape().size(axis);
            }
        }
        List<double[]> elements = operands.stream().map(Tensor::toDoubleArray).toList();
        double[] result = new double[(int) elements(output, labels, sizes)];
        for (long number = 0; number < Shape.of(sizes).elements(); number++) {
            long[] index = new long[sizes.length];
            long rest = number;
            for (int i = 0; i < sizes.length; i++) {
                index[i] = rest % sizes[i];
                rest /= sizes[i];
            }
            double product = 1;
            for (int i = 0; i < inputs.length; i++) {
                product *= elements.get(i)[position(inputs[i], labels, sizes, index)];
            }
            result[position(output, labels, sizes, index)] += product;
        }
        return result;
    }

    private static long elements(String some, String labels, long[] sizes) {
        return some.chars().mapToLong(c -> sizes[labels.indexOf(c)]).reduce(1, (a, b) -> a * b);
    }

    private static int position(String some, String labels, long[] sizes, long[] index) {
        int position = 0;
        for (int axis = 0; axis < some.length(); axis++) {
            int label = labels.indexOf(some.charAt(axis));
            position = (int) (position * sizes[label] + index[label]);
        }
        return position;
    }

    @TestFactory
    Stream<DynamicTest> anEllipsisIsBroadcast() {
        return Stream.of(
                        new String[] {"...ij,...jk->...ik", "[2, 1, 2, 3]", "[4, 3, 2]", "[2, 4, 2, 2]"},
                        new String[] {"...ij,jk->...ik", "[2, 2, 3]", "[3, 2]", "[2, 2, 2]"},
                        new String[] {"i...,i...", "[3, 2]", "[3, 2]", "[2]"},
                        new String[] {"...i,...i", "[2, 3]", "[3]", "[2]"},
                        new String[] {"...,...", "[2, 3]", "[3]", "[2, 3]"},
                        new String[] {"...,->...", "[2, 3]", "[]", "[2, 3]"},
                        new String[] {"i...j,...->ji...", "[2, 3, 4]", "[1]", "[4, 2, 3]"},
                        new String[] {"...ii->...i", "[2, 3, 3]", null, "[2, 3]"},
                        new String[] {"...->...", "[2, 3]", null, "[2, 3]"},
                        new String[] {"...j,jk->k...", "[0, 3]", "[3, 2]", "[2, 0]"})
                .map(row -> DynamicTest.dynamicTest(row[0] + " of " + row[1] + " and " + row[2], () -> {
                    List<Tensor> operands = new ArrayList<>();
                    for (int i = 1; i <= 2 && row[i] != null; i++) {
                        operands.add(random(shape(row[i])));
                    }
                    Function<List<Tensor>, Tensor> f = in -> Linalg.einsum(row[0], in.toArray(Operand[]::new));
                    assertEquals(row[3], f.apply(operands).shape().toString());
                    GradientCheck.standard().check(f, operands);
                }));
    }

    private static long[] shape(String text) {
        return Arrays.stream(text.replaceAll("[\\[\\] ]", "").split(","))
                .filter(size -> !size.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }

    @Test
    void anEllipsisMultipliesLikeMatmul() {
        Tensor x = random(2, 1, 2, 3);
        Tensor y = random(4, 3, 2);
        assertArrayEquals(
                x.mmul(y).toDoubleArray(),
                Linalg.einsum("...ij,...jk->...ik", x, y).toDoubleArray(),
                1e-14);
        assertArrayEquals(
                x.mmul(y).toDoubleArray(),
                Linalg.einsum("xyij,yjk->xyik", x.broadcastTo(Shape.of(2, 4, 2, 3)), y)
                        .toDoubleArray(),
                1e-14);
    }
}
