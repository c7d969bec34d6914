package io.autodiff.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.FusedLoop;
import io.autodiff.nd4j.fused.LoopKernel;
import io.autodiff.nd4j.fused.LoopLayout;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.op.ScalarFunction;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What guards the memory of kernels in tests finds one that goes too far. */
class GuardedKernelTest {
    private static final int SIZE = 5;
    private static final LoopProgram COPY = new LoopProgram(
            List.of(new Axis(SIZE, false)),
            List.of(new Input(DType.FLOAT64, List.of(true))),
            List.of(new Load(0, DType.FLOAT64)),
            List.of(Output.ofPositions(0)));
    private static final LoopLayout LAYOUT = new LoopLayout(COPY);

    /** Elements at an address. */
    private static final class Elements extends DoublePointer {
        Elements(long where) {
            super((Pointer) null);
            address = where;
        }
    }

    /** Copies, and then writes one element of an array. */
    private static LoopKernel copyAndWrite(int array, int element) {
        return arguments -> {
            LongPointer words = new LongPointer(arguments);
            Elements from = new Elements(words.get(LAYOUT.addressWord(0)));
            Elements to = new Elements(words.get(LAYOUT.addressWord(1)));
            for (long i = words.get(0); i < words.get(1); i++) {
                to.put(i, from.get(i));
            }
            (array == 0 ? from : to).put(element, 7);
        };
    }

    private static double[] run(LoopKernel kernel, boolean inPlace) {
        return run(kernel, inPlace, 0, SIZE);
    }

    private static double[] run(LoopKernel kernel, boolean inPlace, int begin, int end) {
        try (LongPointer words = new LongPointer(LAYOUT.words());
                DoublePointer from = new DoublePointer(1, 2, 3, 4, 5);
                DoublePointer to = new DoublePointer(0, 0, 0, 0, 0)) {
            words.put(0, begin).put(1, end);
            words.put(LAYOUT.addressWord(0), from.address());
            words.put(LAYOUT.addressWord(1), (inPlace ? from : to).address());
            new GuardedKernel(COPY, kernel).run(words);
            double[] result = new double[SIZE];
            (inPlace ? from : to).get(result);
            return result;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aKernelThatStaysWithinItsOutputGivesWhatItGives(boolean inPlace) {
        assertArrayEquals(new double[] {7, 2, 3, 4, 5}, run(copyAndWrite(1, 0), inPlace));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, SIZE})
    void anElementTooFarIsFound(int element) {
        assertThrows(AssertionError.class, () -> run(copyAndWrite(1, element), false));
        assertThrows(AssertionError.class, () -> run(copyAndWrite(0, element), false));
        assertThrows(AssertionError.class, () -> run(copyAndWrite(1, element), true));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, SIZE - 1})
    void anInputThatIsWrittenIsFound(int element) {
        assertThrows(AssertionError.class, () -> run(copyAndWrite(0, element), false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPartIsAllThatARunOfItWrites(boolean inPlace) {
        assertArrayEquals(
                inPlace ? new double[] {1, 2, 7, 4, 5} : new double[] {0, 2, 7, 0, 0},
                run(copyAndWrite(1, 2), inPlace, 1, 3));
        for (int element : new int[] {-1, 0, 3, SIZE}) {
            assertThrows(AssertionError.class, () -> run(copyAndWrite(1, element), inPlace, 1, 3));
        }
    }

    /** As the engine splits it, on several threads where there are any. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    void aLargeRunIsGuardedPartByPart(int rows) {
        int columns = 210_001 / rows;
        int count = rows * columns;
        LoopProgram cosines = new LoopProgram(
                rows == 1
                        ? List.of(new Axis(columns, false))
                        : List.of(new Axis(rows, false), new Axis(columns, false)),
                List.of(new Input(DType.FLOAT64, Collections.nCopies(rows == 1 ? 1 : 2, true))),
                List.of(new Load(0, DType.FLOAT64), new Apply(ScalarFunction.COS, DType.FLOAT64, List.of(0))),
                List.of(Output.ofPositions(1)));
        double[] elements = IntStream.range(0, count).mapToDouble(i -> i * 1e-3).toArray();
        double[] result = new double[count];
        try (DoublePointer from = new DoublePointer(elements);
                DoublePointer to = new DoublePointer(count)) {
            long before = CountedKernels.runs();
            new FusedLoop(cosines, new CountedKernels()).run(new long[] {from.address(), to.address()}, new long[2]);
            assertTrue(CountedKernels.runs() - before > 1, "in parts");
            to.get(result);
        }
        assertArrayEquals(Arrays.stream(elements).map(Math::cos).toArray(), result, 1e-15);
    }
}
