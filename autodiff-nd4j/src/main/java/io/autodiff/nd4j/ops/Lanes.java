package io.autodiff.nd4j.ops;

import io.autodiff.Shape;

/**
 * The lanes of a row-major array along one axis: each holds the elements that differ in their index on that axis alone. Lanes are
 * numbered as the elements of the array without the axis are.
 *
 * @param outer the number of elements of the axes before it
 * @param size of the axis
 * @param inner the number of elements of the axes after it
 */
record Lanes(int outer, int size, int inner) {
    /** The lanes along an axis, which may be counted from the end. */
    static Lanes of(Shape shape, long number) {
        int axis = shape.axis(number);
        long outer = 1;
        long inner = 1;
        for (int i = 0; i < shape.rank(); i++) {
            outer *= i < axis ? shape.size(i) : 1;
            inner *= i > axis ? shape.size(i) : 1;
        }
        return new Lanes(Math.toIntExact(outer), Math.toIntExact(shape.size(axis)), Math.toIntExact(inner));
    }

    int count() {
        return outer * inner;
    }

    /** Where in the array the first element of a lane is; each of the others is {@code inner} after the one before it. */
    int start(int lane) {
        return lane / inner * size * inner + lane % inner;
    }
}
