package io.autodiff.graphs;

import static io.autodiff.graphs.Row.ranked;
import static io.autodiff.graphs.Row.shaped;
import static io.autodiff.graphs.Row.step;

import io.autodiff.Sorting;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;

/** Along axes: reductions, cumulative ops, sorting. */
final class ReductionRows {
    private interface Reduction {
        Tensor apply(Tensor x, boolean keepDims, int[] axes);
    }

    private interface Cumulative {
        Tensor apply(Tensor x, int axis, boolean exclusive, boolean reverse);
    }

    /** For every numeric dtype. */
    static final List<Row> NUMERIC = List.of(
            reduction("sum", (x, keep, axes) -> x.sum(keep, axes)),
            reduction("max", (x, keep, axes) -> x.max(keep, axes)).filled().kinkedAt((a, b) -> Row.gaps(a)),
            reduction("min", (x, keep, axes) -> x.min(keep, axes)).filled().kinkedAt((a, b) -> Row.gaps(a)),
            reduction("norm1", (x, keep, axes) -> x.norm1(keep, axes)).kinkedAt((a, b) -> a),
            reduction("normMax", (x, keep, axes) -> x.normMax(keep, axes))
                    .filled()
                    .kinkedAt((a, b) -> Row.gaps(a.abs())),
            reduction("any", (x, keep, axes) -> x.gt(1).any(keep, axes).castTo(x.dtype()))
                    .kinkedAt((a, b) -> a.sub(1)),
            reduction("all", (x, keep, axes) -> x.gt(0).all(keep, axes).castTo(x.dtype()))
                    .kinkedAt((a, b) -> a),
            reduction(
                            "countNonZero",
                            (x, keep, axes) -> x.gt(0).countNonZero(keep, axes).castTo(x.dtype()))
                    .kinkedAt((a, b) -> a),
            ranked("argMax", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        boolean keep = choice.flip();
                        return step(x -> x.argMax(keep, axis).castTo(x.dtype()), axis, keep);
                    })
                    .filled()
                    .kinkedAt((a, b) -> Row.gaps(a)),
            shaped(
                            "argMin",
                            (a, b, choice) ->
                                    step(x -> x.argMin().castTo(x.dtype()).sub(x)))
                    .filled()
                    .kinkedAt((a, b) -> Row.gaps(a)),
            cumulative("cumSum", (x, axis, exclusive, reverse) -> x.cumSum(axis, exclusive, reverse)),
            ranked("sort", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        boolean descending = choice.flip();
                        return step(x -> x.sort(axis, descending), axis, descending);
                    })
                    .kinkedAt((a, b) -> Row.gaps(a)),
            ranked("argSort", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        return step(x -> Tensors.takeAlongAxis(x.neg(), Sorting.argSort(x, axis, false), axis), axis);
                    })
                    .kinkedAt((a, b) -> Row.gaps(a)),
            ranked("topK", 1, (a, b, choice) -> {
                        int k = 1 + choice.below((int) a.size(a.axis(-1)));
                        return step(
                                x -> {
                                    Sorting.TopK top = Sorting.topK(x, k);
                                    return top.values().add(top.indices().castTo(x.dtype()));
                                },
                                k);
                    })
                    .filled()
                    .kinkedAt((a, b) -> Row.gaps(a)));

    /** For integers, whose products stay within int32. */
    static final List<Row> INTEGER = List.of(
            reduction("prod", (x, keep, axes) -> x.floorMod(2).add(1).prod(keep, axes)),
            cumulative("cumProd", (x, axis, exclusive, reverse) -> x.sign().cumProd(axis, exclusive, reverse)));

    /** For floating dtypes. */
    static final List<Row> FLOATING = List.of(
            reduction("mean", (x, keep, axes) -> x.mean(keep, axes)).filled(),
            reduction("prod", (x, keep, axes) -> x.prod(keep, axes)),
            reduction("var", (x, keep, axes) -> x.var(keep, axes)).filled(),
            rooted("std", (x, keep, axes) -> x.std(keep, axes), (x, keep, axes) -> x.var(keep, axes)),
            rooted("norm2", (x, keep, axes) -> x.norm2(keep, axes), (x, keep, axes) -> x.norm2(keep, axes)),
            reduction("logSumExp", (x, keep, axes) -> x.logSumExp(keep, axes)).filled(),
            cumulative("cumProd", (x, axis, exclusive, reverse) -> x.cumProd(axis, exclusive, reverse)));

    private ReductionRows() {}

    private static Row reduction(String name, Reduction reduction) {
        return shaped(name, (a, b, choice) -> {
            int[] axes = choice.axes(a);
            boolean keep = choice.flip();
            return step(x -> reduction.apply(x, keep, axes), axes, keep);
        });
    }

    /** One with a root in it, whose slope jumps where what is under the root is 0. */
    private static Row rooted(String name, Reduction reduction, Reduction underRoot) {
        return shaped(name, (a, b, choice) -> {
                    int[] axes = choice.axes(a);
                    boolean keep = choice.flip();
                    return step(x -> reduction.apply(x, keep, axes), axes, keep)
                            .kinkedAt((x, y) -> underRoot.apply(x, keep, axes));
                })
                .filled();
    }

    private static Row cumulative(String name, Cumulative cumulative) {
        return ranked(name, 1, (a, b, choice) -> {
            int axis = choice.axis(a);
            boolean exclusive = choice.flip();
            boolean reverse = choice.flip();
            return step(x -> cumulative.apply(x, axis, exclusive, reverse), axis, exclusive, reverse);
        });
    }
}
