package io.autodiff.nd4j;

import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.graph.Node;
import io.autodiff.spi.Executor;
import java.util.Objects;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The passage between INDArrays and tensors.
 *
 * <pre>{@code
 * Tensor t = Nd4jTensors.copyOf(indarray);                        // later changes of the array do not show
 * Tensor v = Nd4jTensors.wrap(indarray);                          // no copy: the array must not change from now on
 * INDArray out = Nd4jTensors.toArray(t.mul(2));                   // the caller's own
 * double max = Nd4jTensors.borrow(t, a -> a.maxNumber().doubleValue());
 * }</pre>
 *
 * <p>The dtypes are DOUBLE, FLOAT, HALF, BFLOAT16, INT, LONG and BOOL. Callers may be inside an ND4J workspace: tensors, and the
 * arrays that {@link #toArray} gives, live outside of it.
 */
public final class Nd4jTensors {
    private Nd4jTensors() {}

    /**
     * A tensor of an array's elements, copied.
     *
     * @param array of any order, a view or not
     * @return the tensor
     * @throws IllegalArgumentException if the array is closed, of a workspace that was left, of a dtype that tensors do not have, or has
     *     elements that are not in its buffer
     */
    public static Tensor copyOf(INDArray array) {
        return Executor.created(Nd4jProvider.copy(Objects.requireNonNull(array, "array")));
    }

    /**
     * A tensor of the array itself. The array is frozen until the tensor, and all that was computed of it, is done with: it must
     * not be changed or closed. An array in a workspace is copied instead, since its memory does not last; so is, when it is first
     * used, one that is not dense and in order 'c'.
     *
     * @param array the array, which stays the caller's to close
     * @return the tensor
     * @throws IllegalArgumentException if the array is closed, of a workspace that was left, of a dtype that tensors do not have, or has
     *     elements that are not in its buffer
     */
    public static Tensor wrap(INDArray array) {
        Objects.requireNonNull(array, "array");
        return array.isAttached() ? copyOf(array) : Executor.created(Nd4jProvider.wrap(array));
    }

    /**
     * An array of the elements.
     *
     * @param operand a tensor or variable
     * @return a new array in order 'c', outside any workspace, that the caller owns and may change or close
     */
    public static INDArray toArray(Operand operand) {
        Objects.requireNonNull(operand, "operand");
        return borrow(operand, array -> array.isEmpty() ? NdArrays.allocate(operand.spec()) : array.dup('c'));
    }

    /**
     * Lends the elements without a copy, for the length of a call.
     *
     * @param operand a tensor or variable
     * @param reader gets the array in order 'c'; it must not change it, close it, or keep it or a view of it
     * @param <R> what it gives
     * @return what it gives
     */
    public static <R> R borrow(Operand operand, Function<INDArray, R> reader) {
        Objects.requireNonNull(reader, "reader");
        return Node.of(Objects.requireNonNull(operand, "operand").asTensor()).read(reader);
    }
}
