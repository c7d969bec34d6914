package io.autodiff.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Random;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.transform.GradientCheck;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Cells against their formulas, written out in Java; the loops over time; and what is refused. */
class RecurrentTest {
    private static final int BATCH = 2;
    private static final int FEATURES = 3;
    private static final int UNITS = 2;
    private static final Random RANDOM = Random.seeded(9);
    private static final Tensor X = random(BATCH, FEATURES);
    private static final Tensor H = random(BATCH, UNITS);
    private static final Tensor C = random(BATCH, UNITS);

    private static Tensor random(long... sizes) {
        return RANDOM.normal(DType.FLOAT64, sizes);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** An element of the product of matrices, plus one of a row. */
    private static double at(Operand x, Operand w, @Nullable Operand bias, int biasRow, int row, int column) {
        int inner = (int) x.shape().size(1);
        int width = (int) w.shape().size(1);
        double sum = bias == null ? 0 : bias.toDoubleArray()[biasRow * width + column];
        for (int i = 0; i < inner; i++) {
            sum += x.toDoubleArray()[row * inner + i] * w.toDoubleArray()[i * width + column];
        }
        return sum;
    }

    @Test
    void lstmCell() {
        Tensor kernel = random(FEATURES, 4 * UNITS);
        Tensor recurrent = random(UNITS, 4 * UNITS);
        Recurrent.LstmState before = new Recurrent.LstmState(H, C);
        for (Tensor bias : new Tensor[] {random(4 * UNITS), null}) {
            Recurrent.LstmState after = Recurrent.lstmCell(X, before, kernel, recurrent, bias);
            double[] h = new double[BATCH * UNITS];
            double[] c = new double[BATCH * UNITS];
            for (int row = 0; row < BATCH; row++) {
                for (int unit = 0; unit < UNITS; unit++) {
                    double[] z = new double[4];
                    for (int gate = 0; gate < 4; gate++) {
                        int column = gate * UNITS + unit;
                        z[gate] = at(X, kernel, bias, 0, row, column) + at(H, recurrent, null, 0, row, column);
                    }
                    int i = row * UNITS + unit;
                    c[i] = sigmoid(z[1]) * C.toDoubleArray()[i] + sigmoid(z[0]) * Math.tanh(z[2]);
                    h[i] = sigmoid(z[3]) * Math.tanh(c[i]);
                }
            }
            assertArrayEquals(c, after.cell().toDoubleArray(), 1e-14);
            assertArrayEquals(h, after.output().toDoubleArray(), 1e-14);
        }
        GradientCheck.standard()
                .check(
                        in -> {
                            Recurrent.LstmState state = new Recurrent.LstmState(in.get(1), in.get(2));
                            Recurrent.LstmState next =
                                    Recurrent.lstmCell(in.get(0), state, in.get(3), in.get(4), in.get(5));
                            return next.output().add(next.cell());
                        },
                        List.of(X, H, C, kernel, recurrent, random(4 * UNITS)));
    }

    @Test
    void gruCell() {
        Tensor kernel = random(FEATURES, 3 * UNITS);
        Tensor recurrent = random(UNITS, 3 * UNITS);
        for (Tensor bias : new Tensor[] {random(2, 3 * UNITS), null}) {
            double[] h = new double[BATCH * UNITS];
            for (int row = 0; row < BATCH; row++) {
                for (int unit = 0; unit < UNITS; unit++) {
                    double[] p = new double[3];
                    double[] q = new double[3];
                    for (int gate = 0; gate < 3; gate++) {
                        int column = gate * UNITS + unit;
                        p[gate] = at(X, kernel, bias, 0, row, column);
                        q[gate] = at(H, recurrent, bias, 1, row, column);
                    }
                    double update = sigmoid(p[0] + q[0]);
                    double fresh = Math.tanh(p[2] + sigmoid(p[1] + q[1]) * q[2]);
                    int i = row * UNITS + unit;
                    h[i] = update * H.toDoubleArray()[i] + (1 - update) * fresh;
                }
            }
            assertArrayEquals(
                    h, Recurrent.gruCell(X, H, kernel, recurrent, bias).toDoubleArray(), 1e-14);
        }
        GradientCheck.standard()
                .check(
                        in -> Recurrent.gruCell(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4)),
                        List.of(X, H, kernel, recurrent, random(2, 3 * UNITS)));
    }

    @Test
    void loopsTakeOneStepOfTimeAfterTheOther() {
        Tensor x = random(BATCH, 3, FEATURES);
        Tensor kernel = random(FEATURES, 4 * UNITS);
        Tensor recurrent = random(UNITS, 4 * UNITS);
        Recurrent.LstmState state = Recurrent.LstmState.zeros(DType.FLOAT64, BATCH, UNITS);
        assertArrayEquals(new double[BATCH * UNITS], state.output().toDoubleArray());
        List<Recurrent.LstmState> states = Recurrent.lstm(x, state, kernel, recurrent, null);
        Tensor gruKernel = kernel.slice(new long[2], Shape.of(FEATURES, 3 * UNITS));
        Tensor gruRecurrent = recurrent.slice(new long[2], Shape.of(UNITS, 3 * UNITS));
        Tensor h = H;
        List<Tensor> outputs = Recurrent.gru(x, h, gruKernel, gruRecurrent, null);
        assertEquals(3, states.size());
        assertEquals(3, outputs.size());
        for (int time = 0; time < 3; time++) {
            Tensor step = x.slice(new long[] {0, time, 0}, Shape.of(BATCH, 1, FEATURES))
                    .reshape(BATCH, FEATURES);
            state = Recurrent.lstmCell(step, state, kernel, recurrent, null);
            // What has run before goes by a kernel, whose functions round in other places than one call at a time.
            assertArrayEquals(
                    state.output().toDoubleArray(), states.get(time).output().toDoubleArray(), 1e-14);
            h = Recurrent.gruCell(step, h, gruKernel, gruRecurrent, null);
            assertArrayEquals(h.toDoubleArray(), outputs.get(time).toDoubleArray(), 1e-14);
        }
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        Tensor kernel = random(FEATURES, 4 * UNITS);
        Tensor recurrent = random(UNITS, 4 * UNITS);
        Recurrent.LstmState state = new Recurrent.LstmState(H, C);
        refused(() -> Recurrent.lstmCell(X, state, recurrent, kernel, null), "lstmCell", "[2, 3]", "[2, 8]");
        refused(() -> Recurrent.lstmCell(X, state, kernel, recurrent, random(UNITS)), "the bias is [8]");
        refused(() -> Recurrent.gruCell(X, H, kernel, recurrent, null), "gruCell", "[features, 3 units]");
        refused(() -> Recurrent.gru(X, H, kernel, recurrent, null), "gru", "[batch, time, features]");
        refused(
                () -> Recurrent.lstm(Tensors.zeros(DType.FLOAT64, 2, 0, 3), state, kernel, recurrent, null),
                "at least one step");
    }

    private static void refused(Supplier<Object> code, String... words) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, code::get);
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }
}
