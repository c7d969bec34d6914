package io.autodiff.graphs;

import static io.autodiff.graphs.Row.both;
import static io.autodiff.graphs.Row.shaped;
import static io.autodiff.graphs.Row.step;

import io.autodiff.Branch;
import io.autodiff.CompiledMany;
import io.autodiff.DType;
import io.autodiff.Functions;
import io.autodiff.GradientTape;
import io.autodiff.Loops;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.List;

/** Loops, branches, compiled functions and tapes. */
final class ControlRows {
    /** For integers. */
    static final List<Row> INTEGER = List.of(
            shaped("repeat", (a, b, choice) -> {
                int count = choice.below(4);
                return step((x, y) -> Loops.repeat(count, x, s -> s.add(y.sum()).floorMod(50)), count);
            }),
            both("cond", (x, y) -> Branch.cond(y.sum().gt(0), () -> x.mul(2), () -> x.sub(y.sum()))));

    /** For floating dtypes. */
    static final List<Row> FLOATING = List.of(
            shaped("repeat", (a, b, choice) -> {
                        int count = choice.below(4);
                        return step(
                                (x, y) -> Loops.repeat(
                                        count, x, s -> s.mul(y.mean()).add(x).sin()),
                                count);
                    })
                    .filled(),
            both("repeatOfCount", (x, y) -> {
                        Tensor count = x.gt(0).castTo(DType.INT32).max();
                        return Loops.repeat(
                                        count.add(1),
                                        List.of(x, y),
                                        s -> List.of(
                                                s.get(0).mul(0.5).add(s.get(1).mean()),
                                                s.get(1).sin()))
                                .get(0);
                    })
                    .filled()
                    .kinkedAt((x, y) -> x),
            shaped("whileLoop", (a, b, choice) -> {
                        int last = choice.below(4);
                        return step(
                                (x, y) -> Loops.whileLoop(
                                                List.of(Tensors.of(0), x),
                                                s -> s.get(0).lt(last),
                                                s -> List.of(
                                                        s.get(0).add(1),
                                                        s.get(1)
                                                                .mul(0.7)
                                                                .add(y.mean().tanh())))
                                        .get(1),
                                last);
                    })
                    .filled(),
            both(
                            "whileLoopOfValues",
                            (x, y) -> Loops.whileLoop(
                                    x,
                                    s -> s.square().sum().gt(0.5),
                                    s -> s.mul(0.5).mul(y.mean().cos())))
                    .filled()
                    .kinkedAt(ControlRows::distanceOfLoop),
            both("cond", (x, y) -> Branch.cond(y.mean().gt(0), () -> x.sin(), () -> x.mul(y.mean())))
                    .filled()
                    .kinkedAt((x, y) -> y.mean()),
            shaped("condInRepeat", (a, b, choice) -> {
                        int count = 1 + choice.below(3);
                        return step(
                                (x, y) -> Loops.repeat(
                                                Tensors.of(count),
                                                List.of(Tensors.of(0), x),
                                                s -> List.of(
                                                        s.get(0).add(1),
                                                        Branch.cond(
                                                                s.get(0).lt(2),
                                                                () -> s.get(1)
                                                                        .add(y.mean())
                                                                        .tanh(),
                                                                () -> s.get(1)
                                                                        .mul(y.sum()
                                                                                .sin()))))
                                        .get(1),
                                count);
                    })
                    .filled(),
            shaped("compiled", (a, b, choice) -> {
                        CompiledMany compiled = Functions.compileMany(in ->
                                List.of(in.get(0).mul(in.get(1).mean()).tanh().add(in.get(0))));
                        return step((x, y) -> compiled.apply(List.of(x, y)).get(0));
                    })
                    .filled(),
            both("gradient", (x, y) -> {
                        try (GradientTape tape = GradientTape.open()) {
                            // Eagerly, a loop that goes round no time gives what it was given: y may be x itself.
                            Tensor source = x.mul(1);
                            tape.watch(source);
                            return tape.gradientOrThrow(source.sin().mul(source).mul(y.mean()), source);
                        }
                    })
                    .filled());

    private ControlRows() {}

    /** How far the loop is, before and at its end, from going round another number of times. */
    private static Tensor distanceOfLoop(Tensor x, Tensor y) {
        Tensor distance = x.square().sum().sub(0.5);
        Tensor state = x;
        while (distance.item() > 0 && state.square().sum().item() > 0.5) {
            state = state.mul(0.5).mul(y.mean().cos());
            distance = distance.mul(state.square().sum().sub(0.5));
        }
        return distance;
    }
}
