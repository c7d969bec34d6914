package io.autodiff.nd4j.fused;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Extent;
import java.util.ArrayList;
import java.util.List;

/**
 * How a program runs: its loops from the outermost on, first over the axes that stay, then over the reduced ones, each in their
 * order in memory; and where its kernel finds its arguments. Caller and compiler both ask here. Of the sizes, nothing depends but
 * {@link #stride}.
 *
 * <p>The words: begin and end in the first loop, the sizes of the other loops, the addresses of inputs and outputs, the strides in
 * bytes of inputs and outputs for each loop but the innermost axis's where they have one, and the address of what is kept of a row. An output of one element, be it of the program
 * or of the only row, is one word of 8 bytes: float64, or the integer.
 */
public final class LoopLayout {
    private final LoopProgram program;
    private final List<Integer> loops = new ArrayList<>();
    private final int kept;
    private final int[][] strideWords;
    private final int words;

    /**
     * Lays a program out.
     *
     * @param program any program
     */
    public LoopLayout(LoopProgram program) {
        this.program = program;
        boolean hasRows = program.hasRows();
        List<Axis> axes = program.axes();
        for (int axis = 0; axis < axes.size(); axis++) {
            if (!hasRows || !axes.get(axis).reduced()) {
                loops.add(axis);
            }
        }
        kept = loops.size();
        for (int axis = 0; axis < axes.size(); axis++) {
            if (!loops.contains(axis)) {
                loops.add(axis);
            }
        }
        strideWords = new int[arrays()][loops.size()];
        int next = addressWord(arrays());
        for (int array = 0; array < arrays(); array++) {
            for (int loop = 0; loop < loops.size(); loop++) {
                boolean strided = loops.get(loop) != axes.size() - 1 && has(array, loop);
                strideWords[array][loop] = strided ? next++ : -1;
            }
        }
        words = next + 1;
    }

    /** {@return the word of the address of what is kept of a row from stage to stage} */
    public int keptWord() {
        return words - 1;
    }

    /** {@return the number of loops} */
    public int loops() {
        return loops.size();
    }

    /** {@return the number of loops over axes that stay, which are the first ones} */
    public int kept() {
        return kept;
    }

    /**
     * {@return the axis of a loop}
     *
     * @param loop its number
     */
    public int axis(int loop) {
        return loops.get(loop);
    }

    /** {@return the loop over the last axis, along which neighbours are computed at once} */
    public int vectorLoop() {
        return loops.indexOf(program.axes().size() - 1);
    }

    /** {@return the number of words} */
    public int words() {
        return words;
    }

    /** {@return the number of inputs and outputs, which are numbered in this order} */
    public int arrays() {
        return program.inputs().size() + program.outputs().size();
    }

    /**
     * {@return the word of a loop's size; there is none for the first}
     *
     * @param loop its number
     */
    public int sizeWord(int loop) {
        return 1 + loop;
    }

    /**
     * {@return the word of an array's address}
     *
     * @param array its number
     */
    public int addressWord(int array) {
        return 1 + loops.size() + array;
    }

    /**
     * {@return the word of an array's stride, or -1 if a loop moves it by nothing, or by one element}
     *
     * @param array its number
     * @param loop the loop's number
     */
    public int strideWord(int array, int loop) {
        return strideWords[array][loop];
    }

    /**
     * {@return whether an array is another one at each turn of a loop}
     *
     * @param array its number
     * @param loop the loop's number
     */
    public boolean has(int array, int loop) {
        int inputs = program.inputs().size();
        if (array < inputs) {
            return program.inputs().get(array).along().get(axis(loop));
        }
        return switch (program.outputs().get(array - inputs).extent()) {
            case POSITION -> true;
            case ROW -> loop < kept;
            case PROGRAM -> false;
        };
    }

    /**
     * {@return whether an output is a single word}
     *
     * @param output its number
     */
    public boolean isWord(int output) {
        Extent extent = program.outputs().get(output).extent();
        return extent == Extent.PROGRAM || (extent == Extent.ROW && kept == 0);
    }

    /**
     * {@return the bytes of one element of an array}
     *
     * @param array its number
     */
    public int elementBytes(int array) {
        int inputs = program.inputs().size();
        DType dtype = array < inputs
                ? program.inputs().get(array).dtype()
                : program.instructions()
                        .get(program.outputs().get(array - inputs).instruction())
                        .dtype();
        return dtype.bytes();
    }

    /**
     * {@return how many bytes a loop moves an array at each turn}
     *
     * @param array its number
     * @param loop the loop's number
     */
    public long stride(int array, int loop) {
        if (!has(array, loop)) {
            return 0;
        }
        long stride = elementBytes(array);
        for (int other = 0; other < loops.size(); other++) {
            if (axis(other) > axis(loop) && has(array, other)) {
                stride *= program.axes().get(axis(other)).size();
            }
        }
        return stride;
    }
}
