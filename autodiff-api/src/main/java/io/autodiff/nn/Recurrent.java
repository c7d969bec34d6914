package io.autodiff.nn;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cells of recurrent networks, one step of time each, and the loops over time. Weights are laid out as in Keras, so that its
 * layers' {@code get_weights()} fit.
 *
 * <pre>{@code
 * Recurrent.LstmState state = Recurrent.LstmState.zeros(x.dtype(), batch, units);
 * state = Recurrent.lstmCell(x, state, kernel, recurrentKernel, bias);       // x [batch, features]
 * Tensor h = state.output();                                                 // [batch, units]
 * }</pre>
 */
public final class Recurrent {
    private Recurrent() {}

    /**
     * What an LSTM carries from one step to the next.
     *
     * @param output h, [batch, units]
     * @param cell c, [batch, units]
     */
    public record LstmState(Tensor output, Tensor cell) {
        /**
         * {@return the state to begin with, zeros}
         *
         * @param dtype of the inputs
         * @param batch how many sequences
         * @param units how many of the cell
         */
        public static LstmState zeros(DType dtype, long batch, long units) {
            Tensor zeros = Tensors.zeros(dtype, batch, units);
            return new LstmState(zeros, zeros);
        }
    }

    /**
     * One step of an LSTM (Hochreiter and Schmidhuber 1997, with forget gate), without peepholes. With z = x kernel + h recurrentKernel +
     * bias cut into four runs of columns i, f, g, o: the new c is sigmoid(f) c + sigmoid(i) tanh(g), and the new h is sigmoid(o) tanh(c).
     *
     * @param x [batch, features]
     * @param state of the step before
     * @param kernel [features, 4 units], the gates in the order input, forget, cell, output
     * @param recurrentKernel [units, 4 units]
     * @param bias [4 units]; null for none
     * @return the new state
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static LstmState lstmCell(
            Operand x, LstmState state, Operand kernel, Operand recurrentKernel, @Nullable Operand bias) {
        long units = units("lstmCell", 4, x, state.output, kernel, recurrentKernel);
        requireBias("lstmCell", bias, Shape.of(4 * units));
        Tensor product = x.mmul(kernel).add(state.output.mmul(recurrentKernel));
        Tensor z = bias == null ? product : product.add(bias);
        Tensor kept = gate(z, 1, units).sigmoid().mul(state.cell);
        Tensor added = gate(z, 0, units).sigmoid().mul(gate(z, 2, units).tanh());
        Tensor cell = kept.add(added);
        return new LstmState(gate(z, 3, units).sigmoid().mul(cell.tanh()), cell);
    }

    /**
     * One step of a GRU (Cho et al. 2014) in the form of Keras' {@code reset_after=True}, which is cuDNN's. With p = x kernel + bias[0] and
     * q = h recurrentKernel + bias[1], each cut into three runs of columns z, r and n: the new h is u h + (1 - u) tanh(p_n + r q_n) with u =
     * sigmoid(p_z + q_z) and r = sigmoid(p_r + q_r).
     *
     * @param x [batch, features]
     * @param h of the step before, [batch, units]
     * @param kernel [features, 3 units], the gates in the order update, reset, new
     * @param recurrentKernel [units, 3 units]
     * @param bias [2, 3 units], of the input and of h; null for none
     * @return the new h, [batch, units]
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor gruCell(
            Operand x, Operand h, Operand kernel, Operand recurrentKernel, @Nullable Operand bias) {
        long units = units("gruCell", 3, x, h, kernel, recurrentKernel);
        requireBias("gruCell", bias, Shape.of(2, 3 * units));
        Tensor p = x.mmul(kernel);
        Tensor q = h.mmul(recurrentKernel);
        if (bias != null) {
            Shape row = Shape.of(1, 3 * units);
            p = p.add(bias.slice(new long[] {0, 0}, row));
            q = q.add(bias.slice(new long[] {1, 0}, row));
        }
        Tensor update = gate(p, 0, units).add(gate(q, 0, units)).sigmoid();
        Tensor reset = gate(p, 1, units).add(gate(q, 1, units)).sigmoid();
        Tensor fresh = gate(p, 2, units).add(reset.mul(gate(q, 2, units))).tanh();
        return fresh.add(update.mul(h.sub(fresh)));
    }

    /**
     * All steps of an LSTM.
     *
     * @param x [batch, time, features], time from 1
     * @param state to begin with
     * @param kernel as for {@link #lstmCell}
     * @param recurrentKernel as for {@link #lstmCell}
     * @param bias as for {@link #lstmCell}
     * @return the state after each step
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static List<LstmState> lstm(
            Operand x, LstmState state, Operand kernel, Operand recurrentKernel, @Nullable Operand bias) {
        List<LstmState> states = new ArrayList<>();
        LstmState last = state;
        for (Tensor step : steps("lstm", x)) {
            last = lstmCell(step, last, kernel, recurrentKernel, bias);
            states.add(last);
        }
        return states;
    }

    /**
     * All steps of a GRU.
     *
     * @param x [batch, time, features], time from 1
     * @param h to begin with, [batch, units]
     * @param kernel as for {@link #gruCell}
     * @param recurrentKernel as for {@link #gruCell}
     * @param bias as for {@link #gruCell}
     * @return h after each step
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static List<Tensor> gru(
            Operand x, Operand h, Operand kernel, Operand recurrentKernel, @Nullable Operand bias) {
        List<Tensor> states = new ArrayList<>();
        Tensor last = h.asTensor();
        for (Tensor step : steps("gru", x)) {
            last = gruCell(step, last, kernel, recurrentKernel, bias);
            states.add(last);
        }
        return states;
    }

    private static List<Tensor> steps(String function, Operand x) {
        if (x.shape().rank() != 3 || x.shape().size(1) < 1) {
            throw new IllegalArgumentException(
                    function + ": 'x' is [batch, time, features] with at least one step, not " + x.spec());
        }
        long batch = x.shape().size(0);
        long features = x.shape().size(2);
        List<Tensor> steps = new ArrayList<>();
        for (long time = 0; time < x.shape().size(1); time++) {
            steps.add(x.slice(new long[] {0, time, 0}, Shape.of(batch, 1, features))
                    .reshape(batch, features));
        }
        return steps;
    }

    /** The number of units that all shapes agree on. */
    private static long units(
            String function, int gates, Operand x, Operand h, Operand kernel, Operand recurrentKernel) {
        boolean matrices = x.shape().rank() == 2 && h.shape().rank() == 2;
        if (matrices) {
            long batch = x.shape().size(0);
            long units = h.shape().size(1);
            if (h.shape().size(0) == batch
                    && kernel.shape().equals(Shape.of(x.shape().size(1), gates * units))
                    && recurrentKernel.shape().equals(Shape.of(units, gates * units))) {
                return units;
            }
        }
        throw new IllegalArgumentException(
                function + " takes x [batch, features], h [batch, units], a kernel [features, "
                        + gates + " units] and a recurrent kernel [units, " + gates + " units], not " + x.spec() + ", "
                        + h.spec() + ", " + kernel.spec() + " and " + recurrentKernel.spec());
    }

    private static void requireBias(String function, @Nullable Operand bias, Shape shape) {
        if (bias != null && !bias.shape().equals(shape)) {
            throw new IllegalArgumentException(function + ": the bias is " + shape + ", not " + bias.spec());
        }
    }

    /** One of the runs of columns. */
    private static Tensor gate(Tensor z, int number, long units) {
        return z.slice(new long[] {0, number * units}, Shape.of(z.shape().size(0), units));
    }
}
