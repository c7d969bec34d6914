package io.autodiff.nd4j.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import io.autodiff.op.Op;
import io.autodiff.op.Shapes;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What eager code keeps, and how it meets its plans again. */
class PlanCacheTest {
    private static final boolean IMMEDIATE = "immediate".equals(System.getProperty("autodiff.execution"));

    private final AtomicInteger runs = new AtomicInteger();

    /** The sine of each element; counts its runs. */
    private final Op sines = Op.named("sines")
            .inputs("x")
            .shape(Shapes.floating("x"))
            .kernel(INDArray.class, c -> {
                runs.incrementAndGet();
                return Transforms.sin(c.input("x"), true);
            })
            .elementwise(e -> e.sin("x"))
            .notDifferentiable();

    /** Each step reads a part of what the next one starts from, and never that itself. */
    @Test
    void aStateThatIsNeverReadIsNotComputedFromItsStartAgain() {
        Tensor state = Tensors.of(new double[] {1, 2});
        double expected = 1;
        for (int i = 0; i < 20; i++) {
            state = sines.apply(state);
            expected = Math.sin(expected);
            assertEquals(expected, state.mul(3).toDoubleArray()[0] / 3, 1e-12);
        }
        assertTrue(runs.get() <= 2 * 20, runs.get() + " runs for 20 steps");
    }

    @Test
    void workOfTheSameFormHasOnePlan() {
        Tensor x = Tensors.of(new double[] {1, 2, 3});
        x.mul(0.25).add(1).evaluate();
        int plans = PlanCache.size();
        long hits = PlanCache.hits();
        for (int i = 0; i < 10; i++) {
            // Never 1: equal numbers of a thread are one leaf, and x * a + a is of another form than x * a + b.
            double rate = 0.5 * i + 0.25;
            double[] expected = {rate + 1, 2 * rate + 1, 3 * rate + 1};
            assertArrayEquals(expected, x.mul(rate).add(1).toDoubleArray());
        }
        assertEquals(plans, PlanCache.size());
        assertEquals(IMMEDIATE ? hits : hits + 10, PlanCache.hits());
        assertArrayEquals(
                new double[] {2, 6, 12}, x.mul(x).add(x).toDoubleArray(), "x(x + 1), where both are one leaf");
        assertArrayEquals(
                new double[] {11, 12, 13},
                x.mul(Tensors.of(new double[] {1, 1, 1})).add(10).toDoubleArray());
    }

    /** The number that is an exponent is a factor, too: it is a constant of the plan in both places. */
    @Test
    void smallWholeExponentsArePartOfAPlanAndOthersAreNot() {
        double[] numbers = {-2, 0.5, 3};
        Tensor x = Tensors.of(numbers);
        for (int n = -1; n <= 10; n++) {
            for (int twice = 0; twice < 2; twice++) {
                double[] powers = x.pow(n).mul(n).toDoubleArray();
                for (int i = 0; i < numbers.length; i++) {
                    double expected = n * Math.pow(numbers[i], n);
                    assertEquals(expected, powers[i], 1e-14 * Math.abs(expected), numbers[i] + " to the " + n);
                }
            }
        }
        double zero = x.pow(0.0).mul(0.0).toDoubleArray()[1];
        double minusZero = x.pow(-0.0).mul(-0.0).toDoubleArray()[1];
        assertEquals(List.of(0.0, -0.0), List.of(zero, minusZero));
        x.abs().pow(0.25).add(1).evaluate();
        int plans = PlanCache.size();
        for (int n = 0; n < 10; n++) {
            assertEquals(Math.pow(3, n + 0.5), x.abs().pow(n + 0.5).add(1).toDoubleArray()[2] - 1, 1e-9);
        }
        assertEquals(plans, PlanCache.size());
        long hits = PlanCache.hits();
        assertEquals(10, x.abs().pow(2).add(1).toDoubleArray()[2]);
        assertEquals(28, x.abs().pow(3).add(1).toDoubleArray()[2]);
        assertEquals(hits, PlanCache.hits(), "each has a plan of its own");
    }

    @Test
    void oldPlansMakePlaceForNewOnes() {
        // Those of plugins that other tests loaded count by themselves, and go when the collector finds them.
        int before = PlanCache.size();
        for (int n = 1; n <= PlanCache.MOST + 10; n++) {
            assertEquals(n, Tensors.ones(DType.FLOAT64, n).mul(1.5).sum().item() / 1.5);
        }
        assertTrue(PlanCache.size() - before <= PlanCache.MOST);
    }
}
