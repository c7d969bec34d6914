package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Computes an elementwise call on arrays in Java: the op's scalar meaning, as a {@link ScalarProgram}, once for each element of the
 * result. Floating dtypes are computed as doubles and rounded to the result's dtype.
 */
final class ElementwiseLoop {
    /** By op, and by the dtypes of its inputs and output. */
    private static final Map<Op, Map<List<DType>, ScalarProgram>> PROGRAMS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private final OpCall<?> call;
    private final ScalarProgram program;
    /** The elements of each input: a {@code double[]}, or of integers and bool a {@code long[]}. */
    private final Object[] elements;

    private final int[] sizes;
    /** For each input and axis of the result, how far a step along the axis goes in the input; 0 where that is repeated. */
    private final int[][] strides;

    private ElementwiseLoop(OpCall<?> call, List<INDArray> inputs) {
        this.call = call;
        this.program = program(call);
        this.elements = inputs.stream()
                .map(x -> x.isR() ? NdArrays.doubles(x) : NdArrays.longs(x))
                .toArray();
        Shape result = call.outputSpec().shape();
        boolean flat = true;
        for (TensorSpec input : call.inputSpecs()) {
            flat &= input.shape().equals(result) || input.shape().elements() == 1;
        }
        this.sizes = flat ? new int[] {count(call)} : sizes(result);
        this.strides = new int[elements.length][];
        for (int i = 0; i < strides.length; i++) {
            Shape input = call.inputSpec(i).shape();
            strides[i] = flat ? new int[] {input.elements() == 1 ? 0 : 1} : strides(input, result);
        }
    }

    /** The result, in a new array. */
    static INDArray compute(OpCall<?> call, List<INDArray> inputs) {
        for (TensorSpec input : call.inputSpecs()) {
            Shape result = call.outputSpec().shape();
            if (!result.equals(Shape.broadcast(input.shape(), result))) {
                throw call.error("has the scalar meaning of an elementwise op, and an input of shape " + input.shape()
                        + " that does not broadcast to the declared shape " + result);
            }
        }
        return NdArrays.of(call.outputSpec(), new ElementwiseLoop(call, inputs).run());
    }

    private static ScalarProgram program(OpCall<?> call) {
        List<DType> dtypes = new ArrayList<>();
        call.inputSpecs().forEach(input -> dtypes.add(input.dtype()));
        dtypes.add(call.outputSpec().dtype());
        return PROGRAMS.computeIfAbsent(call.op(), op -> new ConcurrentHashMap<>())
                .computeIfAbsent(dtypes, key -> ScalarCompiler.compile(call));
    }

    private static int count(OpCall<?> call) {
        long elements = call.outputSpec().shape().elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw call.error("has no kernel for INDArray, and too many elements for an array of Java");
        }
        return (int) elements;
    }

    private static int[] sizes(Shape shape) {
        return Arrays.stream(shape.toArray()).mapToInt(Math::toIntExact).toArray();
    }

    private static int[] strides(Shape from, Shape to) {
        int[] strides = new int[to.rank()];
        int stride = 1;
        for (int axis = from.rank() - 1; axis >= 0; axis--) {
            int size = (int) from.size(axis);
            strides[axis + to.rank() - from.rank()] = size == 1 ? 0 : stride;
            stride *= size;
        }
        return strides;
    }

    /** The elements of the result, in an array of the type that its dtype is made of. */
    private Object run() {
        int count = count(call);
        double[] f = program.floatingPlaces();
        long[] n = program.integerPlaces();
        OpCall<?>[] named = {call};
        Object results = switch (call.outputSpec().dtype()) {
            case FLOAT64 -> new double[count];
            case FLOAT16, BFLOAT16, FLOAT32 -> new float[count];
            case INT32 -> new int[count];
            case INT64 -> new long[count];
            case BOOL -> new boolean[count];
        };
        int[] at = new int[elements.length];
        int[] index = new int[sizes.length];
        int output = program.outputRegister(0);
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < at.length; k++) {
                if (elements[k] instanceof double[] floating) {
                    f[program.inputRegister(k)] = floating[at[k]];
                } else {
                    n[program.inputRegister(k)] = ((long[]) elements[k])[at[k]];
                }
            }
            program.run(f, n, named, i);
            if (results instanceof double[] doubles) {
                doubles[i] = f[output];
            } else if (results instanceof float[] floats) {
                floats[i] = (float) f[output];
            } else {
                store(n[output], results, i);
            }
            advance(index, at);
        }
        return results;
    }

    private static void store(long element, Object results, int i) {
        if (results instanceof int[] ints) {
            ints[i] = (int) element;
        } else if (results instanceof long[] longs) {
            longs[i] = element;
        } else {
            ((boolean[]) results)[i] = element != 0;
        }
    }

    /** To the next element in row-major order. */
    private void advance(int[] index, int[] at) {
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            index[axis]++;
            boolean within = index[axis] < sizes[axis];
            for (int k = 0; k < at.length; k++) {
                at[k] += within ? strides[k][axis] : -strides[k][axis] * (sizes[axis] - 1);
            }
            if (within) {
                return;
            }
            index[axis] = 0;
        }
    }
}
