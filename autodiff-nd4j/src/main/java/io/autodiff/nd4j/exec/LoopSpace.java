package io.autodiff.nd4j.exec;

import io.autodiff.Shape;
import io.autodiff.nd4j.fused.LoopProgram.Extent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The positions that a kernel goes over, and along which axes its rows lie. Calls of the space's shape are computed at each position;
 * calls on what is left of it without those axes, once for each row.
 *
 * @param shape of the positions
 * @param reduced for each axis whether rows lie along it; never of an axis of size 1
 */
record LoopSpace(Shape shape, List<Boolean> reduced) {
    /** That of one call. */
    static LoopSpace of(FusibleCall call) {
        return new LoopSpace(
                call.space(),
                call.reduction() == null ? Collections.nCopies(call.space().rank(), false) : call.reduced());
    }

    /** Whether it has rows. */
    boolean hasRows() {
        return reduced.contains(true);
    }

    /** The number of rows. */
    long rows() {
        long product = 1;
        for (long size : kept()) {
            product *= size;
        }
        return product;
    }

    /** The number of positions in a row. */
    long rowLength() {
        return shape.elements() / rows();
    }

    /** The sizes of the axes that are not reduced, and not 1. */
    private List<Long> kept() {
        List<Long> kept = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!reduced.get(axis) && shape.size(axis) > 1) {
                kept.add(shape.size(axis));
            }
        }
        return kept;
    }

    private static List<Long> sizes(Shape shape) {
        return new LoopSpace(shape, Collections.nCopies(shape.rank(), false)).kept();
    }

    /** Whether all of it is one row. */
    private boolean isOneRow() {
        return kept().isEmpty();
    }

    /** The space in which the calls of both have their places; null if there is none. */
    @Nullable
    LoopSpace with(LoopSpace other) {
        if (shape.equals(other.shape)) {
            if (!other.hasRows() || reduced.equals(other.reduced)) {
                return this;
            }
            // What reduces everything can do it row by row.
            return !hasRows() || isOneRow() ? other : other.isOneRow() ? this : null;
        }
        return holdsAsRows(other) ? this : other.holdsAsRows(this) ? other : null;
    }

    private boolean holdsAsRows(LoopSpace other) {
        return hasRows() && kept().equals(sizes(other.shape)) && (!other.hasRows() || other.isOneRow());
    }

    /** Of what a call is computed for each; null if it has no place here. */
    @Nullable
    Extent place(FusibleCall call) {
        return call.space().equals(shape)
                ? Extent.POSITION
                : hasRows() && kept().equals(sizes(call.space())) ? Extent.ROW : null;
    }

    /** Of what a call gives an element each; null if it has no place here. */
    @Nullable
    Extent result(FusibleCall call) {
        Extent place = place(call);
        if (place == null || call.reduction() == null) {
            return place;
        }
        if (place == Extent.POSITION && call.reduced().equals(reduced)) {
            return Extent.ROW;
        }
        return LoopSpace.of(call).isOneRow() && !call.isNorm() ? Extent.PROGRAM : null;
    }

    /**
     * Whether a call finds at its own place what another one here gave.
     *
     * @param call the reader
     * @param read the shape in which it reads, which may differ from that which was given by axes of size 1
     * @param given of what there is an element each
     */
    boolean isInPlace(FusibleCall call, Shape read, Extent given) {
        Extent place = place(call);
        if (place == null || given == Extent.PROGRAM) {
            return false;
        }
        if (place == given) {
            return read.elements() == call.space().elements();
        }
        if (place == Extent.ROW) {
            return false;
        }
        int missing = shape.rank() - read.rank();
        for (int axis = 0; axis < shape.rank(); axis++) {
            long size = axis < missing ? 1 : read.size(axis - missing);
            if (size != (reduced.get(axis) ? 1 : shape.size(axis))) {
                return false;
            }
        }
        return true;
    }

    /** For each axis, whether an array that a call reads in some shape has it; along the others it is repeated. */
    List<Boolean> along(FusibleCall call, Shape read) {
        List<Boolean> ofCall = new ArrayList<>();
        Shape space = call.space();
        int missing = space.rank() - read.rank();
        for (int axis = 0; axis < space.rank(); axis++) {
            ofCall.add(axis >= missing && read.size(axis - missing) > 1);
        }
        if (place(call) == Extent.POSITION) {
            return ofCall;
        }
        // The axes of rows are those that are not reduced, in their order.
        List<Boolean> along = new ArrayList<>();
        int next = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (reduced.get(axis) || shape.size(axis) == 1) {
                along.add(false);
                continue;
            }
            while (space.size(next) == 1) {
                next++;
            }
            along.add(ofCall.get(next++));
        }
        return along;
    }
}
