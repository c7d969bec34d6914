package io.autodiff.nd4j.ops;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.op.Attributes;
import io.autodiff.op.Op;
import io.autodiff.op.OpCall;
import io.autodiff.op.Shapes;
import io.autodiff.op.TensorSpec;
import io.autodiff.spi.Executor;
import java.util.List;

/**
 * Running results along an axis. Computed in Java, as ND4J's are for floating dtypes only and twenty times slower along an axis; sums
 * and products are carried in float64.
 */
final class CumulativeOps {
    static final Op CUMSUM = cumulative("cumsum", false)
            .gradient("x", (c, dy) -> cumulative("cumsum", c, dy, exclusive(c), !reverse(c)));

    /**
     * With E the product of what comes before an element, and S what the gradient is to the product from it on, the slope is E S.
     * S obeys S[k] = dy[k] + x[k + 1] S[k + 1], so that nothing is divided by an element, which may be 0.
     */
    static final Op CUMPROD = cumulative("cumprod", true).gradient("x", (c, dy) -> {
        Tensor x = c.input("x");
        Tensor before = exclusive(c) ? c.output() : cumulative("cumprod", c, x, true, reverse(c));
        Tensor term = exclusive(c) ? following(c, dy) : dy;
        return before.mul(recurrence(c, following(c, x), term, !reverse(c)));
    });

    /** y[k] = factor[k] y[k - 1] + term[k], which begins as term[0]; in reverse, from the last element on. */
    static final Op LINEAR_RECURRENCE = Op.named("linear_recurrence")
            .inputs("factor", "term")
            .attribute("axis", Long.class)
            .attribute("reverse", Boolean.class)
            .shape(CumulativeOps::recurrenceSpec)
            .kernel(HostArray.class, CumulativeOps::recurrence)
            .gradient("factor", (c, dy) -> total(c, dy).mul(shifted(c, c.output(), reverse(c))))
            .gradient("term", CumulativeOps::total);

    static final List<Op> OPS = List.of(CUMSUM, CUMPROD, LINEAR_RECURRENCE);

    private CumulativeOps() {}

    private static Op cumulative(String name, boolean product) {
        return Op.named(name)
                .inputs("x")
                .attribute("axis", Long.class)
                .attribute("exclusive", Boolean.class)
                .attribute("reverse", Boolean.class)
                .shape(c -> {
                    TensorSpec x = Shapes.numeric("x").apply(c);
                    x.shape().axis(c.attributes().integer("axis"));
                    return x;
                })
                .kernel(
                        HostArray.class,
                        c -> c.outputSpec().dtype().isFloating() ? scanDoubles(c, product) : scanLongs(c, product));
    }

    private static HostArray scanDoubles(OpCall<HostArray> call, boolean product) {
        LaneTiles tiles = tiles(call);
        double[] x = tiles.floating[0];
        double[] results = new double[LaneTiles.WIDTH];
        boolean exclusive = exclusive(call);
        return tiles.visit(reverse(call), (at, step, count, lane, begins) -> {
            double result = !begins ? results[lane] : product ? 1 : 0;
            for (int i = 0; i < count; i++) {
                double before = result;
                int place = at + i * step;
                result = product ? result * x[place] : result + x[place];
                x[place] = exclusive ? before : result;
            }
            results[lane] = result;
        });
    }

    private static HostArray scanLongs(OpCall<HostArray> call, boolean product) {
        LaneTiles tiles = tiles(call);
        long[] x = tiles.integers[0];
        long[] results = new long[LaneTiles.WIDTH];
        boolean exclusive = exclusive(call);
        return tiles.visit(reverse(call), (at, step, count, lane, begins) -> {
            long result = !begins ? results[lane] : product ? 1 : 0;
            for (int i = 0; i < count; i++) {
                long before = result;
                int place = at + i * step;
                result = product ? result * x[place] : result + x[place];
                x[place] = exclusive ? before : result;
            }
            results[lane] = result;
        });
    }

    private static TensorSpec recurrenceSpec(OpCall<TensorSpec> call) {
        TensorSpec factor = Shapes.floating("factor").apply(call);
        TensorSpec term = call.input("term");
        Shapes.requireSameDType(call, factor, term);
        if (!factor.shape().equals(term.shape())) {
            throw call.error("the shapes of 'factor' and 'term' differ; use broadcastTo");
        }
        factor.shape().axis(call.attributes().integer("axis"));
        return factor;
    }

    private static HostArray recurrence(OpCall<HostArray> call) {
        LaneTiles tiles = tiles(call);
        double[] factor = tiles.floating[0];
        double[] term = tiles.floating[1];
        double[] results = new double[LaneTiles.WIDTH];
        return tiles.visit(reverse(call), (at, step, count, lane, begins) -> {
            double result = results[lane];
            for (int i = 0; i < count; i++) {
                int place = at + i * step;
                result = begins && i == 0 ? term[place] : factor[place] * result + term[place];
                term[place] = result;
            }
            results[lane] = result;
        });
    }

    /** What the gradient is to each y, by way of those that follow from it as well. */
    private static Tensor total(OpCall<Tensor> call, Tensor dy) {
        return recurrence(call, following(call, call.input("factor")), dy, !reverse(call));
    }

    private static Tensor recurrence(OpCall<Tensor> call, Tensor factor, Tensor term, boolean reverse) {
        return Executor.execute(
                "linear_recurrence",
                Attributes.of("axis", call.attributes().integer("axis"), "reverse", reverse),
                factor,
                term);
    }

    private static Tensor cumulative(String op, OpCall<Tensor> call, Tensor x, boolean exclusive, boolean reverse) {
        long axis = call.attributes().integer("axis");
        return Executor.execute(op, Attributes.ofPairs("axis", axis, "exclusive", exclusive, "reverse", reverse), x);
    }

    /** At each place what stands at the one that comes after it in the order of the call, and 0 at the last one. */
    private static Tensor following(OpCall<Tensor> call, Tensor x) {
        return shifted(call, x, !reverse(call));
    }

    /** At each place what stands one further on the axis, or one before it; and 0 where nothing does. */
    private static Tensor shifted(OpCall<Tensor> call, Tensor x, boolean fromAfter) {
        int axis = x.shape().axis(call.attributes().integer("axis"));
        long[] sizes = x.shape().toArray();
        if (sizes[axis] == 0) {
            return x;
        }
        sizes[axis]--;
        long[] from = new long[sizes.length];
        from[axis] = fromAfter ? 1 : 0;
        long[][] zeros = new long[sizes.length][2];
        zeros[axis] = new long[] {1 - from[axis], from[axis]};
        return x.slice(from, Shape.of(sizes)).pad(zeros);
    }

    private static LaneTiles tiles(OpCall<HostArray> call) {
        return new LaneTiles(
                Lanes.of(call.outputSpec().shape(), call.attributes().integer("axis")), call.inputs());
    }

    private static boolean exclusive(OpCall<?> call) {
        return call.attributes().flag("exclusive");
    }

    private static boolean reverse(OpCall<?> call) {
        return call.attributes().flag("reverse");
    }
}
