package io.autodiff.tck;

import io.autodiff.Tensor;
import io.autodiff.op.Attributes;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * One row of a kit's table: an op, its inputs and attributes, and what is known of the result.
 *
 * <pre>{@code
 * OpSample.of("pow", Tensors.of(new double[] {1, 2}), Tensors.of(3.0)).expecting(1, 8)
 * }</pre>
 *
 * @param op the op's name
 * @param attributes its settings
 * @param inputs inside the op's domain, and for a smooth sample not within 1e-5 of its edge or of a kink
 * @param expected the elements of the first output, or null to leave them to the other checks
 * @param tolerance of the expected elements: absolute, and relative to those greater than 1
 * @param smooth whether gradients are checked: the function is smooth around the inputs
 * @param like the function whose gradient the op is to have instead of its own; null for its own
 * @param gaugeFree the outputs whose gradients are not checked, since only a convention settles them, as it does a vector's sign
 */
public record OpSample(
        String op,
        Attributes attributes,
        List<Tensor> inputs,
        @Nullable List<Double> expected,
        double tolerance,
        boolean smooth,
        @Nullable Function<List<Tensor>, Tensor> like,
        List<String> gaugeFree) {
    /**
     * A smooth sample without attributes and without expected elements.
     *
     * @param op the op's name
     * @param inputs in the op's order
     * @return the sample
     */
    public static OpSample of(String op, Tensor... inputs) {
        return new OpSample(op, Attributes.NONE, List.of(inputs), null, 1e-12, true, null, List.of());
    }

    /**
     * The sample with attributes.
     *
     * @param namesAndValues as for {@link Attributes#ofPairs}
     * @return the sample
     */
    public OpSample with(Object... namesAndValues) {
        return new OpSample(
                op, Attributes.ofPairs(namesAndValues), inputs, expected, tolerance, smooth, like, gaugeFree);
    }

    /**
     * The sample with other inputs, of whose result nothing is expected.
     *
     * @param others in the op's order
     * @return the sample
     */
    public OpSample at(List<Tensor> others) {
        return new OpSample(op, attributes, List.copyOf(others), null, tolerance, smooth, like, gaugeFree);
    }

    /**
     * The sample with the elements of its first output, in row-major order.
     *
     * @param elements the elements; NaN stands for NaN
     * @return the sample
     */
    public OpSample expecting(double... elements) {
        List<Double> all = DoubleStream.of(elements).boxed().toList();
        return new OpSample(op, attributes, inputs, all, tolerance, smooth, like, gaugeFree);
    }

    /**
     * The sample with another tolerance of its expected elements.
     *
     * @param newTolerance absolute, and relative to elements greater than 1
     * @return the sample
     */
    public OpSample within(double newTolerance) {
        return new OpSample(op, attributes, inputs, expected, newTolerance, smooth, like, gaugeFree);
    }

    /**
     * The sample without the check of gradients: for special values, kinks and edges, whose value alone is looked at.
     *
     * @return the sample
     */
    public OpSample valueOnly() {
        return new OpSample(op, attributes, inputs, expected, tolerance, false, like, gaugeFree);
    }

    /**
     * The sample of an op of one output whose gradient is meant to be another function's, such as a quantizer's that passes gradients
     * straight through: its gradients are checked against central differences of that function, which is smooth around the inputs.
     *
     * @param function of the sample's inputs
     * @return the sample
     */
    public OpSample withGradientOf(Function<List<Tensor>, Tensor> function) {
        return new OpSample(op, attributes, inputs, expected, tolerance, smooth, function, gaugeFree);
    }

    /**
     * The sample without the check of some outputs' gradients, of an op of several: for those that only a convention settles, such
     * as the sign of a vector, where that convention jumps near the inputs.
     *
     * @param outputs their names
     * @return the sample
     */
    public OpSample withGaugeFree(String... outputs) {
        return new OpSample(op, attributes, inputs, expected, tolerance, smooth, like, List.of(outputs));
    }

    /** {@return op, input specs and attributes} */
    @Override
    public String toString() {
        return op
                + inputs.stream().map(input -> input.spec().toString()).toList()
                + (attributes.equals(Attributes.NONE) ? "" : attributes.toString());
    }
}
