package io.autodiff.nd4j.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.GradientTape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.InvalidOperandException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Elementwise ops where values are extreme, slopes are not there, or inputs are refused. */
class ElementwiseOpsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    private static double[] slope(UnaryOperator<Tensor> function, double... at) {
        return slopes(function, Tensors.of(at), 1).toDoubleArray();
    }

    /** A derivative of each element by its own input. */
    private static Tensor slopes(UnaryOperator<Tensor> function, Tensor x, int order) {
        if (order == 0) {
            return function.apply(x);
        }
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(x);
            return tape.gradientOrThrow(slopes(function, x, order - 1), x);
        }
    }

    @Test
    void logisticFunctionsAreFiniteFarOut() {
        double[] far = {-1000, 1000};
        assertArrayEquals(new double[] {0, 1}, slope(Tensor::softplus, far));
        assertArrayEquals(new double[] {1, 0}, slope(Tensor::logSigmoid, far));
        assertArrayEquals(new double[] {0, 0}, slope(Tensor::sigmoid, far));
        assertArrayEquals(new double[] {0, 0}, slope(Tensor::tanh, far));
        Tensor x = Tensors.of(far);
        for (UnaryOperator<Tensor> function :
                List.<UnaryOperator<Tensor>>of(Tensor::softplus, Tensor::logSigmoid, Tensor::sigmoid, Tensor::tanh)) {
            for (int order = 2; order <= 3; order++) {
                assertArrayEquals(
                        new double[2], slopes(function, x, order).abs().toDoubleArray());
            }
        }
        assertArrayEquals(
                new double[] {Math.exp(-50)},
                Tensors.of(new double[] {-50}).softplus().toDoubleArray(),
                1e-36);
        Tensor single = Tensors.of(new float[] {-1000, 1000}).logSigmoid();
        assertArrayEquals(new float[] {1000, 0}, single.abs().toFloatArray());
    }

    @Test
    void slopesStayExactWhereTheirSquaresWouldNot() {
        double near = 1 - 1e-12;
        double distance = 1 - near;
        assertEquals(1 / Math.sqrt(distance * (1 + near)), slope(Tensor::asin, near)[0], 1e-9);
        assertEquals(-1 / Math.sqrt(distance * (1 + near)), slope(Tensor::acos, near)[0], 1e-9);
        assertEquals(1, slope(Tensor::atanh, near)[0] * distance * (1 + near), 1e-15);
        assertEquals(1, slope(Tensor::acosh, 1e200)[0] * 1e200, 1e-15);
        assertEquals(1, slope(Tensor::asinh, -1e200)[0] * 1e200, 1e-15);
        assertEquals(1, slope(Tensor::expm1, -40)[0] / Math.exp(-40), 1e-15);
        assertEquals(0.6, slope(x -> x.hypot(4e200), 3e200)[0], 1e-15);
        // At the point (1e200, 1e200).
        assertEquals(0.5, slope(y -> y.atan2(1e200), 1e200)[0] * 1e200, 1e-15);
    }

    @Test
    void whereThereIsNoSlopeTheTableHolds() {
        assertArrayEquals(new double[] {0}, slope(x -> x.hypot(0), 0));
        assertArrayEquals(new double[] {INF}, slope(Tensor::cbrt, 0));
        assertArrayEquals(new double[] {0}, slope(x -> x.cbrt().mul(0), 0));
        assertArrayEquals(new double[] {NAN}, slope(y -> y.atan2(0), 0));
        assertArrayEquals(new double[] {0}, slope(Tensor::abs, 0));
        assertArrayEquals(new double[] {0, 1, 1, 1, 0}, slope(x -> x.clip(-1, 2), -2, -1, 0, 2, 3));
        assertArrayEquals(
                new double[] {-1, -1, 0, 2, 2},
                Tensors.of(new double[] {-2, -1, 0, 2, 3}).clip(-1, 2).toDoubleArray());
        assertArrayEquals(
                new double[] {2}, Tensors.of(new double[] {7}).clip(3, 2).toDoubleArray());
    }

    @Test
    void atATieAllOfTheGradientGoesToTheFirst() {
        Tensor x = Tensors.of(new double[] {1, 2, 3});
        Tensor y = Tensors.of(new double[] {1, 3, 2});
        assertGradients(x, y, x.maximum(y), t -> x.maximum(y), new double[] {1, 0, 1}, new double[] {0, 1, 0});
        assertGradients(x, y, x.minimum(y), t -> x.minimum(y), new double[] {1, 1, 0}, new double[] {0, 0, 1});
    }

    private static void assertGradients(
            Tensor x, Tensor y, Tensor value, UnaryOperator<Tensor> function, double[] byX, double[] byY) {
        assertEquals(3, value.shape().elements());
        try (GradientTape tape = GradientTape.open()) {
            tape.watch(List.of(x, y));
            List<Tensor> gradients = tape.gradient(function.apply(x), List.of(x, y));
            assertArrayEquals(byX, gradients.get(0).toDoubleArray());
            assertArrayEquals(byY, gradients.get(1).toDoubleArray());
        }
    }

    @Test
    void extremaHideNoNan() {
        for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16)) {
            Tensor x = Tensors.of(new double[] {NAN, 1, NAN}, dtype);
            Tensor y = Tensors.of(new double[] {1, NAN, NAN}, dtype);
            double[] all = {NAN, NAN, NAN};
            assertArrayEquals(all, x.maximum(y).toDoubleArray());
            assertArrayEquals(all, x.minimum(y).toDoubleArray());
            assertArrayEquals(
                    new double[] {NAN},
                    Tensors.of(new double[] {NAN}, dtype).clip(0, 1).toDoubleArray());
        }
    }

    @Test
    void derivativesOfLgammaGoOn() {
        // The fourth derivative of lgamma is polygamma of order 3, at 1 pi^4 / 15.
        Tensor fourth = slopes(Tensor::lgamma, Tensors.of(new double[] {1}), 4);
        assertEquals(Math.pow(Math.PI, 4) / 15, fourth.toDoubleArray()[0], 1e-13);
        double reflected = slope(Tensor::lgamma, -1.5)[0];
        // By its recurrence from 0.5 down.
        double digammaOfHalf = -0.5772156649015329 - 2 * Math.log(2);
        assertEquals(digammaOfHalf + 1 / 0.5 + 1 / 1.5, reflected, 1e-14);
    }

    @Test
    void logarithmicProductsAreZeroWhereTheFirstFactorIs() {
        Tensor zero = Tensors.of(new double[] {0, 0, 0});
        Tensor y = Tensors.of(new double[] {0, -1, NAN});
        assertArrayEquals(new double[3], zero.xlogy(y).toDoubleArray());
        assertArrayEquals(new double[3], zero.xlog1py(y).toDoubleArray());
        assertArrayEquals(new double[3], zero.xdivy(y).toDoubleArray());
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(List.of(zero, y));
            for (Tensor product : List.of(zero.xlogy(y), zero.xlog1py(y), zero.xdivy(y))) {
                for (Tensor gradient : tape.gradient(product, List.of(zero, y))) {
                    assertArrayEquals(new double[3], gradient.abs().toDoubleArray());
                }
            }
        }
    }

    @Test
    void whatHasNoSlopeHasNoGradient() {
        Tensor x = Tensors.of(new double[] {1.5});
        try (GradientTape tape = GradientTape.builder().persistent(true).open()) {
            tape.watch(x);
            for (Tensor y : List.of(x.floor(), x.ceil(), x.round(), x.floorDiv(2))) {
                assertNull(tape.gradient(y, x));
            }
            assertNull(tape.gradient(x.isNaN().castTo(DType.FLOAT64), x));
        }
    }

    @Test
    void integersAreExactAndWrap() {
        long large = (1L << 53) + 1;
        Tensor x = Tensors.of(new long[] {large, -large, Long.MIN_VALUE});
        assertArrayEquals(new long[] {large, 1, 1}, x.maximum(1).toLongArray());
        assertArrayEquals(new long[] {1, -large, Long.MIN_VALUE}, x.minimum(1).toLongArray());
        assertArrayEquals(new long[] {3, 7, 2}, x.floorMod(10).toLongArray());
        assertArrayEquals(new long[] {0, 0, 0}, x.floorMod(-1).toLongArray());
        assertArrayEquals(
                new int[] {5, 0}, Tensors.of(new int[] {9, -3}).clip(0, 5).toIntArray());
        assertArrayEquals(
                new int[] {-262143},
                Tensors.of(new int[] {65536}).squaredDifference(-65535).toIntArray());
    }

    @Test
    void divisorsThatAreNoneAreRefused() {
        Tensor x = Tensors.of(new int[] {1, 2, 3});
        Tensor y = Tensors.of(new int[] {1, 0, 2});
        assertRefused(() -> x.floorMod(y).evaluate(), "floor_mod(x=int32[3], y=int32[3])", "element 1");
        assertRefused(() -> Tensors.of(1L).floorMod(0).evaluate(), "floor_mod", "'y' is 0");
        assertRefused(() -> Tensors.of(Long.MIN_VALUE).floorDiv(-1).evaluate(), "floor_div", "beyond int64");
        assertArrayEquals(
                new double[] {NAN, NAN},
                Tensors.of(new double[] {1, INF}).floorMod(0).toDoubleArray());
    }

    @Test
    void dtypesThatAFunctionDoesNotTakeAreRefusedWithAWayOut() {
        Tensor ints = Tensors.of(new int[] {1, 2});
        for (Executable call : List.<Executable>of(
                ints::expm1,
                ints::tan,
                ints::erf,
                ints::floor,
                ints::isNaN,
                () -> ints.hypot(1),
                () -> ints.xlogy(2))) {
            assertRefused(call, "floating dtype", "int32", "castTo");
        }
        assertRefused(ints::not, "logical_not", "the dtype bool", "castTo");
        assertRefused(() -> ints.gt(1).and(ints), "logical_and", "'y' must have the dtype bool");
        assertRefused(() -> Tensors.of(true).maximum(Tensors.of(false)), "maximum", "numeric");
        assertRefused(() -> Tensors.of(1.0).atan2(Tensors.of(1f)), "atan2", "float64", "float32");
    }

    private static void assertRefused(Executable call, String... words) {
        String message =
                String.valueOf(assertThrows(InvalidOperandException.class, call).getMessage());
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    @Test
    void whatIsMoreThanABlockIsComputedWhole() {
        Tensor x = Tensors.range(0, 3000, 1, DType.FLOAT64).reshape(3, 1000);
        Tensor y = Tensors.of(new double[][] {{500}, {1500}, {2500}});
        double[] greater = x.maximum(y).toDoubleArray();
        double[] sliced = x.reshape(3000).maximum(500).toDoubleArray();
        for (int i = 0; i < greater.length; i++) {
            assertEquals(Math.max(i, i / 1000 * 1000 + 500), greater[i]);
            assertEquals(Math.max(i, 500), sliced[i]);
        }
        Tensor wide = Tensors.range(0, 1300, 1, DType.INT32);
        assertRefused(() -> wide.floorMod(wide.sub(1200)).evaluate(), "element 1200");
    }
}
