package io.autodiff.nd4j.exec;

import io.autodiff.DType;
import io.autodiff.nd4j.fused.KernelCompiler;
import io.autodiff.nd4j.fused.LoopProgram;
import io.autodiff.nd4j.fused.LoopProgram.Apply;
import io.autodiff.nd4j.fused.LoopProgram.Axis;
import io.autodiff.nd4j.fused.LoopProgram.Constant;
import io.autodiff.nd4j.fused.LoopProgram.Extent;
import io.autodiff.nd4j.fused.LoopProgram.Input;
import io.autodiff.nd4j.fused.LoopProgram.Instruction;
import io.autodiff.nd4j.fused.LoopProgram.Load;
import io.autodiff.nd4j.fused.LoopProgram.Output;
import io.autodiff.nd4j.fused.LoopProgram.Reduce;
import io.autodiff.nd4j.fused.Reduction;
import io.autodiff.op.ScalarExpression;
import io.autodiff.op.ScalarFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes the scalar meanings of calls, one call after the other, as one {@link LoopProgram} over one space. */
final class LoopWriter {
    /** An array that is read, and the shape under which it is. */
    private record Source(int slot, List<Boolean> along) {}

    private final LoopSpace space;
    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<Instruction, Integer> known = new HashMap<>();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Integer> inputSlots = new ArrayList<>();
    private final Map<Source, Integer> sources = new HashMap<>();
    private final List<Output> outputs = new ArrayList<>();
    /** For each slot that a call filled, the instruction that has its elements. */
    private final Map<Integer, Integer> values = new HashMap<>();

    private final Map<Integer, Extent> extents = new HashMap<>();
    private final Map<Integer, Reduction> totals = new HashMap<>();
    private IntPredicate single = slot -> false;
    private IntFunction<@Nullable Double> constants = slot -> null;

    LoopWriter(LoopSpace space) {
        this.space = space;
    }

    /**
     * Whether the meaning of a call can be written: its functions are supported, and none of them may have to refuse a number.
     *
     * @throws RuntimeException never; what cannot be written is false
     */
    static boolean accepts(FusibleCall call, KernelCompiler compiler) {
        LoopWriter writer = new LoopWriter(LoopSpace.of(call));
        int[] slots = IntStream.range(0, call.inputSpecs().size()).toArray();
        try {
            int last = writer.expression(call, call.meaning(), slots, call.result());
            last = call.isNorm() ? writer.norm(call.result(), last) : last;
            writer.outputs.add(Output.ofPositions(last));
            writer.program();
            return writer.instructions.get(last).dtype() == call.result()
                    && writer.instructions.stream().allMatch(i -> supports(compiler, writer.instructions, i));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean supports(KernelCompiler compiler, List<Instruction> all, Instruction instruction) {
        if (!(instruction instanceof Apply apply)) {
            return true;
        }
        DType given = all.get(apply.operands().get(0)).dtype();
        if (apply.function() == ScalarFunction.CAST) {
            DType to = apply.dtype();
            // An integer dtype may not hold the number, and then an exception names the element.
            boolean checked = to.isInteger() && (given.isFloating() || (given == DType.INT64 && to == DType.INT32));
            return !checked && compiler.supports(apply.function(), to);
        }
        return compiler.supports(apply.function(), apply.function() == ScalarFunction.SELECT ? apply.dtype() : given);
    }

    /**
     * Adds a call.
     *
     * @param slots where its inputs are
     * @param constants which slots have one element whatever the shape of the input is, and which numbers are known
     * @param output where its output goes
     */
    void add(FusibleCall call, int[] slots, UniformConstants constants, int output) {
        this.single = constants::isScalar;
        this.constants = constants::floating;
        int value = expression(call, call.meaning(), slots, call.result());
        Extent extent = Objects.requireNonNull(space.result(call));
        Reduction reduction = call.reduction();
        if (reduction != null) {
            if (call.isNorm()) {
                value = norm(call.result(), value);
            } else if (space.place(call) == Extent.POSITION) {
                value = put(new Reduce(reduction, call.result(), value));
            }
            if (extent == Extent.PROGRAM) {
                totals.put(output, reduction);
            }
        }
        values.put(output, value);
        extents.put(output, extent);
    }

    /**
     * The square root of the sum of squares. No square overflows, or vanishes beside another: those of float32 are taken in float64,
     * and float64 is divided by its greatest magnitude before.
     */
    private int norm(DType dtype, int value) {
        DType wide = DType.FLOAT64;
        if (dtype == DType.FLOAT32) {
            int widened = put(new Apply(ScalarFunction.CAST, wide, List.of(value)));
            return put(new Apply(ScalarFunction.CAST, dtype, List.of(rootOfSquares(widened))));
        }
        int one = put(new Constant(1, wide));
        int greatest = put(new Reduce(Reduction.MAX, wide, put(new Apply(ScalarFunction.ABS, wide, List.of(value)))));
        int finite = put(new Apply(
                ScalarFunction.LT, DType.BOOL, List.of(greatest, put(new Constant(Double.POSITIVE_INFINITY, wide)))));
        int positive = put(new Apply(ScalarFunction.GT, DType.BOOL, List.of(greatest, put(new Constant(0, wide)))));
        int divides = put(new Apply(ScalarFunction.AND, DType.BOOL, List.of(finite, positive)));
        int scale = put(new Apply(ScalarFunction.SELECT, wide, List.of(divides, greatest, one)));
        int scaled = rootOfSquares(put(new Apply(ScalarFunction.DIV, wide, List.of(value, scale))));
        return put(new Apply(ScalarFunction.MUL, wide, List.of(scaled, scale)));
    }

    private int rootOfSquares(int value) {
        int square = put(new Apply(ScalarFunction.MUL, DType.FLOAT64, List.of(value, value)));
        int sum = put(new Reduce(Reduction.SUM, DType.FLOAT64, square));
        return put(new Apply(ScalarFunction.SQRT, DType.FLOAT64, List.of(sum)));
    }

    /** Stores what a call gave. */
    void store(int slot) {
        outputs.add(new Output(
                Objects.requireNonNull(values.get(slot)), Objects.requireNonNull(extents.get(slot)), totals.get(slot)));
    }

    /** For each input of the program its slot. */
    int[] inputSlots() {
        return inputSlots.stream().mapToInt(slot -> slot).toArray();
    }

    private int expression(FusibleCall call, ScalarExpression expression, int[] slots, @Nullable DType wanted) {
        if (expression instanceof ScalarExpression.Input input) {
            Integer value = values.get(slots[input.index()]);
            return value != null
                    ? value
                    : load(
                            slots[input.index()],
                            call.inputSpecs().get(input.index()).dtype(),
                            space.along(call, call.shape(input.index())));
        } else if (expression instanceof ScalarExpression.Constant constant) {
            DType dtype = require(wanted);
            if (!dtype.isFloating() && constant.value() != Math.rint(constant.value())) {
                throw new IllegalArgumentException("no " + dtype + ": " + constant.value());
            }
            return put(new Constant(constant.value(), dtype));
        }
        ScalarExpression.Apply apply = (ScalarExpression.Apply) expression;
        ScalarFunction function = apply.function();
        DType result = dtype(call, expression, wanted);
        DType common = function.isComparison() || function == ScalarFunction.CAST ? common(call, apply, null) : result;
        List<Integer> operands = new ArrayList<>();
        for (ScalarExpression argument : apply.arguments()) {
            boolean condition = function == ScalarFunction.SELECT && operands.isEmpty();
            Double exponent = function == ScalarFunction.POW && operands.size() == 1 ? integer(argument, slots) : null;
            if (exponent != null) {
                operands.add(put(new Constant(exponent, require(result))));
                continue;
            }
            operands.add(expression(call, argument, slots, condition ? DType.BOOL : common));
        }
        return put(new Apply(function, require(result), operands));
    }

    /** A small integer that is the same at each run: a power of it is a few products. Other numbers would make a kernel each. */
    private @Nullable Double integer(ScalarExpression argument, int[] slots) {
        Double known = argument instanceof ScalarExpression.Input input ? constants.apply(slots[input.index()]) : null;
        return known != null && known == Math.rint(known) && Math.abs(known) <= 64 ? known : null;
    }

    /** The dtype of an expression; a constant has that of what it meets. */
    private static @Nullable DType dtype(FusibleCall call, ScalarExpression expression, @Nullable DType wanted) {
        if (expression instanceof ScalarExpression.Input input) {
            return call.inputSpecs().get(input.index()).dtype();
        } else if (expression instanceof ScalarExpression.Constant) {
            return wanted;
        }
        ScalarExpression.Apply apply = (ScalarExpression.Apply) expression;
        return switch (apply.function()) {
            case CAST -> call.result();
            case GT, GTE, LT, LTE, EQ, NEQ -> DType.BOOL;
            default -> common(call, apply, wanted);
        };
    }

    private static @Nullable DType common(FusibleCall call, ScalarExpression.Apply apply, @Nullable DType wanted) {
        boolean select = apply.function() == ScalarFunction.SELECT;
        for (ScalarExpression argument :
                apply.arguments().subList(select ? 1 : 0, apply.arguments().size())) {
            DType dtype = dtype(call, argument, null);
            if (dtype != null) {
                return dtype;
            }
        }
        return wanted;
    }

    private static DType require(@Nullable DType dtype) {
        if (dtype == null) {
            throw new IllegalArgumentException("a constant that meets nothing");
        }
        return dtype;
    }

    private int load(int slot, DType dtype, List<Boolean> ofShape) {
        List<Boolean> along = single.test(slot) ? Collections.nCopies(ofShape.size(), false) : ofShape;
        Source source = new Source(slot, along);
        int input = sources.computeIfAbsent(source, s -> {
            inputs.add(new Input(dtype, along));
            inputSlots.add(slot);
            return inputs.size() - 1;
        });
        return put(new Load(input, dtype));
    }

    private int put(Instruction instruction) {
        return known.computeIfAbsent(instruction, i -> {
            instructions.add(i);
            return instructions.size() - 1;
        });
    }

    /** The program, axes that all arrays go through alike being one. */
    LoopProgram program() {
        List<Integer> firsts = new ArrayList<>();
        List<Axis> axes = new ArrayList<>();
        for (int axis = 0; axis < space.shape().rank(); axis++) {
            long size = space.shape().size(axis);
            if (size == 1) {
                continue;
            }
            int last = firsts.size() - 1;
            if (last >= 0 && alike(firsts.get(last), axis)) {
                axes.set(
                        last,
                        new Axis(axes.get(last).size() * size, axes.get(last).reduced()));
            } else {
                firsts.add(axis);
                axes.add(new Axis(size, space.reduced().get(axis)));
            }
        }
        if (axes.isEmpty()) {
            axes.add(new Axis(1, false));
        }
        List<Input> joined = inputs.stream()
                .map(input -> new Input(
                        input.dtype(),
                        firsts.isEmpty()
                                ? List.of(false)
                                : firsts.stream().map(input.along()::get).toList()))
                .toList();
        return new LoopProgram(axes, joined, instructions, outputs);
    }

    private boolean alike(int a, int b) {
        return space.reduced().get(a).equals(space.reduced().get(b))
                && inputs.stream()
                        .allMatch(input ->
                                input.along().get(a).equals(input.along().get(b)));
    }
}
