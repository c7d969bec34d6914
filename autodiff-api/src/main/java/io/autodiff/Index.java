package io.autodiff;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Operand#get(Index...)} takes of one axis, by NumPy's rules. Positions may count from the end, -1 being the last
 * element; ranges reach from their begin up to but without their end, and are cut off where the axis ends.
 *
 * <pre>{@code
 * x.get(Index.at(0))                                       // x[0]
 * x.get(Index.range(1, 5, 2), Index.all())                 // x[1:5:2, :]
 * x.get(Index.from(1).by(2), Index.to(-1))                 // x[1::2, :-1]
 * x.get(Index.ellipsis(), Index.all().by(-1))              // x[..., ::-1]
 * x.get(Index.all(), Index.newAxis())                      // x[:, np.newaxis]
 * }</pre>
 */
public sealed interface Index {
    /**
     * One position, whose axis the result lacks.
     *
     * @param position from 0, or from -1 backwards
     * @return the index
     */
    static Index at(long position) {
        return new At(position);
    }

    /**
     * The positions between two.
     *
     * @param begin the first
     * @param end that after the last
     * @return the range
     */
    static Range range(long begin, long end) {
        return new Range(begin, end, 1);
    }

    /**
     * Every so many-th of the positions between two.
     *
     * @param begin the first
     * @param end where it stops; not part of the range
     * @param step from one to the next; negative to go backwards
     * @return the range
     * @throws IllegalArgumentException if the step is 0
     */
    static Range range(long begin, long end, long step) {
        return new Range(begin, end, step);
    }

    /**
     * A position and all that come after it.
     *
     * @param begin the first
     * @return the range
     */
    static Range from(long begin) {
        return new Range(begin, null, 1);
    }

    /**
     * All positions before one.
     *
     * @param end that after the last
     * @return the range
     */
    static Range to(long end) {
        return new Range(null, end, 1);
    }

    /** {@return all positions of an axis} */
    static Range all() {
        return new Range(null, null, 1);
    }

    /** {@return all axes that the other indices leave; without it they are the last ones} */
    static Index ellipsis() {
        return new Ellipsis();
    }

    /** {@return a new axis of size 1, at this place of the result} */
    static Index newAxis() {
        return new NewAxis();
    }

    /**
     * One position of an axis.
     *
     * @param position from 0, or from -1 backwards
     */
    record At(long position) implements Index {}

    /**
     * Positions of an axis.
     *
     * @param begin the first; null for the axis's first in the direction of the step
     * @param end where it stops; null for behind the axis's last in the direction of the step
     * @param step from one to the next, not 0
     */
    record Range(@Nullable Long begin, @Nullable Long end, long step) implements Index {
        /**
         * Checks the step.
         *
         * @param begin the first; null for the axis's first in the direction of the step
         * @param end where it stops; null for behind the axis's last in the direction of the step
         * @param step from one to the next, not 0
         */
        public Range {
            if (step == 0) {
                throw new IllegalArgumentException("an index range has no step of 0");
            }
        }

        /**
         * The range with another step.
         *
         * @param newStep from one position to the next; negative to go backwards
         * @return the range
         * @throws IllegalArgumentException if the step is 0
         */
        public Range by(long newStep) {
            return new Range(begin, end, newStep);
        }
    }

    /** All axes that the other indices leave. */
    record Ellipsis() implements Index {}

    /** A new axis of size 1. */
    record NewAxis() implements Index {}
}
