package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.NdArrays;
import io.autodiff.nd4j.products.Convolution;
import io.autodiff.nd4j.products.Operands;
import io.autodiff.nd4j.products.ProductKernel;
import io.autodiff.nd4j.products.Products;
import io.autodiff.op.OpCall;
import io.autodiff.op.TensorSpec;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Kernels of convolution: a library's, where there is one and the dtype is no float64, and here. Not ND4J's own: those have a history of wrong gradients, end the process for a stride of 0, and know
 * no padding but the symmetric one.
 *
 * <p>One group is a matrix product: each row of the matrix of columns holds the elements under one window (Chellapilla, Puri and
 * Simard 2006). The matrix is made in blocks of rows, as it is larger than the input by the number of taps. Several groups, of
 * which depthwise convolution has as many as channels, are summed directly, in float64.
 */
final class ConvolutionKernels {
    /** About as many elements of the matrix of columns are there at a time. */
    private static final int BLOCK = 1 << 20;

    private ConvolutionKernels() {}

    static INDArray conv(OpCall<INDArray> call) {
        Sizes s = new Sizes(
                call,
                Shape.of(call.input("x").shape()),
                Shape.of(call.input("w").shape()));
        INDArray made = byLibrary(call, s, Convolution.Kind.FORWARD);
        if (made != null) {
            return made;
        }
        if (s.groups > 1) {
            double[] x = NdArrays.doubles(call.input("x"));
            double[] w = NdArrays.doubles(call.input("w"));
            double[] y = new double[s.rows * s.outputs];
            return summed(call, y, s, (i, di, j, dj, k, dk, n) -> {
                for (int g = 0; g < n; g++) {
                    y[k + g * dk] += x[i + g * di] * w[j + g * dj];
                }
            });
        }
        if (s.columns == 0) {
            return NdArrays.allocate(call.outputSpec()).assign(0);
        }
        Object x = elements(call.input("x"));
        INDArray w = computed(call.input("w")).reshape('c', s.columns, s.outputs);
        INDArray y = Nd4j.createUninitialized(w.dataType(), new long[] {s.rows, s.outputs}, 'c');
        s.forEachBlock((from, to) -> Nd4j.matmul(s.columns(x, from, to), w, rows(y, from, to), false, false, false));
        return result(call, y);
    }

    static INDArray dataGradient(OpCall<INDArray> call) {
        Sizes s = new Sizes(
                call, call.outputSpec().shape(), Shape.of(call.input("w").shape()));
        INDArray made = byLibrary(call, s, Convolution.Kind.DATA_GRADIENT);
        if (made != null) {
            return made;
        }
        int elements = (int) call.outputSpec().shape().elements();
        if (s.groups > 1) {
            double[] y = NdArrays.doubles(call.input("dy"));
            double[] w = NdArrays.doubles(call.input("w"));
            double[] x = new double[elements];
            return summed(call, x, s, (i, di, j, dj, k, dk, n) -> {
                for (int g = 0; g < n; g++) {
                    x[i + g * di] += y[k + g * dk] * w[j + g * dj];
                }
            });
        }
        if (s.outputs == 0) {
            return NdArrays.allocate(call.outputSpec()).assign(0);
        }
        INDArray w = computed(call.input("w")).reshape('c', s.columns, s.outputs);
        INDArray y = computed(call.input("dy")).reshape('c', s.rows, s.outputs);
        Object x = w.dataType() == DataType.DOUBLE ? new double[elements] : new float[elements];
        s.forEachBlock((from, to) -> {
            INDArray z = Nd4j.createUninitialized(w.dataType(), new long[] {to - from, s.columns}, 'c');
            Object columns = elements(Nd4j.matmul(rows(y, from, to), w, z, false, true, false));
            s.windows.forEach(
                    from,
                    to,
                    (row, tap, position, length) -> add(
                            columns,
                            (row - from) * s.columns + tap * s.channels,
                            x,
                            position * s.channels,
                            length * s.channels));
        });
        return of(call, x);
    }

    static INDArray weightGradient(OpCall<INDArray> call) {
        Sizes s = new Sizes(
                call, Shape.of(call.input("x").shape()), call.outputSpec().shape());
        INDArray made = byLibrary(call, s, Convolution.Kind.WEIGHT_GRADIENT);
        if (made != null) {
            return made;
        }
        if (s.groups > 1) {
            double[] x = NdArrays.doubles(call.input("x"));
            double[] y = NdArrays.doubles(call.input("dy"));
            double[] w = new double[(int) call.outputSpec().shape().elements()];
            return summed(call, w, s, (i, di, j, dj, k, dk, n) -> {
                for (int g = 0; g < n; g++) {
                    w[j + g * dj] += x[i + g * di] * y[k + g * dk];
                }
            });
        }
        if (s.rows == 0) {
            return NdArrays.allocate(call.outputSpec()).assign(0);
        }
        Object x = elements(call.input("x"));
        INDArray y = computed(call.input("dy")).reshape('c', s.rows, s.outputs);
        INDArray w = Nd4j.create(y.dataType(), s.columns, s.outputs);
        s.forEachBlock((from, to) -> {
            INDArray z = Nd4j.createUninitialized(w.dataType(), new long[] {s.columns, s.outputs}, 'c');
            w.addi(Nd4j.matmul(s.columns(x, from, to), rows(y, from, to), z, true, false, false));
        });
        return result(call, w);
    }

    /** The result by a library that computes float32; null if there is none. Half floats are computed as these, too. */
    private static @Nullable INDArray byLibrary(OpCall<INDArray> call, Sizes s, Convolution.Kind kind) {
        TensorSpec spec = call.outputSpec();
        boolean empty = spec.shape().elements() == 0 || call.inputs().stream().anyMatch(INDArray::isEmpty);
        if (empty || spec.dtype() == DType.FLOAT64) {
            return null;
        }
        ProductKernel kernel = Products.find(s.windows.convolution(kind, s.channels, s.outputs, s.groups));
        INDArray z = kernel == null
                ? null
                : Operands.run(
                        kernel,
                        Operands.float32(call, 0),
                        Operands.float32(call, 1),
                        new TensorSpec(DType.FLOAT32, spec.shape()));
        return z == null ? null : z.castTo(NdArrays.dataType(spec.dtype()));
    }

    /** The terms of some groups: where their elements of x, w and y begin, and how far apart they are. */
    @FunctionalInterface
    private interface Terms {
        void add(int x, int xStep, int w, int wStep, int y, int yStep, int groups);
    }

    /** Goes through all terms x * w * y of the sum that the three ops are derivatives of. */
    private static INDArray summed(OpCall<INDArray> call, double[] result, Sizes s, Terms terms) {
        int in = s.channels / s.groups;
        int out = s.outputs / s.groups;
        s.windows.forEach((row, tap, position, length) -> {
            for (int i = 0; i < length; i++) {
                for (int c = 0; c < in; c++) {
                    for (int o = 0; o < out; o++) {
                        terms.add(
                                (position + i) * s.channels + c,
                                in,
                                ((tap + i) * in + c) * s.outputs + o,
                                out,
                                row * s.outputs + o,
                                out,
                                s.groups);
                    }
                }
            }
        });
        return of(call, result);
    }

    /** The sizes of a call, and its matrix of columns. */
    private static final class Sizes {
        final Windows windows;
        final int rows;
        final int columns;
        final int channels;
        final int outputs;
        final int groups;

        Sizes(OpCall<INDArray> call, Shape x, Shape w) {
            windows = ConvolutionOps.windows(call, x, w);
            channels = (int) x.size(x.rank() - 1);
            outputs = (int) w.size(w.rank() - 1);
            groups = (int) call.attributes().integer("groups");
            rows = windows.rows();
            columns = Math.multiplyExact(windows.taps(), channels);
        }

        void forEachBlock(Block block) {
            int step = Math.max(1, BLOCK / columns);
            for (int from = 0; from < rows; from += step) {
                block.rows(from, Math.min(rows, from + step));
            }
        }

        INDArray columns(Object x, int from, int to) {
            Object elements =
                    x instanceof double[] ? new double[(to - from) * columns] : new float[(to - from) * columns];
            windows.forEach(
                    from,
                    to,
                    (row, tap, position, length) -> System.arraycopy(
                            x,
                            position * channels,
                            elements,
                            (row - from) * columns + tap * channels,
                            length * channels));
            DType dtype = x instanceof double[] ? DType.FLOAT64 : DType.FLOAT32;
            return NdArrays.of(new TensorSpec(dtype, Shape.of(to - from, columns)), elements);
        }
    }

    @FunctionalInterface
    private interface Block {
        void rows(int from, int to);
    }

    private static void add(Object from, int fromIndex, Object to, int toIndex, int length) {
        if (from instanceof double[] source) {
            double[] target = (double[]) to;
            for (int i = 0; i < length; i++) {
                target[toIndex + i] += source[fromIndex + i];
            }
        } else {
            float[] source = (float[]) from;
            float[] target = (float[]) to;
            for (int i = 0; i < length; i++) {
                target[toIndex + i] += source[fromIndex + i];
            }
        }
    }

    private static INDArray rows(INDArray matrix, int from, int to) {
        return from == 0 && to == matrix.rows()
                ? matrix
                : matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
    }

    /** The array in the dtype that it is computed in: of half the width, float32. */
    private static INDArray computed(INDArray x) {
        return x.dataType() == DataType.DOUBLE ? x : x.castTo(DataType.FLOAT);
    }

    private static Object elements(INDArray x) {
        return x.dataType() == DataType.DOUBLE ? NdArrays.doubles(x) : NdArrays.floats(x);
    }

    private static INDArray result(OpCall<INDArray> call, INDArray z) {
        return z.reshape('c', call.outputSpec().shape().toArray())
                .castTo(NdArrays.dataType(call.outputSpec().dtype()));
    }

    private static INDArray of(OpCall<INDArray> call, Object elements) {
        DType dtype = elements instanceof double[] ? DType.FLOAT64 : DType.FLOAT32;
        return NdArrays.of(new TensorSpec(dtype, call.outputSpec().shape()), elements)
                .castTo(NdArrays.dataType(call.outputSpec().dtype()));
    }
}
