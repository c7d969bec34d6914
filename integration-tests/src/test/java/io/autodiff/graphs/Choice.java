package io.autodiff.graphs;

import io.autodiff.Shape;
import io.autodiff.Tensor;
import io.autodiff.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Random choices that fit a shape. */
final class Choice {
    private final SplittableRandom random;

    Choice(long seed) {
        random = new SplittableRandom(seed);
    }

    /** From 0 to bound - 1. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean flip() {
        return random.nextBoolean();
    }

    <T> T of(List<T> list) {
        return list.get(below(list.size()));
    }

    /** From -1 to 1. */
    double[] numbers(long count) {
        return random.doubles(count, -1, 1).toArray();
    }

    /** Whole numbers from -9 to 9. */
    double[] wholeNumbers(long count) {
        return random.ints(count, -9, 10).asDoubleStream().toArray();
    }

    /** One axis of a shape that has some. */
    int axis(Shape shape) {
        int axis = below(shape.rank());
        return flip() ? axis : axis - shape.rank();
    }

    /** None, which stands for all, or one, or two. */
    int[] axes(Shape shape) {
        int rank = shape.rank();
        if (rank == 0 || below(3) == 0) {
            return new int[0];
        }
        return Arrays.copyOf(permutation(rank), 1 + below(Math.min(2, rank)));
    }

    int[] permutation(int count) {
        int[] permutation = new int[count];
        for (int i = 0; i < count; i++) {
            int j = below(i + 1);
            permutation[i] = permutation[j];
            permutation[j] = i;
        }
        return permutation;
    }

    /** Other sizes for as many elements. */
    long[] sizes(Shape shape) {
        long elements = shape.elements();
        if (elements == 0) {
            return flip() ? new long[] {0} : new long[] {3, 0, 1};
        }
        return switch (below(5)) {
            case 0 -> new long[] {1, elements};
            case 1 -> new long[] {elements, 1};
            case 2 -> new long[] {-1};
            case 3 -> elements % 2 == 0 ? new long[] {2, -1} : new long[] {1, -1, 1};
            default -> elements % 3 == 0 ? new long[] {-1, 3} : new long[] {1, 1, -1};
        };
    }

    /** Positions in an axis, as int32 or int64; some come more than once. */
    Tensor indices(long size, long... sizes) {
        long count = Shape.of(sizes).elements();
        Tensor indices = flip()
                ? Tensors.of(random.ints(count, 0, (int) size).toArray())
                : Tensors.of(random.longs(count, 0, size).toArray());
        return indices.reshape(sizes).evaluate();
    }

    /** Positions in the first axes of a shape, one in each row. */
    Tensor positions(Shape shape, int rows, int axes) {
        int[] positions = new int[rows * axes];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = below((int) shape.size(i % axes));
        }
        return Tensors.of(positions).reshape(rows, axes).evaluate();
    }
}
