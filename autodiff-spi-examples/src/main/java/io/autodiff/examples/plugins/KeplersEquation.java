package io.autodiff.examples.plugins;

import io.autodiff.DType;
import io.autodiff.Operand;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.OpProvider;
import java.util.List;
import org.hipparchus.analysis.solvers.BracketingNthOrderBrentSolver;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An op around another library, whose gradient comes of the implicit function theorem: where on its orbit a planet is. Kepler's equation
 * E - e sin(E) = M gives the eccentric anomaly E of the mean anomaly M, an angle that grows evenly with time, and the eccentricity e. It
 * has no solution in closed form; a root finder of Hipparchus finds it, and nothing of its iterations is differentiated: E is a function
 * whose derivatives follow from the equation.
 *
 * <pre>{@code
 * Tensor anomaly = KeplersEquation.eccentricAnomaly(Tensors.of(Math.toRadians(5)), Tensors.of(0.1));
 * }</pre>
 */
public final class KeplersEquation implements OpProvider {
    private static final double ACCURACY = 1e-15;
    private static final int MOST_STEPS = 200;

    private static final Op ECCENTRIC_ANOMALY = Op.named("eccentric_anomaly")
            .inputs("mean_anomaly", "eccentricity")
            .shape(KeplersEquation::likeBoth)
            .kernel(INDArray.class, KeplersEquation::solutions)
            .gradient("mean_anomaly", (c, dy) -> dy.div(slope(c)))
            .gradient("eccentricity", (c, dy) -> dy.mul(c.output().sin()).div(slope(c)));

    /** For {@link java.util.ServiceLoader}. */
    public KeplersEquation() {}

    /**
     * The eccentric anomaly of each pair of elements.
     *
     * @param meanAnomaly in radians, floating
     * @param eccentricity from 0 to below 1, of the same dtype; broadcast against the anomaly
     * @return in radians, in the same turn as the mean anomaly; NaN where that is not finite
     * @throws IllegalArgumentException if dtypes or shapes do not fit; as the value is computed, if an eccentricity is not of an ellipse
     */
    public static Tensor eccentricAnomaly(Operand meanAnomaly, Operand eccentricity) {
        @Nullable Shape common = Shape.broadcast(meanAnomaly.shape(), eccentricity.shape());
        return common == null
                ? ECCENTRIC_ANOMALY.apply(meanAnomaly, eccentricity) // which refuses them
                : ECCENTRIC_ANOMALY.apply(meanAnomaly.broadcastTo(common), eccentricity.broadcastTo(common));
    }

    private static TensorSpec likeBoth(OpCall<TensorSpec> call) {
        TensorSpec anomaly = Shapes.require(call, "mean_anomaly", DType::isFloating, "a floating dtype");
        if (!call.input("eccentricity").equals(anomaly)) {
            throw call.error("needs an eccentricity for each mean anomaly, in one dtype; use broadcastTo or castTo");
        }
        return anomaly;
    }

    private static INDArray solutions(OpCall<INDArray> call) {
        INDArray meanAnomaly = call.input("mean_anomaly");
        INDArray eccentricity = call.input("eccentricity");
        INDArray solutions = meanAnomaly.ulike();
        for (long i = 0; i < solutions.length(); i++) {
            double e = eccentricity.getDouble(i);
            if (!(e >= 0 && e < 1)) {
                throw call.error(
                        "an eccentricity of " + e + ", at element " + i + ": that of an ellipse is from 0 to below 1");
            }
            solutions.putScalar(i, solution(meanAnomaly.getDouble(i), e));
        }
        return solutions;
    }

    /** The root is not farther from the mean anomaly than the eccentricity, and there is one. */
    private static double solution(double meanAnomaly, double e) {
        double turns = 2 * Math.PI * Math.rint(meanAnomaly / (2 * Math.PI));
        double m = meanAnomaly - turns;
        if (e == 0 || m == 0 || Double.isNaN(m)) {
            return m + turns;
        }
        return turns
                + new BracketingNthOrderBrentSolver(ACCURACY, ACCURACY, ACCURACY, 5)
                        .solve(MOST_STEPS, x -> x - e * Math.sin(x) - m, m - e, m + e, m);
    }

    /** The derivative of the equation's left side by the solution, of which the solution's derivatives are quotients. */
    private static Tensor slope(OpCall<Tensor> call) {
        return call.output().cos().mul(call.input("eccentricity")).rsub(1);
    }

    @Override
    public String name() {
        return "keplers-equation";
    }

    @Override
    public List<Op> ops() {
        return List.of(ECCENTRIC_ANOMALY);
    }
}
