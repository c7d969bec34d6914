package io.autodiff.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.CompiledFunction;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Index;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.Variable;
import io.autodiff.nd4j.StructureRows.Row;
import io.autodiff.transform.GradientCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Composites that arrange, cut, repeat and look up: each is tested like the sample of an op. */
class StructureTest {
    private static Stream<DynamicTest> each(Predicate<Row> chosen, Consumer<Row> check) {
        return StructureRows.all().stream()
                .filter(chosen)
                .map(row -> DynamicTest.dynamicTest(row.name(), () -> check.accept(row)));
    }

    private static boolean floating(Row row) {
        return row.x().dtype() == DType.FLOAT64;
    }

    private static void assertIs(Row row, Operand y, double tolerance) {
        assertEquals(row.shape(), y.shape().toString());
        assertArrayEquals(row.expected().stream().mapToDouble(e -> e).toArray(), y.toDoubleArray(), tolerance);
    }

    @TestFactory
    Stream<DynamicTest> valuesAreAsExpected() {
        return each(row -> true, row -> assertIs(row, row.function().apply(row.x()), 1e-12));
    }

    @TestFactory
    Stream<DynamicTest> gradientsAgreeWithCentralDifferences() {
        return each(
                row -> floating(row) && row.expected().stream().allMatch(Double::isFinite),
                row -> GradientCheck.standard().check(in -> row.function().apply(in.get(0)), List.of(row.x())));
    }

    @TestFactory
    Stream<DynamicTest> narrowerDtypesGiveTheSame() {
        return Stream.of(DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16, DType.INT32)
                .flatMap(dtype -> each(
                        row -> floating(row)
                                && row.expected().stream().allMatch(e -> e == Math.rint(e) && (e != 0 || 1 / e > 0))
                                && row.expected().stream().allMatch(Double::isFinite),
                        row -> assertIs(row, row.function().apply(row.x().castTo(dtype)), 0)));
    }

    @TestFactory
    Stream<DynamicTest> aVariableGivesTheSameAndItsGradient() {
        return each(StructureTest::floating, row -> {
            Variable x = Variable.of(row.x());
            try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
                tape.watch(row.x());
                Tensor ofTensor = row.function().apply(row.x());
                Tensor ofVariable = row.function().apply(x);
                assertIs(row, ofVariable, 1e-12);
                assertArrayEquals(
                        tape.gradientOrThrow(ofTensor.square(), row.x()).toDoubleArray(),
                        tape.gradientOrThrow(ofVariable.square(), x).toDoubleArray());
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> aCompiledFunctionGivesTheSame() {
        return each(row -> !row.eager(), row -> {
            CompiledFunction f = Functions.compile(row.function());
            f.apply(row.x());
            assertIs(row, f.apply(row.x()), 1e-12);
        });
    }

    @TestFactory
    Stream<DynamicTest> whatDependsOnValuesIsAnErrorInACompiledFunction() {
        return each(Row::eager, row -> {
            CompiledFunction f = Functions.compile(row.function());
            IllegalStateException e = assertThrows(IllegalStateException.class, () -> f.apply(row.x()));
            String op = row.name().split(" ", -1)[0];
            for (String word : List.of(op, "; use ", "compiled", row.x().spec().toString())) {
                assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
            }
        });
    }

    // ---- against plain Java, on random shapes ----

    private static int[] sizes(Random random, int rank) {
        return random.ints(rank, 1, 6).toArray();
    }

    private static Tensor counted(int... sizes) {
        int elements = IntStream.of(sizes).reduce(1, (a, b) -> a * b);
        return Tensors.range(0, elements, 1, DType.FLOAT64)
                .reshape(IntStream.of(sizes).asLongStream().toArray());
    }

    @Test
    void rangesAgreeWithPlainJava() {
        Random random = new Random(7);
        for (int run = 0; run < 300; run++) {
            int[] sizes = sizes(random, 1 + random.nextInt(4));
            Tensor x = counted(sizes);
            Index[] indices = new Index[sizes.length];
            List<Integer> expected = List.of(0);
            for (int axis = 0; axis < sizes.length; axis++) {
                int begin = random.nextInt(sizes[axis]);
                int step = (1 + random.nextInt(3)) * (random.nextBoolean() ? 1 : -1);
                int end = random.nextInt(sizes[axis]);
                indices[axis] = Index.range(begin, end, step);
                List<Integer> next = new ArrayList<>();
                for (int outer : expected) {
                    for (int i = begin; step > 0 ? i < end : i > end; i += step) {
                        next.add(outer * sizes[axis] + i);
                    }
                }
                expected = next;
            }
            Tensor y = x.get(indices);
            assertArrayEquals(expected.stream().mapToDouble(i -> i).toArray(), y.toDoubleArray(), () -> y + " of " + x);
        }
    }

    @Test
    void rowsAgreeWithPlainJava() {
        Random random = new Random(8);
        for (int run = 0; run < 200; run++) {
            int rows = 1 + random.nextInt(6);
            int length = 1 + random.nextInt(30);
            int outer = 1 + random.nextInt(3);
            int[] indices = random.ints(1 + random.nextInt(8), 0, rows).toArray();
            for (DType dtype : DType.values()) {
                Tensor x = counted(outer, rows, length).sub(9).castTo(dtype);
                Tensor updates = counted(indices.length, length).add(5).castTo(dtype);
                double[] of = x.toDoubleArray();
                double[] others = updates.toDoubleArray();
                double[] taken = new double[outer * indices.length * length];
                double[] updated = Arrays.copyOf(of, rows * length);
                double[] sums = new double[rows * length];
                for (int i = 0; i < indices.length; i++) {
                    for (int k = 0; k < length; k++) {
                        for (int part = 0; part < outer; part++) {
                            taken[(part * indices.length + i) * length + k] =
                                    of[(part * rows + indices[i]) * length + k];
                        }
                        updated[indices[i] * length + k] = others[i * length + k];
                        sums[indices[i] * length + k] += others[i * length + k];
                    }
                }
                Tensor at = Tensors.of(indices);
                assertArrayEquals(taken, x.gather(at, 1).toDoubleArray());
                Tensor first = x.get(Index.at(0));
                assertArrayEquals(
                        updated,
                        Tensors.tensorScatterUpdate(first, at.expandDims(-1), updates)
                                .toDoubleArray());
                if (dtype.isNumeric() && dtype != DType.BFLOAT16) {
                    assertArrayEquals(
                            sums,
                            Tensors.unsortedSegmentSum(updates, at, rows).toDoubleArray(),
                            dtype == DType.FLOAT16 ? 1 : 0);
                }
            }
        }
    }

    // ---- memory ----

    /** A row of a matrix is dense, and does not begin where its memory does. */
    @Test
    void arraysThatBeginWithinTheirMemoryAreReadWhereTheyAre() {
        INDArray wide = Nd4j.arange(24).castTo(DataType.DOUBLE).reshape(4, 6);
        Tensor row = Nd4jTensors.wrap(wide.getRow(2));
        assertArrayEquals(
                new double[] {13, 15, 17}, row.get(Index.from(1).by(2)).toDoubleArray());
        assertArrayEquals(
                new double[] {17, 16, 15},
                row.get(Index.from(-1).by(-1)).get(Index.to(3)).toDoubleArray());
        assertArrayEquals(
                new double[] {0, 12, 13, 14, 15, 16, 17},
                row.pad(new long[][] {{1, 0}}).toDoubleArray());
        assertArrayEquals(
                new double[] {17, 12}, row.gather(Tensors.of(new int[] {5, 0})).toDoubleArray());
        assertArrayEquals(
                new double[] {12, 13, 14},
                row.slice(new long[] {0}, Shape.of(3)).toDoubleArray());
        assertArrayEquals(
                new double[] {29, 46},
                Tensors.unsortedSegmentSum(row.get(Index.range(1, 5)), Tensors.of(new int[] {0, 1, 1, 0}), 2)
                        .add(Tensors.of(new double[] {0, 17}))
                        .toDoubleArray());
    }

    @Test
    void resultsShareNoMemoryWithTheirInput() {
        INDArray array = Nd4j.arange(6).castTo(DataType.DOUBLE).reshape(2, 3);
        Tensor x = Nd4jTensors.wrap(array);
        List<Tensor> results = List.of(
                x.reshape(3, 2),
                x.transpose(),
                x.slice(new long[] {0, 0}, x.shape()),
                x.get(Index.at(0)),
                x.get(Index.all(), Index.from(1)),
                x.expandDims(0),
                x.split(2, 0).get(0),
                x.unstack(0).get(0),
                x.broadcastTo(Shape.of(2, 2, 3)),
                x.diagPart());
        List<double[]> before = results.stream().map(Tensor::toDoubleArray).toList();
        array.assign(-1);
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), results.get(i).toDoubleArray(), "result " + i);
        }
    }

    @Test
    void indicesHaveNoGradient() {
        Tensor x = Tensors.of(new double[] {1, 2, 3});
        Variable where = Variable.of(new int[] {2, 0});
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            List<Tensor> gradients = tape.gradient(List.of(x.gather(where)), List.of(x, where));
            assertArrayEquals(new double[] {1, 0, 1}, gradients.get(0).toDoubleArray());
            assertNull(gradients.get(1));
        }
    }
}
