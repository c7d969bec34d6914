package io.autodiff.nd4j.ops;

import io.autodiff.DType;
import io.autodiff.op.OpCall;

/** What becomes of numbers that an integer dtype cannot hold: undefined in native code, refused here. */
public final class Casts {
    private Casts() {}

    /**
     * A float as an integer of a call's output dtype, towards zero; for bool, 0 or 1.
     *
     * @param call a cast
     * @param element the number
     * @param index where it stands in the input
     * @return the integer
     * @throws io.autodiff.op.InvalidOperandException if it is NaN or beyond the dtype
     */
    public static long toInteger(OpCall<?> call, double element, long index) {
        DType to = call.outputSpec().dtype();
        if (to == DType.BOOL) {
            return element != 0 ? 1 : 0;
        }
        // Towards zero, -2^31 - 0.5 is still the least int; no double lies between -2^63 and the next below it.
        boolean fits =
                to == DType.INT32 ? element > -0x1p31 - 1 && element < 0x1p31 : element >= -0x1p63 && element < 0x1p63;
        if (!fits) {
            throw call.error("the element " + element + " at " + index + " has no " + to);
        }
        return (long) element;
    }

    /**
     * An integer as an integer of a call's output dtype; for bool, 0 or 1.
     *
     * @param call a cast
     * @param element the number
     * @return the same number, or its truth
     * @throws io.autodiff.op.InvalidOperandException if it is beyond the dtype
     */
    public static long toInteger(OpCall<?> call, long element) {
        DType to = call.outputSpec().dtype();
        if (to == DType.BOOL) {
            return element != 0 ? 1 : 0;
        }
        if (to == DType.INT32 && element != (int) element) {
            throw call.error("the element " + element + " is beyond " + to);
        }
        return element;
    }
}
