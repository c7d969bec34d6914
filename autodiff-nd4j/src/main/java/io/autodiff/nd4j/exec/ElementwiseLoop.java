package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.nd4j.array.HostArray;
import io.autodiff.nd4j.exec.ScalarProgram.Instruction;
import io.autodiff.nd4j.ops.Casts;
import io.autodiff.op.OpCall;
import io.autodiff.op.ScalarFunction;
import io.autodiff.op.TensorSpec;
import java.util.Arrays;
import java.util.List;

/**
 * Computes an elementwise call on arrays in Java: the op's scalar meaning, as a {@link ScalarProgram}, on a block of elements at a
 * time. Floating dtypes are computed as doubles and rounded to the result's dtype.
 */
final class ElementwiseLoop {
    /** Small enough for a program's registers to stay in the cache, large enough to hide what an instruction costs. */
    private static final int BLOCK = 512;

    private final OpCall<HostArray> call;
    private final ScalarProgram program;
    private final long count;
    /** The places of doubles and of longs, for each register a block. */
    private final double[][] f;

    private final long[][] n;
    private final List<HostArray> inputs;
    /** The axes of the result, or one for all of them where no input is repeated along some of them only. */
    private final long[] sizes;
    /** For each input and axis, how far a step along the axis goes in the input; 0 where that is repeated. */
    private final long[][] strides;
    /** The element of the result that the next block begins with, by axis, and where it is in each input. */
    private final long[] index;

    private final long[] at;

    private ElementwiseLoop(OpCall<HostArray> call) {
        this.call = call;
        this.program = ScalarProgram.of(call);
        Shape result = call.outputSpec().shape();
        this.count = result.elements();
        int block = (int) Math.min(count, BLOCK);
        double[] constants = program.floatingPlaces();
        this.f = new double[constants.length][block];
        this.n = new long[constants.length][block];
        for (int register = 0; register < f.length; register++) {
            Arrays.fill(f[register], constants[register]);
            Arrays.fill(n[register], (long) constants[register]);
        }
        this.inputs = call.inputs();
        boolean flat = call.inputSpecs().stream()
                .map(TensorSpec::shape)
                .allMatch(shape -> shape.equals(result) || shape.elements() == 1);
        this.sizes = flat ? new long[] {count} : result.toArray();
        this.strides = new long[inputs.size()][];
        for (int i = 0; i < strides.length; i++) {
            Shape input = call.inputSpec(i).shape();
            strides[i] = flat ? new long[] {input.elements() == 1 ? 0 : 1} : strides(input, result);
        }
        this.index = new long[sizes.length];
        this.at = new long[inputs.size()];
    }

    /** The result, in a new array. */
    static HostArray compute(OpCall<HostArray> call) {
        Shape result = call.outputSpec().shape();
        for (TensorSpec input : call.inputSpecs()) {
            if (!result.equals(Shape.broadcast(input.shape(), result))) {
                throw call.error("has the scalar meaning of an elementwise op, and an input of shape " + input.shape()
                        + " that does not broadcast to the declared shape " + result);
            }
        }
        return new ElementwiseLoop(call).run();
    }

    private static long[] strides(Shape from, Shape to) {
        long[] strides = new long[to.rank()];
        long stride = 1;
        for (int axis = from.rank() - 1; axis >= 0; axis--) {
            strides[axis + to.rank() - from.rank()] = from.size(axis) == 1 ? 0 : stride;
            stride *= from.size(axis);
        }
        return strides;
    }

    private HostArray run() {
        TensorSpec spec = call.outputSpec();
        boolean narrow = spec.dtype().isFloating() && spec.dtype().bytes() < 4;
        HostArray result = HostArray.allocate(narrow ? new TensorSpec(DType.FLOAT32, spec.shape()) : spec);
        int register = program.outputRegister(0);
        for (long first = 0; first < count; first += BLOCK) {
            int length = (int) Math.min(BLOCK, count - first);
            load(length);
            for (Instruction instruction : program.instructions()) {
                run(instruction, length, first);
            }
            result.store(first, f[register], n[register], 0, length);
        }
        return narrow ? HostArray.of(spec, result.doubles()) : result;
    }

    /** The next elements of the inputs into their registers, along the last axis as far as it goes. */
    private void load(int length) {
        int last = sizes.length - 1;
        int done = 0;
        while (done < length) {
            int run = (int) Math.min(sizes[last] - index[last], length - done);
            for (int i = 0; i < inputs.size(); i++) {
                int register = program.inputRegister(i);
                inputs.get(i).load(at[i], strides[i][last], f[register], n[register], done, run);
            }
            advance(run);
            done += run;
        }
    }

    private void advance(int run) {
        int axis = sizes.length - 1;
        move(axis, run);
        while (axis > 0 && index[axis] == sizes[axis]) {
            move(axis, -sizes[axis]);
            axis--;
            move(axis, 1);
        }
    }

    private void move(int axis, long steps) {
        index[axis] += steps;
        for (int i = 0; i < at.length; i++) {
            at[i] += steps * strides[i][axis];
        }
    }

    private void run(Instruction i, int length, long first) {
        int to = i.to();
        switch (i.kind()) {
            case FLOATING -> floating(i.function(), f[i.a()], f[i.b()], f[to], length);
            case COMPARE_FLOATING -> compare(i.function(), f[i.a()], f[i.b()], n[to], length);
            case SELECT_FLOATING -> select(n[i.a()], f[i.b()], f[i.c()], f[to], length);
            case CAST_FLOATING_TO_FLOATING -> System.arraycopy(f[i.a()], 0, f[to], 0, length);
            default -> {
                for (int k = 0; k < length; k++) {
                    integer(i, k, first);
                }
            }
        }
    }

    private static void floating(ScalarFunction function, double[] a, double[] b, double[] to, int length) {
        for (int k = 0; k < length; k++) {
            to[k] = ScalarArithmetic.floating(function, a[k], b[k]);
        }
    }

    private static void compare(ScalarFunction function, double[] a, double[] b, long[] to, int length) {
        for (int k = 0; k < length; k++) {
            to[k] = ScalarArithmetic.compare(function, ScalarArithmetic.order(a[k], b[k]));
        }
    }

    private static void select(long[] condition, double[] a, double[] b, double[] to, int length) {
        for (int k = 0; k < length; k++) {
            to[k] = condition[k] != 0 ? a[k] : b[k];
        }
    }

    /** One element of what takes or gives integers; it may be refused. */
    private void integer(Instruction i, int k, long first) {
        int to = i.to();
        long a = n[i.a()][k];
        long b = n[i.b()][k];
        switch (i.kind()) {
            case INTEGER -> n[to][k] = ScalarArithmetic.integer(i.function(), a, b, call, first + k);
            case COMPARE_INTEGER -> n[to][k] = ScalarArithmetic.compare(i.function(), Long.compare(a, b));
            case SELECT_INTEGER -> n[to][k] = a != 0 ? b : n[i.c()][k];
            case CAST_INTEGER_TO_FLOATING -> f[to][k] = (double) a;
            case CAST_INTEGER_TO_INTEGER -> n[to][k] = Casts.toInteger(call, a);
            case CAST_FLOATING_TO_INTEGER -> n[to][k] = Casts.toInteger(call, f[i.a()][k], first + k);
            default -> throw new IllegalStateException(i.kind() + " is not about integers");
        }
    }
}
