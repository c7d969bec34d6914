package io.autodiff;

import java.util.StringJoiner;
import java.util.function.IntFunction;

/** The one-line text of tensors and variables. */
final class Printing {
    /** An axis longer than this shows only its ends. */
    private static final int LONG_AXIS = 8;

    private static final int EDGE = 3;
    /** Beyond this many elements the value is not copied out of the engine. */
    private static final int MOST = 100_000;

    private Printing() {}

    static String tensor(Tensor tensor) {
        return "Tensor(" + value(tensor) + ", shape=" + tensor.shape() + ", dtype=" + tensor.dtype() + ")";
    }

    static String variable(Variable variable) {
        return "Variable(" + value(variable.cell()) + ", name=" + variable.name() + ", shape=" + variable.shape()
                + ", dtype=" + variable.dtype() + ")";
    }

    private static String value(Tensor tensor) {
        if (tensor.shape().elements() > MOST) {
            return "...";
        }
        try {
            return nested(tensor.shape(), 0, 0, elements(tensor));
        } catch (RuntimeException e) {
            // Printing must not throw; whoever reads the value gets the exception itself.
            return "<" + e.getMessage() + ">";
        }
    }

    private static IntFunction<String> elements(Tensor tensor) {
        DType dtype = tensor.dtype();
        if (dtype == DType.FLOAT64) {
            double[] elements = tensor.toDoubleArray();
            return i -> Double.toString(elements[i]);
        } else if (dtype.isFloating()) {
            float[] elements = tensor.toFloatArray();
            return i -> Float.toString(elements[i]);
        }
        long[] elements = tensor.toLongArray();
        return i -> dtype == DType.BOOL ? Boolean.toString(elements[i] != 0) : Long.toString(elements[i]);
    }

    private static String nested(Shape shape, int axis, int offset, IntFunction<String> elements) {
        if (axis == shape.rank()) {
            return elements.apply(offset);
        }
        int size = (int) shape.size(axis);
        int stride = 1;
        for (int inner = axis + 1; inner < shape.rank(); inner++) {
            stride *= (int) shape.size(inner);
        }
        StringJoiner text = new StringJoiner(", ", "[", "]");
        for (int i = 0; i < size; i++) {
            if (size > LONG_AXIS && i == EDGE) {
                text.add("...");
                i = size - EDGE;
            }
            text.add(nested(shape, axis + 1, offset + i * stride, elements));
        }
        return text.toString();
    }
}
