package io.autodiff.graphs;

import static io.autodiff.graphs.Row.both;
import static io.autodiff.graphs.Row.ranked;
import static io.autodiff.graphs.Row.shaped;
import static io.autodiff.graphs.Row.step;
import static io.autodiff.graphs.Row.unary;

import io.autodiff.Index;
import io.autodiff.Linalg;
import io.autodiff.PadMode;
import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Other arrangements of elements, for every dtype. */
final class StructureRows {
    static final List<Row> ARRANGE = List.of(
            shaped("reshape", (a, b, choice) -> {
                long[] sizes = choice.sizes(a);
                return step(x -> x.reshape(sizes), sizes);
            }),
            shaped("expandDims", (a, b, choice) -> {
                int axis = choice.below(a.rank() + 1);
                return step(x -> x.expandDims(axis), axis);
            }),
            unary("squeeze", x -> x.squeeze()),
            unary("transpose", Tensor::transpose),
            shaped("permute", (a, b, choice) -> {
                int[] axes = choice.permutation(a.rank());
                return step(x -> x.permute(axes), axes);
            }),
            shaped("broadcastTo", (a, b, choice) -> {
                Shape shape = Shape.broadcast(a, b);
                return shape == null ? null : step(x -> x.broadcastTo(shape), shape);
            }),
            shaped("tile", (a, b, choice) -> {
                long[] times = new long[a.rank()];
                Arrays.setAll(times, axis -> 1 + choice.below(2));
                return step(x -> x.tile(times), times);
            }),
            ranked("repeat", 1, (a, b, choice) -> {
                int axis = choice.axis(a);
                return step(x -> x.repeat(2, axis), axis);
            }),
            ranked("repeatEach", 1, (a, b, choice) -> {
                int axis = choice.axis(a);
                long[] times = new long[(int) a.size(a.axis(axis))];
                Arrays.setAll(times, i -> choice.below(3));
                return step(x -> x.repeat(times, axis), times, axis);
            }),
            shaped("pad", (a, b, choice) -> {
                long[][] paddings = paddings(a, choice);
                return step(x -> x.pad(paddings, 1), (Object) paddings);
            }),
            shaped("padMirrored", (a, b, choice) -> {
                        PadMode mode = choice.of(List.of(PadMode.REFLECT, PadMode.SYMMETRIC));
                        long[][] paddings = paddings(a, choice);
                        for (int axis = 0; axis < a.rank(); axis++) {
                            paddings[axis][1] = Math.min(paddings[axis][1], a.size(axis) - 1);
                            paddings[axis][0] = Math.min(paddings[axis][0], a.size(axis) - 1);
                        }
                        return step(x -> x.pad(paddings, mode), paddings, mode);
                    })
                    .filled(),
            shaped("slice", (a, b, choice) -> {
                        long[] begin = new long[a.rank()];
                        long[] sizes = new long[a.rank()];
                        for (int axis = 0; axis < a.rank(); axis++) {
                            begin[axis] = choice.below((int) a.size(axis));
                            sizes[axis] = 1L + choice.below((int) (a.size(axis) - begin[axis]));
                        }
                        return step(x -> x.slice(begin, Shape.of(sizes)), begin, sizes);
                    })
                    .filled(),
            ranked("get", 1, (a, b, choice) -> {
                        int at = choice.below((int) a.size(0));
                        Index index = choice.of(List.of(
                                Index.at(at),
                                Index.from(at),
                                Index.to(at + 1),
                                Index.all().by(2),
                                Index.all().by(-1),
                                Index.newAxis()));
                        return step(x -> x.get(index, Index.ellipsis()), index);
                    })
                    .filled(),
            ranked("split", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        long size = a.size(a.axis(axis));
                        long[] sizes = {choice.below((int) size), 1, 0};
                        sizes[1] = size - sizes[0];
                        return step(
                                x -> {
                                    List<Tensor> parts = x.split(sizes, axis);
                                    return Tensors.concat(
                                            axis, parts.get(1), parts.get(0).neg(), parts.get(2));
                                },
                                sizes,
                                axis);
                    })
                    .filled(),
            ranked("unstack", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        int to = choice.below(a.rank());
                        return step(
                                x -> {
                                    List<Tensor> parts = new ArrayList<>(x.unstack(axis));
                                    Collections.reverse(parts);
                                    return Tensors.stack(to, parts);
                                },
                                axis,
                                to);
                    })
                    .filled(),
            shaped("reverse", (a, b, choice) -> {
                int[] axes = choice.axes(a);
                return step(x -> x.reverse(axes), axes);
            }),
            ranked("roll", 1, (a, b, choice) -> {
                int shift = choice.below(9) - 4;
                int axis = choice.axis(a);
                return step(x -> x.roll(shift, axis), shift, axis);
            }),
            shaped("stack", (a, b, choice) -> {
                int axis = choice.below(a.rank() + 1);
                return a.equals(b)
                        ? step((x, y) -> Tensors.stack(axis, x, y), axis)
                        : step((x, y) -> Tensors.stack(axis, x, x.neg(), x), axis);
            }),
            ranked("concat", 1, (a, b, choice) -> {
                int axis = choice.axis(a);
                return a.equals(b)
                        ? step((x, y) -> Tensors.concat(axis, x, y), axis)
                        : step((x, y) -> Tensors.concat(axis, x.neg(), x), axis);
            }),
            both("meshgrid", (a, b) -> {
                List<Tensor> grid = Tensors.meshgrid(a.reshape(-1), b.reshape(-1));
                return grid.get(0).mul(grid.get(1));
            }),
            unary("diag", x -> x.reshape(-1).diag()),
            ranked("diagPart", 2, (a, b, choice) -> step(Tensor::diagPart)),
            ranked("triangle", 2, (a, b, choice) -> {
                int diagonal = choice.below(3) - 1;
                return choice.flip() ? step(x -> x.triu(diagonal), diagonal) : step(x -> x.tril(diagonal), diagonal);
            }),
            ranked("bandPart", 2, (a, b, choice) -> {
                int lower = choice.below(3) - 1;
                int upper = choice.below(3) - 1;
                return step(x -> Linalg.bandPart(x, lower, upper), lower, upper);
            }));

    /** With positions, which are constants. */
    static final List<Row> INDEX = Stream.of(
                    ranked("gather", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        Tensor indices = choice.indices(a.size(a.axis(axis)), choice.flip() ? sizes(3) : sizes(2, 1));
                        return step(x -> x.gather(indices, axis), axis, indices);
                    }),
                    shaped("gatherScalar", (a, b, choice) -> {
                        Tensor index = choice.indices(a.elements());
                        return step(x -> x.reshape(-1).gather(index), index);
                    }),
                    ranked("takeAlongAxis", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        Tensor indices = choice.indices(a.size(a.axis(axis)), a.toArray());
                        return step(x -> Tensors.takeAlongAxis(x, indices, axis), axis, indices);
                    }),
                    ranked("addAlongAxis", 1, (a, b, choice) -> {
                        int axis = choice.axis(a);
                        Tensor indices = choice.indices(4, a.toArray());
                        return step(x -> Tensors.addAlongAxis(x, indices, axis, 4), axis, indices);
                    }),
                    ranked("gatherNd", 1, (a, b, choice) -> {
                        Tensor positions = choice.positions(a, 3, 1 + choice.below(a.rank()));
                        return step(x -> Tensors.gatherNd(x, positions), positions);
                    }),
                    ranked("scatterNd", 1, (a, b, choice) -> {
                        Shape to = a.withAxes(0, 1, 4);
                        Tensor positions = choice.positions(to, (int) a.size(0), 1);
                        return step(x -> Tensors.scatterNd(positions, x, to), positions);
                    }),
                    ranked("tensorScatterAdd", 1, (a, b, choice) -> {
                        Tensor positions = choice.positions(a, 2, 1);
                        return step(
                                x -> Tensors.tensorScatterAdd(
                                        x, positions, x.neg().gather(positions.reshape(2))),
                                positions);
                    }),
                    ranked("tensorScatterUpdate", 1, (a, b, choice) -> {
                        Tensor positions = choice.positions(a, 2, a.rank());
                        return step(
                                (x, y) -> Tensors.tensorScatterUpdate(
                                        x, positions, y.sum().broadcastTo(Shape.of(2))),
                                positions);
                    }),
                    ranked("segmentSum", 1, (a, b, choice) -> {
                        Tensor segments = choice.indices(3, a.size(0));
                        return step(x -> Tensors.unsortedSegmentSum(x, segments, 3), segments);
                    }),
                    ranked("oneHot", 1, (a, b, choice) -> {
                        int depth = (int) a.size(a.axis(-1));
                        Tensor indices = choice.indices(depth);
                        return step(x -> x.mul(indices.oneHot(depth, x.dtype())), indices);
                    }),
                    shaped("oneHotOfValues", (a, b, choice) -> {
                        Tensor indices = choice.indices(3, 2);
                        int axis = choice.below(2);
                        return step(
                                (x, y) -> Tensors.oneHot(
                                        indices, 3, axis, x.sum(), y.sum().neg()),
                                indices,
                                axis);
                    }),
                    ranked("sequenceMask", 1, (a, b, choice) -> {
                        int longest = (int) a.size(a.axis(-1));
                        Tensor length = choice.indices(longest);
                        return step(x -> Tensors.where(Tensors.sequenceMask(length, longest), x, x.neg()), length);
                    }),
                    shaped("constant", (a, b, choice) -> {
                        Tensor constant = Tensors.of(choice.wholeNumbers(a.elements()))
                                .reshape(a.toArray())
                                .evaluate();
                        return step(x -> x.add(constant.castTo(x.dtype())), constant);
                    }))
            .map(Row::filled)
            .toList();

    private StructureRows() {}

    private static long[] sizes(long... sizes) {
        return sizes;
    }

    private static long[][] paddings(Shape shape, Choice choice) {
        long[][] paddings = new long[shape.rank()][2];
        for (long[] padding : paddings) {
            padding[0] = choice.below(2);
            padding[1] = choice.below(3);
        }
        return paddings;
    }
}
