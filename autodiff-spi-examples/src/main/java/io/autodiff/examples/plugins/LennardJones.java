package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Tensor;
import io.autodiff.op.Elementwise;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.OpProvider;
import java.util.List;

/**
 * An elementwise op without a kernel: it says what it computes for one element, which runs in Java, and joins its neighbours in one
 * machine-code kernel where there is a compiler. The energy of two atoms at a distance r, by J. E. Lennard-Jones (1931):
 * 4 depth ((diameter / r)^12 - (diameter / r)^6), lowest, with -depth, at the distance 2^(1/6) diameter.
 *
 * <pre>{@code
 * Tensor energies = LennardJones.energy(distances, Tensors.of(1.0), Tensors.of(1.0));
 * }</pre>
 */
public final class LennardJones implements OpProvider {
    private static final Op ENERGY = Op.named("lennard_jones_energy")
            .inputs("distance", "depth", "diameter")
            .broadcasting()
            .shape(LennardJones::common)
            .elementwise(LennardJones::formula)
            .gradient("distance", (c, dy) -> dy.mul(force(c)).div(c.input("distance")))
            .gradient(
                    "depth",
                    (c, dy) -> dy.mul(attraction(c).square().sub(attraction(c))).mul(4))
            .gradient(
                    "diameter",
                    (c, dy) -> dy.mul(force(c)).div(c.input("diameter")).neg());

    /** For {@link java.util.ServiceLoader}. */
    public LennardJones() {}

    /**
     * The energy of pairs of atoms; the inputs broadcast.
     *
     * @param distance of the atoms, above 0, floating
     * @param depth of the energy at the best distance, of the same dtype
     * @param diameter the distance where attraction and repulsion are in balance, and the energy 0, of the same dtype
     * @return in the unit of the depth
     * @throws IllegalArgumentException if dtypes or shapes do not fit
     */
    public static Tensor energy(Operand distance, Operand depth, Operand diameter) {
        return ENERGY.apply(distance, depth, diameter);
    }

    private static TensorSpec common(OpCall<TensorSpec> call) {
        TensorSpec distance = Shapes.require(call, "distance", DType::isFloating, "a floating dtype");
        TensorSpec depth = call.input("depth");
        TensorSpec diameter = call.input("diameter");
        Shapes.requireSameDType(call, distance, depth);
        Shapes.requireSameDType(call, distance, diameter);
        return new TensorSpec(
                distance.dtype(), call.broadcast(call.broadcast(distance.shape(), depth.shape()), diameter.shape()));
    }

    private static ScalarExpression formula(Elementwise e) {
        ScalarExpression ratio = e.div("diameter", "distance");
        ScalarExpression square = ratio.mul(ratio);
        ScalarExpression sixth = square.mul(square).mul(square);
        return e.constant(4).mul(e.input("depth")).mul(sixth.mul(sixth).sub(sixth));
    }

    /** (diameter / r)^6. */
    private static Tensor attraction(OpCall<Tensor> call) {
        Tensor square = call.input("diameter").div(call.input("distance")).square();
        return square.mul(square).mul(square);
    }

    /** The energy's derivative by the logarithm of the distance; by that of the diameter, it is the same with the other sign. */
    private static Tensor force(OpCall<Tensor> call) {
        Tensor sixth = attraction(call);
        return sixth.sub(sixth.square().mul(2)).mul(call.input("depth")).mul(24);
    }

    @Override
    public String name() {
        return "lennard-jones";
    }

    @Override
    public List<Op> ops() {
        return List.of(ENERGY);
    }
}
